// Keeps section 9's word on the parts of batch_norm: a batch in parts has the results, running statistics and gradients
// of the whole, and bits that do not depend on where its pieces lie.
#include "support/arrays.hpp"
#include "support/tables.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

using support::Array;
using support::Lengths;
using support::require_ok;

namespace {

constexpr double eps = 1e-5;
constexpr double momentum = 0.25;

struct Shape {
    std::size_t channels;
    Lengths positions;
    bool channels_last;
    std::size_t image() const
    {
        std::size_t n = channels;
        for (const std::int64_t length : positions)
            n *= static_cast<std::size_t>(length);
        return n;
    }
    Lengths of(std::size_t images) const
    {
        Lengths shape{static_cast<std::int64_t>(images), static_cast<std::int64_t>(channels)};
        shape.insert(shape.end(), positions.begin(), positions.end());
        return shape;
    }
};
std::vector<Shape> shapes()
{
    return {{5, {37}, false}, {5, {3, 7}, true}, {4, {3}, false}, {6, {}, false}, {3, {20000}, false}};
}

// What a batch of some images is, has and gets; what is not a tensor of images is the same in all parts.
template <class T> struct Batch {
    std::size_t images;
    std::size_t channels;
    Array<T> x, grad_y, y, grad_x;
    Array<T> weight, bias, running_mean, running_var, grad_weight, grad_bias;
    Array<double> mean, rstd;
    std::int64_t batches = 3;

    Batch(const Shape &s, const std::vector<T> &data, const std::vector<T> &gradient, std::size_t first,
          std::size_t count)
        : images(count), channels(s.channels), x(s.of(count), part(s, data, first, count), s.channels_last),
          grad_y(s.of(count), part(s, gradient, first, count), s.channels_last), y(s.of(count), s.channels_last),
          grad_x(s.of(count), s.channels_last), weight(one(), support::random_values<T>(channels, 3, 1, 0.5)),
          bias(one(), support::random_values<T>(channels, 4)), running_mean(one(), std::vector<T>(channels, T(0.5))),
          running_var(one(), std::vector<T>(channels, T(2))), grad_weight(one()), grad_bias(one()), mean(one()),
          rstd(one())
    {
    }
    Lengths one() const { return {static_cast<std::int64_t>(channels)}; }
    static std::vector<T> part(const Shape &s, const std::vector<T> &all, std::size_t first, std::size_t count)
    {
        const auto at = all.begin() + static_cast<std::ptrdiff_t>(first * s.image());
        return {at, at + static_cast<std::ptrdiff_t>(count * s.image())};
    }

    void whole()
    {
        require_ok(
            unitvar_batch_norm(x, weight, bias, running_mean, running_var, &batches, 1, momentum, eps, y, mean, rstd));
        require_ok(unitvar_batch_norm_backward(grad_y, x, mean, rstd, weight, 1, grad_x, grad_weight, grad_bias));
    }
    void given(const std::vector<unitvar_wide_moments> &moments)
    {
        require_ok(unitvar_batch_norm_given(x, weight, bias, moments.data(), moments.size(), running_mean, running_var,
                                            &batches, momentum, eps, y, mean, rstd));
    }
    void given(const std::vector<unitvar_batch_gradient_sums> &sums)
    {
        require_ok(unitvar_batch_norm_backward_given(grad_y, x, mean, rstd, weight, sums.data(), sums.size(), grad_x,
                                                     grad_weight, grad_bias));
    }
};

// A batch in pieces of these numbers of images, each with its moments and sums, as ranks have them that exchange all.
template <class T>
std::vector<std::unique_ptr<Batch<T>>> in_parts(const Shape &s, const std::vector<T> &data,
                                                const std::vector<T> &gradient, const std::vector<std::size_t> &counts)
{
    std::vector<std::unique_ptr<Batch<T>>> parts;
    std::size_t first = 0;
    for (const std::size_t count : counts) {
        parts.push_back(std::make_unique<Batch<T>>(s, data, gradient, first, count));
        first += count;
    }
    std::vector<unitvar_wide_moments> moments(parts.size() * s.channels);
    std::vector<unitvar_batch_gradient_sums> sums(moments.size());
    for (std::size_t p = 0; p < parts.size(); ++p)
        require_ok(unitvar_batch_moments(parts[p]->x, moments.data() + p * s.channels, s.channels));
    for (const auto &part : parts)
        part->given(moments);
    for (std::size_t p = 0; p < parts.size(); ++p)
        require_ok(unitvar_batch_norm_backward_sums(parts[p]->grad_y, parts[p]->x, parts[p]->mean,
                                                    sums.data() + p * s.channels, s.channels));
    for (const auto &part : parts)
        part->given(sums);
    return parts;
}

template <class T> void append(std::vector<T> &all, const std::vector<T> &more)
{
    all.insert(all.end(), more.begin(), more.end());
}

// In units of the last place of the largest.
template <class T> double ulps_of_largest(const std::vector<T> &got, const std::vector<T> &expected)
{
    REQUIRE(got.size() == expected.size());
    T largest = 0;
    T difference = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
        largest = std::max(largest, std::abs(expected[i]));
        difference = std::max(difference, std::abs(got[i] - expected[i]));
    }
    return static_cast<double>(difference / (std::nextafter(largest, std::numeric_limits<T>::infinity()) - largest));
}

