// Draws of categories.
#include "core/torch/multinomial.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "core/message.hpp"
#include "core/torch/draws.hpp"
#include "core/torch/formats.hpp"

namespace unitvar::core {
namespace {

// The weights in f32 or f64, row after row, checked.
template <class Format> std::vector<typename Format::Value> weights_of(const TorchMultinomial &call)
{
    using Stored = typename Format::Stored;
    const Tensor &tensor = call.weights;
    const std::uint64_t categories = call.categories();
    const auto bytes = static_cast<std::int64_t>(sizeof(Stored));
    const std::int64_t row_step = tensor.ndim() == 2 ? tensor.stride(0) * bytes : 0;
    const std::int64_t step = tensor.stride(tensor.ndim() - 1) * bytes;
    std::vector<typename Format::Value> weights(call.rows() * categories);
    for (std::uint64_t row = 0; row < call.rows(); ++row) {
        bool some = false;
        for (std::uint64_t j = 0; j < categories; ++j) {
            Stored stored{};
            std::memcpy(&stored,
                        tensor.data() + static_cast<std::int64_t>(row) * row_step + static_cast<std::int64_t>(j) * step,
                        sizeof(stored));
            const auto weight = Format::widen(stored);
            if (!(weight >= 0) || std::isinf(weight)) {
                invalid_value(indexed("weights", row * categories + j), static_cast<double>(weight),
                              "a finite number >= 0");
            }
            some = some || weight > 0;
            weights[row * categories + j] = weight;
        }
        if (!some) {
            invalid("weights", "all 0 in row " + text(row), "a sum > 0 in each row");
        }
    }
    return weights;
}

// Sums are of f32 where the weights have 16 bits.
template <class Format>
void search(const TorchSource &source, const TorchMultinomial &call, std::vector<typename Format::Value> &weights,
            std::int64_t *drawn)
{
    using Value = typename Format::Value;
    const std::uint64_t categories = call.categories();
    for (std::uint64_t row = 0; row < call.rows(); ++row) {
        Value *const sums = weights.data() + row * categories;
        Value sum = 0;
        for (std::uint64_t j = 0; j < categories; ++j) {
            sum += sums[j];
            sums[j] = sum;
        }
        for (std::uint64_t j = 0; j < categories; ++j) {
            sums[j] /= sum;
        }
        sums[categories - 1] = 1;
        for (std::uint64_t i = 0; i < call.samples; ++i) {
            const double u = source.engine.uniform(source.kernels);
            std::uint64_t first = 0;
            for (std::uint64_t last = categories; first < last;) {
                const std::uint64_t middle = first + (last - first) / 2;
                if (static_cast<double>(sums[middle]) < u) {
                    first = middle + 1;
                } else {
                    last = middle;
                }
            }
            *drawn++ = static_cast<std::int64_t>(first);
        }
    }
}

// The order of torch.topk, NaN first. Where values are equal the algorithms of the C++ library decide, as there.
template <class Value> bool larger(const std::pair<Value, std::int64_t> &a, const std::pair<Value, std::int64_t> &b)
{
    return (std::isnan(a.first) && !std::isnan(b.first)) || a.first > b.first;
}

// Exponentials are drawn in the order of the weights' addresses.
template <class Format>
void race(const TorchSource &source, const TorchMultinomial &call, const std::vector<typename Format::Value> &weights,
          std::int64_t *drawn)
{
    using Value = typename Format::Value;
    using Stored = typename Format::Stored;
    const std::uint64_t rows = call.rows();
    const std::uint64_t categories = call.categories();
    const bool by_columns = rows > 1 && categories > 1 &&
                            std::abs(call.weights.stride(0)) < std::abs(call.weights.stride(1)) &&
                            call.weights.stride(0) != 0;
    std::vector<Stored> clocks(rows * categories);
    std::vector<std::pair<Value, std::int64_t>> queue(categories);
    torch_fill_exponential(source, {call.weights.dtype(), clocks.size(), true, clocks.data()}, 1);
    const auto samples = static_cast<std::ptrdiff_t>(call.samples);
    for (std::uint64_t row = 0; row < rows; ++row) {
        for (std::uint64_t j = 0; j < categories; ++j) {
            const Value clock = Format::widen(clocks[by_columns ? j * rows + row : row * categories + j]);
            queue[j] = {Format::rounded(weights[row * categories + j] / clock), static_cast<std::int64_t>(j)};
        }
        const auto begin = queue.begin();
        if (samples == 1) {
            drawn[row] =
                std::max_element(begin, queue.end(), [](const auto &a, const auto &b) { return larger(b, a); })->second;
            continue;
        }
        if (call.samples * 64 <= categories) {
            std::partial_sort(begin, begin + samples, queue.end(), larger<Value>);
        } else {
            std::nth_element(begin, begin + samples - 1, queue.end(), larger<Value>);
            std::sort(begin, begin + samples - 1, larger<Value>);
        }
        for (std::ptrdiff_t i = 0; i < samples; ++i) {
            drawn[static_cast<std::ptrdiff_t>(row) * samples + i] = queue[static_cast<std::size_t>(i)].second;
        }
    }
}

} // namespace

std::vector<std::int64_t> torch_multinomial(const TorchSource &source, const TorchMultinomial &call)
{
    return with_format(call.weights.dtype(), [&](auto format) {
        using Format = decltype(format);
        auto weights = weights_of<Format>(call);
        std::vector<std::int64_t> drawn(call.rows() * call.samples);
        if (call.replacement && !(call.samples == 1 && source.engine.rules().single_race)) {
            search<Format>(source, call, weights, drawn.data());
        } else {
            race<Format>(source, call, weights, drawn.data());
        }
        return drawn;
    });
}

} // namespace unitvar::core
