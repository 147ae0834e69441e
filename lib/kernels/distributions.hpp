// Draws that engines share: how 32 words become elements, as in draw.hpp, most of them by the inverse of a distribution
// function. One template serves f32 and f64: a word w of 32 or 64 bits stands for u = (w | 1) 2^-32 or 2^-64, and its
// distances to both ends and to the middle of the range are signed numbers that keep their relative precision. unitvar.h
// has the formulas; errors: tests/accuracy_distributions.cpp.
//
// Budget in operations for a register of f32 (AVX2), normal_f32 being 19: exponential 20, Rayleigh 21 with a square root,
// Laplace 24, logistic 28 with a quotient, Gumbel 37, Cauchy 19 with a quotient, log-normal 36; a load and a store each.
#pragma once

#include "kernels/draw.hpp"
#include "simd/exp.hpp"
#include "simd/log.hpp"
#include "simd/normal_quantile.hpp"
#include "simd/power.hpp"
#include "simd/sincos.hpp"

namespace unitvar {
namespace {

// Words as the packs that elements are made of.
template <class Register> struct WordsOf;
template <> struct WordsOf<F32> {
    using Element = float;
    using F = F32x<32>;
    using U = U32x<32>;
    static constexpr int bits = 32;
    static constexpr float unit = 0x1p-32F;
    UNITVAR_INLINE static U of(const U32x<32> &words) { return words; }
};
template <> struct WordsOf<F64> {
    using Element = double;
    using F = F64x<16>;
    using U = U64x<16>;
    static constexpr int bits = 64;
    static constexpr double unit = 0x1p-64;
    UNITVAR_INLINE static U of(const U32x<32> &words) { return as_u64(words); }
};

template <class U> UNITVAR_INLINE U complement(const U &w)
{
    return w ^ broadcast<U>(static_cast<typename U::Lane>(~typename U::Lane{0}));
}
// Its top bit the other way round: where it is set, w is below the middle.
template <class U> UNITVAR_INLINE U from_middle(const U &w)
{
    return w ^ broadcast<U>(typename U::Lane{1} << (8 * sizeof(typename U::Lane) - 1));
}
// w | 1 as a signed number: the distance to the lower end, or, where it is negative, to the upper one.
template <class U> UNITVAR_INLINE auto signed_fraction(const U &w)
{
    return signed_to_float(w | broadcast<U>(1));
}
template <class R, std::size_t K> UNITVAR_INLINE Pack<R, K> magnitude(const Pack<R, K> &x)
{
    return flip_sign(x, bits_of(x));
}

// Half of x times a scale, or fused with a location: rounded once, also where half the scale is no number.
template <class F> class HalfScale {
public:
    UNITVAR_INLINE explicit HalfScale(double value)
        : scale_(broadcast<F>(static_cast<Lane>(value))), half_(broadcast<F>(static_cast<Lane>(value) / 2)),
          exact_(static_cast<Lane>(value) / 2 * 2 == static_cast<Lane>(value))
    {
    }
    UNITVAR_INLINE F times(const F &x) const { return exact_ ? x * half_ : x * broadcast<F>(Lane{1} / 2) * scale_; }
    UNITVAR_INLINE F times_plus(const F &x, const F &location) const
    {
        return exact_ ? fma(x, half_, location) : fma(x * broadcast<F>(Lane{1} / 2), scale_, location);
    }

private:
    using Lane = typename F::Lane;
    F scale_;
    F half_;
    bool exact_;
};

// What draws with a location and a scale have in common.
template <class R> struct LocationScale {
    using Element = typename WordsOf<R>::Element;
    typename WordsOf<R>::F location;
    HalfScale<typename WordsOf<R>::F> scale;
    UNITVAR_INLINE explicit LocationScale(const core::DrawParameters &p)
        : location(broadcast<typename WordsOf<R>::F>(static_cast<Element>(p.location))), scale(p.scale)
    {
    }
};

// -scale ln(1 - u), 1 - u being what the complement stands for.
template <class R> struct Exponential : LocationScale<R> {
    using LocationScale<R>::LocationScale;
    UNITVAR_INLINE auto operator()(const U32x<32> &words) const
    {
        const auto w = WordsOf<R>::of(words);
        return this->scale.times(minus_two_log_of_fraction(signed_fraction(complement(w))));
    }
};

// scale sqrt(-2 ln(1 - u)).
template <class R> struct Rayleigh {
    using Element = typename WordsOf<R>::Element;
    typename WordsOf<R>::F scale;
    UNITVAR_INLINE explicit Rayleigh(const core::DrawParameters &p)
        : scale(broadcast<typename WordsOf<R>::F>(static_cast<Element>(p.scale)))
    {
    }
    UNITVAR_INLINE auto operator()(const U32x<32> &words) const
    {
        const auto w = WordsOf<R>::of(words);
        return sqrt(minus_two_log_of_fraction(signed_fraction(complement(w)))) * scale;
    }
};

// Below the middle, location + scale ln 2u; above it the same from the other end. The word without its top bit, counted
// from the nearer end, is twice as far from it in a range of its own.
template <class R> struct Laplace : LocationScale<R> {
    using LocationScale<R>::LocationScale;
    UNITVAR_INLINE auto operator()(const U32x<32> &words) const
    {
        using U = typename WordsOf<R>::U;
        const U w = WordsOf<R>::of(words);
        const U upper_half = broadcast<U>(0) - shift_right<WordsOf<R>::bits - 1>(w);
        const auto x = minus_two_log_of_fraction(signed_to_float(shift_left<1>((w ^ upper_half) | broadcast<U>(1))));
        return this->scale.times_plus(flip_sign(x, from_middle(w)), this->location);
    }
};

// location + scale ln(u / (1 - u)): -ln r for r = d / (1 - d), d the distance to the nearer end. Where r is above one half
// it is 1 - 2 m / (1 - d), m the distance to the middle.
template <class R> struct Logistic : LocationScale<R> {
    using LocationScale<R>::LocationScale;
    UNITVAR_INLINE auto operator()(const U32x<32> &words) const
    {
        using Words = WordsOf<R>;
        using F = typename Words::F;
        using Lane = typename F::Lane;
        constexpr Lane one = 1 / Words::unit;
        const auto w = Words::of(words);
        const F d = magnitude(signed_fraction(w));
        const F middle = signed_fraction(from_middle(w));
        const F m = magnitude(middle);
        // In units of the range, as what follows takes it; the second is negative.
        const F numerator = select_less(d, broadcast<F>(one / 3), d, m * broadcast<F>(-2));
        const F r = numerator / (m + broadcast<F>(one / 2)) * broadcast<F>(one);
        return this->scale.times_plus(flip_sign(minus_two_log_of_fraction(r), bits_of(middle)), this->location);
    }
};

// location - scale ln(-ln u).
template <class R> struct Gumbel : LocationScale<R> {
    using LocationScale<R>::LocationScale;
    UNITVAR_INLINE auto operator()(const U32x<32> &words) const
    {
        const auto twice = minus_two_log_of_fraction(signed_fraction(WordsOf<R>::of(words)));
        return this->scale.times_plus(minus_two_log<1>(twice), this->location);
    }
};

// location + scale tan(pi (u - 1/2)): of the lesser of the distances to the middle and to the nearer end sine over cosine,
// or cosine over sine.
template <class R> struct Cauchy {
    using Words = WordsOf<R>;
    using Element = typename Words::Element;
    using F = typename Words::F;
    F location;
    F scale;
    UNITVAR_INLINE explicit Cauchy(const core::DrawParameters &p)
        : location(broadcast<F>(static_cast<Element>(p.location))), scale(broadcast<F>(static_cast<Element>(p.scale)))
    {
    }
    UNITVAR_INLINE auto operator()(const U32x<32> &words) const
    {
        const auto w = Words::of(words);
        const F d = magnitude(signed_fraction(w));
        const F middle = signed_fraction(from_middle(w));
        const F m = magnitude(middle);
        // In quarter turns.
        const auto [cosine, sine] = cosine_and_sine(minimum(m, d) * broadcast<F>(2 * Words::unit));
        const F tangent = select_less(m, d, sine, cosine) / select_less(m, d, cosine, sine);
        return fma(flip_sign(tangent, bits_of(middle)), scale, location);
    }
};

// scale (-ln(1 - u))^(1 / shape), in double.
template <class R> struct Weibull {
    using Element = typename WordsOf<R>::Element;
    F64x<16> scale;
    NegativePower power;
    UNITVAR_INLINE explicit Weibull(const core::DrawParameters &p)
        : scale(broadcast<F64x<16>>(p.scale)), power{-1 / p.shape, 0, __builtin_inf()}
    {
    }
    UNITVAR_INLINE auto operator()(const U32x<32> &words) const
    {
        if constexpr (sizeof(Element) == sizeof(float)) {
            const U32x<32> w = complement(words) | broadcast<U32x<32>>(1);
            return join(to_f32(of(signed_to_f64(lower(w)) * broadcast<F64x<16>>(0x1p32))),
                        to_f32(of(signed_to_f64(upper(w)) * broadcast<F64x<16>>(0x1p32))));
        } else {
            return of(signed_fraction(complement(as_u64(words))));
        }
    }

private:
    UNITVAR_CALLED F64x<16> of(const F64x<16> &fraction) const
    {
        return negative_power(minus_two_log_of_fraction(fraction) * broadcast<F64x<16>>(0.5), power) * scale;
    }
};

// exp of a normal by Box and Muller.
template <class R> struct LogNormal {
    using Element = typename WordsOf<R>::Element;
    using F = Logical<R, WordsOf<R>::F::lanes / 2>;
    ExpOfLinear<F> exponential;
    UNITVAR_INLINE explicit LogNormal(const core::DrawParameters &p)
        : exponential(static_cast<Element>(p.location), static_cast<Element>(p.scale), 9)
    {
    }
    UNITVAR_INLINE auto operator()(const U32x<32> &words) const
    {
        const auto w = WordsOf<R>::of(words);
        const auto radius = box_muller_radius(lower(w));
        const auto direction = box_muller_direction(upper(w));
        return join(exponential(radius * direction.first), exponential(radius * direction.second));
    }
};

// The 64-bit products of the low halves.
template <std::size_t K> UNITVAR_INLINE Pack<U64, K> product_of_low(const Pack<U64, K> &a, const Pack<U64, K> &b)
{
    return map([](U64 x, U64 y) UNITVAR_INLINE_LAMBDA { return multiply_low_halves(x, y); }, a, b);
}

// The upper 32 bits of the product of 64 random bits and the range, and low. The upper half of the 64 bits is a word of
// the first half of a group, the lower one of the second: so results lie in order without a shuffle.
template <> struct Draw<core::DrawIndex::integers_i32> {
    using Element = std::int32_t;
    U32x<16> low;
    U64x<8> range;
    bool whole; // 2^32 integers: the first word itself
    UNITVAR_INLINE explicit Draw(const core::DrawParameters &p)
        : low(broadcast<U32x<16>>(static_cast<std::uint32_t>(p.low))), range(broadcast<U64x<8>>(p.range & 0xFFFFFFFF)),
          whole(p.range > 0xFFFFFFFF)
    {
    }
    UNITVAR_INLINE U32x<16> operator()(const U32x<32> &words) const
    {
        if (whole) {
            return lower(words) + low;
        }
        // Of even and of odd elements.
        const U64x<8> first = as_u64(lower(words));
        const U64x<8> second = as_u64(upper(words));
        const U64x<8> even = product_of_low(first, range) + shift_right<32>(product_of_low(second, range));
        const U64x<8> odd = product_of_low(shift_right<32>(first), range) +
                            shift_right<32>(product_of_low(shift_right<32>(second), range));
        const auto upper_halves =
            map([](U64 x, U64 y) UNITVAR_INLINE_LAMBDA { return even_odd(x, y); }, shift_right<32>(even), odd);
        return upper_halves + low;
    }
};

template <> struct Draw<core::DrawIndex::integers_i64> {
    using Element = std::int64_t;
    U64x<16> low;
    U64x<16> range;
    U64x<16> upper_range;
    UNITVAR_INLINE explicit Draw(const core::DrawParameters &p)
        : low(broadcast<U64x<16>>(p.low)), range(broadcast<U64x<16>>(p.range)),
          upper_range(broadcast<U64x<16>>(p.range >> 32U))
    {
    }
    UNITVAR_INLINE U64x<16> operator()(const U32x<32> &words) const
    {
        const U64x<16> w = as_u64(words);
        const U64x<16> upper_word = shift_right<32>(w);
        const U64x<16> first = product_of_low(upper_word, range) + shift_right<32>(product_of_low(w, range));
        const U64x<16> second = product_of_low(w, upper_range) + (first & broadcast<U64x<16>>(0xFFFFFFFF));
        return product_of_low(upper_word, upper_range) + shift_right<32>(first) + shift_right<32>(second) + low;
    }
};

// 32 bytes of 0 or 1, the first in the lowest bits.
struct Bytes {
    std::uint64_t eight[4];
};
UNITVAR_INLINE void store(void *target, Bytes bytes)
{
    if constexpr (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__) {
        for (std::uint64_t &eight : bytes.eight) {
            eight = __builtin_bswap64(eight);
        }
    }
    __builtin_memcpy(target, bytes.eight, sizeof(bytes.eight));
}

// Bit i: is word i a success?
struct Successes {
    U32 limit;
    std::uint64_t all;
    UNITVAR_INLINE explicit Successes(const core::DrawParameters &p)
        : limit(static_cast<std::uint32_t>(p.low)), all(p.range)
    {
    }
    UNITVAR_INLINE std::uint64_t of(const U32x<32> &words) const
    {
        std::uint64_t below = all;
        for (std::size_t k = 0; k < U32x<32>::registers; ++k) {
            below |= less_bits(words.reg[k], limit) << (k * U32::size);
        }
        return below;
    }
};

template <> struct Draw<core::DrawIndex::bernoulli_bits_u8> : Successes {
    using Element = std::uint8_t;
    using Successes::Successes;
    UNITVAR_INLINE std::uint32_t operator()(const U32x<32> &words) const
    {
        return static_cast<std::uint32_t>(of(words));
    }
};
UNITVAR_INLINE void store(void *target, std::uint32_t bits)
{
    if constexpr (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__) {
        bits = __builtin_bswap32(bits);
    }
    __builtin_memcpy(target, &bits, sizeof(bits));
}

template <> struct Draw<core::DrawIndex::bernoulli_u8> : Successes {
    using Element = std::uint8_t;
    using Successes::Successes;
    UNITVAR_INLINE Bytes operator()(const U32x<32> &words) const
    {
        const std::uint64_t below = of(words);
        Bytes result;
        for (std::size_t i = 0; i < 4; ++i) {
            // Bit j of the byte in byte j, and each made 1 where it is not 0.
            const std::uint64_t spread = (below >> (8 * i) & 0xFF) * 0x0101010101010101 & 0x8040201008040201;
            result.eight[i] = (spread + 0x7F7F7F7F7F7F7F7F) >> 7 & 0x0101010101010101;
        }
        return result;
    }
};

#define UNITVAR_DRAW(kind, Template)                                                                                   \
    template <> struct Draw<core::DrawIndex::kind##_f32> : Template<F32> {                                             \
        using Template::Template;                                                                                      \
    };                                                                                                                 \
    template <> struct Draw<core::DrawIndex::kind##_f64> : Template<F64> {                                             \
        using Template::Template;                                                                                      \
    };
UNITVAR_DRAW(exponential, Exponential)
UNITVAR_DRAW(laplace, Laplace)
UNITVAR_DRAW(logistic, Logistic)
UNITVAR_DRAW(gumbel, Gumbel)
UNITVAR_DRAW(cauchy, Cauchy)
UNITVAR_DRAW(weibull, Weibull)
UNITVAR_DRAW(log_normal, LogNormal)
UNITVAR_DRAW(rayleigh, Rayleigh)
#undef UNITVAR_DRAW

} // namespace
} // namespace unitvar
