// e^(mean + std z), for draws of logarithms that are linear in a standard normal or another variable of some tens.
//
// (mean + std z) log2 e = n + r, n whole and |r| <= 1/2: mean log2 e is taken apart into a whole number and a fraction, and
// std log2 e into two parts, so that neither a large mean nor the rounding of products costs precision. 2^r by the series of
// exp to the 7th (f32, below 2^-27) or 13th power of r ln 2. Relative error: 2 ulp and that of z times |std z|;
// tests/accuracy_distributions.cpp.
// Port budget for a register of f32: 3 for n, 3 for r, 7 fma, 3 to scale: 16; twice that where powers of 2 may leave the
// range of the type.
#pragma once

#include "error_bound.hpp"
#include "pack.hpp"
#include "power.hpp"

namespace unitvar {
namespace {

// ln 2^k / k!, k = 0 to 7.
inline constexpr float exp2_series_f32[] = {0x1p0F,         0x1.62e43p-1F,   0x1.ebfbep-3F,   0x1.c6b08ep-5F,
                                            0x1.3b2ab6p-7F, 0x1.5d87fep-10F, 0x1.430912p-13F, 0x1.ffcbfcp-17F};
inline constexpr ErrorBound exp2_series_f32_bound{-0.5, 0.5, 0x1.27p-27};

template <class Lane> struct ExpConstants;
template <> struct ExpConstants<float> {
    static constexpr float log2_e = 0x1.715476p0F;
    static constexpr float log2_e_low = 0x1.4ae0cp-26F;
    static constexpr float round = 0x1.8p23F; // added and subtracted, leaves a whole number
    static constexpr int mantissa_bits = 23;
    static constexpr std::uint32_t exponent_bias = 127;
    static constexpr double most = 80;   // the exponent of e up to which one power of 2 serves
    static constexpr float most_n = 252; // more makes no difference
    static constexpr float most_whole = 0x1p20F;
    template <class F> UNITVAR_INLINE static F two_to(const F &r) { return horner(r, exp2_series_f32); }
};
template <> struct ExpConstants<double> {
    static constexpr double log2_e = 0x1.71547652b82fep0;
    static constexpr double log2_e_low = 0x1.777d0ffda0d24p-56;
    static constexpr double round = 0x1.8p52;
    static constexpr int mantissa_bits = 52;
    static constexpr std::uint64_t exponent_bias = 1023;
    static constexpr double most = 700;
    static constexpr double most_n = 2044;
    static constexpr double most_whole = 0x1p40;
    template <class F> UNITVAR_INLINE static F two_to(const F &r) { return horner(r, exp2_series); }
};

template <class F> class ExpOfLinear {
public:
    using Lane = typename F::Lane;
    using Constants = ExpConstants<Lane>;

    // most_z: what |z| may be.
    UNITVAR_INLINE ExpOfLinear(Lane mean, Lane std, double most_z)
        : simple_((mean < 0 ? -static_cast<double>(mean) : static_cast<double>(mean)) + most_z * std < Constants::most)
    {
        const F log2_e = broadcast<F>(Constants::log2_e);
        const F log2_e_low = broadcast<F>(Constants::log2_e_low);
        // What is beyond gives 0 or infinity as well.
        const F m = clamped(broadcast<F>(mean), Constants::most_whole);
        const F s = clamped(broadcast<F>(std), Constants::most_whole);
        high_ = s * log2_e;
        low_ = fma(s, log2_e, negative(high_)) + s * log2_e_low;
        const F product = m * log2_e;
        whole_ = (product + broadcast<F>(Constants::round)) - broadcast<F>(Constants::round);
        fraction_ = (product - whole_) + (fma(m, log2_e, negative(product)) + m * log2_e_low);
        exponent_ = bits_of(whole_ + broadcast<F>(Constants::round)) - bits_of(broadcast<F>(Constants::round)) +
                    broadcast<U>(Constants::exponent_bias);
    }

    UNITVAR_INLINE F operator()(const F &z) const { return simple_ ? simple(z) : any(z); }

private:
    using U = decltype(bits_of(F{}));

    UNITVAR_INLINE static F negative(const F &x) { return broadcast<F>(0) - x; }
    UNITVAR_INLINE static F clamped(const F &x, Lane most)
    {
        const F above = select_less(x, broadcast<F>(-most), broadcast<F>(-most), x);
        return minimum(above, broadcast<F>(most));
    }
    UNITVAR_INLINE F rest(const F &z, const F &n) const { return fma(z, high_, negative(n)) + fma(z, low_, fraction_); }

    UNITVAR_INLINE F simple(const F &z) const
    {
        const F round = broadcast<F>(Constants::round);
        const F rounded = fma(z, high_, fraction_) + round;
        const F value = Constants::two_to(rest(z, rounded - round));
        return value * float_of(shift_left<Constants::mantissa_bits>(bits_of(rounded) + exponent_));
    }

    UNITVAR_CALLED F any(const F &z) const
    {
        const F round = broadcast<F>(Constants::round);
        const F n = (clamped(fma(z, high_, fraction_), Constants::most_whole) + round) - round;
        const F value = Constants::two_to(clamped(rest(z, n), 1));
        const F power = clamped(n + whole_, Constants::most_n);
        const F half = (fma(power, broadcast<F>(Lane{1} / 2), round)) - round;
        return value * power_of_two(half) * power_of_two(power - half);
    }
    // 2^n of whole n between half the least and half the greatest exponent.
    UNITVAR_INLINE static F power_of_two(const F &n)
    {
        return float_of(shift_left<Constants::mantissa_bits>(bits_of(n + broadcast<F>(Constants::round)) +
                                                             broadcast<U>(Constants::exponent_bias)));
    }

    F high_;
    F low_;
    F whole_;
    F fraction_;
    U exponent_;
    bool simple_;
};

} // namespace
} // namespace unitvar
