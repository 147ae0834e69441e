// Sequences of words.
#include "sources.hpp"

#include "oracle/ars.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>

namespace battery {
namespace {

void check(std::int32_t status)
{
    if (status != UNITVAR_OK) {
        std::fprintf(stderr, "%s\n", unitvar_last_error());
        std::exit(1);
    }
}

// u on [0, 1) to 32 bits.
std::uint32_t word_of(double u)
{
    return static_cast<std::uint32_t>(std::clamp(std::ldexp(u, 32), 0.0, 0x1p32 - 1));
}

// The two uniforms of Box and Muller, of which the angle may have been turned by quarters.
std::pair<std::uint32_t, std::uint32_t> words_of_pair(double a, double b)
{
    return {word_of(std::exp(-(a * a + b * b) / 2)), word_of(std::atan2(b, a) / (2 * std::numbers::pi) + 0.5)};
}

void from_uniform_f32(unitvar_generator *g, std::span<std::uint32_t> words)
{
    std::vector<float> u(words.size() / 3 * 4);
    check(unitvar_uniform_f32(g, u.data(), u.size(), 0, 1));
    for (std::size_t i = 0; i < words.size() / 3; ++i) {
        std::uint32_t bits[4];
        for (std::size_t k = 0; k < 4; ++k)
            bits[k] = static_cast<std::uint32_t>(std::ldexp(u[4 * i + k], 24));
        for (std::size_t k = 0; k < 3; ++k)
            words[3 * i + k] = bits[k] << 8U | (bits[3] >> 8 * k & 0xFFU);
    }
}

void from_uniform_f64(unitvar_generator *g, std::span<std::uint32_t> words)
{
    std::vector<double> u(words.size());
    check(unitvar_uniform_f64(g, u.data(), u.size(), 0, 1));
    std::ranges::transform(u, words.begin(), word_of);
}

void from_normal_f32(unitvar_generator *g, std::span<std::uint32_t> words)
{
    std::vector<float> z(2 * words.size());
    check(unitvar_normal_f32(g, z.data(), z.size(), 0, 1));
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::size_t at = i / 16 * 32 + i % 16;
        const auto [radius, angle] = words_of_pair(z[at], z[at + 16]);
        words[i] = (radius & 0xFFFF0000U) | angle >> 16U;
    }
}

void from_normal_f64(unitvar_generator *g, std::span<std::uint32_t> words)
{
    std::vector<double> z(words.size());
    check(unitvar_normal_f64(g, z.data(), z.size(), 0, 1));
    for (std::size_t i = 0; i < words.size() / 2; ++i) {
        const std::size_t at = i / 8 * 16 + i % 8;
        const auto [radius, angle] = words_of_pair(z[at], z[at + 8]);
        words[2 * i] = radius;
        words[2 * i + 1] = angle;
    }
}

// Random123's ARS with too few rounds.
Next ars_with_rounds(unsigned rounds)
{
    return [rounds, counter = std::uint32_t{0}](std::span<std::uint32_t> words) mutable {
        for (std::size_t i = 0; i < words.size(); i += 4) {
            const oracle::ArsBlock block = oracle::ars4x32({counter++, 0, 0, 0}, {42, 0, 0, 0}, rounds);
            std::ranges::copy(block, words.begin() + static_cast<std::ptrdiff_t>(i));
        }
    };
}

} // namespace

Generator generator(std::int32_t engine, std::uint64_t seed, std::uint64_t stream)
{
    unitvar_generator *g = nullptr;
    check(unitvar_generator_create(engine, seed, stream, &g));
    return {g, Destroy()};
}

Generator forked(const Generator &g, const std::string &name)
{
    unitvar_generator *fork = nullptr;
    check(unitvar_generator_fork(g.get(), name.c_str(), &fork));
    return {fork, Destroy()};
}

Next recovered(const Generator &g, std::string_view draw)
{
    const auto of = [&g](void (*fill)(unitvar_generator *, std::span<std::uint32_t>)) {
        return [g, fill](std::span<std::uint32_t> words) { fill(g.get(), words); };
    };
    if (draw == "bits_u32")
        return of([](unitvar_generator *from, std::span<std::uint32_t> words) {
            check(unitvar_bits_u32(from, words.data(), words.size()));
        });
    if (draw == "uniform_f32")
        return of(&from_uniform_f32);
    if (draw == "uniform_f64")
        return of(&from_uniform_f64);
    if (draw == "normal_f32")
        return of(&from_normal_f32);
    if (draw == "normal_f64")
        return of(&from_normal_f64);
    return {};
}

