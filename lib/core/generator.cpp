// Generators: seeding (by pcg-cpp itself), positions, and the saved form.
#include "unitvar/generator.hpp"

#include <pcg_random.hpp>

#include <algorithm>
#include <array>
#include <bit>

#include "core/engine.hpp"
#include "core/message.hpp"
#include "core/pcg32_constants.hpp"
#include "unitvar/error.hpp"

namespace unitvar {
namespace {

// The finaliser of SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014, with
// Stafford's variant 13 constants): a bijection, so different seeds stay different.
constexpr std::uint64_t mix(std::uint64_t z) noexcept
{
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
}

// pcg-cpp keeps state and increment protected.
struct SeededPcg32 : pcg32 {
    SeededPcg32(std::uint64_t seed, std::uint64_t stream) : pcg32(seed, stream) {}
    [[nodiscard]] std::uint64_t state() const { return state_; }
    [[nodiscard]] std::uint64_t step_increment() const { return increment(); }
};

// jump[k] is the step over 2^k blocks.
constexpr auto block_jumps = [] {
    std::array<core::Pcg32Step, 64> jump{};
    jump[0] = core::pcg32_step(core::words_per_block);
    for (std::size_t k = 1; k < jump.size(); ++k) {
        jump[k] = jump[k - 1] * jump[k - 1];
    }
    return jump;
}();

std::uint64_t advance_pcg32(std::uint64_t state, std::uint64_t increment, std::uint64_t blocks) noexcept
{
    for (; blocks != 0; blocks &= blocks - 1) {
        const core::Pcg32Step &jump = block_jumps[static_cast<std::size_t>(std::countr_zero(blocks))];
        state = jump.power * state + jump.sum * increment;
    }
    return state;
}

constexpr std::uint64_t counters_per_block = 16;

// The saved form, little endian: magic, format version, engine, seed, stream, block, reserved, checksum.
constexpr std::array<char, 8> magic{'u', 'n', 'i', 't', 'v', 'a', 'r', '\n'};
constexpr std::uint32_t format_version = 1;

struct Writer {
    std::span<std::byte> bytes;
    std::size_t at = 0;
    template <class Number> void put(Number value) noexcept
    {
        for (std::size_t i = 0; i < sizeof(Number); ++i) {
            bytes[at++] = static_cast<std::byte>(value >> (8 * i));
        }
    }
};

struct Reader {
    std::span<const std::byte> bytes;
    std::size_t at = 0;
    template <class Number> [[nodiscard]] Number get() noexcept
    {
        Number value = 0;
        for (std::size_t i = 0; i < sizeof(Number); ++i) {
            value |= static_cast<Number>(static_cast<Number>(bytes[at++]) << (8 * i));
        }
        return value;
    }
};

// Changes with every bit of the bytes before it: each step is a bijection of the running value.
std::uint64_t checksum(std::span<const std::byte> bytes) noexcept
{
    std::uint64_t sum = 0x9E3779B97F4A7C15U;
    for (const std::byte b : bytes) {
        sum = mix(sum ^ static_cast<std::uint64_t>(b)) + 0x9E3779B97F4A7C15U;
    }
    return sum;
}

} // namespace

Generator::Generator(Engine engine, std::uint64_t seed, std::uint64_t stream)
    : engine_(engine), seed_(seed), stream_(stream)
{
    switch (engine) {
    case Engine::pcg32: {
        const SeededPcg32 seeded(mix(seed), mix(stream + 0x9E3779B97F4A7C15U));
        origin_ = seeded.state();
        increment_ = seeded.step_increment();
        position_ = origin_;
        return;
    }
    case Engine::philox4x32:
        return;
    }
    core::invalid_value("engine", static_cast<std::int64_t>(engine), "pcg32 (1) or philox4x32 (2)");
}

std::uint64_t Generator::block_count() const noexcept
{
    return std::uint64_t{1} << (engine_ == Engine::pcg32 ? 58U : 60U);
}

void Generator::seek(std::uint64_t block)
{
    if (block > block_count()) {
        core::invalid_value("block", block, "at most " + core::text(block_count()) + ", the blocks of this engine");
    }
    block_ = 0;
    position_ = origin_;
    core::GeneratorAccess::advance(*this, block);
}

// 128 bits of state absorb a mark, the name eight bytes at a time, and its length, so that forks of forks are no forks.
// For a given word a step is a bijection of the state, and different words lead to different states; so seeds do not
// collide, nor streams, nor the names of one generator. After the mark, generators of different seeds, or of different
// streams, differ in b, which no word makes up for.
Generator Generator::fork(std::string_view name) const
{
    std::uint64_t a = seed_;
    std::uint64_t b = stream_;
    const auto absorb = [&](std::uint64_t word) {
        a = mix(a + word + 0x9E3779B97F4A7C15U);
        b = mix(b ^ a);
        a += b;
    };
    absorb(0x666F726BU); // "fork"
    for (std::size_t i = 0; i < name.size(); i += 8) {
        std::uint64_t word = 0;
        for (std::size_t k = 0; k < std::min<std::size_t>(8, name.size() - i); ++k) {
            word |= std::uint64_t{static_cast<unsigned char>(name[i + k])} << (8 * k);
        }
        absorb(word);
    }
    absorb(name.size());
    return Generator(engine_, a, b);
}

std::array<std::byte, Generator::saved_bytes> Generator::save() const noexcept
{
    std::array<std::byte, saved_bytes> bytes{};
    Writer writer{bytes};
    for (const char c : magic) {
        writer.put(static_cast<std::uint8_t>(c));
    }
    writer.put(format_version);
    writer.put(static_cast<std::uint32_t>(engine_));
    writer.put(seed_);
    writer.put(stream_);
    writer.put(block_);
    writer.put(std::uint64_t{0});
    writer.put(checksum(std::span(bytes).first(writer.at)));
    return bytes;
}

Generator Generator::load(std::span<const std::byte> bytes)
{
    if (bytes.size() != saved_bytes) {
        throw CorruptState(core::message("size", core::text(std::uint64_t{bytes.size()}),
                                         core::text(std::uint64_t{saved_bytes}) + " bytes of a saved generator"));
    }
    if (!std::equal(magic.begin(), magic.end(), bytes.begin(),
                    [](char c, std::byte b) { return static_cast<std::byte>(c) == b; })) {
        throw CorruptState("buf does not begin with the mark of a saved generator");
    }
    Reader reader{bytes, magic.size()};
    const auto version = reader.get<std::uint32_t>();
    const auto engine = static_cast<Engine>(reader.get<std::uint32_t>());
    const auto seed = reader.get<std::uint64_t>();
    const auto stream = reader.get<std::uint64_t>();
    const auto block = reader.get<std::uint64_t>();
    const auto reserved = reader.get<std::uint64_t>();
    if (checksum(bytes.first(reader.at)) != reader.get<std::uint64_t>()) {
        throw CorruptState("buf fails its checksum; expected the bytes of a saved generator, unchanged");
    }
    if (version != format_version || reserved != 0) {
        throw CorruptState(core::message("the format version of buf", core::text(std::uint64_t{version}),
                                         core::text(std::uint64_t{format_version})));
    }
    try {
        Generator generator(engine, seed, stream);
        generator.seek(block);
        return generator;
    } catch (const InvalidArgument &error) {
        throw CorruptState(std::string("buf: ") + error.what());
    }
}

namespace core {

EngineIndex engine_index(Engine engine) noexcept
{
    return engine == Engine::pcg32 ? EngineIndex::pcg32 : EngineIndex::philox4x32;
}

EngineState GeneratorAccess::engine_state(const Generator &generator, std::uint64_t blocks_ahead) noexcept
{
    if (generator.engine_ == Engine::pcg32) {
        return {advance_pcg32(generator.position_, generator.increment_, blocks_ahead), generator.increment_, 0};
    }
    return {generator.position_ + counters_per_block * blocks_ahead, generator.seed_, generator.stream_};
}

void GeneratorAccess::advance(Generator &generator, std::uint64_t blocks) noexcept
{
    generator.position_ = engine_state(generator, blocks).position;
    generator.block_ += blocks;
}

} // namespace core
} // namespace unitvar
