// Keeps the definition of the counted engines: the words of pcg32 are pcg-cpp's, those of philox4x32 and ars4x32 are
// Random123's in the documented order, for any seed and stream and as far as the stream goes; beyond its end there is an error and
// nothing else happens.
#include "oracle/random123_ars.hpp"
#include "oracle/words.hpp"
#include "support/buffers.hpp"
#include "support/capi.hpp"
#include "support/samplers.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using support::check_fails;
using support::Engine;
using support::filled;
using support::Generator;
using support::require_ok;

namespace {

const std::uint64_t all_ones = std::numeric_limits<std::uint64_t>::max();

const std::vector<std::uint64_t> interesting_integers{0,
                                                      1,
                                                      2,
                                                      42,
                                                      std::uint64_t{1} << 31,
                                                      0xFFFFFFFFu,
                                                      std::uint64_t{1} << 32,
                                                      0xDEADBEEF12345678u,
                                                      std::uint64_t{1} << 63,
                                                      0x9E3779B97F4A7C15u,
                                                      all_ones - 0x9E3779B97F4A7C15u + 1,
                                                      all_ones - 1,
                                                      all_ones};

// Blocks around every position where a counter's half, an increment or a sign might overflow, up to the last one.
std::vector<std::uint64_t> interesting_blocks(const Engine &engine)
{
    std::vector<std::uint64_t> blocks{0, 1, 2, 3, 63, 1000003};
    for (int bit = 15; (std::uint64_t{1} << bit) < engine.blocks; ++bit) {
        blocks.push_back((std::uint64_t{1} << bit) - 1);
        blocks.push_back(std::uint64_t{1} << bit);
    }
    blocks.push_back(engine.blocks - 1);
    return blocks;
}

struct KnownAnswer {
    oracle::PhiloxBlock counter;
    oracle::PhiloxKey key;
    oracle::PhiloxBlock output;
};

// The vectors that Random123 distributes for philox4x32 with 10 rounds.
const std::vector<KnownAnswer> known_answers{
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u}},
    {{0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu},
     {0xffffffffu, 0xffffffffu},
     {0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu}},
    {{0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u},
     {0xa4093822u, 0x299f31d0u},
     {0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u}},
};

} // namespace

TEST_CASE("the words are the oracle's for many seeds and streams")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const Engine &engine : support::engines())
            for (const std::uint64_t seed : interesting_integers)
                for (const std::uint64_t stream : interesting_integers) {
                    const Generator g(engine, seed, stream);
                    const bool equal = filled<std::uint32_t>(unitvar_bits_u32, g, 200) ==
                                       oracle::words(engine.id, seed, stream, 0, 200);
                    CHECK_MESSAGE(equal, isa, " ", engine.name, " seed ", seed, " stream ", stream);
                }
    }
}

TEST_CASE("a long run of words is the oracle's")
{
    const std::size_t n = support::scaled(1000003);
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const Engine &engine : support::engines()) {
            const Generator g(engine, 42, 7);
            const bool equal = filled<std::uint32_t>(unitvar_bits_u32, g, n) == oracle::words(engine.id, 42, 7, 0, n);
            CHECK_MESSAGE(equal, isa, " ", engine.name);
            CHECK(g.tell() == (n + 63) / 64);
        }
    }
}

TEST_CASE("bits_u64 has the earlier word in the low half")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const Engine &engine : support::engines()) {
            const Generator g(engine, 3, 5, 11);
            const bool equal =
                filled<std::uint64_t>(unitvar_bits_u64, g, 1003) == oracle::words64(engine.id, 3, 5, 11, 1003);
            CHECK_MESSAGE(equal, isa, " ", engine.name);
        }
    }
}

TEST_CASE("after a seek anywhere the words are the oracle's at that position")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const Engine &engine : support::engines())
            for (const std::uint64_t block : interesting_blocks(engine))
                for (const std::uint64_t stream : {std::uint64_t{0}, std::uint64_t{1} << 40, all_ones}) {
                    const Generator g(engine, 123456789, stream, block);
                    // Across the boundary behind the block too, where the stream goes on.
                    const std::size_t n = block == engine.blocks - 1 ? 64 : 128;
                    const bool equal = filled<std::uint32_t>(unitvar_bits_u32, g, n) ==
                                       oracle::words(engine.id, 123456789, stream, block, n);
                    CHECK_MESSAGE(equal, isa, " ", engine.name, " block ", block, " stream ", stream);
                    CHECK(g.tell() == block + n / 64);
                }
    }
}

TEST_CASE("a seek backwards is as good as a new generator")
{
    for (const Engine &engine : support::engines()) {
        Generator g(engine, 9);
        filled<std::uint32_t>(unitvar_bits_u32, g, 5000);
        g.seek(engine.blocks);
        g.seek(3);
        CHECK(filled<std::uint32_t>(unitvar_bits_u32, g, 300) == oracle::words(engine.id, 9, 0, 3, 300));
    }
}

