// Every sampler through the C API, once for all benchmarks: the rows of the draw registry.
#pragma once

#include <array>
#include <cstddef>

#include "core/draws.hpp"
#include "unitvar.h"

namespace unitvar::bench {

struct Operation {
    core::DrawIndex draw;
    std::int32_t (*run)(unitvar_generator *g, void *target, std::size_t n);
    [[nodiscard]] constexpr const core::DrawRow &row() const { return core::row(draw); }
};

inline constexpr unitvar_dtype bf16{4, 16, 1};
inline constexpr unitvar_dtype f16{2, 16, 1};

// 16-bit elements come from initialisers alone.
template <unitvar_dtype DType> std::int32_t init_vector(unitvar_generator *g, void *t, std::size_t n, std::int32_t kind)
{
    std::int64_t length = static_cast<std::int64_t>(n);
    unitvar_tensor tensor{t, {1, 0}, 1, DType, &length, nullptr, 0};
    unitvar_initializer init{sizeof(init), 0, 0, 0, 0, 0, 0, {}};
    const std::int32_t status = unitvar_initializer_defaults(&init, kind);
    return status != UNITVAR_OK ? status : unitvar_init(g, &init, &tensor);
}

inline constexpr std::array<Operation, core::draw_count> operations{{
    {core::DrawIndex::bits_u32, [](unitvar_generator *g, void *t,
                                   std::size_t n) { return unitvar_bits_u32(g, static_cast<std::uint32_t *>(t), n); }},
    {core::DrawIndex::bits_u64, [](unitvar_generator *g, void *t,
                                   std::size_t n) { return unitvar_bits_u64(g, static_cast<std::uint64_t *>(t), n); }},
    {core::DrawIndex::uniform_f32,
     [](unitvar_generator *g, void *t, std::size_t n) {
         return unitvar_uniform_f32(g, static_cast<float *>(t), n, 0, 1);
     }},
    {core::DrawIndex::uniform_f64,
     [](unitvar_generator *g, void *t, std::size_t n) {
         return unitvar_uniform_f64(g, static_cast<double *>(t), n, 0, 1);
     }},
    {core::DrawIndex::normal_f32,
     [](unitvar_generator *g, void *t, std::size_t n) {
         return unitvar_normal_f32(g, static_cast<float *>(t), n, 0, 1);
     }},
    {core::DrawIndex::normal_f64,
     [](unitvar_generator *g, void *t, std::size_t n) {
         return unitvar_normal_f64(g, static_cast<double *>(t), n, 0, 1);
     }},
    {core::DrawIndex::normal_icdf_f32,
     [](unitvar_generator *g, void *t, std::size_t n) {
         return unitvar_normal_icdf_f32(g, static_cast<float *>(t), n, 0, 1);
     }},
    {core::DrawIndex::normal_icdf_f64,
     [](unitvar_generator *g, void *t, std::size_t n) {
         return unitvar_normal_icdf_f64(g, static_cast<double *>(t), n, 0, 1);
     }},
    {core::DrawIndex::trunc_normal_f32,
     [](unitvar_generator *g, void *t, std::size_t n) {
         return unitvar_trunc_normal_f32(g, static_cast<float *>(t), n, 0, 1, -2, 2);
     }},
    {core::DrawIndex::trunc_normal_f64,
     [](unitvar_generator *g, void *t, std::size_t n) {
         return unitvar_trunc_normal_f64(g, static_cast<double *>(t), n, 0, 1, -2, 2);
     }},
    {core::DrawIndex::uniform_bf16,
     [](unitvar_generator *g, void *t, std::size_t n) { return init_vector<bf16>(g, t, n, UNITVAR_INIT_UNIFORM); }},
    {core::DrawIndex::uniform_f16,
     [](unitvar_generator *g, void *t, std::size_t n) { return init_vector<f16>(g, t, n, UNITVAR_INIT_UNIFORM); }},
    {core::DrawIndex::normal_bf16,
     [](unitvar_generator *g, void *t, std::size_t n) { return init_vector<bf16>(g, t, n, UNITVAR_INIT_NORMAL); }},
    {core::DrawIndex::normal_f16,
     [](unitvar_generator *g, void *t, std::size_t n) { return init_vector<f16>(g, t, n, UNITVAR_INIT_NORMAL); }},
    {core::DrawIndex::trunc_normal_bf16,
     [](unitvar_generator *g, void *t, std::size_t n) {
         return init_vector<bf16>(g, t, n, UNITVAR_INIT_TRUNC_NORMAL);
     }},
    {core::DrawIndex::trunc_normal_f16,
     [](unitvar_generator *g, void *t, std::size_t n) { return init_vector<f16>(g, t, n, UNITVAR_INIT_TRUNC_NORMAL); }},
}};

// A draw that is missing here leaves a row that repeats draw 0.
static_assert([] {
    for (std::size_t i = 0; i < operations.size(); ++i) {
        if (operations[i].draw != static_cast<core::DrawIndex>(i) || operations[i].run == nullptr) {
            return false;
        }
    }
    return true;
}());

} // namespace unitvar::bench
