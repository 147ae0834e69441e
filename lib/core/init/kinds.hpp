// The makers of plans, one for each kind of initialiser. registry.cpp lists them. They check what the kind takes and go
// to the generator's engine (core/engine.hpp) for what is drawn.
#pragma once

#include "core/engine.hpp"
#include "core/init/plan.hpp"

namespace unitvar::core {

// Of the engine of a request that draws.
[[nodiscard]] inline const ElementSources &sources_of(const InitRequest &request) noexcept
{
    return *GeneratorAccess::row(*request.generator).sources;
}

// from unitvar.h by cmake/bindings.py: makers
void make_constant(PlanSlot &slot, const InitRequest &request);
void make_zeros(PlanSlot &slot, const InitRequest &request);
void make_ones(PlanSlot &slot, const InitRequest &request);
void make_eye(PlanSlot &slot, const InitRequest &request);
void make_dirac(PlanSlot &slot, const InitRequest &request);
void make_uniform(PlanSlot &slot, const InitRequest &request);
void make_normal(PlanSlot &slot, const InitRequest &request);
void make_trunc_normal(PlanSlot &slot, const InitRequest &request);
void make_xavier_uniform(PlanSlot &slot, const InitRequest &request);
void make_xavier_normal(PlanSlot &slot, const InitRequest &request);
void make_kaiming_uniform(PlanSlot &slot, const InitRequest &request);
void make_kaiming_normal(PlanSlot &slot, const InitRequest &request);
void make_orthogonal(PlanSlot &slot, const InitRequest &request);
void make_delta_orthogonal(PlanSlot &slot, const InitRequest &request);
void make_sparse(PlanSlot &slot, const InitRequest &request);
void make_variance_scaling(PlanSlot &slot, const InitRequest &request);
void make_variance_scaling_fans(PlanSlot &slot, const InitRequest &request);
void make_orthogonal_axis(PlanSlot &slot, const InitRequest &request);
void make_delta_orthogonal_layout(PlanSlot &slot, const InitRequest &request);
void make_glorot_uniform(PlanSlot &slot, const InitRequest &request);
void make_glorot_normal(PlanSlot &slot, const InitRequest &request);
void make_he_uniform(PlanSlot &slot, const InitRequest &request);
void make_he_normal(PlanSlot &slot, const InitRequest &request);
void make_lecun_uniform(PlanSlot &slot, const InitRequest &request);
void make_lecun_normal(PlanSlot &slot, const InitRequest &request);
void make_identity(PlanSlot &slot, const InitRequest &request);
// end

} // namespace unitvar::core