TEST_CASE("the oracle of philox gives Random123's known answers, and its inverse takes them back")
{
    for (const KnownAnswer &answer : known_answers) {
        CHECK(oracle::philox4x32_10(answer.counter, answer.key) == answer.output);
        CHECK(oracle::philox4x32_10_inverse(answer.output, answer.key) == answer.counter);
    }
}

TEST_CASE("philox4x32 gives Random123's known answers at the counters they belong to")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const KnownAnswer &answer : known_answers) {
            const std::uint64_t counter = oracle::joined(answer.counter[0], answer.counter[1]);
            const std::uint64_t stream = oracle::joined(answer.counter[2], answer.counter[3]);
            const std::uint64_t seed = oracle::joined(answer.key[0], answer.key[1]);
            const Generator g(UNITVAR_PHILOX4X32, seed, stream, counter / 16);
            const std::vector<std::uint32_t> words = filled<std::uint32_t>(unitvar_bits_u32, g, 64);
            for (std::size_t r = 0; r < 4; ++r)
                CHECK(words[16 * r + counter % 16] == answer.output[r]);
        }
    }
}

TEST_CASE("the oracle of ars gives the known answers of 5 and 7 rounds")
{
    const oracle::ArsBlock zeros{};
    CHECK(oracle::ars4x32(zeros, zeros, 5) == oracle::ArsBlock{0x7ecce06fu, 0x7cdc3bcau, 0x15513c87u, 0x29d24c9bu});
    CHECK(oracle::ars4x32(zeros, zeros, 7) == oracle::ArsBlock{0xdacf61ffu, 0xc45798f3u, 0x113c7eebu, 0x101e27f3u});
}

TEST_CASE("the oracle of ars is Random123's")
{
    if (!oracle::has_random123_ars())
        return;
    for (const std::uint64_t low : interesting_integers)
        for (const std::uint64_t high : interesting_integers) {
            const oracle::ArsBlock a{oracle::low_half(low), oracle::high_half(low), oracle::low_half(high),
                                     oracle::high_half(high)};
            const oracle::ArsBlock b{a[3] + 1, a[1], a[0], a[2]};
            for (const unsigned rounds : {5u, 7u})
                CHECK(oracle::ars4x32(a, b, rounds) == oracle::random123_ars4x32(a, b, rounds));
        }
}

TEST_CASE("ars4x32 begins with the known answer of 7 rounds")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        const Generator g(UNITVAR_ARS4X32, 0);
        CHECK(filled<std::uint32_t>(unitvar_bits_u32, g, 4) ==
              std::vector<std::uint32_t>{0xdacf61ffu, 0xc45798f3u, 0x113c7eebu, 0x101e27f3u});
    }
}

TEST_CASE("the last block of a stream can be used to its last word")
{
    for (const Engine &engine : support::engines())
        for (const support::Sampler &sampler : support::samplers()) {
            CAPTURE(engine.name);
            CAPTURE(sampler.name);
            const Generator g(engine, 5, 6, engine.blocks - 1);
            support::GuardedBuffer buffer(sampler.elements_per_block() * sampler.element_size);
            require_ok(sampler.fill(g, buffer.data(), sampler.elements_per_block()));
            CHECK(buffer.canaries_intact());
            CHECK(g.tell() == engine.blocks);
        }
}

TEST_CASE("a call that needs more blocks than are left writes nothing and stays where it is")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const Engine &engine : support::engines())
            for (const support::Sampler &sampler : support::samplers())
                for (const std::uint64_t left : {0u, 1u, 2u}) {
                    CAPTURE(engine.name);
                    CAPTURE(sampler.name);
                    CAPTURE(left);
                    const Generator g(engine, 5, 6, engine.blocks - left);
                    const std::size_t n = static_cast<std::size_t>(left) * sampler.elements_per_block() + 1;
                    support::GuardedBuffer buffer(n * sampler.element_size);
                    check_fails(sampler.fill(g, buffer.data(), n), UNITVAR_STREAM_EXHAUSTED, {});
                    CHECK(buffer.untouched());
                    CHECK(g.tell() == engine.blocks - left);
                }
    }
}

TEST_CASE("at the end of the stream an empty fill still succeeds")
{
    for (const Engine &engine : support::engines())
        for (const support::Sampler &sampler : support::samplers()) {
            const Generator g(engine, 5, 6, engine.blocks);
            require_ok(sampler.fill(g, nullptr, 0));
            CHECK(g.tell() == engine.blocks);
        }
}

TEST_CASE("a seek beyond the last block is an error that leaves the position")
{
    for (const Engine &engine : support::engines()) {
        const Generator g(engine, 5, 6, 77);
        for (const std::uint64_t block : {engine.blocks + 1, 2 * engine.blocks, all_ones}) {
            check_fails(unitvar_generator_seek(g, block), UNITVAR_INVALID_ARGUMENT, {"block", std::to_string(block)});
            CHECK(g.tell() == 77);
        }
    }
}
