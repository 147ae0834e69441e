// Tensor descriptors out of the fuzzer's bytes: shapes, strides, offsets, element types and devices, most of them sound.
// A naive reading in 128 bits says whether a descriptor is one that every function refuses. Of a sound one that spans
// little memory exactly the bytes that it spans are allocated, so that AddressSanitizer sees any other; a larger one
// gets none, which has to be refused as well. Afterwards bytes between the elements must be as they were.
#ifndef UNITVAR_TESTS_FUZZ_TENSORS_HPP
#define UNITVAR_TESTS_FUZZ_TENSORS_HPP

#include "fuzz.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>

namespace fuzz {

using Lengths = std::vector<std::int64_t>;
__extension__ using Wide = __int128;

constexpr Wide largest = INT64_MAX;
constexpr Wide most_spanned = 1 << 14; // bytes that are allocated
constexpr Wide most_elements = 1 << 12;

// Beyond what any check allows sums and products stay where they are.
inline Wide clamped(Wide x)
{
    constexpr Wide limit = Wide{1} << 64;
    return std::clamp(x, -limit, limit);
}

inline Lengths usual_shape(Input &input)
{
    Lengths shape(input.below(6));
    for (std::int64_t &length : shape) {
        length = input.between<std::int64_t>(0, 7);
    }
    if (!shape.empty() && input.rarely()) {
        shape[input.below(shape.size())] = input.between<std::int64_t>(0, 600);
    }
    return shape;
}

// Of lengths whose product nothing overflows.
inline Wide elements_of(const Lengths &shape)
{
    return std::accumulate(shape.begin(), shape.end(), Wide{1}, std::multiplies<>());
}

// With at most as many elements as a tensor gets memory for: longer ones of a thousand times the work show no more.
inline Lengths shortened(Lengths shape)
{
    while (elements_of(shape) > most_elements) {
        *std::ranges::max_element(shape) /= 2;
    }
    return shape;
}

class Tensor {
public:
    // Mostly of this shape and dtype.
    Tensor(Input &input, Lengths shape, unitvar_dtype dtype) : shape_(std::move(shape))
    {
        view_.dtype = dtype;
        view_.device = {1, 0};
        if (input.rarely()) {
            distort(input);
        }
        view_.ndim = static_cast<std::int32_t>(shape_.size());
        if (input.rarely()) {
            view_.ndim = input.one_of({-1, 65, INT32_MIN, INT32_MAX});
        }
        if (input.coin()) {
            choose_strides(input);
        }
        // Always addresses, of which the arrays of no dimensions have none.
        shape_.reserve(1);
        strides_.reserve(1);
        view_.shape = shape_.data();
        view_.strides = has_strides_ ? strides_.data() : nullptr;
        judge();
        allocate(input);
    }
    Tensor(const Tensor &) = delete;
    Tensor &operator=(const Tensor &) = delete;

    unitvar_tensor *view() { return &view_; }
    // Whether every function that looks at elements has to refuse it.
    [[nodiscard]] bool unsound() const { return unsound_; }
    // Two elements with the same memory; of sound ones.
    [[nodiscard]] bool overlapping() const
    {
        std::vector<std::int64_t> sorted = offsets();
        std::ranges::sort(sorted);
        return std::ranges::adjacent_find(sorted) != sorted.end();
    }
    [[nodiscard]] bool has_elements() const { return elements_ != 0; }
    [[nodiscard]] bool untouched() const { return bytes_ == before_; }
    [[nodiscard]] bool untouched_between_elements() const
    {
        Bytes expected = before_;
        for (const std::size_t at : places()) {
            std::copy_n(bytes_.data() + at, width_, expected.data() + at);
        }
        return bytes_ == expected;
    }
    void remember() { before_ = bytes_; }
    // The elements' bytes in the order of their indices.
    [[nodiscard]] Bytes elements() const
    {
        Bytes result;
        for (const std::size_t at : places()) {
            result.insert(result.end(), bytes_.data() + at, bytes_.data() + at + width_);
        }
        return result;
    }
    [[nodiscard]] const Lengths &shape() const { return shape_; }

private:
    void distort(Input &input)
    {
        switch (input.below(5)) {
        case 0:
            if (!shape_.empty()) {
                shape_[input.below(shape_.size())] = input.edge();
            }
            break;
        case 1:
            shape_.push_back(input.between<std::int64_t>(0, 3));
            break;
        case 2:
            if (!shape_.empty()) {
                shape_.pop_back();
            }
            break;
        case 3:
            view_.dtype = {input.any<std::uint8_t>(), input.any<std::uint8_t>(),
                           input.coin() ? std::uint16_t{1} : input.any<std::uint16_t>()};
            break;
        default:
            view_.device = {input.usual<std::int32_t>(0, 3), input.usual<std::int32_t>(0, 1)};
            break;
        }
    }

    // Dense in some order of the dimensions, with gaps and backwards in some of them, and then perhaps anything.
    void choose_strides(Input &input)
    {
        has_strides_ = true;
        strides_.assign(shape_.size(), 0);
        std::vector<std::size_t> order(shape_.size());
        for (std::size_t i = 0; i < order.size(); ++i) {
            order[i] = i;
            std::swap(order[i], order[i - input.below(i + 1)]);
        }
        std::uint64_t step = 1;
        for (const std::size_t d : order) {
            strides_[d] = static_cast<std::int64_t>(input.coin() ? step : -step);
            step = step * static_cast<std::uint64_t>(shape_[d]) + input.below(3);
        }
        if (!strides_.empty() && input.between(0, 3) == 3) {
            std::int64_t &stride = strides_[input.below(strides_.size())];
            stride = input.rarely() ? input.edge() : input.between<std::int64_t>(-9, 9);
        }
    }

