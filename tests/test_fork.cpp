// Keeps unitvar_generator_fork: a generator of its own for each name, a function of engine, seed, stream and the bytes
// of the name alone, unrelated to every other.
#include "support/capi.hpp"
#include "support/scale.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <unitvar/generator.hpp>

using support::check_fails;
using support::Engine;
using support::Generator;
using support::require_ok;

namespace {

using Start = std::array<std::uint32_t, 2>;

// The first two words of a fork.
Start start_of(const unitvar_generator *g, const std::string &name)
{
    unitvar_generator *fork = nullptr;
    require_ok(unitvar_generator_fork(g, name.c_str(), &fork));
    Start words{};
    const std::int32_t status = unitvar_bits_u32(fork, words.data(), words.size());
    unitvar_generator_destroy(fork);
    require_ok(status);
    return words;
}

std::vector<unsigned char> state_of(const unitvar_generator *g, const std::string &name)
{
    unitvar_generator *fork = nullptr;
    require_ok(unitvar_generator_fork(g, name.c_str(), &fork));
    std::vector<unsigned char> state(1000);
    std::size_t size = 0;
    const std::int32_t status = unitvar_generator_save(fork, state.data(), state.size(), &size);
    unitvar_generator_destroy(fork);
    require_ok(status);
    state.resize(size);
    return state;
}

} // namespace

TEST_CASE("the same name gives the same bits, whatever the position, and leaves the generator alone")
{
    for (const Engine &engine : support::engines()) {
        const Generator g(engine, 42, 7);
        const std::vector<unsigned char> expected = state_of(g, "layer.0.weight");
        for (const std::uint64_t block : {std::uint64_t{1}, std::uint64_t{12345}, engine.blocks}) {
            const Generator moved(engine, 42, 7, block);
            CHECK(state_of(moved, "layer.0.weight") == expected);
            CHECK(moved.tell() == block);
        }
        CHECK(state_of(g.clone(), "layer.0.weight") == expected);
        CHECK(state_of(Generator(g.save()), "layer.0.weight") == expected);
    }
}

TEST_CASE("a fork begins at block 0 of a stream of its own and can be saved, sought and exhausted like any other")
{
    for (const Engine &engine : support::engines()) {
        const Generator g(engine, 42, 7, 99);
        unitvar_generator *handle = nullptr;
        require_ok(unitvar_generator_fork(g, "a", &handle));
        std::uint64_t block = 77;
        require_ok(unitvar_generator_tell(handle, &block));
        CHECK(block == 0);
        unitvar_generator_destroy(handle);
        const Generator fork(state_of(g, "a"));
        const std::vector<std::uint32_t> words = support::filled<std::uint32_t>(unitvar_bits_u32, fork, 128);
        const Generator again(state_of(g, "a"));
        require_ok(unitvar_generator_seek(again, 1));
        CHECK(support::filled<std::uint32_t>(unitvar_bits_u32, again, 64) ==
              std::vector<std::uint32_t>(words.begin() + 64, words.end()));
        require_ok(unitvar_generator_seek(again, engine.blocks));
        std::uint32_t word = 0;
        check_fails(unitvar_bits_u32(again, &word, 1), UNITVAR_STREAM_EXHAUSTED, {});
    }
}

TEST_CASE("different names, seeds, streams, engines and parents give different sequences")
{
    std::set<Start> seen;
    std::size_t forks = 0;
    for (const Engine &engine : support::engines())
        for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32, ~std::uint64_t{0}})
            for (const std::uint64_t stream :
                 {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32, ~std::uint64_t{0}}) {
                const Generator g(engine, seed, stream);
                Start own{};
                require_ok(unitvar_bits_u32(g.clone(), own.data(), own.size()));
                seen.insert(own);
                ++forks;
                for (const std::string name : {"", "a", "b", "aa", "ab", "ba", "weight", "bias", "A"}) {
                    seen.insert(start_of(g, name));
                    const Generator child(state_of(g, name));
                    for (const std::string grandchild : {"", "a", "b", "weight"}) {
                        seen.insert(start_of(child, grandchild));
                        ++forks;
                    }
                    ++forks;
                }
            }
    CHECK(seen.size() == forks);
}

TEST_CASE("a fork of a fork is not the fork of the joined name, nor of the names in the other order")
{
    for (const Engine &engine : support::engines()) {
        const Generator g(engine, 1);
        const Generator a(state_of(g, "a"));
        const Generator b(state_of(g, "b"));
        CHECK(start_of(a, "b") != start_of(g, "ab"));
        CHECK(start_of(a, "b") != start_of(b, "a"));
        CHECK(start_of(a, "") != start_of(g, "a"));
        CHECK(start_of(a, "b") == start_of(Generator(state_of(g, "a")), "b"));
    }
}

