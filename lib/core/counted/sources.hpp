// Plans for initialisers on counted engines: the entries of their ElementSources (core/engine.hpp).
#pragma once

#include "core/engine.hpp"
#include "core/init/plan.hpp"

namespace unitvar::core {

void counted_uniform(PlanSlot &slot, const InitRequest &request, double low, double high, ParameterNames names);
void counted_normal(PlanSlot &slot, const InitRequest &request, double mean, double std, ParameterNames names);
void counted_trunc_normal(PlanSlot &slot, const InitRequest &request, double mean, double std, double a, double b);
void counted_sparse(PlanSlot &slot, const InitRequest &request, std::uint64_t zeros, double std);
void counted_orthogonal(PlanSlot &slot, const InitRequest &request, std::uint64_t rows, double gain);
void counted_delta_orthogonal(PlanSlot &slot, const InitRequest &request, double gain);

} // namespace unitvar::core
