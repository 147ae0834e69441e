// Tensors of any dtype and layout that are written from doubles and read as such, and what a dtype makes of a double:
// by ldexp and nearbyint, one element at a time.
#ifndef UNITVAR_TESTS_SUPPORT_ANY_TENSOR_HPP
#define UNITVAR_TESTS_SUPPORT_ANY_TENSOR_HPP

#include "arrays.hpp"
#include "little_endian.hpp"
#include "tensors.hpp"

#include "oracle/half.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace support {

using Values = std::vector<double>;

inline constexpr double eps = 0x1p-10; // of norms: a number of every dtype

inline bool same_dtype(unitvar_dtype a, unitvar_dtype b)
{
    return a.code == b.code && a.bits == b.bits;
}

inline const oracle::HalfFormat &half_format(unitvar_dtype dtype)
{
    return same_dtype(dtype, bf16_dtype) ? oracle::bf16 : oracle::f16;
}

// Bits of fraction and the exponent of the least normal number.
struct Format {
    int fraction;
    int least;
};
inline Format format_of(unitvar_dtype dtype)
{
    if (same_dtype(dtype, f64_dtype))
        return {52, -1022};
    if (same_dtype(dtype, f32_dtype))
        return {23, -126};
    const oracle::HalfFormat &half = half_format(dtype);
    return {half.fraction_bits, 1 - half.bias()};
}
inline double ulp_of(unitvar_dtype dtype, double x)
{
    const Format format = format_of(dtype);
    const int exponent = x == 0 ? format.least : std::max(format.least, std::ilogb(x));
    return std::ldexp(1, exponent - format.fraction);
}
// To nearest even, in double: of numbers that are not beyond the largest.
inline double rounded(unitvar_dtype dtype, double x)
{
    const double ulp = ulp_of(dtype, x);
    return same_dtype(dtype, f64_dtype) ? x : std::nearbyint(x / ulp) * ulp;
}
inline Values rounded(unitvar_dtype dtype, Values values)
{
    for (double &value : values)
        value = rounded(dtype, value);
    return values;
}

inline void write_element(unitvar_dtype dtype, unsigned char *at, double value)
{
    if (same_dtype(dtype, f64_dtype)) {
        std::memcpy(at, &value, sizeof value);
        return;
    }
    const auto narrow = static_cast<float>(value);
    if (same_dtype(dtype, f32_dtype)) {
        std::memcpy(at, &narrow, sizeof narrow);
        return;
    }
    const std::uint16_t bits = oracle::round_to_half(half_format(dtype), value);
    std::memcpy(at, &bits, sizeof bits);
}
// In row-major order of their indices.
inline Values logical_doubles(unitvar_dtype dtype, const Tensor &tensor)
{
    if (same_dtype(dtype, f64_dtype))
        return tensor.logical_values<double>();
    if (same_dtype(dtype, f32_dtype)) {
        const std::vector<float> values = tensor.logical_values<float>();
        return {values.begin(), values.end()};
    }
    Values result;
    for (const std::uint16_t bits : tensor.logical_values<std::uint16_t>())
        result.push_back(oracle::half_value(half_format(dtype), bits));
    return result;
}

enum class Layout { row_major, channels_last, gaps, reversed, every_second, backwards };

inline Lengths strides_of(Layout layout, const Lengths &shape)
{
    const std::size_t n = shape.size();
    Lengths strides = row_major_strides(shape);
    switch (layout) {
    case Layout::row_major:
        return strides;
    case Layout::channels_last:
        return n < 3 ? strides : channels_last_strides(shape);
    case Layout::gaps: // rows apart, as a slice of wider ones has them
        for (std::size_t d = 0, width = 1; d + 1 < n; ++d)
            for (width = d + 1, strides[d] = shape.back() + 5; width + 1 < n; ++width)
                strides[d] *= shape[width];
        return strides;
    case Layout::reversed: // the first index fastest
        for (std::size_t d = 0; d < n; ++d)
            strides[d] = d == 0 ? 1 : strides[d - 1] * shape[d - 1];
        return strides;
    case Layout::every_second:
        for (std::int64_t &stride : strides)
            stride *= 2;
        return strides;
    case Layout::backwards:
        for (std::int64_t &stride : strides)
            stride *= -1;
        return strides;
    }
    return strides;
}

// A tensor of any dtype and layout that is written from doubles and read as such.
class AnyTensor {
public:
    AnyTensor(unitvar_dtype dtype, const Lengths &shape, Layout layout, const Values &values)
        : dtype_(dtype), strides_(strides_of(layout, shape)), offsets_(element_offsets(shape, strides_)),
          tensor_(dtype, shape, strides_)
    {
        for (std::size_t i = 0; i < values.size(); ++i)
            write_element(dtype, at(i), values[i]);
    }
    unitvar_tensor *view() { return tensor_.view(); }
    Values values() const { return logical_doubles(dtype_, tensor_); }
    std::vector<unsigned char> bytes() const { return tensor_.logical_bytes(); }
    std::vector<unsigned char> little_endian_bytes() const { return little_endian(bytes(), dtype_.bits / 8u); }
    bool clean() const { return tensor_.untouched_between_elements(); }

private:
    unsigned char *at(std::size_t i)
    {
        const std::int64_t first = static_cast<std::int64_t>(tensor_.view()->byte_offset);
        return static_cast<unsigned char *>(tensor_.view()->data) + first + offsets_[i] * (dtype_.bits / 8);
    }

    unitvar_dtype dtype_;
    Lengths strides_;
    std::vector<std::int64_t> offsets_;
    Tensor tensor_;
};

} // namespace support

#endif
