// From words to a normal distribution between two bounds, by the inverse of its distribution function. A word gives
// e, its signed distance to the nearer end of the range of words (negative in the upper half), and s, that to the
// middle; both keep their relative precision.
//
//   central      p or 1 - p of the untruncated distribution is base + slope e in either half, z = Phi^-1(p).
//   tail         The same relative to the tail above the lower bound, T = -2 ln of it by a sum, z from sqrt(T).
//   exponential  x - bound is a polynomial in T, whatever the number of deviations.
//   near_bound   Close to a bound all of these would lose x - bound to cancellation. There it is a polynomial in e,
//                so bounds are hit as rarely as they should be, and intervals of a few ulp come out right.
#pragma once

#include "core/kernel_table.hpp"
#include "simd/normal_quantile.hpp"
#include "simd/pack.hpp"

namespace unitvar {
namespace {

template <class F, std::size_t Terms> class TruncatedQuantile {
public:
    using Lane = typename F::Lane;

    UNITVAR_INLINE explicit TruncatedQuantile(const core::DrawParameters &p)
        : location(static_cast<Lane>(p.location)), scale(static_cast<Lane>(p.truncation->scale)),
          low(static_cast<Lane>(p.truncation->low)), high(static_cast<Lane>(p.truncation->high)),
          middle_slope(static_cast<Lane>(p.truncation->middle_slope)), middle(static_cast<Lane>(p.truncation->middle))
    {
        for (std::size_t i = 0; i < 2; ++i) {
            const core::TruncationSide &side = p.truncation->side[i];
            slope[i] = static_cast<Lane>(side.slope);
            base[i] = static_cast<Lane>(side.base);
            rate[i] = static_cast<Lane>(side.rate);
            bound[i] = static_cast<Lane>(side.bound);
            for (std::size_t k = 0; k < Terms; ++k) {
                series[k][i] = static_cast<Lane>(side.series[k]);
            }
        }
    }

    UNITVAR_INLINE F central(const F &e, const F &s) const
    {
        const F q = fma(s, broadcast<F>(middle_slope), broadcast<F>(middle));
        const F d = probability(e);
        if constexpr (sizeof(Lane) == sizeof(float)) {
            return finish(e, scaled(normal_quantile_by_log(q, d)));
        } else {
            return finish(e, scaled(normal_quantile<0>(q, d)));
        }
    }

    UNITVAR_INLINE F probability(const F &e) const { return fma(e, of_half(e, slope), of_half(e, base)); }
    UNITVAR_INLINE F scaled(const F &z) const { return fma(z, broadcast<F>(scale), broadcast<F>(location)); }

    // x away from the bounds becomes x everywhere.
    UNITVAR_INLINE F finish(const F &e, const F &x) const
    {
        const F n = e * of_half(e, rate);
        const F one = broadcast<F>(1);
        if (!any_less(n, one)) {
            return clamp(x);
        }
        return clamp(select_less(n, one, near_bound(e, n), x));
    }
    UNITVAR_INLINE F narrow(const F &e) const { return clamp(near_bound(e, e * of_half(e, rate))); }

    Lane location;
    Lane scale;
    Lane low;
    Lane high;
    Lane middle_slope;
    Lane middle;
    Lane slope[2];
    Lane base[2];
    Lane rate[2];
    Lane bound[2];
    Lane series[Terms][2];

private:
    UNITVAR_INLINE static F of_half(const F &e, const Lane (&value)[2])
    {
        return select_not_positive(e, broadcast<F>(value[1]), broadcast<F>(value[0]));
    }
    UNITVAR_INLINE F near_bound(const F &e, const F &n) const
    {
        F sum = of_half(e, series[Terms - 1]);
        for (std::size_t k = Terms - 1; k-- > 0;) {
            sum = fma(sum, n, of_half(e, series[k]));
        }
        return fma(sum, n, of_half(e, bound));
    }
    UNITVAR_INLINE F clamp(const F &x) const
    {
        const F above = select_less(x, broadcast<F>(low), broadcast<F>(low), x);
        return minimum(above, broadcast<F>(high));
    }
};

// Every form, in f64.
class TruncatedNormal {
public:
    using F = F64x<16>;

    explicit TruncatedNormal(const core::DrawParameters &p)
        : quantile(p), mode(p.truncation->mode), tail_probability(p.truncation->probability),
          tail_minus_two_log(p.truncation->minus_two_log)
    {
        for (std::size_t k = 0; k < core::exponential_terms; ++k) {
            exponential[k] = p.truncation->exponential[k];
        }
    }

    UNITVAR_CALLED F operator()(const F &e, const F &s) const
    {
        using core::TruncationMode;
        if (mode == TruncationMode::narrow) {
            return quantile.narrow(e);
        }
        if (mode == TruncationMode::central) {
            return quantile.central(e, s);
        }
        const F part = quantile.probability(e);
        const F logarithm = minus_two_log<0>(part);
        if (mode == TruncationMode::exponential) {
            return quantile.finish(e, fma(logarithm, horner(logarithm, exponential), broadcast<F>(quantile.bound[0])));
        }
        const F t = sqrt(logarithm + broadcast<F>(tail_minus_two_log));
        if (mode == TruncationMode::far_tail) {
            return quantile.finish(e, quantile.scaled(normal_far_tail(t)));
        }
        const F q = fma(part, broadcast<F>(-tail_probability), broadcast<F>(0.5));
        return quantile.finish(e, quantile.scaled(join_quantile(q, normal_tail(t))));
    }

private:
    TruncatedQuantile<F, core::near_bound_terms> quantile;
    core::TruncationMode mode;
    double tail_probability;
    double tail_minus_two_log;
    double exponential[core::exponential_terms];
};

} // namespace
} // namespace unitvar
