// The logical vector: K native registers that every operation treats alike, so that a kernel is written once for a
// width (32 lanes of f32) and not for a machine. All operations are elementwise; none crosses lanes, which is why
// the number of registers cannot change a bit. K > 1 also interleaves K independent dependency chains.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "core/half.hpp"
#include "native.hpp"

namespace unitvar {
namespace {

template <class Register, std::size_t K> struct Pack {
    using Native = Register;
    using Lane = typename Register::value_type;
    static constexpr std::size_t registers = K;
    static constexpr std::size_t lanes = K * Register::size;

    Register reg[K];
};

// A pack of make(0), ..., make(K - 1). Every pack is made here, whole, so that no register is ever uninitialised.
template <std::size_t K, class Make> UNITVAR_INLINE auto generate(Make make)
{
    return [&]<std::size_t... I>(std::index_sequence<I...>) UNITVAR_INLINE_LAMBDA
    {
        return Pack<decltype(make(std::size_t{0})), K>{{make(I)...}};
    }
    (std::make_index_sequence<K>{});
}

template <class Register, std::size_t Lanes> using Logical = Pack<Register, Lanes / Register::size>;

template <std::size_t Lanes> using F32x = Logical<F32, Lanes>;
template <std::size_t Lanes> using U32x = Logical<U32, Lanes>;
template <std::size_t Lanes> using U16x = Logical<U16, Lanes>;
template <std::size_t Lanes> using F64x = Logical<F64, Lanes>;
template <std::size_t Lanes> using U64x = Logical<U64, Lanes>;

// Every lane the same value.
template <class P> UNITVAR_INLINE P broadcast(typename P::Lane value)
{
    return generate<P::registers>([value](std::size_t) UNITVAR_INLINE_LAMBDA { return typename P::Native(value); });
}

// Applies a function of native registers to each register of its arguments.
template <class Function, class First, std::size_t K, class... Rest>
UNITVAR_INLINE auto map(Function function, const Pack<First, K> &first, const Pack<Rest, K> &...rest)
{
    return generate<K>([&](std::size_t k) UNITVAR_INLINE_LAMBDA { return function(first.reg[k], rest.reg[k]...); });
}

template <class R, std::size_t K> UNITVAR_INLINE Pack<R, K> operator+(const Pack<R, K> &a, const Pack<R, K> &b)
{
    return map([](R x, R y) UNITVAR_INLINE_LAMBDA { return R(x + y); }, a, b);
}
template <class R, std::size_t K> UNITVAR_INLINE Pack<R, K> operator-(const Pack<R, K> &a, const Pack<R, K> &b)
{
    return map([](R x, R y) UNITVAR_INLINE_LAMBDA { return R(x - y); }, a, b);
}
template <class R, std::size_t K> UNITVAR_INLINE Pack<R, K> operator*(const Pack<R, K> &a, const Pack<R, K> &b)
{
    return map([](R x, R y) UNITVAR_INLINE_LAMBDA { return R(x * y); }, a, b);
}
template <class R, std::size_t K> UNITVAR_INLINE Pack<R, K> operator/(const Pack<R, K> &a, const Pack<R, K> &b)
{
    return map([](R x, R y) UNITVAR_INLINE_LAMBDA { return divide(x, y); }, a, b);
}
template <class R, std::size_t K> UNITVAR_INLINE Pack<R, K> operator&(const Pack<R, K> &a, const Pack<R, K> &b)
{
    return map([](R x, R y) UNITVAR_INLINE_LAMBDA { return R(x & y); }, a, b);
}
template <class R, std::size_t K> UNITVAR_INLINE Pack<R, K> operator|(const Pack<R, K> &a, const Pack<R, K> &b)
{
    return map([](R x, R y) UNITVAR_INLINE_LAMBDA { return R(x | y); }, a, b);
}
template <class R, std::size_t K> UNITVAR_INLINE Pack<R, K> operator^(const Pack<R, K> &a, const Pack<R, K> &b)
{
    return map([](R x, R y) UNITVAR_INLINE_LAMBDA { return R(x ^ y); }, a, b);
}

template <class R, std::size_t K>
UNITVAR_INLINE Pack<R, K> fma(const Pack<R, K> &a, const Pack<R, K> &b, const Pack<R, K> &c)
{
    return map([](R x, R y, R z) UNITVAR_INLINE_LAMBDA { return fused(x, y, z); }, a, b, c);
}
template <class R, std::size_t K> UNITVAR_INLINE Pack<R, K> sqrt(const Pack<R, K> &a)
{
    return map([](R x) UNITVAR_INLINE_LAMBDA { return square_root(x); }, a);
}
template <int Bits, class R, std::size_t K> UNITVAR_INLINE Pack<R, K> shift_left(const Pack<R, K> &a)
{
    return map([](R x) UNITVAR_INLINE_LAMBDA { return R(x << Bits); }, a);
}
template <int Bits, class R, std::size_t K> UNITVAR_INLINE Pack<R, K> shift_right(const Pack<R, K> &a)
{
    return map([](R x) UNITVAR_INLINE_LAMBDA { return R(x >> Bits); }, a);
}

// x < y ? x : y.
template <class R, std::size_t K> UNITVAR_INLINE Pack<R, K> minimum(const Pack<R, K> &x, const Pack<R, K> &y)
{
    return map([](R p, R q) UNITVAR_INLINE_LAMBDA { return minimum(p, q); }, x, y);
}
// a where x < y (x <= 0), else b.
template <class R, std::size_t K>
UNITVAR_INLINE Pack<R, K> select_less(const Pack<R, K> &x, const Pack<R, K> &y, const Pack<R, K> &a,
                                      const Pack<R, K> &b)
{
    return map([](R p, R q, R s, R t) UNITVAR_INLINE_LAMBDA { return if_less(p, q, s, t); }, x, y, a, b);
}
// a where v < w as integers without a sign, else b.
template <std::size_t K>
UNITVAR_INLINE Pack<F32, K> select_below(const Pack<U32, K> &v, const Pack<U32, K> &w, const Pack<F32, K> &a,
                                         const Pack<F32, K> &b)
{
    return map([](U32 p, U32 q, F32 s, F32 t) UNITVAR_INLINE_LAMBDA { return if_below(p, q, s, t); }, v, w, a, b);
}
template <class R, std::size_t K>
UNITVAR_INLINE Pack<R, K> select_not_positive(const Pack<R, K> &x, const Pack<R, K> &a, const Pack<R, K> &b)
{
    return map([](R p, R s, R t) UNITVAR_INLINE_LAMBDA { return if_not_positive(p, s, t); }, x, a, b);
}
// Is x < y in any lane, y being the same in all? Only to leave out what no lane needs: the branch must not change a
// result.
template <class R, std::size_t K> UNITVAR_INLINE bool any_less(const Pack<R, K> &x, const Pack<R, K> &y)
{
    R least = x.reg[0];
    for (std::size_t k = 1; k < K; ++k) {
        least = minimum(x.reg[k], least);
    }
    return any_lane_less(least, y.reg[0]);
}
// a where bit Bit of w is set, else b.
template <int Bit, class W, class R, std::size_t K>
UNITVAR_INLINE Pack<R, K> select_bit(const Pack<W, K> &w, const Pack<R, K> &a, const Pack<R, K> &b)
{
    return map([](W p, R s, R t) UNITVAR_INLINE_LAMBDA { return if_bit<Bit>(p, s, t); }, w, a, b);
}
// x with its sign flipped where the top bit of w is set.
template <class R, class W, std::size_t K> UNITVAR_INLINE Pack<R, K> flip_sign(const Pack<R, K> &x, const Pack<W, K> &w)
{
    return map([](R s, W p) UNITVAR_INLINE_LAMBDA { return flip(s, p); }, x, w);
}

template <class R, std::size_t K> UNITVAR_INLINE auto bits_of(const Pack<R, K> &a)
{
    return map([](R x) UNITVAR_INLINE_LAMBDA { return to_bits(x); }, a);
}
template <class R, std::size_t K> UNITVAR_INLINE auto float_of(const Pack<R, K> &a)
{
    return map([](R x) UNITVAR_INLINE_LAMBDA { return from_bits(x); }, a);
}
// The two's complement value of each lane, rounded to nearest even.
template <class R, std::size_t K> UNITVAR_INLINE auto signed_to_float(const Pack<R, K> &a)
{
    return map([](R x) UNITVAR_INLINE_LAMBDA { return convert_signed(x); }, a);
}
template <std::size_t K> UNITVAR_INLINE Pack<F32, K> half_mantissa(const Pack<F32, K> &a)
{
    return map([](F32 x) UNITVAR_INLINE_LAMBDA { return half_mantissa(x); }, a);
}
template <std::size_t K> UNITVAR_INLINE Pack<F32, K> halvings_times_two_ln_2(const Pack<F32, K> &a)
{
    return map([](F32 x) UNITVAR_INLINE_LAMBDA { return halvings_times_two_ln_2(x); }, a);
}
// The value of each lane's upper 53 bits.
template <std::size_t K> UNITVAR_INLINE Pack<F64, K> upper_53(const Pack<U64, K> &a)
{
    return map([](U64 x) UNITVAR_INLINE_LAMBDA { return convert_upper_53(x); }, a);
}
// The value of each lane rounded towards zero, below 2^31 in magnitude.
template <class R, std::size_t K> UNITVAR_INLINE auto truncated(const Pack<R, K> &a)
{
    return map([](R x) UNITVAR_INLINE_LAMBDA { return truncate(x); }, a);
}
template <std::size_t K> UNITVAR_INLINE Pack<U64, K> as_u64(const Pack<U32, K> &a)
{
    return map([](U32 x) UNITVAR_INLINE_LAMBDA { return pairs(x); }, a);
}

// table[index mod N] in each lane.
template <std::size_t N, std::size_t K>
UNITVAR_INLINE Pack<F64, K> look_up(const double (&table)[N], const Pack<U64, K> &index)
{
    return map([&table](U64 i) UNITVAR_INLINE_LAMBDA { return look_up<N>(static_cast<const double *>(table), i); },
               index);
}
// The two's complement value of each lane as f64, and f64 rounded to f32.
template <std::size_t K> UNITVAR_INLINE Pack<F64, 2 * K> signed_to_f64(const Pack<U32, K> &a)
{
    return generate<2 * K>([&](std::size_t k) UNITVAR_INLINE_LAMBDA {
        return k % 2 == 0 ? widen_lower(a.reg[k / 2]) : widen_upper(a.reg[k / 2]);
    });
}
template <std::size_t K> UNITVAR_INLINE Pack<F32, K / 2> to_f32(const Pack<F64, K> &a)
{
    return generate<K / 2>([&](std::size_t k) UNITVAR_INLINE_LAMBDA { return narrow(a.reg[2 * k], a.reg[2 * k + 1]); });
}

// f32 rounded to bf16 and to f16, to nearest even. The first takes no NaN.
template <std::size_t K> UNITVAR_INLINE Pack<U16, K / 2> to_bf16(const Pack<F32, K> &a)
{
    const auto bits = bits_of(a);
    return generate<K / 2>([&](std::size_t k)
                               UNITVAR_INLINE_LAMBDA { return round_to_upper(bits.reg[2 * k], bits.reg[2 * k + 1]); });
}
template <std::size_t K> UNITVAR_INLINE Pack<U16, K / 2> to_f16(const Pack<F32, K> &a)
{
    return generate<K / 2>([&](std::size_t k) UNITVAR_INLINE_LAMBDA { return halve(a.reg[2 * k], a.reg[2 * k + 1]); });
}

template <class P> UNITVAR_INLINE P load(const void *source)
{
    using R = typename P::Native;
    return generate<P::registers>([source](std::size_t k) UNITVAR_INLINE_LAMBDA {
        return load_register<R>(static_cast<const unsigned char *>(source) + k * sizeof(R));
    });
}
// Elements of type Element as f64.
template <class P, class Element> UNITVAR_INLINE P load_as_f64(const void *source)
{
    return generate<P::registers>([source](std::size_t k) UNITVAR_INLINE_LAMBDA {
        const auto *from = static_cast<const unsigned char *>(source) + k * F64::size * sizeof(Element);
        if constexpr (sizeof(Element) == sizeof(double)) {
            return load_register<F64>(from);
        } else if constexpr (std::is_same_v<Element, core::Bf16Element>) {
            return load_widened_bf16(from);
        } else if constexpr (std::is_same_v<Element, core::F16Element>) {
            return load_widened_f16(from);
        } else {
            return load_widened(from);
        }
    });
}
// f16 as f32.
template <class P> UNITVAR_INLINE P load_f16_as_f32(const void *source)
{
    return generate<P::registers>([source](std::size_t k) UNITVAR_INLINE_LAMBDA {
        return load_f16(static_cast<const unsigned char *>(source) + k * sizeof(F32) / 2);
    });
}
template <class R, std::size_t K> UNITVAR_INLINE void store(void *target, const Pack<R, K> &a)
{
    for (std::size_t k = 0; k < K; ++k) {
        store_register(static_cast<unsigned char *>(target) + k * sizeof(R), a.reg[k]);
    }
}
// Every NaN as the same one, for stores of 16 bits.
template <std::size_t K> UNITVAR_INLINE Pack<F32, K> with_one_nan(const Pack<F32, K> &a)
{
    const auto nan = broadcast<Pack<F32, K>>(__builtin_nanf(""));
    return map([](F32 x, F32 y) UNITVAR_INLINE_LAMBDA { return unless_nan(x, y); }, a, nan);
}
// f32 to Element, of 16 bits, to nearest even; every NaN becomes the same one.
template <class Element, bool Streamed, std::size_t K> UNITVAR_INLINE void store_halves(void *target, Pack<F32, K> a)
{
    a = with_one_nan(a);
    const auto halved = [](const auto &x) UNITVAR_INLINE_LAMBDA {
        if constexpr (std::is_same_v<Element, core::Bf16Element>) {
            return to_bf16(x);
        } else {
            return to_f16(x);
        }
    };
    if constexpr (K % 2 != 0) {
        // Half a register of 16-bit lanes at the end.
        alignas(64) unsigned char halves[(K + 1) * sizeof(F32) / 2];
        store(halves,
              halved(generate<K + 1>([&](std::size_t k) UNITVAR_INLINE_LAMBDA { return a.reg[k < K ? k : K - 1]; })));
        __builtin_memcpy(target, halves, K * sizeof(F32) / 2);
    } else if constexpr (Streamed) {
        stream(target, halved(a));
    } else {
        store(target, halved(a));
    }
}
// bf16 and f32 in memory, the even elements in the first half of the registers and the odd ones in the second; and back
// to bf16, as above. Widening and joining then take no shuffle.
template <class P> UNITVAR_INLINE P load_even_odd_bf16(const void *source)
{
    constexpr std::size_t half = P::registers / 2;
    return generate<P::registers>([source](std::size_t k) UNITVAR_INLINE_LAMBDA {
        const auto *from = static_cast<const unsigned char *>(source) + k % half * sizeof(F32);
        return k < half ? load_even_bf16(from) : load_odd_bf16(from);
    });
}
template <class P> UNITVAR_INLINE P load_even_odd(const float *source)
{
    constexpr std::size_t half = P::registers / 2;
    return generate<P::registers>([source](std::size_t k) UNITVAR_INLINE_LAMBDA {
        const float *from = source + k % half * 2 * F32::size;
        const auto a = load_register<F32>(from);
        const auto b = load_register<F32>(from + F32::size);
        return k < half ? even_of(a, b) : odd_of(a, b);
    });
}
template <bool Streamed, std::size_t K> UNITVAR_INLINE void store_even_odd_bf16(void *target, const Pack<F32, K> &a)
{
    const auto bits = bits_of(with_one_nan(a));
    const auto halves = generate<K / 2>(
        [&](std::size_t k) UNITVAR_INLINE_LAMBDA { return round_even_odd(bits.reg[k], bits.reg[K / 2 + k]); });
    if constexpr (Streamed) {
        stream(target, halves);
    } else {
        store(target, halves);
    }
}
// f64 as elements of type Element, rounded to nearest even; Streamed: past the caches, the target aligned to 64 bytes.
template <class Element, bool Streamed = false, std::size_t K>
UNITVAR_INLINE void store_from_f64(void *target, const Pack<F64, K> &a)
{
    auto *to = static_cast<unsigned char *>(target);
    if constexpr (sizeof(Element) == sizeof(std::uint16_t)) {
        // By way of f32, rounded to odd: core/half.hpp.
        using Bits = Pack<U64, K>;
        constexpr std::uint64_t dropped = (std::uint64_t{1} << 29U) - 1;
        const auto bits = bits_of(a);
        const auto sticky = (bits & broadcast<Bits>(dropped)) + broadcast<Bits>(dropped);
        store_halves<Element, Streamed>(target, to_f32(float_of((bits | sticky) & broadcast<Bits>(~dropped))));
    } else if constexpr (sizeof(Element) == sizeof(double)) {
        for (std::size_t k = 0; k < K; ++k, to += sizeof(F64)) {
            Streamed ? stream_register(to, a.reg[k]) : store_register(to, a.reg[k]);
        }
    } else if constexpr (Streamed) {
        for (std::size_t k = 0; k < K; k += 2, to += sizeof(F32)) {
            stream_register(to, narrow(a.reg[k], a.reg[k + 1]));
        }
    } else {
        for (std::size_t k = 0; k < K; ++k, to += sizeof(F32) / 2) {
            store_narrowed(to, a.reg[k]);
        }
    }
}
// f32 as f64, exactly.
template <std::size_t K> UNITVAR_INLINE Pack<F64, 2 * K> to_f64(const Pack<F32, K> &a)
{
    alignas(64) float lane[Pack<F32, K>::lanes];
    store(lane, a);
    return load_as_f64<Pack<F64, 2 * K>, float>(lane);
}
// Past the caches; the target is aligned to the register.
template <class R, std::size_t K> UNITVAR_INLINE void stream(void *target, const Pack<R, K> &a)
{
    for (std::size_t k = 0; k < K; ++k) {
        stream_register(static_cast<unsigned char *>(target) + k * sizeof(R), a.reg[k]);
    }
}

// The first and the second half of a pack, and a pack from two halves.
template <class R, std::size_t K> UNITVAR_INLINE Pack<R, K / 2> lower(const Pack<R, K> &a)
{
    return generate<K / 2>([&](std::size_t k) UNITVAR_INLINE_LAMBDA { return a.reg[k]; });
}
template <class R, std::size_t K> UNITVAR_INLINE Pack<R, K / 2> upper(const Pack<R, K> &a)
{
    return generate<K / 2>([&](std::size_t k) UNITVAR_INLINE_LAMBDA { return a.reg[K / 2 + k]; });
}
template <class R, std::size_t K> UNITVAR_INLINE Pack<R, 2 * K> join(const Pack<R, K> &a, const Pack<R, K> &b)
{
    return generate<2 * K>([&](std::size_t k) UNITVAR_INLINE_LAMBDA { return k < K ? a.reg[k] : b.reg[k - K]; });
}

template <std::size_t K> UNITVAR_INLINE Pack<F32, K> absolute(const Pack<F32, K> &a)
{
    return float_of(bits_of(a) & broadcast<Pack<U32, K>>(0x7FFFFFFFU));
}
// Is x < y in any lane? The same everywhere, so that a result may depend on it.
template <class R, std::size_t K> UNITVAR_INLINE bool any_below(const Pack<R, K> &x, const Pack<R, K> &y)
{
    bool any = false;
    for (std::size_t k = 0; k < K; ++k) {
        any |= any_lane_less(x.reg[k], y.reg[k]);
    }
    return any;
}

// c[0] + x (c[1] + x (... c[N-1])) by fma.
template <class R, std::size_t K, std::size_t N>
UNITVAR_INLINE Pack<R, K> horner(const Pack<R, K> &x, const typename R::value_type (&c)[N])
{
    auto sum = broadcast<Pack<R, K>>(c[N - 1]);
    for (std::size_t i = N - 1; i-- > 0;) {
        sum = fma(sum, x, broadcast<Pack<R, K>>(c[i]));
    }
    return sum;
}

// The same as two polynomials in x^2, of half the length: for kernels that wait for one long chain.
template <class R, std::size_t K, std::size_t N>
UNITVAR_INLINE Pack<R, K> horner_by_parity(const Pack<R, K> &x, const typename R::value_type (&c)[N])
{
    const Pack<R, K> square = x * x;
    constexpr std::size_t top = (N - 1) / 2 * 2;
    auto even = broadcast<Pack<R, K>>(c[top]);
    auto odd = broadcast<Pack<R, K>>(c[N / 2 * 2 - 1]);
    for (std::size_t i = top; i > 0; i -= 2) {
        even = fma(even, square, broadcast<Pack<R, K>>(c[i - 2]));
    }
    for (std::size_t i = N / 2 * 2 - 1; i > 1; i -= 2) {
        odd = fma(odd, square, broadcast<Pack<R, K>>(c[i - 2]));
    }
    return fma(odd, x, even);
}

} // namespace
} // namespace unitvar
