// Keeps "the same bits": every instruction set equals the scalar one for every length, alignment, position and
// number of threads; a fill is a prefix of a longer one and the sum of its parts at block boundaries. Nothing is
// ever written outside of the n elements.
#include "support/buffers.hpp"
#include "support/capi.hpp"
#include "support/samplers.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <thread>
#include <vector>

using support::Engine;
using support::Generator;
using support::GuardedBuffer;
using support::require_ok;
using support::Sampler;

namespace {

using Bytes = std::vector<unsigned char>;

Bytes bytes_of(const Sampler &sampler, const Generator &g, std::size_t n)
{
    Bytes result(n * sampler.element_size);
    require_ok(sampler.fill(g, result.data(), n));
    return result;
}

bool starts_with(const Bytes &whole, std::span<const unsigned char> part)
{
    return whole.size() >= part.size() && std::equal(part.begin(), part.end(), whole.begin());
}

std::string describe(const std::string &isa, const Engine &engine, const Sampler &sampler, std::size_t n)
{
    return isa + " " + engine.name + " " + sampler.name + " n = " + std::to_string(n);
}

// Fills at a byte offset and compares with the reference; also that nothing else was written.
void check_fill(const std::string &isa, const Engine &engine, const Sampler &sampler, const Generator &g, std::size_t n,
                std::size_t offset, const Bytes &reference)
{
    const std::uint64_t start = g.tell();
    GuardedBuffer buffer(n * sampler.element_size, offset);
    require_ok(sampler.fill(g, buffer.data(), n));
    const bool equal = starts_with(reference, buffer.bytes());
    const bool contained = buffer.canaries_intact();
    const bool advanced = g.tell() == start + sampler.blocks(n);
    CHECK_MESSAGE(equal, describe(isa, engine, sampler, n), " at offset ", offset);
    CHECK_MESSAGE(contained, describe(isa, engine, sampler, n), " at offset ", offset);
    CHECK_MESSAGE(advanced, describe(isa, engine, sampler, n), " at offset ", offset);
}

} // namespace

TEST_CASE("a fill of n is a prefix of a fill of m, and advances by the blocks it used")
{
    const support::ForcedIsa forced("scalar");
    for (const Engine &engine : support::engines())
        for (const Sampler &sampler : support::samplers()) {
            const std::size_t longest = 2 * sampler.elements_per_block() + 1;
            const Bytes reference = bytes_of(sampler, Generator(engine, 17, 4, 100), longest);
            for (std::size_t n = 0; n <= longest; ++n)
                check_fill("scalar", engine, sampler, Generator(engine, 17, 4, 100), n, 0, reference);
        }
}

TEST_CASE("every instruction set equals scalar for every length up to two blocks and one, at any address")
{
    for (const Engine &engine : support::engines())
        for (const Sampler &sampler : support::samplers()) {
            const std::size_t longest = 2 * sampler.elements_per_block() + 1;
            for (std::size_t n = 0; n <= longest; ++n) {
                Bytes reference;
                {
                    const support::ForcedIsa forced("scalar");
                    reference = bytes_of(sampler, Generator(engine, 42, 1, 7), n);
                }
                for (const std::string &isa : support::isas()) {
                    const support::ForcedIsa forced(isa);
                    const Generator start(engine, 42, 1, 7);
                    for (const std::size_t offset : support::byte_offsets)
                        check_fill(isa, engine, sampler, start.clone(), n, offset, reference);
                }
            }
        }
}

TEST_CASE("every instruction set equals scalar for long fills at any address")
{
    std::vector<std::size_t> lengths{1000, 4099, 65569};
    if (!support::quick())
        lengths.push_back(300007);
    for (const Engine &engine : support::engines())
        for (const Sampler &sampler : support::samplers()) {
            Bytes reference;
            {
                const support::ForcedIsa forced("scalar");
                reference = bytes_of(sampler, Generator(engine, 8, 15, 16), lengths.back());
            }
            for (const std::string &isa : support::isas()) {
                const support::ForcedIsa forced(isa);
                for (const std::size_t n : lengths)
                    for (const std::size_t offset : {0u, 1u, 4u})
                        check_fill(isa, engine, sampler, Generator(engine, 8, 15, 16), n, offset, reference);
            }
        }
}

TEST_CASE("a fill cut at any block boundary is the whole fill")
{
    const std::size_t blocks = 9;
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const Engine &engine : support::engines())
            for (const Sampler &sampler : support::samplers()) {
                const std::size_t n = blocks * sampler.elements_per_block() - 3;
                const Bytes whole = bytes_of(sampler, Generator(engine, 23, 9, 40), n);
                for (std::size_t cut = 0; cut < blocks; ++cut) {
                    CAPTURE(cut);
                    const std::size_t first = cut * sampler.elements_per_block();
                    const Generator continued(engine, 23, 9, 40);
                    Bytes parts = bytes_of(sampler, continued, first);
                    CHECK(continued.tell() == 40 + cut);
                    const Bytes rest = bytes_of(sampler, continued, n - first);
                    const Bytes alone = bytes_of(sampler, Generator(engine, 23, 9, 40 + cut), n - first);
                    parts.insert(parts.end(), rest.begin(), rest.end());
                    CHECK_MESSAGE(parts == whole, describe(isa, engine, sampler, n));
                    CHECK_MESSAGE(alone == rest, describe(isa, engine, sampler, n));
                }
            }
    }
}