Next interleaved(const std::vector<Generator> &generators)
{
    // Each is asked for whole blocks at a time; what is left of a round waits.
    return [generators, each = std::vector<std::uint32_t>(), round = std::vector<std::uint32_t>(),
            at = std::size_t{0}](std::span<std::uint32_t> words) mutable {
        constexpr std::size_t block = 64;
        const std::size_t count = generators.size();
        each.resize(block);
        for (std::uint32_t &word : words) {
            if (at == round.size()) {
                round.resize(count * block);
                for (std::size_t i = 0; i < count; ++i) {
                    check(unitvar_bits_u32(generators[i].get(), each.data(), block));
                    for (std::size_t k = 0; k < block; ++k)
                        round[k * count + i] = each[k];
                }
                at = 0;
            }
            word = round[at++];
        }
    };
}

std::vector<Source> sources_of(std::int32_t engine)
{
    constexpr std::uint64_t seed = 42;
    std::vector<Source> sources;
    for (const std::string_view draw : draws)
        sources.push_back({std::string(draw), recovered(generator(engine, seed), draw)});
    const auto add = [&](const char *name, std::size_t count, const auto &make) {
        std::vector<Generator> generators;
        for (std::size_t i = 0; i < count; ++i)
            generators.push_back(make(i));
        sources.push_back({name, interleaved(generators)});
    };
    add("seeds 0 to 1023 interleaved", 1024, [&](std::size_t i) { return generator(engine, i); });
    // PyTorch takes the low 32 bits of a seed.
    if (engine == UNITVAR_TORCH_MT19937)
        return sources;
    add("seeds that differ in high bits interleaved", 256,
        [&](std::size_t i) { return generator(engine, seed + (std::uint64_t{i} << 56U)); });
    add("streams 0 to 255 interleaved", 256, [&](std::size_t i) { return generator(engine, seed, i); });
    add("streams that differ in high bits interleaved", 256,
        [&](std::size_t i) { return generator(engine, seed, std::uint64_t{i} << 56U); });
    const Generator g = generator(engine, seed);
    add("forks by similar names interleaved", 256,
        [&](std::size_t i) { return forked(g, "layers." + std::to_string(i) + ".weight"); });
    return sources;
}

std::vector<Source> broken_sources()
{
    std::vector<Source> sources;
    sources.push_back(
        {"the low words of a linear congruence", [state = std::uint64_t{42}](std::span<std::uint32_t> words) mutable {
             for (std::uint32_t &word : words) {
                 state = state * 6364136223846793005U + 1442695040888963407U;
                 word = static_cast<std::uint32_t>(state);
             }
         }});
    const auto changed = [](const char *name, auto change) {
        return Source{name, [next = recovered(generator(UNITVAR_PHILOX4X32, 42), "bits_u32"),
                             change](std::span<std::uint32_t> words) {
                          next(words);
                          change(words);
                      }};
    };
    sources.push_back(changed("a stuck bit", [](std::span<std::uint32_t> words) {
        for (std::uint32_t &word : words)
            word |= 1U << 17U;
    }));
    sources.push_back(changed("a bit that is set one time in 256 too often", [](std::span<std::uint32_t> words) {
        for (std::size_t i = 0; i < words.size(); i += 128)
            words[i] |= 1U << 5U;
    }));
    sources.push_back(changed("every sixteenth word again 512 words later", [](std::span<std::uint32_t> words) {
        for (std::size_t i = 512; i < words.size(); i += 16)
            words[i] = words[i - 512];
    }));
    sources.push_back({"two equal streams interleaved",
                       interleaved({generator(UNITVAR_PCG32, 42, 7), generator(UNITVAR_PCG32, 42, 7)})});
    sources.push_back({"ARS with 3 rounds", ars_with_rounds(3)});
    return sources;
}

} // namespace battery
