// unitvar_stream_words: an engine's 32-bit words, or those of many generators interleaved, without end to the standard
// output, for test batteries that read a pipe: PractRand's `RNG_test stdin32`, `dieharder -g 200`, TestU01's drivers.
// Generators of one seed and neighbouring streams, or of neighbouring seeds, each give one word in turn: what they have
// in common lies side by side. tests/EVIDENCE.md has what was run.
#include "unitvar.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace {

constexpr const char *usage =
    "usage: unitvar_stream_words [--engine NAME] [--seed N] [--stream N] [--generators N] [--by stream|seed]\n"
    "                            [--high-bits] [--reverse-bits] [--words N]\n"
    "Writes 32-bit words in the machine's byte order until the reader stops, or N of them.\n"
    "  --engine NAME     pcg32 (default), philox4x32, ars4x32, torch_mt19937\n"
    "  --generators N    interleave N of them, a word from each in turn (default 1)\n"
    "  --by seed         neighbours differ in their seed instead of their stream\n"
    "  --high-bits       neighbours differ in the high half of that number only\n"
    "  --reverse-bits    each word's bits in reverse, for tests that look at high bits most\n";

struct Options {
    std::int32_t engine = UNITVAR_PCG32;
    std::uint64_t seed = 42;
    std::uint64_t stream = 0;
    std::uint64_t generators = 1;
    std::uint64_t words = 0;
    bool by_seed = false;
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
        } else if (option == "--by") {
            options.by_seed = value == "seed";
            good = options.by_seed || value == "stream";
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
    return true;
}

struct Destroy {
    void operator()(unitvar_generator *g) const noexcept { unitvar_generator_destroy(g); }
};
using Generator = std::unique_ptr<unitvar_generator, Destroy>;

std::vector<Generator> make_generators(const Options &options)
{
    std::vector<Generator> generators;
    for (std::uint64_t i = 0; i < options.generators; ++i) {
        const std::uint64_t difference = options.high_bits ? i << 32U : i;
        unitvar_generator *g = nullptr;
        if (unitvar_generator_create(options.engine, options.seed + (options.by_seed ? difference : 0),
                                     options.stream + (options.by_seed ? 0 : difference), &g) != UNITVAR_OK) {
            return {};
        }
        generators.emplace_back(g);
    }
    return generators;
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
    const std::vector<Generator> generators = make_generators(options);
    if (generators.empty()) {
        std::fprintf(stderr, "unitvar_stream_words: %s\n", unitvar_last_error());
        return 1;
    }
    // Whole blocks of 64 words, so that a generator's calls continue one another.
    const std::size_t count = generators.size();
    const std::size_t each = std::max<std::size_t>(64, 65536 / count / 64 * 64);
    std::vector<std::uint32_t> words(count * each);
    std::vector<std::uint32_t> own(each);
    for (std::uint64_t left = options.words; options.words == 0 || left != 0;) {
        for (std::size_t i = 0; i < count; ++i) {
            std::uint32_t *const target = count == 1 ? words.data() : own.data();
            if (unitvar_bits_u32(generators[i].get(), target, each) != UNITVAR_OK) {
                std::fprintf(stderr, "unitvar_stream_words: %s\n", unitvar_last_error());
                return 1;
            }
            for (std::size_t k = 0; count != 1 && k < each; ++k) {
                words[k * count + i] = own[k];
            }
        }
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
