// Counted engines: what their rows of the table (core/engine.hpp) share, and what each has of its own.
#pragma once

#include "core/engine.hpp"

namespace unitvar::core {

extern const Samplers counted_samplers;
extern const ElementSources counted_sources;
extern const StateForm counted_state;

extern const CountedEngine pcg32_engine;
extern const CountedEngine philox4x32_engine;
extern const CountedEngine ars4x32_engine;

} // namespace unitvar::core
