// Samplers: each is an entry of its engine's row.
#include "unitvar/sample.hpp"

#include "core/counted/fill.hpp"
#include "core/distributions.hpp"
#include "core/engine.hpp"
#include "core/floating_point.hpp"
#include "core/message.hpp"

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

template <class T>
void sample(Generator &generator, core::DrawIndex index, std::span<T> target, const std::array<double, 4> &p,
            const std::array<std::int64_t, 2> &k)
{
    const core::DefaultFloatingPoint environment;
    const core::EngineRow &row = core::GeneratorAccess::row(generator);
    if (row.samplers->draw == nullptr) {
        core::refuse_draw(row, core::distribution_name(index));
    }
    row.samplers->draw(generator, index, {DrawKind{}, p, k}, target.data(), target.size());
}

// An engine that has only the samplers with a place of their own.
void sample_one_of_few(Generator &generator, core::DrawIndex index, const Draw &draw, const SampleBuffer &target)
{
    using core::DrawIndex;
    const auto as = [&target]<class T>(T *) { return std::span(static_cast<T *>(target.data), target.count); };
    constexpr float *f32 = nullptr;
    constexpr double *f64 = nullptr;
    switch (index) {
    case DrawIndex::bits_u32:
        return bits(generator, as(static_cast<std::uint32_t *>(nullptr)));
    case DrawIndex::bits_u64:
        return bits(generator, as(static_cast<std::uint64_t *>(nullptr)));
    case DrawIndex::uniform_f32:
        return uniform(generator, as(f32), draw.p[0], draw.p[1]);
    case DrawIndex::uniform_f64:
        return uniform(generator, as(f64), draw.p[0], draw.p[1]);
    case DrawIndex::normal_f32:
        return normal(generator, as(f32), draw.p[0], draw.p[1]);
    case DrawIndex::normal_f64:
        return normal(generator, as(f64), draw.p[0], draw.p[1]);
    case DrawIndex::trunc_normal_f32:
        return trunc_normal(generator, as(f32), draw.p[0], draw.p[1], draw.p[2], draw.p[3]);
    case DrawIndex::trunc_normal_f64:
        return trunc_normal(generator, as(f64), draw.p[0], draw.p[1], draw.p[2], draw.p[3]);
    default:
        core::refuse_draw(core::GeneratorAccess::row(generator), core::distribution_name(index));
    }
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

// from unitvar.h by cmake/bindings.py: samplers
void exponential(Generator &generator, std::span<float> target, double scale)
{
    sample(generator, core::DrawIndex::exponential_f32, target, {scale}, {});
}

void exponential(Generator &generator, std::span<double> target, double scale)
{
    sample(generator, core::DrawIndex::exponential_f64, target, {scale}, {});
}

void laplace(Generator &generator, std::span<float> target, double location, double scale)
{
    sample(generator, core::DrawIndex::laplace_f32, target, {location, scale}, {});
}

void laplace(Generator &generator, std::span<double> target, double location, double scale)
{
    sample(generator, core::DrawIndex::laplace_f64, target, {location, scale}, {});
}

void logistic(Generator &generator, std::span<float> target, double location, double scale)
{
    sample(generator, core::DrawIndex::logistic_f32, target, {location, scale}, {});
}

void logistic(Generator &generator, std::span<double> target, double location, double scale)
{
    sample(generator, core::DrawIndex::logistic_f64, target, {location, scale}, {});
}

void gumbel(Generator &generator, std::span<float> target, double location, double scale)
{
    sample(generator, core::DrawIndex::gumbel_f32, target, {location, scale}, {});
}

void gumbel(Generator &generator, std::span<double> target, double location, double scale)
{
    sample(generator, core::DrawIndex::gumbel_f64, target, {location, scale}, {});
}

void cauchy(Generator &generator, std::span<float> target, double location, double scale)
{
    sample(generator, core::DrawIndex::cauchy_f32, target, {location, scale}, {});
}

void cauchy(Generator &generator, std::span<double> target, double location, double scale)
{
    sample(generator, core::DrawIndex::cauchy_f64, target, {location, scale}, {});
}

void weibull(Generator &generator, std::span<float> target, double shape, double scale)
{
    sample(generator, core::DrawIndex::weibull_f32, target, {shape, scale}, {});
}

void weibull(Generator &generator, std::span<double> target, double shape, double scale)
{
    sample(generator, core::DrawIndex::weibull_f64, target, {shape, scale}, {});
}

void rayleigh(Generator &generator, std::span<float> target, double scale)
{
    sample(generator, core::DrawIndex::rayleigh_f32, target, {scale}, {});
}

void rayleigh(Generator &generator, std::span<double> target, double scale)
{
    sample(generator, core::DrawIndex::rayleigh_f64, target, {scale}, {});
}

void log_normal(Generator &generator, std::span<float> target, double mean, double std)
{
    sample(generator, core::DrawIndex::log_normal_f32, target, {mean, std}, {});
}

void log_normal(Generator &generator, std::span<double> target, double mean, double std)
{
    sample(generator, core::DrawIndex::log_normal_f64, target, {mean, std}, {});
}

void integers(Generator &generator, std::span<std::int32_t> target, std::int64_t low, std::int64_t high)
{
    sample(generator, core::DrawIndex::integers_i32, target, {}, {low, high});
}

void integers(Generator &generator, std::span<std::int64_t> target, std::int64_t low, std::int64_t high)
{
    sample(generator, core::DrawIndex::integers_i64, target, {}, {low, high});
}

void bernoulli(Generator &generator, std::span<std::uint8_t> target, double p)
{
    sample(generator, core::DrawIndex::bernoulli_u8, target, {p}, {});
}

void uniform(Generator &generator, std::span<bfloat16> target, double low, double high)
{
    sample(generator, core::DrawIndex::uniform_bf16, target, {low, high}, {});
}

void uniform(Generator &generator, std::span<float16> target, double low, double high)
{
    sample(generator, core::DrawIndex::uniform_f16, target, {low, high}, {});
}

void normal(Generator &generator, std::span<bfloat16> target, double mean, double std)
{
    sample(generator, core::DrawIndex::normal_bf16, target, {mean, std}, {});
}

void normal(Generator &generator, std::span<float16> target, double mean, double std)
{
    sample(generator, core::DrawIndex::normal_f16, target, {mean, std}, {});
}

void trunc_normal(Generator &generator, std::span<bfloat16> target, double mean, double std, double a, double b)
{
    sample(generator, core::DrawIndex::trunc_normal_bf16, target, {mean, std, a, b}, {});
}

void trunc_normal(Generator &generator, std::span<float16> target, double mean, double std, double a, double b)
{
    sample(generator, core::DrawIndex::trunc_normal_f16, target, {mean, std, a, b}, {});
}

// end

void bernoulli_bits(Generator &generator, std::span<std::uint8_t> target, std::size_t n, double p)
{
    const std::size_t bytes = n / 8 + (n % 8 != 0 ? 1 : 0);
    if (target.size() < bytes) {
        core::invalid_value("the size of target", std::uint64_t{target.size()},
                            "at least " + core::text(std::uint64_t{bytes}) + ", for the bits of n");
    }
    sample(generator, core::DrawIndex::bernoulli_bits_u8, target.first(bytes), {p}, {});
    if (n % 8 != 0) {
        target[bytes - 1] = static_cast<std::uint8_t>(target[bytes - 1] & ((1U << (n % 8)) - 1));
    }
}

void sample(Generator &generator, const Draw &draw, const SampleBuffer &target)
{
    const core::DefaultFloatingPoint environment;
    const core::DrawIndex index = core::draw_index(draw.kind, target.type);
    const core::Samplers &samplers = *core::GeneratorAccess::row(generator).samplers;
    if (samplers.draw == nullptr) {
        sample_one_of_few(generator, index, draw, target);
    } else {
        samplers.draw(generator, index, draw, target.data, target.count);
    }
}

void sample_at(const Generator &generator, const Draw &draw, std::uint64_t first, const SampleBuffer &target)
{
    const core::DefaultFloatingPoint environment;
    const core::DrawIndex index = core::draw_index(draw.kind, target.type);
    core::require_positions(generator);
    core::Truncation truncation;
    const core::DrawParameters parameters = core::draw_parameters(index, draw, truncation);
    const std::size_t block = core::row(index).elements_per_block();
    const std::uint64_t skipped = first % block;
    if (target.count > std::uint64_t{core::most_bytes} - block) {
        core::invalid_value("n", std::uint64_t{target.count}, "at most the elements of an address space");
    }
    const core::Fill fill(generator, index, parameters, skipped + target.count, first / block);
    if (target.count != 0) {
        fill.write_from(target.data, skipped);
    }
}

} // namespace unitvar
