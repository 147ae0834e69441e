// Samplers: contiguous fills.
#include "unitvar/sample.hpp"

#include "core/fill.hpp"
#include "core/truncation.hpp"

namespace unitvar {
namespace {

template <class T>
void sample(Generator &generator, std::span<T> target, core::DrawIndex draw, const core::DrawParameters &parameters)
{
    const core::Fill fill(generator, draw, parameters, target.size());
    if (!target.empty()) {
        fill.write_all(target.data());
        fill.advance(generator);
    }
}

constexpr core::ParameterNames uniform_names{"low", "high"};
constexpr core::ParameterNames normal_names{"mean", "std"};

} // namespace

void bits(Generator &generator, std::span<std::uint32_t> target)
{
    sample(generator, target, core::DrawIndex::bits_u32, {});
}

void bits(Generator &generator, std::span<std::uint64_t> target)
{
    sample(generator, target, core::DrawIndex::bits_u64, {});
}

void uniform(Generator &generator, std::span<float> target, double low, double high)
{
    sample(generator, target, core::DrawIndex::uniform_f32, core::uniform_parameters<float>(low, high, uniform_names));
}

void uniform(Generator &generator, std::span<double> target, double low, double high)
{
    sample(generator, target, core::DrawIndex::uniform_f64, core::uniform_parameters<double>(low, high, uniform_names));
}

void normal(Generator &generator, std::span<float> target, double mean, double std)
{
    sample(generator, target, core::DrawIndex::normal_f32, core::normal_parameters<float>(mean, std, normal_names));
}

void normal(Generator &generator, std::span<double> target, double mean, double std)
{
    sample(generator, target, core::DrawIndex::normal_f64, core::normal_parameters<double>(mean, std, normal_names));
}

void normal_icdf(Generator &generator, std::span<float> target, double mean, double std)
{
    sample(generator, target, core::DrawIndex::normal_icdf_f32,
           core::normal_parameters<float>(mean, std, normal_names));
}

void normal_icdf(Generator &generator, std::span<double> target, double mean, double std)
{
    sample(generator, target, core::DrawIndex::normal_icdf_f64,
           core::normal_parameters<double>(mean, std, normal_names));
}

void trunc_normal(Generator &generator, std::span<float> target, double mean, double std, double a, double b)
{
    core::Truncation truncation;
    sample(generator, target, core::DrawIndex::trunc_normal_f32,
           core::trunc_normal_parameters<float>(mean, std, a, b, truncation));
}

void trunc_normal(Generator &generator, std::span<double> target, double mean, double std, double a, double b)
{
    core::Truncation truncation;
    sample(generator, target, core::DrawIndex::trunc_normal_f64,
           core::trunc_normal_parameters<double>(mean, std, a, b, truncation));
}

} // namespace unitvar