    void judge()
    {
        static constexpr unitvar_dtype known[] = {{2, 32, 1}, {2, 64, 1}, {4, 16, 1}, {2, 16, 1}, {0, 8, 1},
                                                  {0, 16, 1}, {0, 32, 1}, {0, 64, 1}, {1, 8, 1},  {6, 8, 1}};
        const auto same = [&](const unitvar_dtype &d) {
            return d.code == view_.dtype.code && d.bits == view_.dtype.bits && d.lanes == view_.dtype.lanes;
        };
        unsound_ = !std::ranges::any_of(known, same) || view_.device.device_type != 1 || view_.device.device_id != 0 ||
                   view_.ndim != static_cast<std::int32_t>(shape_.size()) ||
                   std::ranges::any_of(shape_, [](std::int64_t length) { return length < 0; });
        if (unsound_) {
            return;
        }
        width_ = view_.dtype.bits / 8u;
        Wide elements = std::ranges::any_of(shape_, [](std::int64_t length) { return length == 0; }) ? 0 : 1;
        Wide step = 1;
        for (std::size_t d = shape_.size(); d-- > 0;) {
            const Wide stride = has_strides_ ? Wide{strides_[d]} : step;
            const Wide turn = clamped(clamped(stride) * std::max<Wide>(shape_[d] - 1, 0));
            Wide &end = turn < 0 ? low_ : high_;
            end = clamped(end + turn);
            elements = clamped(elements * shape_[d]);
            step = clamped(step * shape_[d]);
        }
        if (elements == 0) {
            low_ = high_ = 0;
            return;
        }
        const Wide span = (high_ - low_ + 1) * static_cast<Wide>(width_);
        unsound_ = elements * static_cast<Wide>(width_) > largest || span > largest;
        large_ = span > most_spanned || elements > most_elements;
        elements_ = static_cast<std::size_t>(std::min(elements, most_elements));
    }

    void allocate(Input &input)
    {
        const std::size_t misalignment = input.below(8);
        if (unsound_ || elements_ == 0) {
            bytes_.resize(64);
            view_.data = input.coin() ? bytes_.data() : nullptr;
            view_.byte_offset = input.rarely() ? static_cast<std::uint64_t>(input.edge()) : misalignment;
            unsound_ = unsound_ || view_.byte_offset > static_cast<std::uint64_t>(largest);
        } else if (large_) {
            unsound_ = true; // without memory
            view_.byte_offset = misalignment;
        } else {
            zero_ = misalignment + static_cast<std::size_t>(-low_) * width_;
            bytes_.resize(zero_ + static_cast<std::size_t>(high_ + 1) * width_);
            const std::size_t base = input.below(zero_ + 1);
            view_.data = bytes_.data() + base;
            view_.byte_offset = zero_ - base;
        }
        const std::uint64_t seed = input.any<std::uint8_t>();
        fill_with_noise(bytes_.data(), bytes_.size(), seed);
        if (seed % 4 != 0) { // most numbers near 1
            for (std::size_t i = zero_ % std::max<std::size_t>(width_, 1); i + width_ <= bytes_.size() && width_ >= 2;
                 i += width_) {
                bytes_[i + width_ - 1] = 0x3F;
            }
        }
        before_ = bytes_;
    }

    // The first bytes of the elements.
    [[nodiscard]] std::vector<std::size_t> places() const
    {
        std::vector<std::size_t> result;
        for (const std::int64_t offset : offsets()) {
            result.push_back(zero_ + static_cast<std::size_t>(offset) * width_);
        }
        return result;
    }

    [[nodiscard]] std::vector<std::int64_t> offsets() const
    {
        if (unsound_ || elements_ == 0) {
            return {};
        }
        Lengths strides = strides_;
        if (!has_strides_) {
            strides.assign(shape_.size(), 1);
            for (std::size_t d = shape_.size(); d-- > 1;) {
                strides[d - 1] = strides[d] * shape_[d];
            }
        }
        std::vector<std::int64_t> result{0};
        for (std::size_t d = 0; d < shape_.size(); ++d) {
            std::vector<std::int64_t> next;
            for (const std::int64_t offset : result) {
                for (std::int64_t i = 0; i < shape_[d]; ++i) {
                    next.push_back(offset + i * strides[d]);
                }
            }
            result = std::move(next);
        }
        return result;
    }

    Lengths shape_;
    Lengths strides_;
    bool has_strides_ = false;
    bool unsound_ = false;
    bool large_ = false;
    Wide low_ = 0; // offsets of elements
    Wide high_ = 0;
    std::size_t elements_ = 0;
    std::size_t width_ = 0;
    std::size_t zero_ = 0; // the byte of the element with all indices 0
    Bytes bytes_;
    Bytes before_;
    unitvar_tensor view_{};
};

constexpr unitvar_dtype floats[] = {{2, 32, 1}, {2, 64, 1}, {4, 16, 1}, {2, 16, 1}};
constexpr unitvar_dtype numbers[] = {{2, 32, 1}, {2, 64, 1}, {4, 16, 1}, {2, 16, 1}, {0, 8, 1},
                                     {0, 16, 1}, {0, 32, 1}, {0, 64, 1}, {1, 8, 1},  {6, 8, 1}};

} // namespace fuzz

#endif
