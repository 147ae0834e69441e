// Engines as the core sees them: where a generator stands, and how it gets elsewhere.
#pragma once

#include <cstdint>

#include "core/kernel_table.hpp"
#include "unitvar/generator.hpp"

namespace unitvar::core {

// The one door to a generator's state.
struct GeneratorAccess {
    // The engine at the generator's position plus a number of blocks.
    [[nodiscard]] static EngineState engine_state(const Generator &generator, std::uint64_t blocks_ahead = 0) noexcept;
    // Moves on; blocks must be left.
    static void advance(Generator &generator, std::uint64_t blocks) noexcept;
    // The engine of a generator of torch_mt19937.
    [[nodiscard]] static TorchEngine &torch(Generator &generator) noexcept { return *generator.torch_; }
};

[[nodiscard]] EngineIndex engine_index(Engine engine) noexcept;

} // namespace unitvar::core
