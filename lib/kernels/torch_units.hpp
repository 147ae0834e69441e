// What the units of engine 3 show one another; see units.hpp.
#pragma once

#include "kernels/units.hpp"

namespace unitvar::UNITVAR_ISA {

void torch_normal_f32(const std::uint32_t *words, double mean, double std, void *target, std::size_t n,
                      core::StoreMode mode);
void torch_normal_f64(const std::uint32_t *words, double mean, double std, void *target, std::size_t n,
                      core::StoreMode mode);
void torch_log_f64(double *x, std::size_t n);
void torch_log1p_f64(double *x, std::size_t n);
void torch_exp_f64(double *x, std::size_t n);
void torch_cos_sin_f64(double *x, double *sines, std::size_t n);
void torch_erfinv_f32(float *y, std::size_t n);
void torch_erfinv_241_f32(float *y, std::size_t n);
void torch_truncate_f32(const float *y, const core::TorchTruncation &, void *target, std::size_t n,
                        core::StoreMode mode);

} // namespace unitvar::UNITVAR_ISA
