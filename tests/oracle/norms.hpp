// Norms, activations and the linear layer from their definitions, in long double and one element at a time, for
// row-major tensors of (images, channels, positions) or of rows.
#ifndef UNITVAR_TESTS_ORACLE_NORMS_HPP
#define UNITVAR_TESTS_ORACLE_NORMS_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

namespace oracle {

using Values = std::vector<long double>;

struct MeanVar {
    long double count = 0;
    long double mean = 0;
    long double m2 = 0;
    long double var(long double correction) const { return m2 / std::max(0.0L, count - correction); }
};

inline MeanVar mean_var(const Values &x)
{
    MeanVar result;
    result.count = static_cast<long double>(x.size());
    long double sum = 0;
    for (const long double v : x)
        sum += v;
    result.mean = sum / result.count;
    for (const long double v : x)
        result.m2 += (v - result.mean) * (v - result.mean);
    return result;
}

struct Shape3 {
    std::size_t images;
    std::size_t channels;
    std::size_t positions;
    std::size_t at(std::size_t n, std::size_t c, std::size_t s) const { return (n * channels + c) * positions + s; }
    std::size_t elements() const { return images * channels * positions; }
};

inline Values ones(std::size_t n)
{
    return Values(n, 1.0L);
}
inline Values zeros(std::size_t n)
{
    return Values(n, 0.0L);
}

// Which statistics an element belongs to, and which weight.
using Index = std::function<std::size_t(std::size_t n, std::size_t c, std::size_t s)>;

struct Normalised {
    Values y;
    std::vector<MeanVar> statistics;
};

// The elements are normalised with the statistics of all elements of the same group.
inline Normalised normalise(const Values &x, const Shape3 &shape, const Index &group, std::size_t groups,
                            const Index &parameter, const Values &weight, const Values &bias, long double eps)
{
    std::vector<Values> members(groups);
    for (std::size_t n = 0; n < shape.images; ++n)
        for (std::size_t c = 0; c < shape.channels; ++c)
            for (std::size_t s = 0; s < shape.positions; ++s)
                members[group(n, c, s)].push_back(x[shape.at(n, c, s)]);
    Normalised result;
    for (const Values &values : members)
        result.statistics.push_back(mean_var(values));
    result.y.resize(x.size());
    for (std::size_t n = 0; n < shape.images; ++n)
        for (std::size_t c = 0; c < shape.channels; ++c)
            for (std::size_t s = 0; s < shape.positions; ++s) {
                const std::size_t i = shape.at(n, c, s);
                const MeanVar &m = result.statistics[group(n, c, s)];
                const std::size_t p = parameter(n, c, s);
                result.y[i] = (x[i] - m.mean) / std::sqrt(m.var(0) + eps) * weight[p] + bias[p];
            }
    return result;
}

inline Values rms_norm(const Values &x, std::size_t row, const Values &weight, long double eps)
{
    Values y(x.size());
    for (std::size_t first = 0; first < x.size(); first += row) {
        long double squares = 0;
        for (std::size_t i = 0; i < row; ++i)
            squares += x[first + i] * x[first + i];
        for (std::size_t i = 0; i < row; ++i)
            y[first + i] = x[first + i] / std::sqrt(squares / static_cast<long double>(row) + eps) * weight[i];
    }
    return y;
}

// Over the channels c - before to c + after.
inline Values local_response_norm(const Values &x, const Shape3 &shape, std::size_t before, std::size_t after,
                                  std::size_t size, long double alpha, long double beta, long double k)
{
    Values y(x.size());
    for (std::size_t n = 0; n < shape.images; ++n)
        for (std::size_t c = 0; c < shape.channels; ++c)
            for (std::size_t s = 0; s < shape.positions; ++s) {
                long double squares = 0;
                for (std::size_t j = 0; j < shape.channels; ++j) {
                    const bool inside = j + before >= c && j <= c + after;
                    squares += inside ? x[shape.at(n, j, s)] * x[shape.at(n, j, s)] : 0.0L;
                }
                const std::size_t i = shape.at(n, c, s);
                y[i] = x[i] / std::pow(k + alpha * squares / static_cast<long double>(size), beta);
            }
    return y;
}

inline Values local_response_norm(const Values &x, const Shape3 &shape, std::size_t size, long double alpha,
                                  long double beta, long double k)
{
    return local_response_norm(x, shape, size / 2, (size - 1) / 2, size, alpha, beta, k);
}

// Luo et al. (2018), the statistics of all three kinds from their elements.
inline Values switchable_norm(const Values &x, const Shape3 &s, const Values &mean_logits, const Values &var_logits,
                              const Values &weight, const Values &bias, long double eps)
{
    const auto softmax = [](const Values &logits) {
        Values result;
        long double sum = 0;
        for (const long double logit : logits)
            sum += std::exp(logit);
        for (const long double logit : logits)
            result.push_back(std::exp(logit) / sum);
        return result;
    };
    const auto statistics = [&](const Index &group, std::size_t groups) {
        return normalise(
                   x, s, group, groups, [](std::size_t, std::size_t, std::size_t) { return std::size_t{0}; }, ones(1),
                   zeros(1), 1)
            .statistics;
    };
    const auto instance = statistics([&](std::size_t n, std::size_t c, std::size_t) { return n * s.channels + c; },
                                     s.images * s.channels);
    const auto layer = statistics([](std::size_t n, std::size_t, std::size_t) { return n; }, s.images);
    const auto batch = statistics([](std::size_t, std::size_t c, std::size_t) { return c; }, s.channels);
    const Values m = softmax(mean_logits);
    const Values v = softmax(var_logits);
    Values y(x.size());
    for (std::size_t n = 0; n < s.images; ++n)
        for (std::size_t c = 0; c < s.channels; ++c) {
            const MeanVar &i = instance[n * s.channels + c];
            const long double mean = m[0] * i.mean + m[1] * layer[n].mean + m[2] * batch[c].mean;
            const long double var = v[0] * i.var(0) + v[1] * layer[n].var(0) + v[2] * batch[c].var(0);
            for (std::size_t p = 0; p < s.positions; ++p)
                y[s.at(n, c, p)] = (x[s.at(n, c, p)] - mean) / std::sqrt(var + eps) * weight[c] + bias[c];
        }
    return y;
}

inline Values linear(const Values &x, const Values &weight, const Values &bias, std::size_t in, std::size_t out)
{
    Values y(x.size() / in * out);
    for (std::size_t r = 0; r < x.size() / in; ++r)
        for (std::size_t o = 0; o < out; ++o) {
            long double sum = bias[o];
            for (std::size_t i = 0; i < in; ++i)
                sum += x[r * in + i] * weight[o * in + i];
            y[r * out + o] = sum;
        }
    return y;
}

// The derivative of a scalar function of one vector, by central differences.
inline Values gradient(const std::function<long double(const Values &)> &loss, Values at)
{
    Values result(at.size());
    for (std::size_t i = 0; i < at.size(); ++i) {
        const long double value = at[i];
        const long double h = 1e-6L;
        at[i] = value + h;
        const long double above = loss(at);
        at[i] = value - h;
        const long double below = loss(at);
        at[i] = value;
        result[i] = (above - below) / (2 * h);
    }
    return result;
}

inline long double dot(const Values &a, const Values &b)
{
    long double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += a[i] * b[i];
    return sum;
}

} // namespace oracle

#endif
