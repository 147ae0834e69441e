// Samplers: each is an entry of its engine's row.
#include "unitvar/sample.hpp"

#include "core/engine.hpp"
#include "core/floating_point.hpp"

namespace unitvar {
namespace {

template <class Sampler, class... Arguments>
void sample(Generator &generator, Sampler core::Samplers::*entry, const char *name, const Arguments &...arguments)
{
    const core::DefaultFloatingPoint environment;
    const core::EngineRow &row = core::GeneratorAccess::row(generator);
    const Sampler sampler = row.samplers->*entry;
    if (sampler == nullptr) {
        core::refuse_draw(row, name);
    }
    sampler(generator, arguments...);
}

template <class T> core::SampleTarget elements(std::span<T> target)
{
    return {dtype_of<T>, target.data(), target.size()};
}

} // namespace

void bits(Generator &generator, std::span<std::uint32_t> target)
{
    sample(generator, &core::Samplers::bits_u32, "bits_u32", target);
}

void bits(Generator &generator, std::span<std::uint64_t> target)
{
    sample(generator, &core::Samplers::bits_u64, "bits_u64", target);
}

void uniform(Generator &generator, std::span<float> target, double low, double high)
{
    sample(generator, &core::Samplers::uniform, "uniform", elements(target), low, high);
}

void uniform(Generator &generator, std::span<double> target, double low, double high)
{
    sample(generator, &core::Samplers::uniform, "uniform", elements(target), low, high);
}

void normal(Generator &generator, std::span<float> target, double mean, double std)
{
    sample(generator, &core::Samplers::normal, "normal", elements(target), mean, std);
}

void normal(Generator &generator, std::span<double> target, double mean, double std)
{
    sample(generator, &core::Samplers::normal, "normal", elements(target), mean, std);
}

void normal_icdf(Generator &generator, std::span<float> target, double mean, double std)
{
    sample(generator, &core::Samplers::normal_icdf, "normal_icdf", elements(target), mean, std);
}

void normal_icdf(Generator &generator, std::span<double> target, double mean, double std)
{
    sample(generator, &core::Samplers::normal_icdf, "normal_icdf", elements(target), mean, std);
}

void trunc_normal(Generator &generator, std::span<float> target, double mean, double std, double a, double b)
{
    sample(generator, &core::Samplers::trunc_normal, "trunc_normal", elements(target), mean, std, a, b);
}

void trunc_normal(Generator &generator, std::span<double> target, double mean, double std, double a, double b)
{
    sample(generator, &core::Samplers::trunc_normal, "trunc_normal", elements(target), mean, std, a, b);
}

void permutation(Generator &generator, std::span<std::int64_t> target)
{
    sample(generator, &core::Samplers::permutation, "permutation", target);
}

} // namespace unitvar
