// Every sampler of the C API as one table, so that a promise about all of them is tested by one loop. A row fixes
// the parameters; the rows with a range or a mean and deviation other than the standard ones are there because the
// last operation of a sampler is a different instruction from its first.
#ifndef UNITVAR_TESTS_SUPPORT_SAMPLERS_HPP
#define UNITVAR_TESTS_SUPPORT_SAMPLERS_HPP

#include <unitvar.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace support {

struct Sampler {
    std::string name;
    std::size_t element_size;
    std::int32_t (*fill)(unitvar_generator *g, void *dst, std::size_t n);

    std::size_t words_per_element() const { return element_size / 4; }
    std::size_t elements_per_block() const { return 64 / words_per_element(); }
    std::uint64_t blocks(std::size_t n) const { return (n + elements_per_block() - 1) / elements_per_block(); }
};

inline const std::vector<Sampler> &samplers()
{
    static const std::vector<Sampler> list{
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
    };
    return list;
}

} // namespace support

#endif