// reduced: what sums over the whole batch may differ by, which parts add in another order.
template <class T> void check_against_whole(double mean, double deviation)
{
    const double reduced = std::is_same_v<T, float> ? 4 : 32;
    constexpr std::size_t images = 14;
    for (const Shape &s : shapes()) {
        CAPTURE(s.channels);
        CAPTURE(s.channels_last);
        const std::vector<T> data = support::random_values<T>(images * s.image(), 1, mean, deviation);
        const std::vector<T> gradient = support::random_values<T>(images * s.image(), 2);
        Batch<T> whole(s, data, gradient, 0, images);
        whole.whole();
        const std::vector<std::vector<std::size_t>> ranks{{14},      {7, 7},       {9, 5},
                                                          {5, 0, 9}, {4, 3, 3, 4}, {1, 1, 1, 2, 2, 3, 4}};
        for (const std::vector<std::size_t> &counts : ranks) {
            CAPTURE(counts.size());
            const auto parts = in_parts(s, data, gradient, counts);
            std::vector<T> y, grad_x;
            for (const auto &part : parts) {
                append(y, part->y.values());
                append(grad_x, part->grad_x.values());
                CHECK(ulps_of_largest(part->mean.values(), whole.mean.values()) <= 32);
                CHECK(ulps_of_largest(part->rstd.values(), whole.rstd.values()) <= 32);
                CHECK(ulps_of_largest(part->running_mean.values(), whole.running_mean.values()) <= reduced);
                CHECK(ulps_of_largest(part->running_var.values(), whole.running_var.values()) <= reduced);
                CHECK(part->batches == 4);
                // The parameters' gradients are the whole's on every rank.
                CHECK(ulps_of_largest(part->grad_weight.values(), whole.grad_weight.values()) <= reduced);
                CHECK(ulps_of_largest(part->grad_bias.values(), whole.grad_bias.values()) <= reduced);
            }
            CHECK(ulps_of_largest(y, whole.y.values()) <= 4);
            CHECK(ulps_of_largest(grad_x, whole.grad_x.values()) <= 4);
        }
    }
}

} // namespace

TEST_CASE("a batch in parts has the results, running statistics and gradients of the whole")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        check_against_whole<float>(0.5, 2);
        check_against_whole<float>(1e6, 1);
        check_against_whole<double>(0.5, 2);
        check_against_whole<double>(1e152, 1e153); // sums of squares beyond double's range
    }
}

