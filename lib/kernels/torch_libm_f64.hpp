// log, exp, sin and cos in double of glibc from 2.28 on on x86-64 with fma, and its log1p, operation by operation, so
// that every bit is theirs: PyTorch's normals in double, and those in the scalar form of any type, are built on them.
// log and exp are Szabolcs Nagy's, from Arm's optimized routines (MIT); sin and cos those of IBM's Accurate Mathematical
// Library in the form without slow paths, with sin and cos of k/128 in double-double; log1p is fdlibm's (Sun
// Microsystems, 1993), which since then adds its terms by pairs. Each fma is one that the compiler makes of those formulas
// for such a processor. tests/torch_libm_f64.cpp compares them with the C library.
#pragma once

#include <type_traits>

#include "kernels/torch_libm_tables.hpp"
#include "simd/pack.hpp"

namespace unitvar {
namespace {

// Of a normal x > 0.
template <class F> UNITVAR_INLINE F libm_log_f64(const F &x)
{
    const auto bits = bits_of(x);
    using U = std::remove_const_t<decltype(bits)>;
    const U offset = bits - broadcast<U>(0x3FE6000000000000);
    const U exponent = offset & broadcast<U>(0xFFF0000000000000);
    const F e = signed_to_float(exponent) * broadcast<F>(0x1p-52);
    const U part = shift_right<45>(offset);
    const F r = fma(float_of(bits - exponent), look_up(log_inverse_f64, part), broadcast<F>(-1));
    const F w = fma(e, broadcast<F>(0x1.62e42fefa38p-1), look_up(log_minus_f64, part));
    const F high = w + r;
    const F low = fma(e, broadcast<F>(0x1.ef35793c7673p-45), (w - high) + r);
    const F square = r * r;
    const F outer = fma(r, broadcast<F>(-0x1.55575e506c89fp-3), broadcast<F>(0x1.999b324f10111p-3));
    const F inner = fma(r, broadcast<F>(-0x1.fffffffeb459p-3), broadcast<F>(0x1.555555551305bp-2));
    const F sum = fma(square, broadcast<F>(-0x1.0000000000001p-1), low);
    const F far = fma(r * square, fma(outer, square, inner), sum) + high;

    // From 1 - 2^-4 to 1 + 0x1.09p-4.
    const F t = x - broadcast<F>(1);
    const F t2 = t * t;
    const F t3 = t * t2;
    F p = fma(t, broadcast<F>(-0x1.999eb43b068ffp-4), broadcast<F>(0x1.c7184282ad6cap-4));
    F q = fma(t, broadcast<F>(0x1.24924a344de3p-3), broadcast<F>(-0x1.55555556745a7p-3));
    F s = fma(t, broadcast<F>(-0x1.ffffffffffdcbp-3), broadcast<F>(0x1.5555555555577p-2));
    p = fma(t2, broadcast<F>(0x1.78182f7afd085p-4), p);
    p = fma(t3, broadcast<F>(-0x1.5521375d145cdp-4), p);
    q = fma(t2, broadcast<F>(-0x1.fffffa4423d65p-4), q);
    s = fma(t2, broadcast<F>(0x1.999999995dd0cp-3), s);
    const F poly = fma(fma(p, t3, q), t3, s);
    const F t_high = fma(t, broadcast<F>(-0x1p27), fma(t, broadcast<F>(0x1p27), t));
    const F t_low = t - t_high;
    const F high_square = t_high * t_high;
    const F first = fma(high_square, broadcast<F>(-0.5), t);
    F rest = fma(high_square, broadcast<F>(-0.5), t - first);
    rest = fma(t_low * broadcast<F>(-0.5), t + t_high, rest);
    const F near = first + fma(poly, t3, rest);
    const auto begin = broadcast<F>(1 - 0x1p-4);
    const auto end = broadcast<F>(1 + 0x1.09p-4);
    return select_less(x, begin, far, select_less(x, end, near, far));
}

// Of |x| < 512.
template <class F> UNITVAR_INLINE F libm_exp_f64(const F &x)
{
    const auto shift = broadcast<F>(0x1.8p52);
    const F shifted = fma(x, broadcast<F>(0x1.71547652b82fep7), shift);
    const auto k = bits_of(shifted);
    const F whole = shifted - shift;
    const F r = fma(whole, broadcast<F>(-0x1.cf79abc9e3b3ap-47), fma(whole, broadcast<F>(-0x1.62e42fefap-8), x));
    const F scale = float_of(bits_of(look_up(exp_bits_f64, k)) + shift_left<45>(k));
    const F square = r * r;
    const F lower = fma(r, broadcast<F>(0x1.555555555543cp-3), broadcast<F>(0x1.ffffffffffdbdp-2));
    const F upper = fma(r, broadcast<F>(0x1.1111167a4d017p-7), broadcast<F>(0x1.55555cf172b91p-5));
    const F sum = fma(lower, square, look_up(exp_tail_f64, k) + r);
    return fma(fma(square * square, upper, sum), scale, scale);
}

// Of -1 < x <= 0.
template <class F> UNITVAR_INLINE F libm_log1p_f64(const F &x)
{
    const auto zero = broadcast<F>(0);
    // x itself where 1 + x is above sqrt(1/2), else 1 + x = 2^e (1 + f), and what it was rounded by, c.
    const F u = x + broadcast<F>(1);
    const auto bits = bits_of(u);
    using U = std::remove_const_t<decltype(bits)>;
    const U exponent = (bits - broadcast<U>(0x3FE6A09E00000000)) & broadcast<U>(0xFFF0000000000000);
    const F normalised = float_of(bits - exponent);
    const auto border = broadcast<F>(-0x1.2bec4p-2);
    const F e = select_less(border, x, zero, signed_to_float(exponent) * broadcast<F>(0x1p-52));
    const F f = select_less(border, x, x, normalised - broadcast<F>(1));
    const F lost = (x - (u - broadcast<F>(1))) / u;
    const F c = fma(e, broadcast<F>(0x1.a39ef35793c76p-33), select_less(e, zero, lost, zero));
    const F half_square = (f * broadcast<F>(0.5)) * f;

    const F s = f / (f + broadcast<F>(2));
    const F z = s * s;
    const F z2 = z * z;
    const F z4 = z2 * z2;
    const F r2 = fma(z, broadcast<F>(0x1.2492494229359p-2), broadcast<F>(0x1.999999997fa04p-2));
    const F r3 = fma(z, broadcast<F>(0x1.7466496cb03dep-3), broadcast<F>(0x1.c71c51d8e78afp-3));
    const F r4 = fma(z, broadcast<F>(0x1.2f112df3e5244p-3), broadcast<F>(0x1.39a09d078c69fp-3));
    F r = fma(z, broadcast<F>(0x1.5555555555593p-1), z2 * r2);
    r = fma(z4, r3, r);
    r = fma(z2 * z4, r4, r);
    const F product = s * (r + half_square);
    const F high = e * broadcast<F>(0x1.62e42feep-1); // exact
    const F general = high - ((half_square - (c + product)) - f);

    // |f| < 2^-20, e not 0.
    const F short_series = fma(f, broadcast<F>(-0x1.5555555555555p-1), broadcast<F>(1)) * half_square;
    const F near = high - ((short_series - c) - f);
    const F reduced = select_less(normalised, broadcast<F>(0x1.ffffdp-1), general,
                                  select_less(normalised, broadcast<F>(0x1.00001p0), near, general));
    const F tiny = fma(x * x, broadcast<F>(-0.5), x);
    return select_less(broadcast<F>(-0x1p-29), x, tiny, select_less(border, x, general, reduced));
}

template <class F> struct CosSin {
    F cos;
    F sin;
};

template <class F> struct TableRow {
    F sin, sin_low, cos, cos_low;
};
template <class F, class U> UNITVAR_INLINE TableRow<F> row_of(const U &k)
{
    return {look_up(sin_table_f64, k), look_up(sin_low_f64, k), look_up(cos_table_f64, k), look_up(cos_low_f64, k)};
}

template <class F> UNITVAR_INLINE F magnitude_f64(const F &x)
{
    const auto bits = bits_of(x);
    return float_of(bits & broadcast<std::remove_const_t<decltype(bits)>>(0x7FFFFFFFFFFFFFFF));
}
template <class F> UNITVAR_INLINE auto sign_of(const F &x)
{
    const auto bits = bits_of(x);
    return bits & broadcast<std::remove_const_t<decltype(bits)>>(0x8000000000000000);
}

// cos(x + dx), x to 0.86.
template <class F> UNITVAR_INLINE F table_cos(const F &x, const F &dx, const F &grid, const TableRow<F> &row)
{
    const F t = (magnitude_f64(x) - grid) + flip_sign(dx, sign_of(x));
    const F z = t * t;
    const F s = fma(t * z, fma(z, broadcast<F>(0x1.11110e829872fp-7), broadcast<F>(-0x1.5555555555515p-3)), t);
    const F c =
        fma(fma(z, broadcast<F>(0x1.6c16bedd9e239p-10), broadcast<F>(-0x1.5555555555535p-5)), z, broadcast<F>(0.5)) * z;
    const auto zero = broadcast<F>(0);
    const F minus_s = zero - s;
    F correction = fma(minus_s, row.sin_low, row.cos_low);
    correction = fma(zero - c, row.cos, correction);
    correction = fma(minus_s, row.sin, correction);
    return row.cos + correction;
}

// sin(x + dx), likewise.
template <class F> UNITVAR_INLINE F table_sin(const F &x, const F &dx, const F &grid, const TableRow<F> &row)
{
    const F square = x * x;
    F p = fma(square, broadcast<F>(-0x1.addffc2fcdf59p-26), broadcast<F>(0x1.71de27b9a7ed9p-19));
    p = fma(p, square, broadcast<F>(-0x1.a01a019db08b8p-13));
    p = fma(p, square, broadcast<F>(0x1.1111111110ecep-7));
    p = fma(p, square, broadcast<F>(-0x1.5555555555555p-3));
    const F short_sine = x + fma(fma(p, x, dx * broadcast<F>(-0.5)), square, dx);

    const F d = flip_sign(dx, sign_of(x));
    const F t = magnitude_f64(x) - grid;
    const F z = t * t;
    const F s = fma(t * z, fma(z, broadcast<F>(0x1.11110e829872fp-7), broadcast<F>(-0x1.5555555555515p-3)), d) + t;
    const F even =
        fma(fma(z, broadcast<F>(0x1.6c16bedd9e239p-10), broadcast<F>(-0x1.5555555555535p-5)), z, broadcast<F>(0.5)) * z;
    const F c = fma(d, t, even);
    F correction = fma(s, row.cos_low, row.sin_low);
    correction = fma(broadcast<F>(0) - c, row.sin, correction);
    correction = fma(s, row.cos, correction);
    const F long_sine = flip_sign(row.sin + correction, sign_of(x));
    return select_less(magnitude_f64(x), broadcast<F>(0.126), short_sine, long_sine);
}

// Of 0 <= x < 105414350.
template <class F> UNITVAR_INLINE CosSin<F> libm_cos_sin_f64(const F &x)
{
    const auto zero = broadcast<F>(0);
    // x = n pi/2 + a + da, by 106 bits and more of pi/2 in four parts.
    const auto shift = broadcast<F>(0x1.8p52);
    const F shifted = fma(x, broadcast<F>(0x1.45f306dc9c883p-1), shift);
    const F n = shifted - shift;
    const F minus_n = zero - n;
    const F y = fma(minus_n, broadcast<F>(-0x1.dde973cp-27), fma(minus_n, broadcast<F>(0x1.921fb58p0), x));
    const auto third = broadcast<F>(-0x1.cb3b398p-55);
    const auto fourth = broadcast<F>(-0x1.d747f23e32ed7p-83);
    const F y2 = fma(minus_n, third, y);
    const F a3 = fma(minus_n, fourth, y2);
    const F da3 = fma(minus_n, third, y - y2) + fma(minus_n, fourth, y2 - a3);
    // Between 0.855 and 2.426, from pi/2 down.
    const auto right = broadcast<F>(0x1.921fb54442d18p0);
    const auto right_low = broadcast<F>(0x1.1a62633145c07p-54);
    const F down = right - x;
    const F a2 = down + right_low;
    const F da2 = (down - a2) + right_low;

    const auto first_end = broadcast<F>(0x1.b6p-1);
    const auto second_end = broadcast<F>(0x1.368fdp1);
    const auto pick = [&](const F &one, const F &two, const F &three) UNITVAR_INLINE_LAMBDA {
        return select_less(x, first_end, one, select_less(x, second_end, two, three));
    };
    const F cos_x = pick(x, down, a3);
    const F cos_dx = pick(zero, right_low, da3);
    const F sin_x = pick(x, a2, a3);
    const F sin_dx = pick(zero, da2, da3);
    // The row is that of cos_x: in the middle of two the other one may be sin_x's, which no argument here makes matter.
    const auto big = broadcast<F>(0x1.8p45);
    const F on_grid = magnitude_f64(cos_x) + big;
    const F grid = on_grid - big;
    const auto row = row_of<F>(bits_of(on_grid));
    const F c = table_cos(cos_x, cos_dx, grid, row);
    const F s = table_sin(sin_x, sin_dx, grid, row);
    const auto turns = bits_of(shifted);
    using U = std::remove_const_t<decltype(turns)>;
    const F sin_3 = flip_sign(select_bit<0>(turns, c, s), shift_left<62>(turns));
    const F cos_3 = flip_sign(select_bit<0>(turns, s, c), shift_left<62>(turns + broadcast<U>(1)));
    return {pick(c, s, cos_3), pick(s, c, sin_3)};
}

} // namespace
} // namespace unitvar
