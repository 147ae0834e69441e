// Random data of a seed: the same on every machine, whatever the standard library. SplitMix64 (Steele, Lea and Flood,
// "Fast Splittable Pseudorandom Number Generators", 2014).
#ifndef UNITVAR_TESTS_KERNELS_RANDOM_HPP
#define UNITVAR_TESTS_KERNELS_RANDOM_HPP

#include "core/half.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <vector>

namespace checkkernels {

using Bf16 = unitvar::core::Bf16Element;
using F16 = unitvar::core::F16Element;
template <class T> inline constexpr bool is_half = sizeof(T) == 2 && !std::is_integral_v<T>;
// Of weights and slopes beside elements of T.
template <class T> using Parameter = std::conditional_t<is_half<T>, float, T>;

class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    // A sequence of its own for each name, so that a filter changes nobody's data.
    Random(std::uint64_t seed, std::string_view name) : state_(seed)
    {
        for (const char c : name)
            state_ = next() ^ static_cast<unsigned char>(c);
    }

    std::uint64_t next()
    {
        std::uint64_t x = state_ += 0x9E3779B97F4A7C15U;
        x = (x ^ x >> 30U) * 0xBF58476D1CE4E5B9U;
        x = (x ^ x >> 27U) * 0x94D049BB133111EBU;
        return x ^ x >> 31U;
    }
    // 0 to n - 1; first to last.
    std::uint64_t below(std::uint64_t n) { return next() % n; }
    std::size_t between(std::size_t first, std::size_t last)
    {
        return first + static_cast<std::size_t>(below(last - first + 1));
    }
    bool one_in(std::uint64_t n) { return below(n) == 0; }
    // In [0, 1) and in [-1, 1).
    double unit() { return static_cast<double>(next() >> 11U) * 0x1p-53; }
    double signed_unit() { return 2 * unit() - 1; }

    // Near 0; of any exponent up to 2^+-60; every kind of number that is special, NaN among them where asked for.
    template <class T> T tame() { return static_cast<T>(signed_unit() + signed_unit() + 2 * signed_unit()); }
    template <class T> T wide() { return static_cast<T>(std::ldexp(signed_unit(), static_cast<int>(below(121)) - 60)); }
    template <class T> T special(bool with_nan)
    {
        using Limits = std::numeric_limits<T>;
        const T sign = one_in(2) ? T(1) : T(-1);
        switch (below(with_nan ? 9 : 8)) {
        case 0:
            return sign * T(0);
        case 1:
            return sign * Limits::denorm_min();
        case 2:
            return sign * static_cast<T>(unit()) * Limits::min();
        case 3:
            return sign * Limits::min();
        case 4:
            return sign * Limits::max();
        case 5:
            return sign * Limits::infinity();
        case 6:
            return sign;
        case 7:
            return sign * std::nextafter(T(1), T(2));
        default:
            return std::copysign(Limits::quiet_NaN(), sign);
        }
    }

    template <class T> std::vector<T> tame_values(std::size_t n)
    {
        return values<T>(n, [this] { return tame<T>(); });
    }
    // An array of one character: tame, far from 0 with small deviations, of any exponent, so large or so small that
    // squares leave the range, or tame with a few special numbers in it.
    template <class T> std::vector<T> floats(std::size_t n, bool with_nan = true)
    {
        if constexpr (is_half<T>) {
            std::vector<T> halves(n);
            const std::vector<float> values = floats<float>(n, with_nan);
            for (std::size_t i = 0; i < n; ++i)
                halves[i].bits = std::is_same_v<T, Bf16> ? unitvar::core::round_to_bf16(values[i])
                                                         : unitvar::core::round_to_f16(values[i]);
            return halves;
        } else {
            return numbers<T>(n, with_nan);
        }
    }
    template <class T> std::vector<T> words(std::size_t n)
    {
        if constexpr (is_half<T>)
            return values<T>(n, [this] { return T{static_cast<std::uint16_t>(next())}; });
        else
            return values<T>(n, [this] { return static_cast<T>(next()); });
    }
    template <class T, class Make> std::vector<T> values(std::size_t n, const Make &make)
    {
        std::vector<T> result(n);
        for (T &value : result)
            value = make();
        return result;
    }

private:
    template <class T> std::vector<T> numbers(std::size_t n, bool with_nan)
    {
        const T mean = std::ldexp(tame<T>(), 20);
        switch (below(8)) {
        case 0:
            return values<T>(n, [&] { return mean + tame<T>(); });
        case 1:
            return values<T>(n, [this] { return wide<T>(); });
        case 2:
        case 3: {
            const std::uint64_t rarity = std::uint64_t{2} << below(8);
            return values<T>(n, [&] { return one_in(rarity) ? special<T>(with_nan) : tame<T>(); });
        }
        case 4: {
            const int most = std::numeric_limits<T>::max_exponent - 4;
            const int exponent = static_cast<int>(between(most / 2, most)) * (one_in(2) ? 1 : -1);
            return values<T>(n, [&] { return std::ldexp(tame<T>(), exponent); });
        }
        default:
            return tame_values<T>(n);
        }
    }

    std::uint64_t state_;
};

} // namespace checkkernels

#endif