TEST_CASE("the bits of a batch in fixed pieces do not depend on which rank has which of them")
{
    // Each piece has moments of its own; a rank normalises what it has at once, wherever that is.
    const Shape s{5, {37}, false};
    constexpr std::size_t pieces = 7, per_piece = 2, images = pieces * per_piece;
    const std::vector<float> data = support::random_values<float>(images * s.image(), 1, 3, 2);
    const std::vector<float> gradient = support::random_values<float>(images * s.image(), 2);
    std::vector<unitvar_wide_moments> moments;
    std::vector<unitvar_batch_gradient_sums> sums(pieces * s.channels);
    std::vector<float> expected_y, expected_x, expected_mean, expected_weight;
    for (const std::vector<std::size_t> &ranks :
         std::vector<std::vector<std::size_t>>{{7}, {3, 4}, {1, 2, 4}, {2, 2, 1, 2}, {1, 1, 1, 1, 1, 1, 1}}) {
        CAPTURE(ranks.size());
        moments.assign(pieces * s.channels, {});
        for (std::size_t p = 0; p < pieces; ++p) {
            Batch<float> piece(s, data, gradient, p * per_piece, per_piece);
            require_ok(unitvar_batch_moments(piece.x, moments.data() + p * s.channels, s.channels));
        }
        std::vector<float> y, grad_x, mean, weight;
        std::vector<std::unique_ptr<Batch<float>>> parts;
        std::size_t first = 0;
        for (const std::size_t count : ranks) {
            parts.push_back(std::make_unique<Batch<float>>(s, data, gradient, first * per_piece, count * per_piece));
            parts.back()->given(moments);
            for (std::size_t p = first; p < first + count; ++p) {
                Batch<float> piece(s, data, gradient, p * per_piece, per_piece);
                require_ok(unitvar_batch_norm_backward_sums(piece.grad_y, piece.x, parts.back()->mean,
                                                            sums.data() + p * s.channels, s.channels));
            }
            first += count;
        }
        for (const auto &part : parts) {
            part->given(sums);
            append(y, part->y.values());
            append(grad_x, part->grad_x.values());
            mean = part->running_mean.values();
            weight = part->grad_weight.values();
            if (expected_mean.empty()) {
                expected_mean = mean;
                expected_weight = weight;
            }
            CHECK(support::same_bits(mean, expected_mean));
            CHECK(support::same_bits(weight, expected_weight));
        }
        if (expected_y.empty()) {
            expected_y = y;
            expected_x = grad_x;
        }
        CHECK(support::same_bits(y, expected_y));
        CHECK(support::same_bits(grad_x, expected_x));
    }
}

TEST_CASE("sums that were added elsewhere are those of their parts, and one part's give its own gradients")
{
    const Shape s{4, {19}, false};
    const std::vector<double> data = support::random_values<double>(6 * s.image(), 1, 3, 2);
    const std::vector<double> gradient = support::random_values<double>(6 * s.image(), 2);
    const auto parts = in_parts(s, data, gradient, {2, 4});
    std::vector<unitvar_batch_gradient_sums> each(8), reduced(4);
    for (std::size_t p = 0; p < 2; ++p) {
        Batch<double> &part = *parts[p];
        require_ok(unitvar_batch_norm_backward_sums(part.grad_y, part.x, part.mean, each.data() + 4 * p, 4));
        const std::vector<double> grad_x = part.grad_x.values();
        require_ok(unitvar_batch_norm_backward_given(part.grad_y, part.x, part.mean, part.rstd, part.weight,
                                                     each.data() + 4 * p, 4, nullptr, part.grad_weight,
                                                     part.grad_bias));
        CHECK(support::same_bits(part.grad_x.values(), grad_x));
        const std::vector<double> rstd = part.rstd.values();
        for (std::size_t c = 0; c < 4; ++c) {
            long double bias = 0;
            for (std::size_t i = 0; i < part.images * s.image(); ++i)
                bias += i / 19 % 4 == c ? static_cast<long double>(part.grad_y.values()[i]) : 0.0L;
            CHECK(std::abs(part.grad_bias.values()[c] - bias) <= 1e-13);
            CHECK(part.grad_weight.values()[c] == each[4 * p + c].product * rstd[c]);
            reduced[c].count += each[4 * p + c].count;
            reduced[c].gradient += each[4 * p + c].gradient;
            reduced[c].product += each[4 * p + c].product;
        }
    }
    for (const auto &part : parts) {
        const std::vector<double> grad_x = part->grad_x.values();
        part->given(reduced);
        CHECK(support::same_bits(part->grad_x.values(), grad_x));
    }
}

