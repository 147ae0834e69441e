// What the units of one instruction set show one another, in a namespace of that instruction set's name. After the
// partial link only the table stays visible.
#pragma once

#include "core/torch/kernels.hpp"

namespace unitvar::core {

// core/norm/kernels.hpp
struct ResponseWindow;
struct MomentKernels;
struct AffineKernels;
struct ConvertKernels;
struct GradientKernels;
struct ActivationKernels;
struct ProductKernels;

} // namespace unitvar::core

namespace unitvar::UNITVAR_ISA {

// One for each counted engine.
#define UNITVAR_DECLARE(name) extern const core::FillRow fill_##name;
UNITVAR_COUNTED_ENGINES(UNITVAR_DECLARE)
#undef UNITVAR_DECLARE
extern const core::TransformRow transform;

core::ChunkMoments moments_f32(const void *source, std::size_t n);
core::ChunkMoments moments_f64(const void *source, std::size_t n);

extern const core::TorchKernels torch;

extern const core::ReflectorKernels reflectors_f32;
extern const core::ReflectorKernels reflectors_f64;

void round_to_bf16(const float *source, std::uint16_t *target, std::size_t n);
void round_to_f16(const float *source, std::uint16_t *target, std::size_t n);

extern const core::SelectionKernels selection;

extern const core::MomentKernels moment_kernels_f32;
extern const core::MomentKernels moment_kernels_f64;
extern const core::AffineKernels affine_kernels_f32;
extern const core::AffineKernels affine_kernels_f64;
extern const core::ConvertKernels convert_kernels_f32;
extern const core::ConvertKernels convert_kernels_f64;
extern const core::GradientKernels gradient_kernels_f32;
extern const core::GradientKernels gradient_kernels_f64;
extern const core::ActivationKernels activation_kernels_f32;
extern const core::ActivationKernels activation_kernels_f64;
extern const core::ProductKernels product_kernels_f32;
extern const core::ProductKernels product_kernels_f64;

void local_response_f32(const void *x, void *y, std::size_t channels, std::size_t channel_stride, std::size_t width,
                        const core::ResponseWindow &window, double *squares);
void local_response_f64(const void *x, void *y, std::size_t channels, std::size_t channel_stride, std::size_t width,
                        const core::ResponseWindow &window, double *squares);

} // namespace unitvar::UNITVAR_ISA
