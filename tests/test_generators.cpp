// Keeps section 4 of unitvar.h: creating, copying, positioning and storing generators. A state that was not written
// by save, down to a single flipped bit, is refused; whatever fails leaves outputs and generators as they were.
#include "support/buffers.hpp"
#include "support/capi.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

using support::check_fails;
using support::Engine;
using support::filled;
using support::Generator;
using support::GuardedBuffer;
using support::require_ok;

namespace {

const std::uint64_t all_ones = std::numeric_limits<std::uint64_t>::max();

// A handle that is never looked at: it shows whether an output was written.
unitvar_generator *sentinel()
{
    static char place = 0;
    return reinterpret_cast<unitvar_generator *>(&place);
}

std::vector<std::uint32_t> next_words(const Generator &g)
{
    return filled<std::uint32_t>(unitvar_bits_u32, g, 130);
}

// The bytes end where an inaccessible page begins, so that reading on is noticed.
void check_corrupt(std::span<const unsigned char> state)
{
    support::PageEdgeBuffer buffer(state.size(), support::PageEdgeBuffer::Edge::after);
    std::copy(state.begin(), state.end(), buffer.data());
    unitvar_generator *out = sentinel();
    const std::int32_t status = unitvar_generator_load(buffer.data(), buffer.size(), &out);
    CHECK(status == UNITVAR_CORRUPT_STATE);
    CHECK(out == sentinel());
}

// Of a saved state: little-endian fields, and the checksum of what goes before as its last eight bytes, by the finaliser of
// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
void put(std::vector<unsigned char> &state, std::size_t at, std::size_t bytes, std::uint64_t value)
{
    for (std::size_t i = 0; i < bytes; ++i)
        state[at + i] = static_cast<unsigned char>(value >> (8 * i));
}

std::vector<unsigned char> with_checksum(std::vector<unsigned char> state)
{
    std::uint64_t sum = 0x9E3779B97F4A7C15u;
    for (std::size_t i = 0; i + 8 < state.size(); ++i) {
        sum ^= state[i];
        sum = (sum ^ (sum >> 30u)) * 0xBF58476D1CE4E5B9u;
        sum = (sum ^ (sum >> 27u)) * 0x94D049BB133111EBu;
        sum = (sum ^ (sum >> 31u)) + 0x9E3779B97F4A7C15u;
    }
    put(state, state.size() - 8, 8, sum);
    return state;
}

struct Forgery {
    std::size_t at;
    std::size_t bytes;
    std::uint64_t value;
};

void check_forgeries(const std::vector<unsigned char> &state, const std::vector<Forgery> &forgeries)
{
    REQUIRE(with_checksum(state) == state);
    for (const Forgery &forgery : forgeries) {
        CAPTURE(forgery.at);
        CAPTURE(forgery.value);
        std::vector<unsigned char> forged = state;
        put(forged, forgery.at, forgery.bytes, forgery.value);
        REQUIRE(forged != state);
        check_corrupt(with_checksum(forged));
    }
}

// Where a state's fields are.
constexpr std::size_t version_at = 8;
constexpr std::size_t engine_at = 12;
constexpr std::size_t stream_at = 24;
constexpr std::size_t own_at = 32;

} // namespace

TEST_CASE("a new generator is at block 0")
{
    for (const Engine &engine : support::engines())
        for (const std::uint64_t seed : {std::uint64_t{0}, all_ones})
            CHECK(Generator(engine, seed, seed).tell() == 0);
}

TEST_CASE("an unknown engine is an error that names it")
{
    for (const std::int32_t engine : {0, 5, -1, 77, std::numeric_limits<std::int32_t>::max()}) {
        unitvar_generator *out = sentinel();
        check_fails(unitvar_generator_create(engine, 1, 0, &out), UNITVAR_INVALID_ARGUMENT,
                    {"engine", std::to_string(engine)});
        CHECK(out == sentinel());
    }
}

TEST_CASE("destroying NULL does nothing")
{
    unitvar_generator_destroy(nullptr);
    CHECK(unitvar_version() > 0);
}

