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

// Of one element type, and the products of f32 and f64: 16-bit matrices are multiplied as f32.
#define UNITVAR_DECLARE(name)                                                                                          \
    extern const core::MomentKernels moment_kernels_##name;                                                            \
    extern const core::AffineKernels affine_kernels_##name;                                                            \
    extern const core::ConvertKernels convert_kernels_##name;                                                          \
    extern const core::GradientKernels gradient_kernels_##name;                                                        \
    extern const core::ActivationKernels activation_kernels_##name;                                                    \
    void local_response_##name(const void *source, void *target, std::size_t channels, std::size_t channel_stride,     \
                               std::size_t width, const core::ResponseWindow &window, double *workspace);              \
    void local_response_gradient_##name(const void *gradient, const void *source, void *target, std::size_t channels,  \
                                        std::size_t channel_stride, std::size_t width,                                 \
                                        const core::ResponseWindow &window, double *workspace);                        \
    void dropout_##name(const void *x, const std::uint32_t *words, void *y, std::size_t n, std::uint32_t last_kept,    \
                        double scale);
UNITVAR_DECLARE(f32)
UNITVAR_DECLARE(f64)
UNITVAR_DECLARE(bf16)
UNITVAR_DECLARE(f16)
#undef UNITVAR_DECLARE
extern const core::ProductKernels product_kernels_f32;
extern const core::ProductKernels product_kernels_f64;

} // namespace unitvar::UNITVAR_ISA
