// Generators: positions, forks and the saved form, by the row of their engine.
#include "unitvar/generator.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "core/bytes.hpp"
#include "core/engine.hpp"
#include "core/message.hpp"
#include "unitvar/error.hpp"

namespace unitvar {
namespace {

using core::GeneratorAccess;

// The saved form, little endian: magic, format version, engine, seed, stream, the engine's state, checksum.
constexpr std::array<char, 8> magic{'u', 'n', 'i', 't', 'v', 'a', 'r', '\n'};
constexpr std::uint32_t format_version = 1;

constexpr std::size_t header_bytes = 8 + 4 + 4 + 8 + 8;
constexpr std::size_t checksum_bytes = 8;

std::size_t saved_bytes(const core::EngineRow &row) noexcept
{
    return header_bytes + row.state->bytes + checksum_bytes;
}

// What load knows by its length.
void require_saved_size(std::size_t size)
{
    std::vector<std::size_t> sizes;
    std::vector<std::string> expected;
    for (const core::EngineRow &row : core::engine_rows()) {
        if (std::ranges::find(sizes, saved_bytes(row)) == sizes.end()) {
            sizes.push_back(saved_bytes(row));
            expected.push_back(core::text(std::uint64_t{sizes.back()}));
        }
    }
    if (std::ranges::find(sizes, size) != sizes.end()) {
        return;
    }
    std::string forms = core::one_of(expected) + " bytes of a saved generator";
    for (const core::EngineRow &row : core::engine_rows()) {
        if (row.original != nullptr) {
            forms.append(", or the ").append(core::text(std::uint64_t{row.original->bytes}));
            forms.append(" of the original of ").append(row.name);
        }
    }
    throw CorruptState(core::message("size", core::text(std::uint64_t{size}), forms));
}

} // namespace

Generator::Generator(Engine engine, std::uint64_t seed, std::uint64_t stream)
    : row_(&core::engine_row(engine)), seed_(seed), stream_(stream)
{
    row_->start(*this);
}

Engine Generator::engine() const noexcept
{
    return row_->id;
}

std::uint64_t Generator::block_count() const
{
    return std::uint64_t{1} << core::require_positions(*this).block_bits;
}

void Generator::seek(std::uint64_t block)
{
    if (block > block_count()) {
        core::invalid_value("block", block, "at most " + core::text(block_count()) + ", the blocks of this engine");
    }
    block_ = 0;
    position_ = origin_;
    GeneratorAccess::advance(*this, block);
}

std::uint64_t Generator::tell() const
{
    static_cast<void>(core::require_positions(*this));
    return block_;
}

// 128 bits of state absorb a mark, the name eight bytes at a time, and its length, so that forks of forks are no forks.
// For a given word a step is a bijection of the state, and different words lead to different states; so seeds do not
// collide, nor streams, nor the names of one generator. After the mark, generators of different seeds, or of different
// streams, differ in b, which no word makes up for.
Generator Generator::fork(std::string_view name) const
{
    if (row_->counted == nullptr) {
        core::refuse_engine(*row_, row_->no_fork);
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
    return Generator(engine(), a, b);
}

std::vector<std::byte> Generator::save() const
{
    std::vector<std::byte> bytes(saved_bytes(*row_));
    core::ByteWriter writer{bytes};
    for (const char c : magic) {
        writer.put(static_cast<std::uint8_t>(c));
    }
    writer.put(format_version);
    writer.put(static_cast<std::uint32_t>(engine()));
    writer.put(seed_);
    writer.put(stream_);
    row_->state->write(*this, writer);
    writer.put(core::checksum(std::span(bytes).first(writer.at)));
    return bytes;
}

std::vector<std::byte> Generator::save_torch() const
{
    if (row_->original == nullptr) {
        const core::EngineRow &torch = core::engine_row(Engine::torch_mt19937);
        throw Unsupported(core::message("engine", core::text(static_cast<std::int64_t>(engine())),
                                        core::text(static_cast<std::int64_t>(torch.id)) + " (" +
                                            std::string(torch.name) + "), the one that PyTorch has"));
    }
    std::vector<std::byte> bytes(row_->original->bytes);
    core::ByteWriter writer{bytes};
    row_->original->write(*this, writer);
    return bytes;
}

Generator Generator::load(std::span<const std::byte> bytes)
{
    for (const core::EngineRow &row : core::engine_rows()) {
        if (row.original != nullptr && bytes.size() == row.original->bytes) {
            core::ByteReader reader{bytes};
            return row.original->read(reader);
        }
    }
    require_saved_size(bytes.size());
    if (!std::equal(magic.begin(), magic.end(), bytes.begin(),
                    [](char c, std::byte b) { return static_cast<std::byte>(c) == b; })) {
        throw CorruptState("buf does not begin with the mark of a saved generator");
    }
    if (const std::size_t body = bytes.size() - checksum_bytes;
        core::checksum(bytes.first(body)) != core::ByteReader{bytes, body}.get<std::uint64_t>()) {
        throw CorruptState("buf fails its checksum; expected the bytes of a saved generator, unchanged");
    }
    core::ByteReader reader{bytes, magic.size()};
    if (const auto version = reader.get<std::uint32_t>(); version != format_version) {
        throw CorruptState(core::message("the format version of buf", core::text(std::uint64_t{version}),
                                         core::text(std::uint64_t{format_version})));
    }
    try {
        const core::EngineRow &row = core::engine_row(static_cast<Engine>(reader.get<std::uint32_t>()));
        if (bytes.size() != saved_bytes(row)) {
            throw CorruptState(
                core::message("size", core::text(std::uint64_t{bytes.size()}),
                              core::text(std::uint64_t{saved_bytes(row)}) + ", of a saved " + std::string(row.name)));
        }
        const auto seed = reader.get<std::uint64_t>();
        const auto stream = reader.get<std::uint64_t>();
        Generator generator(row.id, seed, stream);
        row.state->read(generator, reader);
        return generator;
    } catch (const InvalidArgument &error) {
        throw CorruptState(std::string("buf: ") + error.what());
    }
}

namespace core {

SequentialStateOwner::SequentialStateOwner() noexcept = default;
SequentialStateOwner::SequentialStateOwner(std::unique_ptr<SequentialState> state) noexcept : state_(std::move(state))
{
}
SequentialStateOwner::SequentialStateOwner(const SequentialStateOwner &other)
    : state_(other.state_ ? other.state_->clone() : nullptr)
{
}
SequentialStateOwner::SequentialStateOwner(SequentialStateOwner &&other) noexcept = default;
SequentialStateOwner &SequentialStateOwner::operator=(const SequentialStateOwner &other)
{
    return *this = SequentialStateOwner(other);
}
SequentialStateOwner &SequentialStateOwner::operator=(SequentialStateOwner &&other) noexcept = default;
SequentialStateOwner::~SequentialStateOwner() = default;

const CountedEngine &require_positions(const Generator &generator)
{
    const EngineRow &row = GeneratorAccess::row(generator);
    if (row.counted == nullptr) {
        refuse_engine(row, row.no_positions);
    }
    return *row.counted;
}

void require_counted(const Generator &generator, std::string_view what)
{
    const EngineRow &row = GeneratorAccess::row(generator);
    if (row.counted == nullptr) {
        refuse_draw(row, what);
    }
}

void GeneratorAccess::start_counted(Generator &generator)
{
    const EngineState engine = generator.row_->counted->seed(generator.seed_, generator.stream_);
    generator.origin_ = engine.position;
    generator.position_ = engine.position;
    generator.key_ = engine.key;
}

EngineState GeneratorAccess::engine_state(const Generator &generator, std::uint64_t blocks_ahead) noexcept
{
    EngineState engine{generator.position_, generator.key_, generator.stream_};
    engine.position = generator.row_->counted->advance(engine, blocks_ahead);
    return engine;
}

void GeneratorAccess::advance(Generator &generator, std::uint64_t blocks) noexcept
{
    generator.position_ = engine_state(generator, blocks).position;
    generator.block_ += blocks;
}

void GeneratorAccess::set_sequential(Generator &generator, std::unique_ptr<SequentialState> state) noexcept
{
    generator.sequential_ = SequentialStateOwner(std::move(state));
}

} // namespace core
} // namespace unitvar