TEST_CASE("equal seeds and streams give equal words, others do not")
{
    for (const Engine &engine : support::engines()) {
        CHECK(next_words(Generator(engine, 5, 6)) == next_words(Generator(engine, 5, 6)));
        CHECK(next_words(Generator(engine, 5, 6)) != next_words(Generator(engine, 6, 5)));
        CHECK(next_words(Generator(engine, 5, 6)) != next_words(Generator(engine, 5, 7)));
        CHECK(next_words(Generator(engine, 5)) != next_words(Generator(engine, 5 + (std::uint64_t{1} << 32))));
        CHECK(next_words(Generator(engine, 5)) != next_words(Generator(engine, 5 + (std::uint64_t{1} << 63))));
    }
    CHECK(next_words(Generator(UNITVAR_PCG32, 5)) != next_words(Generator(UNITVAR_PHILOX4X32, 5)));
}

TEST_CASE("tell gives what seek was given")
{
    for (const Engine &engine : support::engines()) {
        Generator g(engine, 5);
        for (const std::uint64_t block : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40, engine.blocks - 1,
                                          engine.blocks, std::uint64_t{12}}) {
            g.seek(block);
            CHECK(g.tell() == block);
        }
    }
}

TEST_CASE("a clone continues where the original stands and then goes its own way")
{
    for (const Engine &engine : support::engines()) {
        const Generator original(engine, 5, 6, 1000);
        const Generator clone = original.clone();
        CHECK(clone.tell() == 1000);
        const std::vector<std::uint32_t> words = next_words(clone);
        CHECK(clone.tell() == 1003);
        CHECK(original.tell() == 1000);
        CHECK(next_words(original) == words);
    }
}

TEST_CASE("a clone outlives its original")
{
    for (const Engine &engine : support::engines()) {
        Generator clone = [&] { return Generator(engine, 5, 6, 7).clone(); }();
        CHECK(next_words(clone) == next_words(Generator(engine, 5, 6, 7)));
    }
}

TEST_CASE("save and load keep engine, seed, stream and position")
{
    for (const Engine &engine : support::engines())
        for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{42}, all_ones})
            for (const std::uint64_t stream : {std::uint64_t{0}, std::uint64_t{1} << 63, all_ones})
                for (const std::uint64_t block : {std::uint64_t{0}, std::uint64_t{1} << 33, engine.blocks - 3}) {
                    const Generator original(engine, seed, stream, block);
                    const Generator loaded(original.save());
                    CHECK(loaded.tell() == block);
                    CHECK(loaded.save() == original.save());
                    CHECK(next_words(loaded) == next_words(original));
                }
}

TEST_CASE("the end of a stream can be saved and loaded")
{
    for (const Engine &engine : support::engines())
        CHECK(Generator(Generator(engine, 1, 2, engine.blocks).save()).tell() == engine.blocks);
}

TEST_CASE("different states are different bytes and equal states equal bytes")
{
    for (const Engine &engine : support::engines()) {
        const std::vector<unsigned char> state = Generator(engine, 1, 2, 3).save();
        CHECK(state == Generator(engine, 1, 2, 3).save());
        CHECK(state != Generator(engine, 4, 2, 3).save());
        CHECK(state != Generator(engine, 1, 4, 3).save());
        CHECK(state != Generator(engine, 1, 2, 4).save());
    }
    CHECK(Generator(UNITVAR_PCG32, 1, 2, 3).save() != Generator(UNITVAR_PHILOX4X32, 1, 2, 3).save());
}

TEST_CASE("saving does not move the generator, and writes only the bytes that it announces")
{
    for (const Engine &engine : support::engines()) {
        const Generator g(engine, 1, 2, 3);
        std::size_t announced = 0;
        require_ok(unitvar_generator_save(g, nullptr, 0, &announced));
        REQUIRE(announced > 0);
        for (const std::size_t offset : support::byte_offsets) {
            GuardedBuffer buffer(announced + 40, offset);
            std::size_t size = 0;
            require_ok(unitvar_generator_save(g, buffer.data(), buffer.size(), &size));
            CHECK(size == announced);
            bool rest_untouched = buffer.canaries_intact();
            for (std::size_t i = announced; i < buffer.size(); ++i)
                rest_untouched = rest_untouched && buffer.payload_byte_untouched(i);
            CHECK(rest_untouched);
            unitvar_generator *loaded = nullptr;
            require_ok(unitvar_generator_load(buffer.data(), size, &loaded));
            unitvar_generator_destroy(loaded);
        }
        CHECK(g.tell() == 3);
    }
}

