// Samplers of the counted engines.
#include "core/counted/engine.hpp"
#include "core/counted/fill.hpp"
#include "core/counted/permutation.hpp"
#include "core/distributions.hpp"

namespace unitvar::core {
namespace {

void fill(Generator &generator, DrawIndex draw, const DrawParameters &parameters, void *target, std::uint64_t n)
{
    const Fill elements(generator, draw, parameters, n);
    if (n != 0) {
        elements.write_all(target);
        elements.advance(generator);
    }
}

void draw(Generator &generator, DrawIndex index, const Draw &values, void *target, std::uint64_t n)
{
    Truncation truncation;
    fill(generator, index, draw_parameters(index, values, truncation), target, n);
}

void bits_u32(Generator &generator, std::span<std::uint32_t> target)
{
    fill(generator, DrawIndex::bits_u32, {}, target.data(), target.size());
}

void bits_u64(Generator &generator, std::span<std::uint64_t> target)
{
    fill(generator, DrawIndex::bits_u64, {}, target.data(), target.size());
}

void uniform(Generator &generator, const SampleTarget &target, double low, double high)
{
    draw(generator, uniform_draws[target.dtype], {DrawKind::uniform, {low, high}}, target.data, target.count);
}

void normal(Generator &generator, const SampleTarget &target, double mean, double std)
{
    draw(generator, normal_draws[target.dtype], {DrawKind::normal, {mean, std}}, target.data, target.count);
}

void normal_icdf(Generator &generator, const SampleTarget &target, double mean, double std)
{
    const DrawIndex index = target.dtype == DType::f64 ? DrawIndex::normal_icdf_f64 : DrawIndex::normal_icdf_f32;
    draw(generator, index, {DrawKind::normal_icdf, {mean, std}}, target.data, target.count);
}

void trunc_normal(Generator &generator, const SampleTarget &target, double mean, double std, double a, double b)
{
    draw(generator, trunc_normal_draws[target.dtype], {DrawKind::trunc_normal, {mean, std, a, b}}, target.data,
         target.count);
}

} // namespace

constinit const Samplers counted_samplers{
    &bits_u32, &bits_u64, &uniform, &normal, &normal_icdf, &trunc_normal, &counted_permutation, &draw};

} // namespace unitvar::core