TEST_CASE("a fill cut into many calls of whole blocks is the whole fill")
{
    for (const Engine &engine : support::engines())
        for (const Sampler &sampler : support::samplers()) {
            const std::size_t block = sampler.elements_per_block();
            const Bytes whole = bytes_of(sampler, Generator(engine, 4, 2), 60 * block);
            const Generator g(engine, 4, 2);
            Bytes parts;
            for (const std::size_t count : {1u, 2u, 3u, 5u, 0u, 8u, 13u, 21u, 7u}) {
                const Bytes part = bytes_of(sampler, g, count * block);
                parts.insert(parts.end(), part.begin(), part.end());
            }
            CHECK_MESSAGE(parts == whole, engine.name, " ", sampler.name);
        }
}

TEST_CASE("a partly used block is not used again")
{
    for (const Engine &engine : support::engines())
        for (const Sampler &sampler : support::samplers()) {
            const Generator g(engine, 4, 2);
            bytes_of(sampler, g, 1);
            CHECK(g.tell() == 1);
            CHECK(bytes_of(sampler, g, 100) == bytes_of(sampler, Generator(engine, 4, 2, 1), 100));
        }
}

TEST_CASE("a clone and a loaded state continue with the same bits, also under another instruction set")
{
    for (const Engine &engine : support::engines())
        for (const Sampler &sampler : support::samplers()) {
            const Generator g(engine, 0xABCDEF, 5, 12345);
            bytes_of(sampler, g, 333);
            const std::vector<unsigned char> state = g.save();
            for (const std::string &isa : support::isas()) {
                const support::ForcedIsa forced(isa);
                const Bytes continued = bytes_of(sampler, g.clone(), 777);
                CHECK(bytes_of(sampler, Generator(state), 777) == continued);
                CHECK(bytes_of(sampler, g.clone().clone(), 777) == continued);
                const support::ForcedIsa other("scalar");
                CHECK_MESSAGE(bytes_of(sampler, Generator(state), 777) == continued,
                              describe(isa, engine, sampler, 777));
            }
        }
}

TEST_CASE("the number of threads never changes a bit")
{
    // Enough for eight threads, each of which starts for a mebibyte.
    const std::size_t words = support::quick() ? (std::size_t{1} << 19) + 17 : (std::size_t{1} << 21) + 17;
    const std::vector<std::int32_t> thread_counts =
        support::quick() ? std::vector<std::int32_t>{3} : std::vector<std::int32_t>{2, 3, 5, 8};
    for (const Engine &engine : support::engines())
        for (const Sampler &sampler : support::samplers()) {
            const std::size_t n = words / sampler.words_per_element();
            Bytes reference;
            {
                const support::ForcedThreads one(1);
                reference = bytes_of(sampler, Generator(engine, 99, 3, 21), n);
            }
            GuardedBuffer buffer(n * sampler.element_size, 3);
            for (const std::int32_t threads : thread_counts) {
                const support::ForcedThreads forced(threads);
                std::fill_n(buffer.data(), buffer.size(), static_cast<unsigned char>(0));
                const Generator g(engine, 99, 3, 21);
                require_ok(sampler.fill(g, buffer.data(), n));
                CHECK_MESSAGE(std::memcmp(buffer.data(), reference.data(), reference.size()) == 0, engine.name, " ",
                              sampler.name, " with ", threads, " threads");
                CHECK(g.tell() == 21 + sampler.blocks(n));
            }
            CHECK(buffer.canaries_intact());
        }
}

TEST_CASE("every instruction set with threads equals scalar without")
{
    const std::size_t n = (std::size_t{1} << (support::quick() ? 19 : 20)) + 33;
    for (const Engine &engine : support::engines()) {
        const Sampler &sampler = support::samplers()[7];
        REQUIRE(sampler.name == "normal_f32 (1.5, 0.02)");
        Bytes reference;
        {
            const support::ForcedIsa forced("scalar");
            const support::ForcedThreads one(1);
            reference = bytes_of(sampler, Generator(engine, 6, 5, 4), n);
        }
        const support::ForcedThreads four(4);
        for (const std::string &isa : support::isas()) {
            const support::ForcedIsa forced(isa);
            CHECK_MESSAGE(bytes_of(sampler, Generator(engine, 6, 5, 4), n) == reference,
                          describe(isa, engine, sampler, n));
        }
    }
}

TEST_CASE("generators in concurrent threads do not disturb each other")
{
    const std::size_t n = support::scaled(400000);
    const Sampler &sampler = support::samplers()[6];
    const std::size_t workers = 4;
    std::vector<Bytes> expected;
    for (std::size_t w = 0; w < workers; ++w)
        expected.push_back(bytes_of(sampler, Generator(support::engines()[w % 2], 50 + w), n));
    std::vector<Bytes> got(workers, Bytes(n * sampler.element_size));
    std::vector<std::int32_t> statuses(workers, -1);
    {
        std::vector<Generator> generators;
        for (std::size_t w = 0; w < workers; ++w)
            generators.emplace_back(support::engines()[w % 2], 50 + w);
        std::vector<std::thread> threads;
        for (std::size_t w = 0; w < workers; ++w)
            threads.emplace_back([&, w] { statuses[w] = sampler.fill(generators[w], got[w].data(), n); });
        for (std::thread &thread : threads)
            thread.join();
    }
    for (std::size_t w = 0; w < workers; ++w) {
        CHECK(statuses[w] == UNITVAR_OK);
        CHECK(got[w] == expected[w]);
    }
}