TEST_CASE("a capacity that is too small is an error and writes nothing")
{
    for (const Engine &engine : support::engines()) {
        const Generator g(engine, 1, 2, 3);
        const std::size_t needed = g.save().size();
        for (std::size_t capacity = 0; capacity < needed; ++capacity) {
            GuardedBuffer buffer(needed);
            std::size_t size = 4711;
            check_fails(unitvar_generator_save(g, buffer.data(), capacity, &size), UNITVAR_INVALID_ARGUMENT,
                        {"capacity", std::to_string(capacity)});
            CHECK(size == 4711);
            CHECK(buffer.untouched());
        }
    }
}

TEST_CASE("a state with any byte or bit changed is corrupt")
{
    for (const Engine &engine : support::engines()) {
        const std::vector<unsigned char> state = Generator(engine, 0x123456789ABCDEFu, 77, 0x1234567).save();
        for (std::size_t i = 0; i < state.size(); ++i)
            for (const unsigned difference : {0x01u, 0x02u, 0x04u, 0x08u, 0x10u, 0x20u, 0x40u, 0x80u, 0xFFu}) {
                CAPTURE(i);
                CAPTURE(difference);
                std::vector<unsigned char> damaged = state;
                damaged[i] = static_cast<unsigned char>(damaged[i] ^ difference);
                check_corrupt(damaged);
            }
    }
}

TEST_CASE("a state with two bytes exchanged is corrupt")
{
    for (const Engine &engine : support::engines()) {
        const std::vector<unsigned char> state = Generator(engine, 0x123456789ABCDEFu, 77, 0x1234567).save();
        for (std::size_t i = 0; i < state.size(); ++i)
            for (std::size_t j = i + 1; j < state.size(); ++j) {
                if (state[i] == state[j])
                    continue;
                std::vector<unsigned char> damaged = state;
                std::swap(damaged[i], damaged[j]);
                check_corrupt(damaged);
            }
    }
}

TEST_CASE("a forged state, with a checksum of its own, is corrupt")
{
    for (const Engine &engine : support::engines()) {
        Generator g(engine, 1, 2, 3);
        std::uint64_t blocks = 1;
        while (unitvar_generator_seek(g, blocks) == UNITVAR_OK)
            blocks *= 2; // ends with twice as many as there are
        g.seek(3);
        std::vector<Forgery> forgeries{{0, 1, 'U'},
                                       {version_at, 4, 0},
                                       {version_at, 4, 2},
                                       {version_at, 4, 0x01000000},
                                       {engine_at, 4, 0},
                                       {engine_at, 4, 99},
                                       {engine_at, 4, UNITVAR_TORCH_MT19937},
                                       {own_at, 8, blocks / 2 + 1},
                                       {own_at, 8, all_ones}};
        for (const std::uint64_t reserved : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{1} << 63u, all_ones})
            forgeries.push_back({own_at + 8, 8, reserved});
        check_forgeries(g.save(), forgeries);
    }
}

TEST_CASE("a forged state of torch_mt19937, with a checksum of its own, is corrupt")
{
    constexpr std::size_t flags_at = own_at + 4;
    constexpr std::size_t dialect_at = own_at + 20;
    std::vector<Forgery> forgeries{{stream_at, 8, 1}, {engine_at, 4, UNITVAR_PCG32}, {flags_at, 4, 4}};
    for (const std::uint64_t used : {0u, 625u, 626u, 0x80000000u, 0xFFFFFFFFu})
        forgeries.push_back({own_at, 4, used});
    for (const std::uint64_t flags : {8u, 9u, 0x100u, 0x80000000u})
        forgeries.push_back({flags_at, 4, flags});
    // Release and libm: neither, unknown ones, and those that another form of the state stands for.
    for (const std::uint64_t dialect : {213u, 241u << 16u, 241u << 16u | 112u, 241u << 16u | 214u, 229u << 16u | 213u,
                                        228u << 16u | 113u, 0xFFFFFFFFu})
        forgeries.push_back({dialect_at, 4, dialect});
    const Generator g(UNITVAR_TORCH_MT19937, 5);
    static_cast<void>(filled<std::uint32_t>(unitvar_bits_u32, g, 10));
    check_forgeries(g.save(), forgeries);
}

