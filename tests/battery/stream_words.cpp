// unitvar_stream_words: words without end to the standard output, for test batteries that read a pipe: PractRand's
// `RNG_test stdin32`, `dieharder -g 200`, TestU01's drivers. An engine's, those that are had back from a sampler's elements,
// or those of many generators, a word of each in turn: what they have in common lies side by side. tests/EVIDENCE.md has
// what was run.
#include "battery/sources.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr const char *usage =
    "usage: unitvar_stream_words [--engine NAME] [--from DRAW] [--seed N] [--stream N] [--generators N]\n"
    "                            [--by stream|seed|name] [--high-bits] [--reverse-bits] [--words N]\n"
    "Writes 32-bit words in the machine's byte order until the reader stops, or N of them.\n"
    "  --engine NAME     pcg32 (default), philox4x32, ars4x32, torch_mt19937\n"
    "  --from DRAW       words that are had back from bits_u32 (default), uniform_f32, uniform_f64, normal_f32 or\n"
    "                    normal_f64: of normals the uniforms of their radius and angle\n"
    "  --generators N    interleave the words of N of them, one from each in turn (default 1)\n"
    "  --by seed         neighbours differ in their seed instead of their stream; name: they are forks by similar "
    "names\n"
    "  --high-bits       neighbours differ in the high half of that number only\n"
    "  --reverse-bits    each word's bits in reverse, for tests that look at high bits most\n";

struct Options {
    std::int32_t engine = UNITVAR_PCG32;
    std::string_view from = "bits_u32";
    std::uint64_t seed = 42;
    std::uint64_t stream = 0;
    std::uint64_t generators = 1;
    std::uint64_t words = 0;
    std::string_view by = "stream";
    bool high_bits = false;
    bool reversed = false;
};

bool parse_number(std::string_view text, std::uint64_t &out)
{
    return std::from_chars(text.data(), text.data() + text.size(), out).ptr == text.data() + text.size();
}

bool parse(int argc, char **argv, Options &options)
{
    for (int i = 1; i < argc; ++i) {
        const std::string_view option = argv[i];
        if (option == "--high-bits") {
            options.high_bits = true;
            continue;
        }
        if (option == "--reverse-bits") {
            options.reversed = true;
            continue;
        }
        if (++i == argc) {
            return false;
        }
        const std::string_view value = argv[i];
        bool good = false;
        if (option == "--engine") {
            good = unitvar_engine_from_name(argv[i], &options.engine) == UNITVAR_OK;
        } else if (option == "--from") {
            options.from = value;
            good = std::ranges::find(battery::draws, value) != std::end(battery::draws);
        } else if (option == "--by") {
            options.by = value;
            good = value == "stream" || value == "seed" || value == "name";
        } else if (option == "--seed") {
            good = parse_number(value, options.seed);
        } else if (option == "--stream") {
            good = parse_number(value, options.stream);
        } else if (option == "--generators") {
            good = parse_number(value, options.generators) && options.generators != 0;
        } else if (option == "--words") {
            good = parse_number(value, options.words) && options.words != 0;
        }
        if (!good) {
            return false;
        }
    }
    return options.generators == 1 || options.from == "bits_u32";
}

battery::Next words_of(const Options &options)
{
    if (options.generators == 1) {
        return battery::recovered(battery::generator(options.engine, options.seed, options.stream), options.from);
    }
    std::vector<battery::Generator> generators;
    const battery::Generator first = battery::generator(options.engine, options.seed, options.stream);
    for (std::uint64_t i = 0; i < options.generators; ++i) {
        const std::uint64_t difference = options.high_bits ? i << 32U : i;
        if (options.by == "name") {
            generators.push_back(battery::forked(first, "layers." + std::to_string(difference) + ".weight"));
        } else {
            generators.push_back(battery::generator(options.engine,
                                                    options.seed + (options.by == "seed" ? difference : 0),
                                                    options.stream + (options.by == "stream" ? difference : 0)));
        }
    }
    return battery::interleaved(generators);
}

std::uint32_t reverse_bits(std::uint32_t x)
{
    x = (x >> 1U & 0x55555555U) | (x & 0x55555555U) << 1U;
    x = (x >> 2U & 0x33333333U) | (x & 0x33333333U) << 2U;
    x = (x >> 4U & 0x0F0F0F0FU) | (x & 0x0F0F0F0FU) << 4U;
    return __builtin_bswap32(x);
}

} // namespace

int main(int argc, char **argv)
{
    Options options;
    if (argc == 2 && std::strcmp(argv[1], "--help") == 0) {
        std::fputs(usage, stdout);
        return 0;
    }
    if (!parse(argc, argv, options)) {
        std::fputs(usage, stderr);
        return 2;
    }
    const battery::Next next = words_of(options);
    std::vector<std::uint32_t> words(32 * battery::unit);
    for (std::uint64_t left = options.words; options.words == 0 || left != 0;) {
        next(words);
        if (options.reversed) {
            std::ranges::transform(words, words.begin(), reverse_bits);
        }
        const std::size_t n = options.words == 0 ? words.size() : std::min<std::uint64_t>(words.size(), left);
        if (std::fwrite(words.data(), sizeof(std::uint32_t), n, stdout) != n) {
            return 0; // the reader has had enough
        }
        left -= options.words == 0 ? 0 : n;
    }
    return 0;
}