TEST_CASE("a part without images has empty moments and records the statistics of the others")
{
    const Shape s{3, {4}, false};
    const std::vector<float> data = support::random_values<float>(2 * s.image(), 1);
    Batch<float> full(s, data, data, 0, 2);
    Batch<float> empty(s, data, data, 0, 0);
    std::vector<unitvar_wide_moments> moments(6, {1, 1, 1, 1, 1});
    require_ok(unitvar_batch_moments(empty.x, moments.data(), 3));
    for (std::size_t c = 0; c < 3; ++c)
        CHECK(moments[c].count == 0);
    require_ok(unitvar_batch_moments(full.x, moments.data() + 3, 3));
    empty.given(moments);
    full.given(moments);
    CHECK(support::same_bits(empty.running_mean.values(), full.running_mean.values()));
    CHECK(support::same_bits(empty.running_var.values(), full.running_var.values()));
    CHECK(support::same_bits(empty.mean.values(), full.mean.values()));
    CHECK(empty.batches == 4);
    // Where no part has any, nothing happens.
    Batch<float> nothing(s, data, data, 0, 0);
    nothing.given(std::vector<unitvar_wide_moments>(6));
    CHECK(nothing.batches == 3);
    CHECK(nothing.running_mean.values() == std::vector<float>(3, 0.5F));
    std::vector<unitvar_batch_gradient_sums> sums(3, {1, 1, 1});
    require_ok(unitvar_batch_norm_backward_sums(empty.grad_y, empty.x, empty.mean, sums.data(), 3));
    CHECK((sums[0].count == 0 && sums[1].gradient == 0 && sums[2].product == 0));
    nothing.given(sums);
    CHECK(nothing.grad_weight.values() == std::vector<float>(3));
}

TEST_CASE("parts that do not fit are refused before anything is written")
{
    const Shape s{3, {4}, false};
    const std::vector<float> data = support::random_values<float>(2 * s.image(), 1);
    Batch<float> b(s, data, data, 0, 2);
    std::vector<unitvar_wide_moments> moments(6, {8, 1, 0, 4, 1});
    std::vector<unitvar_batch_gradient_sums> sums(6, {8, 1, 1});
    const auto norm = [&](std::size_t n) {
        return unitvar_batch_norm_given(b.x, nullptr, nullptr, moments.data(), n, b.running_mean, b.running_var,
                                        &b.batches, momentum, eps, b.y, b.mean, b.rstd);
    };
    const auto backward = [&](std::size_t n) {
        return unitvar_batch_norm_backward_given(b.grad_y, b.x, b.mean, b.rstd, nullptr, sums.data(), n, b.grad_x,
                                                 b.grad_weight, b.grad_bias);
    };
    for (const std::size_t n : {0U, 2U, 4U, 5U}) {
        support::check_fails(norm(n), UNITVAR_INVALID_ARGUMENT, {"n", std::to_string(n), "multiple of 3"});
        support::check_fails(backward(n), UNITVAR_INVALID_ARGUMENT, {"n", std::to_string(n), "multiple of 3"});
        support::check_fails(unitvar_batch_moments(b.x, moments.data(), n), UNITVAR_INVALID_ARGUMENT,
                             {"n", std::to_string(n), "3"});
        support::check_fails(unitvar_batch_norm_backward_sums(b.grad_y, b.x, b.mean, sums.data(), n),
                             UNITVAR_INVALID_ARGUMENT, {"n", std::to_string(n), "3"});
    }
    support::check_fails(norm(SIZE_MAX), UNITVAR_INVALID_ARGUMENT, {"n", "address space"});
    support::check_fails(unitvar_batch_moments(b.x, moments.data(), SIZE_MAX), UNITVAR_INVALID_ARGUMENT, {"n"});
    support::check_fails(unitvar_batch_moments(b.x, nullptr, 3), UNITVAR_INVALID_ARGUMENT, {"moments", "NULL"});
    support::check_fails(unitvar_batch_moments(b.weight, moments.data(), 3), UNITVAR_INVALID_ARGUMENT, {"ndim"});
    moments[4].prescale = 2;
    support::check_fails(norm(6), UNITVAR_INVALID_ARGUMENT, {"prescale", "2"});
    moments[4] = {-1, 0, 0, 0, 1};
    support::check_fails(norm(6), UNITVAR_INVALID_ARGUMENT, {"count", "-1"});
    moments[4] = {};
    moments[1] = {1, 0, 0, 0, 1};
    support::check_fails(norm(6), UNITVAR_INVALID_ARGUMENT, {"count", "1", "more than 1"});
    sums[2].count = std::numeric_limits<double>::quiet_NaN();
    support::check_fails(backward(6), UNITVAR_INVALID_ARGUMENT, {"count", "nan"});
    sums[2].count = 0;
    support::check_fails(backward(3), UNITVAR_INVALID_ARGUMENT, {"count", "0"});
    CHECK(b.batches == 3);
    CHECK(b.y.values() == std::vector<float>(2 * s.image()));
    CHECK(b.grad_x.values() == std::vector<float>(2 * s.image()));
    CHECK(b.running_mean.values() == std::vector<float>(3, 0.5F));
}

