// Counted engines: seeding (pcg32's by pcg-cpp itself), jumps, and the saved form.
#include "core/counted/engine.hpp"

#include <pcg_random.hpp>

#include <array>
#include <bit>

#include "core/bytes.hpp"
#include "core/message.hpp"
#include "core/pcg32_constants.hpp"
#include "unitvar/error.hpp"

namespace unitvar::core {
namespace {

// pcg-cpp keeps state and increment protected.
struct SeededPcg32 : pcg32 {
    SeededPcg32(std::uint64_t seed, std::uint64_t stream) : pcg32(seed, stream) {}
    [[nodiscard]] EngineState engine() const { return {state_, increment(), 0}; }
};

EngineState seed_pcg32(std::uint64_t seed, std::uint64_t stream)
{
    return SeededPcg32(mix(seed), mix(stream + 0x9E3779B97F4A7C15U)).engine();
}

// jump[k] is the step over 2^k blocks.
constexpr auto block_jumps = [] {
    std::array<Pcg32Step, 64> jump{};
    jump[0] = pcg32_step(words_per_block);
    for (std::size_t k = 1; k < jump.size(); ++k) {
        jump[k] = jump[k - 1] * jump[k - 1];
    }
    return jump;
}();

std::uint64_t advance_pcg32(const EngineState &engine, std::uint64_t blocks) noexcept
{
    std::uint64_t state = engine.position;
    for (; blocks != 0; blocks &= blocks - 1) {
        const Pcg32Step &jump = block_jumps[static_cast<std::size_t>(std::countr_zero(blocks))];
        state = jump.power * state + jump.sum * engine.key;
    }
    return state;
}

// Engines that are functions of (counter, stream) under a key, whose blocks are the words of 16 counters: neighbours in
// philox4x32, 2^60 apart in ars4x32.
EngineState seed_counter(std::uint64_t seed, std::uint64_t stream)
{
    return {0, seed, stream};
}

template <std::uint64_t Step> std::uint64_t advance_counter(const EngineState &engine, std::uint64_t blocks) noexcept
{
    return engine.position + Step * blocks;
}

// The block and a reserved number.
void write_position(const Generator &generator, ByteWriter &writer)
{
    writer.put(generator.tell());
    writer.put(std::uint64_t{0});
}

void read_position(Generator &generator, ByteReader &reader)
{
    generator.seek(reader.get<std::uint64_t>());
    if (const auto reserved = reader.get<std::uint64_t>(); reserved != 0) {
        throw CorruptState("buf holds a reserved number that is " + text(reserved) + "; expected 0");
    }
}

} // namespace

constinit const CountedEngine pcg32_engine{EngineIndex::pcg32, 58, &seed_pcg32, &advance_pcg32};
constinit const CountedEngine philox4x32_engine{EngineIndex::philox4x32, 60, &seed_counter, &advance_counter<16>};
constinit const CountedEngine ars4x32_engine{EngineIndex::ars4x32, 60, &seed_counter, &advance_counter<1>};

constinit const StateForm counted_state{16, &write_position, &read_position};

} // namespace unitvar::core
