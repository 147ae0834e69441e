// Elements that are drawn one by one.
#include "core/counted/sources.hpp"

#include "core/counted/engine.hpp"
#include "core/counted/fill.hpp"
#include "core/truncation.hpp"

namespace unitvar::core {
namespace {

class DrawPlan final : public AddressedPlan {
public:
    DrawPlan(const InitRequest &request, DrawIndex draw, const DrawParameters &parameters)
        : generator_(*request.generator), fill_(generator_, draw, parameters, request.elements)
    {
    }

private:
    void write(void *target, std::uint64_t first, std::size_t count, StoreMode mode) const noexcept override
    {
        fill_.write(target, first, count, mode);
    }
    void write_runs(void *target, const Region &region, std::uint64_t first, std::size_t count,
                    std::size_t element_bytes) const noexcept override
    {
        fill_.write_runs(target, region, first, count, element_bytes);
    }
    void advance() noexcept override { fill_.advance(generator_); }

    Generator &generator_;
    Fill fill_;
};

class TruncatedPlan final : public AddressedPlan {
public:
    TruncatedPlan(const InitRequest &request, double mean, double std, double a, double b)
        : generator_(*request.generator),
          fill_(generator_, trunc_normal_draws[request.dtype],
                trunc_normal_parameters(request.dtype, mean, std, a, b, truncation_), request.elements)
    {
    }

private:
    void write(void *target, std::uint64_t first, std::size_t count, StoreMode mode) const noexcept override
    {
        fill_.write(target, first, count, mode);
    }
    void write_runs(void *target, const Region &region, std::uint64_t first, std::size_t count,
                    std::size_t element_bytes) const noexcept override
    {
        fill_.write_runs(target, region, first, count, element_bytes);
    }
    void advance() noexcept override { fill_.advance(generator_); }

    Generator &generator_;
    Truncation truncation_; // what fill_ refers to
    Fill fill_;
};

} // namespace

void counted_uniform(PlanSlot &slot, const InitRequest &request, double low, double high, ParameterNames names)
{
    slot.emplace<DrawPlan>(request, uniform_draws[request.dtype], uniform_parameters(request.dtype, low, high, names));
}

void counted_normal(PlanSlot &slot, const InitRequest &request, double mean, double std, ParameterNames names)
{
    slot.emplace<DrawPlan>(request, normal_draws[request.dtype], normal_parameters(request.dtype, mean, std, names));
}

void counted_trunc_normal(PlanSlot &slot, const InitRequest &request, double mean, double std, double a, double b)
{
    slot.emplace<TruncatedPlan>(request, mean, std, a, b);
}

constinit const ElementSources counted_sources{
    &counted_uniform,
    &counted_normal,
    &counted_trunc_normal,
    &counted_sparse,
    &counted_orthogonal,
    &counted_delta_orthogonal,
    {},
};

} // namespace unitvar::core
