// What the row of torch_mt19937 (core/engine.hpp) names.
#pragma once

#include "core/engine.hpp"

namespace unitvar::core {

// Throws InvalidArgument for a stream other than 0.
void start_torch(Generator &generator);

extern const Samplers torch_samplers;
extern const ElementSources torch_sources;
extern const StateForm torch_state;
extern const OriginalForm torch_original;

} // namespace unitvar::core
