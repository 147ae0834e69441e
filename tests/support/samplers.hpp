// Every sampler of the C API as one table, so that a promise about all of them is tested by one loop. A row fixes
// the parameters; the rows with a range or a mean and deviation other than the standard ones are there because the
// last operation of a sampler is a different instruction from its first.
#ifndef UNITVAR_TESTS_SUPPORT_SAMPLERS_HPP
#define UNITVAR_TESTS_SUPPORT_SAMPLERS_HPP

#include "core/draws.hpp"

#include <unitvar.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace support {

struct Sampler {
    std::string name;
    std::size_t element_size;
    std::function<std::int32_t(unitvar_generator *g, void *dst, std::size_t n)> fill;
    std::size_t words = 0; // 0: as many as an element has

    std::size_t words_per_element() const { return words != 0 ? words : element_size / 4; }
    std::size_t elements_per_block() const { return 64 / words_per_element(); }
    std::uint64_t blocks(std::size_t n) const { return (n + elements_per_block() - 1) / elements_per_block(); }
};

// A row of the library's registry as a value of the C API, with default parameters; kind 0 where there is none.
inline unitvar_draw draw_of(const unitvar::core::DrawRow &row)
{
    static constexpr struct {
        const char *suffix;
        unitvar_dtype dtype;
    } types[] = {{"_f32", {2, 32, 1}}, {"_f64", {2, 64, 1}}, {"_bf16", {4, 16, 1}},
                 {"_f16", {2, 16, 1}}, {"_i32", {0, 32, 1}}, {"_i64", {0, 64, 1}},
                 {"_u8", {1, 8, 1}},   {"_u32", {1, 32, 1}}, {"_u64", {1, 64, 1}}};
    const std::string name = row.name;
    unitvar_draw draw{sizeof draw, 0, {}, 0, {}, {}};
    for (const auto &[suffix, dtype] : types)
        if (name.ends_with(suffix)) {
            draw.dtype = dtype;
            std::int32_t kind = 0;
            const std::string distribution = name.substr(0, name.size() - std::string(suffix).size());
            if (unitvar_draw_from_name(distribution.c_str(), &kind) != UNITVAR_OK ||
                unitvar_draw_defaults(&draw, kind) != UNITVAR_OK)
                draw.kind = 0;
        }
    return draw;
}

// Those below, and of the registry what engines share the kernel of.
inline std::vector<Sampler> with_shared(std::vector<Sampler> list)
{
    for (const unitvar::core::DrawRow &row : unitvar::core::draws)
        if (row.shared)
            list.push_back({row.name, row.element_bytes,
                            [draw = draw_of(row)](unitvar_generator *g, void *dst, std::size_t n) {
                                return unitvar_sample(g, &draw, dst, n);
                            },
                            row.words_per_element});
    return list;
}

inline const std::vector<Sampler> &samplers()
{
    static const std::vector<Sampler> list = with_shared({
        {"bits_u32", 4,
         [](unitvar_generator *g, void *dst, std::size_t n) {
             return unitvar_bits_u32(g, static_cast<std::uint32_t *>(dst), n);
         }},
        {"bits_u64", 8,
         [](unitvar_generator *g, void *dst, std::size_t n) {
             return unitvar_bits_u64(g, static_cast<std::uint64_t *>(dst), n);
         }},
        {"uniform_f32 [0, 1)", 4,
         [](unitvar_generator *g, void *dst, std::size_t n) {
             return unitvar_uniform_f32(g, static_cast<float *>(dst), n, 0.0, 1.0);
         }},
        {"uniform_f32 [-0.37, 1.9)", 4,
         [](unitvar_generator *g, void *dst, std::size_t n) {
             return unitvar_uniform_f32(g, static_cast<float *>(dst), n, -0.37, 1.9);
         }},
        {"uniform_f64 [0, 1)", 8,
         [](unitvar_generator *g, void *dst, std::size_t n) {
             return unitvar_uniform_f64(g, static_cast<double *>(dst), n, 0.0, 1.0);
         }},
        {"uniform_f64 [-0.37, 1.9)", 8,
         [](unitvar_generator *g, void *dst, std::size_t n) {
             return unitvar_uniform_f64(g, static_cast<double *>(dst), n, -0.37, 1.9);
         }},
        {"normal_f32 (0, 1)", 4,
         [](unitvar_generator *g, void *dst, std::size_t n) {
             return unitvar_normal_f32(g, static_cast<float *>(dst), n, 0.0, 1.0);
         }},
        {"normal_f32 (1.5, 0.02)", 4,
         [](unitvar_generator *g, void *dst, std::size_t n) {
             return unitvar_normal_f32(g, static_cast<float *>(dst), n, 1.5, 0.02);
         }},
        {"normal_f64 (0, 1)", 8,
         [](unitvar_generator *g, void *dst, std::size_t n) {
             return unitvar_normal_f64(g, static_cast<double *>(dst), n, 0.0, 1.0);
         }},
        {"normal_f64 (1.5, 0.02)", 8,
         [](unitvar_generator *g, void *dst, std::size_t n) {
             return unitvar_normal_f64(g, static_cast<double *>(dst), n, 1.5, 0.02);
         }},
        {"normal_icdf_f32 (1.5, 0.02)", 4,
         [](unitvar_generator *g, void *dst, std::size_t n) {
             return unitvar_normal_icdf_f32(g, static_cast<float *>(dst), n, 1.5, 0.02);
         }},
        {"trunc_normal_f32 [-2, 2]", 4,
         [](unitvar_generator *g, void *dst, std::size_t n) {
             return unitvar_trunc_normal_f32(g, static_cast<float *>(dst), n, 0.0, 1.0, -2.0, 2.0);
         }},
        {"trunc_normal_f32 [8, 9]", 4,
         [](unitvar_generator *g, void *dst, std::size_t n) {
             return unitvar_trunc_normal_f32(g, static_cast<float *>(dst), n, 0.0, 1.0, 8.0, 9.0);
         }},
        {"normal_icdf_f64 (1.5, 0.02)", 8,
         [](unitvar_generator *g, void *dst, std::size_t n) {
             return unitvar_normal_icdf_f64(g, static_cast<double *>(dst), n, 1.5, 0.02);
         }},
        {"trunc_normal_f64 [-2, 2]", 8,
         [](unitvar_generator *g, void *dst, std::size_t n) {
             return unitvar_trunc_normal_f64(g, static_cast<double *>(dst), n, 0.0, 1.0, -2.0, 2.0);
         }},
    });
    return list;
}

} // namespace support

#endif
