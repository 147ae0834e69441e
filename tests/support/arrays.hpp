// Row-major or channels-last tensors of values that a test computes with: data in, data out, in the order of indices.
#ifndef UNITVAR_TESTS_SUPPORT_ARRAYS_HPP
#define UNITVAR_TESTS_SUPPORT_ARRAYS_HPP

#include "capi.hpp"
#include "tensors.hpp"

#include <pcg_random.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

namespace support {

template <class T> constexpr unitvar_dtype dtype_of()
{
    return std::is_same_v<T, float> ? f32_dtype : f64_dtype;
}

inline Lengths channels_last_strides(const Lengths &shape)
{
    Lengths strides(shape.size());
    std::int64_t step = shape[1];
    strides[1] = 1;
    for (std::size_t d = shape.size(); d-- > 2;) {
        strides[d] = step;
        step *= shape[d];
    }
    strides[0] = step;
    return strides;
}

template <class T> class Array {
public:
    Array(Lengths shape, const std::vector<T> &values, bool channels_last = false)
        : shape_(std::move(shape)), strides_(channels_last ? channels_last_strides(shape_) : row_major_strides(shape_)),
          offsets_(element_offsets(shape_, strides_)), data_(offsets_.size())
    {
        for (std::size_t i = 0; i < values.size(); ++i)
            data_[static_cast<std::size_t>(offsets_[i])] = values[i];
        view_ = {data_.data(),    {1, 0}, static_cast<std::int32_t>(shape_.size()), dtype_of<T>(), shape_.data(),
                 strides_.data(), 0};
    }
    explicit Array(Lengths shape) : Array(std::move(shape), std::vector<T>{}) {}
    // A template, so that a list of one value is never taken for the flag.
    template <std::same_as<bool> Flag>
    Array(Lengths shape, Flag channels_last) : Array(std::move(shape), std::vector<T>{}, channels_last)
    {
    }
    Array(const Array &) = delete;
    Array &operator=(const Array &) = delete;

    operator unitvar_tensor *() { return &view_; }
    std::vector<T> values() const
    {
        std::vector<T> result;
        for (const std::int64_t offset : offsets_)
            result.push_back(data_[static_cast<std::size_t>(offset)]);
        return result;
    }
    std::vector<T> &memory() { return data_; }

private:
    Lengths shape_;
    Lengths strides_;
    std::vector<std::int64_t> offsets_;
    std::vector<T> data_;
    unitvar_tensor view_{};
};

// Roughly normal, with this mean and deviation.
template <class T>
std::vector<T> random_values(std::size_t n, std::uint64_t seed, double mean = 0, double deviation = 1)
{
    pcg32 generator(seed, 7);
    std::vector<T> values(n);
    for (T &x : values) {
        double sum = -6;
        for (int i = 0; i < 12; ++i)
            sum += std::ldexp(static_cast<double>(generator()), -32);
        x = static_cast<T>(mean + deviation * sum);
    }
    return values;
}

template <class T> std::vector<long double> wide(const std::vector<T> &values)
{
    return {values.begin(), values.end()};
}

template <class T> bool same_bits(const std::vector<T> &a, const std::vector<T> &b)
{
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

// How far got is from exact, in units of the last place of exact in T.
template <class T> double ulps(T got, long double exact)
{
    if (std::isnan(got) && std::isnan(exact))
        return 0;
    if (static_cast<long double>(got) == exact)
        return 0;
    const T rounded = static_cast<T>(exact);
    if (!std::isfinite(got) || !std::isfinite(rounded))
        return got == rounded ? 0 : std::numeric_limits<double>::infinity();
    const T magnitude = std::abs(rounded);
    const long double ulp =
        std::max<long double>(std::nextafter(magnitude, std::numeric_limits<T>::infinity()) - magnitude,
                              std::numeric_limits<T>::denorm_min());
    return static_cast<double>(std::abs(static_cast<long double>(got) - exact) / ulp);
}

template <class T> double worst_ulps(const std::vector<T> &got, const std::vector<long double> &exact)
{
    double worst = got.size() == exact.size() ? 0 : std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < got.size() && i < exact.size(); ++i)
        worst = std::max(worst, ulps(got[i], exact[i]));
    return worst;
}

// The largest difference relative to the largest value.
template <class T> double worst_relative(const std::vector<T> &got, const std::vector<long double> &exact)
{
    long double difference = got.size() == exact.size() ? 0 : std::numeric_limits<long double>::infinity();
    long double largest = std::numeric_limits<long double>::min();
    for (std::size_t i = 0; i < got.size() && i < exact.size(); ++i) {
        difference = std::max(difference, std::abs(static_cast<long double>(got[i]) - exact[i]));
        largest = std::max(largest, std::abs(exact[i]));
    }
    return static_cast<double>(difference / largest);
}

} // namespace support

#endif
