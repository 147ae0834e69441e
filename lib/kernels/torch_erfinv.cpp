// PyTorch's inverse error function in f32, bit for bit: a rational approximation (Giles, as in the coefficients of
// torch's calc_erfinv), then two steps of Newton with the C library's erff and expf, erff being that of either dialect.
//
// Three kinds of y differ in what they need: up to 0.7 the approximation is a function of y^2 and erff has one
// formula; up to 0.92 it needs logf, and erff two formulas; above, erff needs expf twice. Almost all y are of the first
// kind, so all are treated as that, and the others are collected and done again. Everything is odd in y.
#include "kernels/torch_libm.hpp"
#include "kernels/torch_store.hpp"
#include "kernels/torch_units.hpp"

namespace unitvar::UNITVAR_ISA {
namespace {

using F = F32x<48>;
using U = U32x<48>;

inline constexpr std::size_t most = 1248; // y at a time
static_assert(F::lanes <= core::torch_read_ahead);

inline constexpr float outer = 0.7F;
inline constexpr float tail = 0.92F;

inline constexpr float inner_numerator[] = {0.886226899F, -1.645349621F, 0.914624893F, -0.140543331F};
inline constexpr float inner_denominator[] = {1.0F, -2.118377725F, 1.442710462F, -0.329097515F, 0.012229801F};
inline constexpr float outer_numerator[] = {-1.970840454F, -1.624906493F, 3.429567803F, 1.641345311F};
inline constexpr float outer_denominator[] = {1.0F, 3.543889200F, 1.637067800F};

UNITVAR_INLINE F magnitude(const F &x)
{
    return float_of(bits_of(x) & broadcast<U>(0x7FFFFFFF));
}

template <class Erf> UNITVAR_INLINE F newton(F x, const F &y, const Erf &erf)
{
    constexpr float slope = 2.0F / static_cast<float>(1.772453850905516);
    for (int step = 0; step < 2; ++step) {
        const F e = libm_exp((broadcast<F>(0) - x) * x);
        x = x - (erf(x) - y) / (broadcast<F>(slope) * e);
    }
    return x;
}

UNITVAR_INLINE F outer_start(const F &y)
{
    const F logarithm = libm_log((broadcast<F>(1) - y) * broadcast<F>(0.5F));
    const F z = sqrt(broadcast<F>(0) - logarithm);
    return horner(z, outer_numerator) / horner(z, outer_denominator);
}

// The erff of a C library on the three kinds of y.
struct ErfBefore241 {
    UNITVAR_INLINE static F inner(const F &x) { return libm_erf_below_0_84(x); }
    UNITVAR_INLINE static F outer(const F &x)
    {
        return select_less(x, broadcast<F>(0.84375F), libm_erf_below_0_84(x), libm_erf_below_1_25(x));
    }
    UNITVAR_INLINE static F tail(const F &x)
    {
        return select_less(x, broadcast<F>(1.25F), libm_erf_below_1_25(x), libm_erf_below_6(x));
    }
};

struct ErfRounded {
    UNITVAR_INLINE static F inner(const F &x) { return libm_erf_rounded(x); }
    UNITVAR_INLINE static F outer(const F &x) { return libm_erf_rounded(x); }
    UNITVAR_INLINE static F tail(const F &x) { return libm_erf_rounded(x); }
};

template <class Erf> UNITVAR_CALLED void solve_inner(float *y, std::size_t n)
{
    for (std::size_t i = 0; i < n; i += F::lanes) {
        const auto signed_y = load<F>(y + i);
        const F a = magnitude(signed_y);
        const F z = a * a;
        const F start = a * horner(z, inner_numerator) / horner(z, inner_denominator);
        const F x = newton(start, a, [](const F &t) UNITVAR_INLINE_LAMBDA { return Erf::inner(t); });
        store(y + i, flip_sign(x, bits_of(signed_y)));
    }
}

// Of |y|.
template <class Erf> UNITVAR_CALLED void solve_outer(const float *y, float *x, std::size_t n)
{
    for (std::size_t i = 0; i < n; i += F::lanes) {
        const auto a = load<F>(y + i);
        store(x + i, newton(outer_start(a), a, [](const F &t) UNITVAR_INLINE_LAMBDA { return Erf::outer(t); }));
    }
}

template <class Erf> UNITVAR_CALLED void solve_tail(const float *y, float *x, std::size_t n)
{
    for (std::size_t i = 0; i < n; i += F::lanes) {
        const auto a = load<F>(y + i);
        const F solved = newton(outer_start(a), a, [](const F &t) UNITVAR_INLINE_LAMBDA { return Erf::tail(t); });
        store(x + i, select_less(a, broadcast<F>(1), solved, broadcast<F>(__builtin_inff())));
    }
}

// Indices of the |y| above a bound, in order; how many. Harmless values follow the last |y| to the end of its pack.
UNITVAR_CALLED std::size_t collect(const float *y, std::size_t n, float bound, std::uint16_t *index, float *collected)
{
    std::size_t count = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const float a = __builtin_fabsf(y[i]);
        index[count] = static_cast<std::uint16_t>(i);
        collected[count] = a;
        count += a > bound ? 1 : 0;
    }
    for (std::size_t i = 0; i < F::lanes; ++i) {
        collected[count + i] = tail;
    }
    return count;
}

template <class Erf> void solve(float *y, std::size_t n)
{
    std::uint16_t outer_index[most + 1];
    std::uint16_t tail_index[most + 1];
    alignas(64) float outer_y[most + F::lanes];
    alignas(64) float tail_y[most + F::lanes];
    alignas(64) float outer_x[most + F::lanes];
    alignas(64) float tail_x[most + F::lanes];
    const std::size_t outer_count = collect(y, n, outer, outer_index, outer_y);
    const std::size_t tail_count = collect(outer_y, outer_count, tail, tail_index, tail_y);
    solve_outer<Erf>(outer_y, outer_x, outer_count);
    solve_tail<Erf>(tail_y, tail_x, tail_count);
    for (std::size_t i = 0; i < tail_count; ++i) {
        outer_x[tail_index[i]] = tail_x[i];
    }
    for (std::size_t i = 0; i < outer_count; ++i) {
        outer_x[i] = __builtin_copysignf(outer_x[i], y[outer_index[i]]);
    }
    solve_inner<Erf>(y, n);
    for (std::size_t i = 0; i < outer_count; ++i) {
        y[outer_index[i]] = outer_x[i];
    }
}

template <class Erf> void solve_all(float *y, std::size_t n)
{
    for (std::size_t i = 0; i < n; i += most) {
        solve<Erf>(y + i, n - i < most ? n - i : most);
    }
}

} // namespace

void torch_erfinv_f32(float *y, std::size_t n)
{
    solve_all<ErfBefore241>(y, n);
}

void torch_erfinv_241_f32(float *y, std::size_t n)
{
    solve_all<ErfRounded>(y, n);
}

void torch_truncate_f32(const float *y, const core::TorchTruncation &parameters, void *target, std::size_t n,
                        core::StoreMode mode)
{
    const auto scale = broadcast<F>(static_cast<float>(parameters.scale));
    const auto offset = broadcast<F>(static_cast<float>(parameters.offset));
    const auto low = broadcast<F>(static_cast<float>(parameters.low));
    const auto high = broadcast<F>(static_cast<float>(parameters.high));
    store_elements<F>(target, n, mode, [&](std::size_t i) UNITVAR_INLINE_LAMBDA {
        const F x = load<F>(y + i) * scale + offset;
        const F raised = select_less(x, low, low, x);
        return select_less(high, raised, high, raised);
    });
}

} // namespace unitvar::UNITVAR_ISA