TEST_CASE("names and seeds or streams that differ by as much do not make up for each other")
{
    for (const Engine &engine : support::engines()) {
        std::set<Start> seen;
        for (std::uint64_t seed = 0; seed < 20; ++seed)
            for (std::uint64_t stream = 0; stream < 20; ++stream)
                for (char c = 'a'; c < 'a' + 20; ++c)
                    seen.insert(start_of(Generator(engine, seed, stream), std::string(1, c)));
        CHECK(seen.size() == 20 * 20 * 20);
    }
}

TEST_CASE("ten thousand names of a model do not collide in their first two words")
{
    const std::size_t layers = support::scaled(10000) / 10;
    for (const Engine &engine : support::engines()) {
        const Generator g(engine, 42);
        std::set<Start> seen;
        for (std::size_t layer = 0; layer < layers; ++layer)
            for (const std::string part : {"q", "k", "v", "o", "gate", "up", "down", "norm", "bias", "scale"})
                seen.insert(start_of(g, "model.layers." + std::to_string(layer) + "." + part + ".weight"));
        CHECK(seen.size() == 10 * layers);
    }
}

TEST_CASE("names of any length count to their last byte, and every bit of them")
{
    for (const Engine &engine : support::engines()) {
        const Generator g(engine, 42);
        std::set<Start> seen;
        std::size_t names = 0;
        for (std::size_t length = 0; length <= 40; ++length) {
            const std::string name(length, 'x');
            seen.insert(start_of(g, name));
            ++names;
            for (std::size_t at = 0; at < length; ++at)
                for (int bit = 0; bit < 8; ++bit) {
                    std::string changed = name;
                    changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
                    seen.insert(start_of(g, changed));
                    ++names;
                }
        }
        CHECK(seen.size() == names);
    }
}

TEST_CASE("forks are unrelated: their words agree in half of the bits")
{
    const std::size_t n = support::scaled(20000);
    for (const Engine &engine : support::engines()) {
        const Generator g(engine, 42);
        const auto words = [&](const std::string &name) {
            return support::filled<std::uint32_t>(unitvar_bits_u32, Generator(state_of(g, name)), n);
        };
        const std::vector<std::uint32_t> first = words("layer.1");
        for (const std::string name : {"layer.2", "layer.10", "Layer.1", "layer.1 "}) {
            const std::vector<std::uint32_t> second = words(name);
            double differing = 0;
            for (std::size_t i = 0; i < n; ++i)
                differing += __builtin_popcount(first[i] ^ second[i]);
            const double bits = 32.0 * static_cast<double>(n);
            CHECK(std::abs(differing / bits - 0.5) < 5 * 0.5 / std::sqrt(bits));
        }
    }
}

TEST_CASE("the C++ fork is the same, and takes bytes of 0 as any others")
{
    for (const Engine &engine : support::engines()) {
        const unitvar::Generator g(static_cast<unitvar::Engine>(engine.id), 42, 7);
        const auto saved = g.fork("layer.0.weight").save();
        const std::vector<unsigned char> expected = state_of(Generator(engine, 42, 7), "layer.0.weight");
        REQUIRE(saved.size() == expected.size());
        bool equal = true;
        for (std::size_t i = 0; i < saved.size(); ++i)
            equal = equal && static_cast<unsigned char>(saved[i]) == expected[i];
        CHECK(equal);
        CHECK(g.fork(std::string_view("a\0", 2)).save() != g.fork("a").save());
        CHECK(g.fork(std::string_view("\0", 1)).save() != g.fork("").save());
        CHECK(g.fork(std::string_view("a\0b", 3)).save() != g.fork("a").save());
    }
}

TEST_CASE("missing arguments of fork are refused by name and nothing is written")
{
    const Generator g(UNITVAR_PCG32, 1);
    unitvar_generator *const untouched = g;
    unitvar_generator *out = untouched;
    check_fails(unitvar_generator_fork(nullptr, "a", &out), UNITVAR_INVALID_ARGUMENT, {"g", "NULL"});
    check_fails(unitvar_generator_fork(g, nullptr, &out), UNITVAR_INVALID_ARGUMENT, {"name", "NULL"});
    check_fails(unitvar_generator_fork(g, "a", nullptr), UNITVAR_INVALID_ARGUMENT, {"out", "NULL"});
    const Generator torch(UNITVAR_TORCH_MT19937, 1);
    check_fails(unitvar_generator_fork(torch, "a", &out), UNITVAR_UNSUPPORTED, {"engine", "3"});
    CHECK(out == untouched);
}
