// Portable C++: a register is an array of 16 f32 or 8 f64, every operation a loop over it. Needs no instruction
// beyond the baseline (std::fma is the only fused operation, and exact wherever the hardware has none). This table
// is the fallback on unknown processors and the oracle that all others must equal.
#pragma once

#include <bit>
#include <cmath>
#include <type_traits>

#include "core/half.hpp"

namespace unitvar {
namespace {

template <class T> struct Lanes {
    using value_type = T;
    static constexpr std::size_t size = 64 / sizeof(T);

    T lane[size];

    Lanes() = default;
    UNITVAR_INLINE explicit Lanes(T value)
    {
        for (T &x : lane) {
            x = value;
        }
    }
};

using F32 = Lanes<float>;
using U32 = Lanes<std::uint32_t>;
using U16 = Lanes<std::uint16_t>;
using F64 = Lanes<double>;
using U64 = Lanes<std::uint64_t>;

inline constexpr bool has_multiply_u64 = true;
inline constexpr bool has_streaming_stores = false;
inline constexpr bool draws_from_memory = true;
inline constexpr std::size_t vector_registers = 16;

template <class Function, class T, class... Rest>
UNITVAR_INLINE auto each(Function function, const Lanes<T> &first, const Lanes<Rest> &...rest)
{
    Lanes<decltype(function(first.lane[0], rest.lane[0]...))> result;
    for (std::size_t i = 0; i < Lanes<T>::size; ++i) {
        result.lane[i] = function(first.lane[i], rest.lane[i]...);
    }
    return result;
}

template <class T> UNITVAR_INLINE Lanes<T> operator+(Lanes<T> a, Lanes<T> b)
{
    return each([](T x, T y) UNITVAR_INLINE_LAMBDA { return x + y; }, a, b);
}
template <class T> UNITVAR_INLINE Lanes<T> operator-(Lanes<T> a, Lanes<T> b)
{
    return each([](T x, T y) UNITVAR_INLINE_LAMBDA { return x - y; }, a, b);
}
template <class T> UNITVAR_INLINE Lanes<T> operator*(Lanes<T> a, Lanes<T> b)
{
    return each([](T x, T y) UNITVAR_INLINE_LAMBDA { return x * y; }, a, b);
}
template <class T> UNITVAR_INLINE Lanes<T> operator&(Lanes<T> a, Lanes<T> b)
{
    return each([](T x, T y) UNITVAR_INLINE_LAMBDA { return x & y; }, a, b);
}
template <class T> UNITVAR_INLINE Lanes<T> operator|(Lanes<T> a, Lanes<T> b)
{
    return each([](T x, T y) UNITVAR_INLINE_LAMBDA { return x | y; }, a, b);
}
template <class T> UNITVAR_INLINE Lanes<T> operator^(Lanes<T> a, Lanes<T> b)
{
    return each([](T x, T y) UNITVAR_INLINE_LAMBDA { return x ^ y; }, a, b);
}
template <class T> UNITVAR_INLINE Lanes<T> operator<<(Lanes<T> a, int bits)
{
    return each([bits](T x) UNITVAR_INLINE_LAMBDA { return x << bits; }, a);
}
template <class T> UNITVAR_INLINE Lanes<T> operator>>(Lanes<T> a, int bits)
{
    return each([bits](T x) UNITVAR_INLINE_LAMBDA { return x >> bits; }, a);
}

template <class R> UNITVAR_INLINE R load_register(const void *source)
{
    R result;
    __builtin_memcpy(&result, source, sizeof(R));
    return result;
}
template <class R> UNITVAR_INLINE void store_register(void *target, R a)
{
    __builtin_memcpy(target, &a, sizeof(R));
}
// Two f32 as f64.
UNITVAR_INLINE F64 load_widened(const void *source)
{
    float narrow[F64::size];
    __builtin_memcpy(narrow, source, sizeof(narrow));
    F64 wide;
    for (std::size_t i = 0; i < F64::size; ++i) {
        wide.lane[i] = static_cast<double>(narrow[i]);
    }
    return wide;
}
// Bits of bf16 and of f16 as f64 and as f32.
template <class R, class Widen> UNITVAR_INLINE R widen_halves(const void *source, Widen widen)
{
    std::uint16_t bits[R::size];
    __builtin_memcpy(bits, source, sizeof(bits));
    R wide;
    for (std::size_t i = 0; i < R::size; ++i) {
        wide.lane[i] = static_cast<typename R::value_type>(widen(bits[i]));
    }
    return wide;
}
UNITVAR_INLINE F64 load_widened_bf16(const void *source)
{
    return widen_halves<F64>(source, core::widen_bf16);
}
UNITVAR_INLINE F64 load_widened_f16(const void *source)
{
    return widen_halves<F64>(source, core::widen_f16);
}
UNITVAR_INLINE F32 load_f16(const void *source)
{
    return widen_halves<F32>(source, core::widen_f16);
}
template <class R> UNITVAR_INLINE void stream_register(void *target, R a)
{
    store_register(target, a);
}
UNITVAR_INLINE void stream_fence() {}

// As two f32, rounded to nearest even.
UNITVAR_INLINE void store_narrowed(void *target, F64 a)
{
    float narrow[F64::size];
    for (std::size_t i = 0; i < F64::size; ++i) {
        narrow[i] = static_cast<float>(a.lane[i]);
    }
    __builtin_memcpy(target, narrow, sizeof(narrow));
}

template <class T> UNITVAR_INLINE Lanes<T> fused(Lanes<T> a, Lanes<T> b, Lanes<T> c)
{
    return each([](T x, T y, T z) UNITVAR_INLINE_LAMBDA { return std::fma(x, y, z); }, a, b, c);
}
template <class T> UNITVAR_INLINE Lanes<T> square_root(Lanes<T> a)
{
    return each([](T x) UNITVAR_INLINE_LAMBDA { return std::sqrt(x); }, a);
}
template <class T> UNITVAR_INLINE Lanes<T> divide(Lanes<T> a, Lanes<T> b)
{
    return each([](T x, T y) UNITVAR_INLINE_LAMBDA { return x / y; }, a, b);
}

UNITVAR_INLINE U32 to_bits(F32 a)
{
    return std::bit_cast<U32>(a);
}
UNITVAR_INLINE U64 to_bits(F64 a)
{
    return std::bit_cast<U64>(a);
}
UNITVAR_INLINE F32 from_bits(U32 a)
{
    return std::bit_cast<F32>(a);
}
UNITVAR_INLINE F64 from_bits(U64 a)
{
    return std::bit_cast<F64>(a);
}
// 64-bit lanes as pairs of 32-bit lanes, low half first, whatever the order of bytes.
UNITVAR_INLINE U64 pairs(U32 a)
{
    if constexpr (std::endian::native == std::endian::little) {
        return std::bit_cast<U64>(a);
    } else {
        U64 result;
        for (std::size_t i = 0; i < U64::size; ++i) {
            result.lane[i] = a.lane[2 * i] | std::uint64_t{a.lane[2 * i + 1]} << 32U;
        }
        return result;
    }
}
UNITVAR_INLINE U32 halves(U64 a)
{
    if constexpr (std::endian::native == std::endian::little) {
        return std::bit_cast<U32>(a);
    } else {
        U32 result;
        for (std::size_t i = 0; i < U64::size; ++i) {
            result.lane[2 * i] = static_cast<std::uint32_t>(a.lane[i]);
            result.lane[2 * i + 1] = static_cast<std::uint32_t>(a.lane[i] >> 32U);
        }
        return result;
    }
}
UNITVAR_INLINE F32 convert_signed(U32 a)
{
    return each([](std::uint32_t x) UNITVAR_INLINE_LAMBDA { return static_cast<float>(static_cast<std::int32_t>(x)); },
                a);
}
UNITVAR_INLINE F64 convert_signed(U64 a)
{
    return each([](std::uint64_t x) UNITVAR_INLINE_LAMBDA { return static_cast<double>(static_cast<std::int64_t>(x)); },
                a);
}

UNITVAR_INLINE F64 convert_upper_53(U64 a)
{
    return convert_signed(U64(a >> 11));
}

// Signed 32-bit lanes as f64: the lower and the upper half; and back, rounded to f32.
template <std::size_t First> UNITVAR_INLINE F64 widen_from(U32 a)
{
    F64 wide;
    for (std::size_t i = 0; i < F64::size; ++i) {
        wide.lane[i] = static_cast<double>(static_cast<std::int32_t>(a.lane[First + i]));
    }
    return wide;
}
UNITVAR_INLINE F64 widen_lower(U32 a)
{
    return widen_from<0>(a);
}
UNITVAR_INLINE F64 widen_upper(U32 a)
{
    return widen_from<F64::size>(a);
}
UNITVAR_INLINE F32 narrow(F64 lower, F64 upper)
{
    F32 result;
    for (std::size_t i = 0; i < F64::size; ++i) {
        result.lane[i] = static_cast<float>(lower.lane[i]);
        result.lane[F64::size + i] = static_cast<float>(upper.lane[i]);
    }
    return result;
}

// The bits of f32 rounded to their upper halves, to nearest even; first those of a.
UNITVAR_INLINE U16 round_to_upper(U32 a, U32 b)
{
    U16 result;
    for (std::size_t i = 0; i < U32::size; ++i) {
        result.lane[i] = core::round_to_bf16(std::bit_cast<float>(a.lane[i]));
        result.lane[U32::size + i] = core::round_to_bf16(std::bit_cast<float>(b.lane[i]));
    }
    return result;
}
UNITVAR_INLINE U16 round_even_odd(U32 even, U32 odd)
{
    U16 result;
    for (std::size_t i = 0; i < U32::size; ++i) {
        result.lane[2 * i] = core::round_to_bf16(std::bit_cast<float>(even.lane[i]));
        result.lane[2 * i + 1] = core::round_to_bf16(std::bit_cast<float>(odd.lane[i]));
    }
    return result;
}
template <std::size_t First> UNITVAR_INLINE F32 load_every_other_bf16(const void *source)
{
    std::uint16_t bits[U16::size];
    __builtin_memcpy(bits, source, sizeof(bits));
    F32 wide;
    for (std::size_t i = 0; i < F32::size; ++i) {
        wide.lane[i] = core::widen_bf16(bits[2 * i + First]);
    }
    return wide;
}
UNITVAR_INLINE F32 load_even_bf16(const void *source)
{
    return load_every_other_bf16<0>(source);
}
UNITVAR_INLINE F32 load_odd_bf16(const void *source)
{
    return load_every_other_bf16<1>(source);
}
template <std::size_t First> UNITVAR_INLINE F32 every_other(F32 a, F32 b)
{
    F32 result;
    for (std::size_t i = 0; i < F32::size / 2; ++i) {
        result.lane[i] = a.lane[2 * i + First];
        result.lane[F32::size / 2 + i] = b.lane[2 * i + First];
    }
    return result;
}
UNITVAR_INLINE F32 even_of(F32 a, F32 b)
{
    return every_other<0>(a, b);
}
UNITVAR_INLINE F32 odd_of(F32 a, F32 b)
{
    return every_other<1>(a, b);
}
// Rounded to f16, first those of a.
UNITVAR_INLINE U16 halve(F32 a, F32 b)
{
    U16 result;
    for (std::size_t i = 0; i < F32::size; ++i) {
        result.lane[i] = core::round_to_f16(a.lane[i]);
        result.lane[F32::size + i] = core::round_to_f16(b.lane[i]);
    }
    return result;
}

// Bit i: is lane i of a below that of b?
UNITVAR_INLINE std::uint64_t less_bits(U32 a, U32 b)
{
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < U32::size; ++i) {
        bits |= std::uint64_t{a.lane[i] < b.lane[i]} << i;
    }
    return bits;
}
UNITVAR_INLINE F32 if_below(U32 v, U32 w, F32 a, F32 b)
{
    F32 result;
    for (std::size_t i = 0; i < F32::size; ++i) {
        result.lane[i] = v.lane[i] < w.lane[i] ? a.lane[i] : b.lane[i];
    }
    return result;
}
// Zeros in the lanes whose bits are set, counted from bit 0.
template <class T> UNITVAR_INLINE Lanes<T> zero_where(Lanes<T> a, std::uint64_t bits)
{
    for (std::size_t i = 0; i < Lanes<T>::size; ++i) {
        a.lane[i] = (bits >> i & 1U) != 0 ? T{0} : a.lane[i];
    }
    return a;
}

template <class T> UNITVAR_INLINE Lanes<T> minimum(Lanes<T> x, Lanes<T> y)
{
    return each([](T p, T q) UNITVAR_INLINE_LAMBDA { return p < q ? p : q; }, x, y);
}
template <class T> UNITVAR_INLINE bool any_lane_less(Lanes<T> x, Lanes<T> y)
{
    bool any = false;
    for (std::size_t i = 0; i < Lanes<T>::size; ++i) {
        any = any || x.lane[i] < y.lane[i];
    }
    return any;
}
template <class T> UNITVAR_INLINE Lanes<T> if_less(Lanes<T> x, Lanes<T> y, Lanes<T> a, Lanes<T> b)
{
    return each([](T p, T q, T s, T t) UNITVAR_INLINE_LAMBDA { return p < q ? s : t; }, x, y, a, b);
}
UNITVAR_INLINE F32 unless_nan(F32 x, F32 other)
{
    return each([](float p, float q) UNITVAR_INLINE_LAMBDA { return __builtin_isnan(p) ? q : p; }, x, other);
}
template <class T> UNITVAR_INLINE Lanes<T> if_not_positive(Lanes<T> x, Lanes<T> a, Lanes<T> b)
{
    return each([](T p, T s, T t) UNITVAR_INLINE_LAMBDA { return p <= T(0) ? s : t; }, x, a, b);
}
template <int Bit, class W, class T> UNITVAR_INLINE Lanes<T> if_bit(Lanes<W> w, Lanes<T> a, Lanes<T> b)
{
    return each([](W p, T s, T t) UNITVAR_INLINE_LAMBDA { return (p >> Bit & 1) != 0 ? s : t; }, w, a, b);
}
UNITVAR_INLINE F32 flip(F32 x, U32 w)
{
    return from_bits(to_bits(x) ^ (w & U32(0x80000000U)));
}
UNITVAR_INLINE F64 flip(F64 x, U64 w)
{
    return from_bits(to_bits(x) ^ (w & U64(0x8000000000000000U)));
}

// The 64-bit product of the low halves of each lane.
UNITVAR_INLINE U64 multiply_low_halves(U64 a, U64 b)
{
    return (a & U64(0xFFFFFFFFU)) * (b & U64(0xFFFFFFFFU));
}
UNITVAR_INLINE U64 multiply_u64(U64 a, U64 b)
{
    return a * b;
}
// Even 32-bit lanes from a, odd ones from b.
UNITVAR_INLINE U32 even_odd(U64 a, U64 b)
{
    return halves((a & U64(0xFFFFFFFFU)) | (b & U64(0xFFFFFFFF00000000U)));
}
UNITVAR_INLINE U32 rotate_right(U32 a, U32 count)
{
    return each([](std::uint32_t x, std::uint32_t n)
                    UNITVAR_INLINE_LAMBDA { return std::rotr(x, static_cast<int>(n)); },
                a, count);
}

UNITVAR_INLINE F32 half_mantissa(F32 x)
{
    return from_bits((to_bits(x) & U32(0x007FFFFF)) | U32(0x3F000000));
}
UNITVAR_INLINE F32 halvings_times_two_ln_2(F32 x)
{
    return each(
        [](std::uint32_t bits) UNITVAR_INLINE_LAMBDA {
            const int halvings = 127 + 31 - static_cast<int>(bits >> 23U);
            return static_cast<float>(halvings > 0 ? halvings : 0) * 0x1.62e43p0F;
        },
        to_bits(x));
}

// f32 as integers, rounded towards zero; |a| < 2^31.
UNITVAR_INLINE U32 truncate(F32 a)
{
    return each([](float x) UNITVAR_INLINE_LAMBDA { return static_cast<std::uint32_t>(static_cast<std::int32_t>(x)); },
                a);
}
// The first (second) halves of two registers.
template <class T> UNITVAR_INLINE Lanes<T> first_halves(Lanes<T> a, Lanes<T> b)
{
    for (std::size_t i = 0; i < Lanes<T>::size / 2; ++i) {
        a.lane[Lanes<T>::size / 2 + i] = b.lane[i];
    }
    return a;
}
template <class T> UNITVAR_INLINE Lanes<T> second_halves(Lanes<T> a, Lanes<T> b)
{
    for (std::size_t i = 0; i < Lanes<T>::size / 2; ++i) {
        b.lane[i] = a.lane[Lanes<T>::size / 2 + i];
    }
    return b;
}

// table[index mod N], N a power of two.
template <std::size_t N> UNITVAR_INLINE F64 look_up(const double *table, U64 index)
{
    std::uint64_t at[U64::size];
    double value[U64::size];
    store_register(at, index);
    for (std::size_t i = 0; i < U64::size; ++i) {
        value[i] = table[at[i] % N];
    }
    return load_register<F64>(value);
}

} // namespace
} // namespace unitvar