TEST_CASE("sequences of different lengths are parts of a batch: what pads them counts in nothing and is not written")
{
    constexpr std::size_t channels = 3, longest = 20;
    const std::vector<std::size_t> lengths{20, 7, 13, 1};
    const std::size_t n = lengths.size() * channels * longest;
    std::vector<double> data = support::random_values<double>(n, 1, 3, 2);
    std::vector<double> gradient = support::random_values<double>(n, 2);
    std::vector<double> y(n, 7), grad_x(n, 7);
    const auto padded = [&](std::size_t i) { return i % longest >= lengths[i / longest / channels]; };
    for (std::size_t i = 0; i < n; ++i)
        if (padded(i))
            data[i] = gradient[i] = std::numeric_limits<double>::quiet_NaN();
    // A sequence without its padding, as it lies.
    std::vector<Lengths> shapes;
    Lengths strides{channels * longest, longest, 1};
    for (const std::size_t length : lengths)
        shapes.push_back({1, channels, static_cast<std::int64_t>(length)});
    const auto sequence = [&](std::vector<double> &values, std::size_t i) {
        return unitvar_tensor{
            values.data() + i * channels * longest, {1, 0}, 3, support::f64_dtype, shapes[i].data(), strides.data(), 0};
    };
    Array<double> mean({channels}), rstd({channels});
    std::vector<unitvar_wide_moments> moments(lengths.size() * channels);
    std::vector<unitvar_batch_gradient_sums> sums(moments.size());
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        const unitvar_tensor x = sequence(data, i);
        require_ok(unitvar_batch_moments(&x, moments.data() + i * channels, channels));
    }
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        const unitvar_tensor x = sequence(data, i), g = sequence(gradient, i);
        unitvar_tensor to = sequence(y, i);
        require_ok(unitvar_batch_norm_given(&x, nullptr, nullptr, moments.data(), moments.size(), nullptr, nullptr,
                                            nullptr, momentum, eps, &to, mean, rstd));
        require_ok(unitvar_batch_norm_backward_sums(&g, &x, mean, sums.data() + i * channels, channels));
    }
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        const unitvar_tensor x = sequence(data, i), g = sequence(gradient, i);
        unitvar_tensor to = sequence(grad_x, i);
        require_ok(unitvar_batch_norm_backward_given(&g, &x, mean, rstd, nullptr, sums.data(), sums.size(), &to,
                                                     nullptr, nullptr));
    }
    for (std::size_t c = 0; c < channels; ++c) {
        long double count = 0, sum = 0, squares = 0, of_gradient = 0, product = 0;
        const auto each = [&](const auto &use) {
            for (std::size_t i = 0; i < n; ++i)
                if (i / longest % channels == c && !padded(i))
                    use(i);
        };
        each([&](std::size_t i) { count += 1, sum += data[i]; });
        const long double center = sum / count;
        each([&](std::size_t i) { squares += (data[i] - center) * (data[i] - center); });
        const long double scale = 1 / std::sqrt(squares / count + static_cast<long double>(eps));
        each([&](std::size_t i) {
            of_gradient += gradient[i];
            product += gradient[i] * (data[i] - center) * scale;
        });
        each([&](std::size_t i) {
            const long double normalised = (data[i] - center) * scale;
            CHECK(std::abs(y[i] - normalised) <= 1e-14);
            CHECK(std::abs(grad_x[i] - scale * (gradient[i] - (of_gradient + normalised * product) / count)) <= 1e-14);
        });
    }
    for (std::size_t i = 0; i < n; ++i)
        CHECK((!padded(i) || (y[i] == 7 && grad_x[i] == 7)));
}
