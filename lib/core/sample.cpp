// Samplers: contiguous fills.
#include "unitvar/sample.hpp"

#include "core/fill.hpp"
#include "core/torch/sample.hpp"
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

// Where engine 3 writes.
template <class T> core::TorchTarget torch_target(std::span<T> target)
{
    return {dtype_of<T>, target.size(), true, target.data()};
}

constexpr core::ParameterNames uniform_names{"low", "high"};
constexpr core::ParameterNames normal_names{"mean", "std"};

} // namespace

void bits(Generator &generator, std::span<std::uint32_t> target)
{
    if (core::is_torch(generator)) {
        core::torch_fill_u32(core::torch_source(generator), target.data(), target.size());
        return;
    }
    sample(generator, target, core::DrawIndex::bits_u32, {});
}

void bits(Generator &generator, std::span<std::uint64_t> target)
{
    if (core::is_torch(generator)) {
        core::torch_fill_u64(core::torch_source(generator), target.data(), target.size());
        return;
    }
    sample(generator, target, core::DrawIndex::bits_u64, {});
}

void uniform(Generator &generator, std::span<float> target, double low, double high)
{
    if (core::is_torch(generator)) {
        core::torch_uniform(generator, torch_target(target), low, high);
        return;
    }
    sample(generator, target, core::DrawIndex::uniform_f32,
           core::uniform_parameters(DType::f32, low, high, uniform_names));
}

void uniform(Generator &generator, std::span<double> target, double low, double high)
{
    if (core::is_torch(generator)) {
        core::torch_uniform(generator, torch_target(target), low, high);
        return;
    }
    sample(generator, target, core::DrawIndex::uniform_f64,
           core::uniform_parameters(DType::f64, low, high, uniform_names));
}

void normal(Generator &generator, std::span<float> target, double mean, double std)
{
    if (core::is_torch(generator)) {
        core::torch_normal(generator, torch_target(target), mean, std);
        return;
    }
    sample(generator, target, core::DrawIndex::normal_f32,
           core::normal_parameters(DType::f32, mean, std, normal_names));
}

void normal(Generator &generator, std::span<double> target, double mean, double std)
{
    if (core::is_torch(generator)) {
        core::torch_normal(generator, torch_target(target), mean, std);
        return;
    }
    sample(generator, target, core::DrawIndex::normal_f64,
           core::normal_parameters(DType::f64, mean, std, normal_names));
}

void normal_icdf(Generator &generator, std::span<float> target, double mean, double std)
{
    if (core::is_torch(generator)) {
        core::torch_refuse("normal_icdf");
    }
    sample(generator, target, core::DrawIndex::normal_icdf_f32,
           core::normal_parameters(DType::f32, mean, std, normal_names));
}

void normal_icdf(Generator &generator, std::span<double> target, double mean, double std)
{
    if (core::is_torch(generator)) {
        core::torch_refuse("normal_icdf");
    }
    sample(generator, target, core::DrawIndex::normal_icdf_f64,
           core::normal_parameters(DType::f64, mean, std, normal_names));
}

void trunc_normal(Generator &generator, std::span<float> target, double mean, double std, double a, double b)
{
    if (core::is_torch(generator)) {
        core::torch_trunc_normal(generator, torch_target(target), mean, std, a, b);
        return;
    }
    core::Truncation truncation;
    sample(generator, target, core::DrawIndex::trunc_normal_f32,
           core::trunc_normal_parameters(DType::f32, mean, std, a, b, truncation));
}

void trunc_normal(Generator &generator, std::span<double> target, double mean, double std, double a, double b)
{
    if (core::is_torch(generator)) {
        core::torch_trunc_normal(generator, torch_target(target), mean, std, a, b);
        return;
    }
    core::Truncation truncation;
    sample(generator, target, core::DrawIndex::trunc_normal_f64,
           core::trunc_normal_parameters(DType::f64, mean, std, a, b, truncation));
}

} // namespace unitvar
