// Engines as a table: what each is called, what its generators hold and what they can do. The rest of the core asks a
// row and never which engine it is.
//
// To add a counted engine (one whose words are addressed by block): an enumerator in unitvar/generator.hpp, its name in
// UNITVAR_COUNTED_ENGINES (draws.hpp), a row in engine.cpp, and its words in lib/kernels, block by block and at any
// indices. Samplers, initialisers, positions, forks and the saved form follow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.hpp"
#include "core/kernel_table.hpp"
#include "core/parameters.hpp"
#include "unitvar/generator.hpp"
#include "unitvar/init.hpp"
#include "unitvar/sample.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar::core {

struct InitRequest;
class PlanSlot;

// Elements that a sampler fills, side by side at any address.
struct SampleTarget {
    DType dtype;
    void *data;
    std::uint64_t count;
};

// The samplers of unitvar/sample.hpp. Null: the engine has none.
struct Samplers {
    void (*bits_u32)(Generator &, std::span<std::uint32_t> target);
    void (*bits_u64)(Generator &, std::span<std::uint64_t> target);
    void (*uniform)(Generator &, const SampleTarget &, double low, double high);
    void (*normal)(Generator &, const SampleTarget &, double mean, double std);
    void (*normal_icdf)(Generator &, const SampleTarget &, double mean, double std);
    void (*trunc_normal)(Generator &, const SampleTarget &, double mean, double std, double a, double b);
    void (*permutation)(Generator &, std::span<std::int64_t> target);
    // Any row of UNITVAR_DRAWS; null: the engine has those above alone.
    void (*draw)(Generator &, DrawIndex, const Draw &, void *target, std::uint64_t n);
};

// Plans for the random elements that initialisers are made of (core/init/plan.hpp). The request has a generator of the
// engine. All throw what their parameters deserve.
struct ElementSources {
    void (*uniform)(PlanSlot &, const InitRequest &, double low, double high, ParameterNames names);
    void (*normal)(PlanSlot &, const InitRequest &, double mean, double std, ParameterNames names);
    void (*trunc_normal)(PlanSlot &, const InitRequest &, double mean, double std, double a, double b);
    // Normals of a matrix, of which each column loses a number of elements.
    void (*sparse)(PlanSlot &, const InitRequest &, std::uint64_t zeros, double std);
    // gain times an orthogonal matrix of so many rows, all further dimensions flattened; not empty.
    void (*orthogonal)(PlanSlot &, const InitRequest &, std::uint64_t rows, double gain);
    // The same in the spatial centre of filters, zeros around it.
    void (*delta_orthogonal)(PlanSlot &, const InitRequest &, double gain);
    bool torch = false; // has PyTorch's initialisers alone
};

// An engine whose words are addressed by block: it has positions and forks, and all of them share one implementation
// (core/counted).
struct CountedEngine {
    EngineIndex index; // of its fill kernels
    int block_bits;    // it has 2^block_bits blocks
    // The engine at block 0.
    EngineState (*seed)(std::uint64_t seed, std::uint64_t stream);
    // Its position so many blocks on.
    std::uint64_t (*advance)(const EngineState &, std::uint64_t blocks) noexcept;
};

// The state of an engine that only goes forward.
class SequentialState {
public:
    virtual ~SequentialState() = default;
    [[nodiscard]] virtual std::unique_ptr<SequentialState> clone() const = 0;

protected:
    SequentialState() = default;
    SequentialState(const SequentialState &) = default;
    SequentialState &operator=(const SequentialState &) = default;
};

// The part of a saved generator behind engine, seed and stream. read: into a generator that was just seeded; throws
// CorruptState or InvalidArgument.
struct StateForm {
    std::size_t bytes;
    void (*write)(const Generator &, ByteWriter &);
    void (*read)(Generator &, ByteReader &);
};

// The state as the engine's original saves it, told from ours by its length.
struct OriginalForm {
    std::size_t bytes;
    void (*write)(const Generator &, ByteWriter &);
    Generator (*read)(ByteReader &); // throws CorruptState
};

struct EngineRow {
    Engine id;
    std::string_view name; // of a literal
    // Puts a generator whose seed and stream are set at its beginning. Throws InvalidArgument.
    void (*start)(Generator &);
    const Samplers *samplers;
    const ElementSources *sources;
    const CountedEngine *counted; // null where it is sequential
    const StateForm *state;
    const OriginalForm *original = nullptr;
    // Why it has not what others have, for messages; what it is that is drawn follows the first.
    std::string_view no_draw = {};
    std::string_view no_positions = {};
    std::string_view no_fork = {};
};

[[nodiscard]] std::span<const EngineRow> engine_rows() noexcept;
// Throws InvalidArgument for an unknown engine.
[[nodiscard]] const EngineRow &engine_row(Engine engine);

// Throws Unsupported: "engine is ID (NAME), REASON; expected" the engines that are counted.
[[noreturn]] void refuse_engine(const EngineRow &row, std::string_view reason);
[[noreturn]] void refuse_draw(const EngineRow &row, std::string_view what);
// Throws as above where a generator's engine has no positions, and so nothing that is made of the words at one.
const CountedEngine &require_positions(const Generator &generator);
void require_counted(const Generator &generator, std::string_view what);

// The one door to a generator's state.
struct GeneratorAccess {
    [[nodiscard]] static const EngineRow &row(const Generator &generator) noexcept { return *generator.row_; }

    // Counted engines: the engine at the generator's position plus a number of blocks.
    [[nodiscard]] static EngineState engine_state(const Generator &generator, std::uint64_t blocks_ahead = 0) noexcept;
    // Moves on; blocks must be left.
    static void advance(Generator &generator, std::uint64_t blocks) noexcept;
    // At block 0.
    static void start_counted(Generator &generator);

    // Sequential engines: their state.
    [[nodiscard]] static SequentialState &sequential(const Generator &generator) noexcept
    {
        return *generator.sequential_;
    }
    static void set_sequential(Generator &generator, std::unique_ptr<SequentialState> state) noexcept;
};

} // namespace unitvar::core
