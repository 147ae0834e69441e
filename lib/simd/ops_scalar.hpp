// Portable C++: a register is an array of four f32 or two f64, every operation a loop over it. Needs no instruction
// beyond the baseline (std::fma is the only fused operation, and exact wherever the hardware has none). This table
// is the fallback on unknown processors and the oracle that all others must equal.
#pragma once

#include <bit>
#include <cmath>
#include <type_traits>

namespace unitvar {
namespace {

template <class T> struct Lanes {
    using value_type = T;
    static constexpr std::size_t size = 16 / sizeof(T);

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
using F64 = Lanes<double>;
using U64 = Lanes<std::uint64_t>;

inline constexpr bool has_multiply_u64 = true;
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
template <class R> UNITVAR_INLINE void stream_register(void *target, R a)
{
    store_register(target, a);
}
UNITVAR_INLINE void stream_fence() {}

// f64 rounded to f32, to nearest even: two of them, and two registers in one.
UNITVAR_INLINE void store_narrowed(void *target, F64 a)
{
    float narrow[F64::size];
    for (std::size_t i = 0; i < F64::size; ++i) {
        narrow[i] = static_cast<float>(a.lane[i]);
    }
    __builtin_memcpy(target, narrow, sizeof(narrow));
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
static_assert(std::endian::native == std::endian::little, "64-bit lanes are pairs of 32-bit lanes, low half first");
UNITVAR_INLINE U64 pairs(U32 a)
{
    return std::bit_cast<U64>(a);
}
UNITVAR_INLINE U32 halves(U64 a)
{
    return std::bit_cast<U32>(a);
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

template <class T> UNITVAR_INLINE Lanes<T> minimum(Lanes<T> x, Lanes<T> y)
{
    return each([](T p, T q) UNITVAR_INLINE_LAMBDA { return p < q ? p : q; }, x, y);
}
template <class T> UNITVAR_INLINE Lanes<T> if_less(Lanes<T> x, Lanes<T> y, Lanes<T> a, Lanes<T> b)
{
    return each([](T p, T q, T s, T t) UNITVAR_INLINE_LAMBDA { return p < q ? s : t; }, x, y, a, b);
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

} // namespace
} // namespace unitvar
