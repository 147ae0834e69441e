// PyTorch's block form of the normal distribution in f64, and the functions of its scalar form and of its other draws: Box
// and Muller with the C library's log, sin and cos, on uniforms of 53 bits, u1 in the first and u2 in the second half of
// each block of 16.
#include "kernels/torch_libm_f64.hpp"
#include "kernels/torch_store.hpp"
#include "kernels/torch_uniform.hpp"
#include "kernels/torch_units.hpp"

namespace unitvar::UNITVAR_ISA {
namespace {

using Half = F64x<core::torch_normal_block / 2>;
using F = F64x<16>;
static_assert(F::lanes <= core::torch_read_ahead);

template <class Function> UNITVAR_INLINE void replace(double *x, std::size_t n, const Function &function)
{
    for (std::size_t i = 0; i < n; i += F::lanes) {
        store(x + i, function(load<F>(x + i)));
    }
}

} // namespace

void torch_normal_f64(const std::uint32_t *words, double mean, double std, void *target, std::size_t n,
                      core::StoreMode mode)
{
    constexpr std::size_t half_bytes = sizeof(double) * Half::lanes;
    constexpr std::size_t line_bytes = 64;
    const auto location = broadcast<Half>(mean);
    const auto scale = broadcast<Half>(std);
    auto *out = static_cast<unsigned char *>(target);
    const bool streams = mode == core::StoreMode::streaming && reinterpret_cast<std::uintptr_t>(out) % line_bytes == 0;
    for (std::size_t i = 0; i < n; i += 2 * Half::lanes, words += 4 * Half::lanes, out += 2 * half_bytes) {
        const Half logarithm = libm_log_f64(broadcast<Half>(1) - unit_of_53_bits<Half>(words));
        const Half radius = sqrt(logarithm * broadcast<Half>(-2));
        const auto angle =
            libm_cos_sin_f64(unit_of_53_bits<Half>(words + 2 * Half::lanes) * broadcast<Half>(0x1.921fb54442d18p2));
        const Half first = fma(radius * angle.cos, scale, location);
        const Half second = fma(radius * angle.sin, scale, location);
        if (streams) {
            stream(out, first);
            stream(out + half_bytes, second);
        } else {
            store(out, first);
            store(out + half_bytes, second);
        }
    }
}

void torch_log_f64(double *x, std::size_t n)
{
    replace(x, n, [](const F &a) UNITVAR_INLINE_LAMBDA { return libm_log_f64(a); });
}

void torch_log1p_f64(double *x, std::size_t n)
{
    replace(x, n, [](const F &a) UNITVAR_INLINE_LAMBDA { return libm_log1p_f64(a); });
}

void torch_exp_f64(double *x, std::size_t n)
{
    replace(x, n, [](const F &a) UNITVAR_INLINE_LAMBDA { return libm_exp_f64(a); });
}

void torch_cos_sin_f64(double *x, double *sines, std::size_t n)
{
    for (std::size_t i = 0; i < n; i += Half::lanes) {
        const auto angle = libm_cos_sin_f64(load<Half>(x + i));
        store(x + i, angle.cos);
        store(sines + i, angle.sin);
    }
}

} // namespace unitvar::UNITVAR_ISA