TEST_CASE("a state of any other length is corrupt")
{
    for (const Engine &engine : support::engines()) {
        const std::vector<unsigned char> state = Generator(engine, 1, 2, 3).save();
        for (std::size_t size = 0; size < state.size(); ++size) {
            CAPTURE(size);
            check_corrupt(std::span(state).first(size));
        }
        for (const std::size_t extra : {std::size_t{1}, std::size_t{8}, state.size()}) {
            CAPTURE(extra);
            std::vector<unsigned char> longer = state;
            longer.insert(longer.end(), extra, static_cast<unsigned char>(0));
            check_corrupt(longer);
        }
    }
}

TEST_CASE("bytes that are no state at all are corrupt")
{
    const std::size_t size = Generator(UNITVAR_PCG32, 1).save().size();
    for (const unsigned byte : {0x00u, 0x01u, 0x7Fu, 0xFFu})
        check_corrupt(std::vector<unsigned char>(size, static_cast<unsigned char>(byte)));
}

TEST_CASE("a corrupt state is explained")
{
    std::vector<unsigned char> state = Generator(UNITVAR_PCG32, 1).save();
    state.back() = static_cast<unsigned char>(state.back() ^ 1u);
    unitvar_generator *out = sentinel();
    check_fails(unitvar_generator_load(state.data(), state.size(), &out), UNITVAR_CORRUPT_STATE, {"buf"});
    check_fails(unitvar_generator_load(state.data(), 3, &out), UNITVAR_CORRUPT_STATE, {"size", "3"});
    CHECK(out == sentinel());
}

TEST_CASE("a missing pointer is an error that names it")
{
    const Generator g(UNITVAR_PCG32, 1, 0, 5);
    unitvar_generator *out = sentinel();
    std::uint64_t block = 4711;
    std::size_t size = 4711;
    unsigned char state[256] = {};
    check_fails(unitvar_generator_create(UNITVAR_PCG32, 1, 0, nullptr), UNITVAR_INVALID_ARGUMENT, {"out", "NULL"});
    check_fails(unitvar_generator_clone(nullptr, &out), UNITVAR_INVALID_ARGUMENT, {"g", "NULL"});
    check_fails(unitvar_generator_clone(g, nullptr), UNITVAR_INVALID_ARGUMENT, {"out", "NULL"});
    check_fails(unitvar_generator_seek(nullptr, 1), UNITVAR_INVALID_ARGUMENT, {"g", "NULL"});
    check_fails(unitvar_generator_tell(nullptr, &block), UNITVAR_INVALID_ARGUMENT, {"g", "NULL"});
    check_fails(unitvar_generator_tell(g, nullptr), UNITVAR_INVALID_ARGUMENT, {"block", "NULL"});
    check_fails(unitvar_generator_save(nullptr, state, sizeof state, &size), UNITVAR_INVALID_ARGUMENT, {"g", "NULL"});
    check_fails(unitvar_generator_save(g, state, sizeof state, nullptr), UNITVAR_INVALID_ARGUMENT, {"size", "NULL"});
    check_fails(unitvar_generator_load(nullptr, 40, &out), UNITVAR_INVALID_ARGUMENT, {"buf", "NULL"});
    const std::vector<unsigned char> good = g.save();
    check_fails(unitvar_generator_load(good.data(), good.size(), nullptr), UNITVAR_INVALID_ARGUMENT, {"out", "NULL"});
    CHECK(out == sentinel());
    CHECK(block == 4711);
    CHECK(size == 4711);
    CHECK(g.tell() == 5);
}
