// Generators: seeding (by pcg-cpp itself), positions, and the saved form.
#include "unitvar/generator.hpp"

#include <pcg_random.hpp>

#include <algorithm>
#include <array>
#include <bit>

#include "core/bytes.hpp"
#include "core/engine.hpp"
#include "core/message.hpp"
#include "core/pcg32_constants.hpp"
#include "core/torch/engine.hpp"
#include "unitvar/error.hpp"

namespace unitvar {
namespace {

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

// The saved form, little endian: magic, format version, engine, seed, stream, position, checksum. The position of
// torch_mt19937 is its whole state.
constexpr std::array<char, 8> magic{'u', 'n', 'i', 't', 'v', 'a', 'r', '\n'};
constexpr std::uint32_t format_version = 1;

constexpr std::size_t header_bytes = 8 + 4 + 4 + 8 + 8;
constexpr std::size_t checksum_bytes = 8;
constexpr std::size_t position_bytes = 8 + 8; // the block and a reserved number

constexpr std::size_t saved_bytes(bool torch) noexcept
{
    return header_bytes + (torch ? core::TorchEngine::state_bytes : position_bytes) + checksum_bytes;
}

void refuse_position()
{
    throw Unsupported("engine is 3 (torch_mt19937), which is sequential and has no positions; expected 1 or 2");
}

} // namespace

Generator::Generator(Engine engine, std::uint64_t seed, std::uint64_t stream)
    : engine_(engine), seed_(seed), stream_(stream)
{
    switch (engine) {
    case Engine::pcg32: {
        const SeededPcg32 seeded(core::mix(seed), core::mix(stream + 0x9E3779B97F4A7C15U));
        origin_ = seeded.state();
        increment_ = seeded.step_increment();
        position_ = origin_;
        return;
    }
    case Engine::philox4x32:
        return;
    case Engine::torch_mt19937:
        if (stream != 0) {
            core::invalid_value("stream", stream, "0, the only stream of torch_mt19937");
        }
        torch_ = core::TorchEngineOwner(std::make_unique<core::TorchEngine>(static_cast<std::uint32_t>(seed)));
        return;
    }
    core::invalid_value("engine", static_cast<std::int64_t>(engine), "pcg32 (1), philox4x32 (2) or torch_mt19937 (3)");
}

std::uint64_t Generator::block_count() const
{
    if (engine_ == Engine::torch_mt19937) {
        refuse_position();
    }
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
    if (engine_ == Engine::torch_mt19937) {
        throw Unsupported(
            "engine is 3 (torch_mt19937), which cannot be forked: PyTorch has one sequence; expected 1 or 2");
    }
    std::uint64_t a = seed_;
    std::uint64_t b = stream_;
    const auto absorb = [&](std::uint64_t word) {
        a = core::mix(a + word + 0x9E3779B97F4A7C15U);
        b = core::mix(b ^ a);
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

std::uint64_t Generator::tell() const
{
    if (engine_ == Engine::torch_mt19937) {
        refuse_position();
    }
    return block_;
}

std::vector<std::byte> Generator::save() const
{
    const bool torch = engine_ == Engine::torch_mt19937;
    std::vector<std::byte> bytes(saved_bytes(torch));
    core::ByteWriter writer{bytes};
    for (const char c : magic) {
        writer.put(static_cast<std::uint8_t>(c));
    }
    writer.put(format_version);
    writer.put(static_cast<std::uint32_t>(engine_));
    writer.put(seed_);
    writer.put(stream_);
    if (torch) {
        (*torch_).write(writer);
    } else {
        writer.put(block_);
        writer.put(std::uint64_t{0});
    }
    writer.put(core::checksum(std::span(bytes).first(writer.at)));
    return bytes;
}

std::vector<std::byte> Generator::save_torch() const
{
    if (engine_ != Engine::torch_mt19937) {
        throw Unsupported(core::message("engine", core::text(static_cast<std::int64_t>(engine_)),
                                        "3 (torch_mt19937), the one that PyTorch has"));
    }
    std::vector<std::byte> bytes(torch_state_bytes);
    core::ByteWriter writer{bytes};
    (*torch_).write_torch(seed_, writer);
    return bytes;
}

Generator Generator::load(std::span<const std::byte> bytes)
{
    const bool torch = bytes.size() == saved_bytes(true);
    if (bytes.size() == torch_state_bytes) {
        core::ByteReader reader{bytes};
        std::uint64_t seed = 0;
        const core::TorchEngine engine = core::TorchEngine::read_torch(reader, seed);
        Generator generator(Engine::torch_mt19937, seed);
        *generator.torch_ = engine;
        return generator;
    }
    if (bytes.size() != saved_bytes(false) && !torch) {
        throw CorruptState(core::message("size", core::text(std::uint64_t{bytes.size()}),
                                         core::text(std::uint64_t{saved_bytes(false)}) + " or " +
                                             core::text(std::uint64_t{saved_bytes(true)}) +
                                             " bytes of a saved generator, or the " +
                                             core::text(std::uint64_t{torch_state_bytes}) + " of PyTorch's"));
    }
    if (!std::equal(magic.begin(), magic.end(), bytes.begin(),
                    [](char c, std::byte b) { return static_cast<std::byte>(c) == b; })) {
        throw CorruptState("buf does not begin with the mark of a saved generator");
    }
    if (const std::size_t body = bytes.size() - checksum_bytes;
        core::checksum(bytes.first(body)) != core::ByteReader{bytes, body}.get<std::uint64_t>()) {
        throw CorruptState("buf fails its checksum; expected the bytes of a saved generator, unchanged");
    }
    core::ByteReader reader{bytes, magic.size()};
    const auto version = reader.get<std::uint32_t>();
    const auto engine = static_cast<Engine>(reader.get<std::uint32_t>());
    if (version != format_version || torch != (engine == Engine::torch_mt19937)) {
        throw CorruptState(core::message("the format version of buf", core::text(std::uint64_t{version}),
                                         core::text(std::uint64_t{format_version})));
    }
    const auto seed = reader.get<std::uint64_t>();
    const auto stream = reader.get<std::uint64_t>();
    try {
        Generator generator(engine, seed, stream);
        if (torch) {
            *generator.torch_ = core::TorchEngine::read(reader);
            return generator;
        }
        generator.seek(reader.get<std::uint64_t>());
        if (reader.get<std::uint64_t>() != 0) {
            throw CorruptState("buf holds a reserved number that is not 0");
        }
        return generator;
    } catch (const InvalidArgument &error) {
        throw CorruptState(std::string("buf: ") + error.what());
    }
}

namespace core {

TorchEngineOwner::TorchEngineOwner() noexcept = default;
TorchEngineOwner::TorchEngineOwner(std::unique_ptr<TorchEngine> engine) noexcept : engine_(std::move(engine)) {}
TorchEngineOwner::TorchEngineOwner(const TorchEngineOwner &other)
    : engine_(other.engine_ ? std::make_unique<TorchEngine>(*other.engine_) : nullptr)
{
}
TorchEngineOwner::TorchEngineOwner(TorchEngineOwner &&other) noexcept = default;
TorchEngineOwner &TorchEngineOwner::operator=(const TorchEngineOwner &other)
{
    return *this = TorchEngineOwner(other);
}
TorchEngineOwner &TorchEngineOwner::operator=(TorchEngineOwner &&other) noexcept = default;
TorchEngineOwner::~TorchEngineOwner() = default;

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
