// Keeps the promised error everywhere: normals from the words at the ends of their range, next to powers of two,
// next to the axes and at the seams of usual argument reductions. Random draws never meet most of these words, so
// they are looked up: philox4x32 is run backwards, and for pcg32 seeds were searched once and are pinned here.
#include "oracle/samplers.hpp"
#include "oracle/words.hpp"
#include "support/capi.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

using support::filled;
using support::Generator;

namespace {

// Seeds of pcg32 for which w[0] = p and w[16] = q.
struct PinnedPair {
    std::uint64_t seed;
    std::uint64_t stream;
    std::uint32_t p;
    std::uint32_t q;
};

// Seeds of pcg32 for which w64[position] = word; position 0 is a p, position 8 a q.
struct PinnedWord {
    std::uint64_t seed;
    std::uint64_t stream;
    std::size_t position;
    std::uint64_t word;
};

const std::vector<PinnedPair> pinned_pairs{
    {0xcd5a92a60f713deeu, 1, 0x00000000u, 0x00000000u}, {0xe4f2234bd2db7f1bu, 0, 0x00000000u, 0x40000000u},
    {0x67a19599f77e66ebu, 0, 0x00000000u, 0x80000000u}, {0xc438a51c7755a387u, 0, 0x00000000u, 0xc0000000u},
    {0xab7c85bcf0bbfcb9u, 0, 0x00000000u, 0x20000000u}, {0x4d2a25afb87deddcu, 1, 0x00000000u, 0x40000001u},
    {0x01c4b96309fba519u, 0, 0x00000000u, 0x7fffffffu}, {0x60763d0284b291fau, 2, 0x00000001u, 0xffffffffu},
    {0x2e1a3b3eba9160fau, 0, 0xffffffffu, 0x12345678u}, {0x5ac0bc2eae1a88e2u, 0, 0xfffffffeu, 0x00000000u},
    {0x6aaed51cce3aab2du, 0, 0xfffffffeu, 0x3fffffffu}, {0xa7da4f132bda6370u, 0, 0x7fffffffu, 0x20000000u},
    {0xfdb6a4347b0df634u, 2, 0x80000000u, 0xe0000000u}, {0x53475b12e732d40fu, 0, 0xb504f333u, 0x1fffffffu},
};

const std::vector<PinnedWord> pinned_words{
    {0x47602f1cf7bebfb0u, 0, 0, 0x0000000000000000u}, {0xa879c5b1ccb56ab0u, 0, 0, 0x0000000000000001u},
    {0xd627027fb63a92c2u, 0, 0, 0xffffffffffffffffu}, {0xcc824ca97bb02759u, 0, 0, 0xfffffffffffffffeu},
    {0x8b7e7bbc0379af1fu, 0, 0, 0x7fffffffffffffffu}, {0x200f95bec445c1deu, 2, 0, 0x8000000000000000u},
    {0x1b2e29403407fdd5u, 0, 0, 0x00000000ffffffffu}, {0xfca2c3fbafeb12dfu, 0, 0, 0xb504f333f9de6484u},
    {0x279e156492c60e80u, 0, 8, 0x0000000000000000u}, {0xf39321be00d0e55au, 0, 8, 0x0000000000000001u},
    {0x57ca7c89aa7befb0u, 0, 8, 0xffffffffffffffffu}, {0x7746eca4088b658au, 1, 8, 0x3fffffffffffffffu},
    {0xec470ca16ee24fb5u, 1, 8, 0x4000000000000000u}, {0x63504db043aebfc0u, 0, 8, 0x4000000000000001u},
    {0x869ba864ea6235e9u, 0, 8, 0x7fffffffffffffffu}, {0xd0c2fb57e0a79cfbu, 2, 8, 0x8000000000000000u},
    {0x28894656ace5497cu, 3, 8, 0x8000000000000001u}, {0xb59d61f83462c286u, 0, 8, 0xbfffffffffffffffu},
    {0x8a0ca54ff78771adu, 0, 8, 0xc000000000000000u}, {0x25b0ace877046c35u, 2, 8, 0xc000000000000001u},
    {0x17138f41d3bfa74cu, 0, 8, 0x2000000000000000u}, {0xcab29a59a0679797u, 0, 8, 0x1fffffffffffffffu},
    {0x88f58e2077a8d9a6u, 1, 8, 0x6000000000000000u},
};

// Where philox4x32 with this key gives the wanted words.
struct Place {
    std::uint64_t stream;
    std::uint64_t block;
    std::size_t lane;
};

const std::uint64_t philox_seed = 0x0123456789ABCDEFu;

Place place_of(const oracle::PhiloxBlock &output)
{
    const oracle::PhiloxBlock counter =
        oracle::philox4x32_10_inverse(output, {oracle::low_half(philox_seed), oracle::high_half(philox_seed)});
    const std::uint64_t c = oracle::joined(counter[0], counter[1]);
    return {oracle::joined(counter[2], counter[3]), c / 16, static_cast<std::size_t>(c % 16)};
}

// Both ends, every power of two with its neighbours, and the neighbourhood of sqrt(1/2), where reductions of the
// logarithm change sides.
std::vector<std::uint32_t> interesting_p()
{
    std::vector<std::uint32_t> list{0xB504F332u, 0xB504F333u, 0xB504F334u, 0xFFFFFE00u, 0xFFFF0000u, 0xFF7FFFFFu};
    for (int bit = 0; bit < 32; ++bit)
        for (const std::uint32_t step : {0u, 1u, 2u, 3u})
            list.push_back((std::uint32_t{1} << bit) - 2 + step);
    for (std::uint32_t k = 1; k <= 4; ++k)
        list.push_back(0u - k);
    return list;
}

// The eight directions of the octants with their neighbours, powers of two, and angles halfway into an octant.
std::vector<std::uint32_t> interesting_q()
{
    std::vector<std::uint32_t> list;
    for (std::uint32_t octant = 0; octant < 8; ++octant) {
        const std::uint32_t direction = octant << 29;
        for (const std::uint32_t step : {0u, 1u, 2u, 3u, 15u, 257u, 65537u, 1u << 22, 1u << 28}) {
            list.push_back(direction + step);
            list.push_back(direction - step);
        }
    }
    return list;
}

struct Words {
    std::uint32_t p;
    std::uint32_t q;
};

// Every p with every q, or a twentieth of that in the quick suite.
std::vector<Words> extreme_words()
{
    std::vector<Words> all;
    for (const std::uint32_t p : interesting_p())
        for (const std::uint32_t q : interesting_q())
            all.push_back({p, q});
    std::vector<Words> chosen;
    // 137 shares no factor with the number of directions, so that a subset meets all of them.
    for (std::size_t i = 0; i < support::scaled(all.size()); ++i)
        chosen.push_back(support::quick() ? all[i * 137 % all.size()] : all[i]);
    return chosen;
}

double largest_error_f32(const Generator &g, const std::vector<std::uint32_t> &words)
{
    const std::vector<double> exact = oracle::standard_normals<double>(words);
    const std::vector<float> z = filled<float>(unitvar_normal_f32, g, words.size(), 0.0, 1.0);
    double largest = 0.0;
    for (std::size_t i = 0; i < z.size(); ++i)
        largest = std::max(largest, oracle::error_in_ulp(z[i], exact[i]));
    return largest;
}

double largest_error_f64(const Generator &g, const std::vector<std::uint64_t> &words)
{
    const std::vector<long double> exact = oracle::standard_normals<long double>(words);
    const std::vector<double> z = filled<double>(unitvar_normal_f64, g, words.size(), 0.0, 1.0);
    double largest = 0.0;
    for (std::size_t i = 0; i < z.size(); ++i)
        largest = std::max(largest, oracle::error_in_ulp(z[i], exact[i]));
    return largest;
}

} // namespace

TEST_CASE("normal_f32 keeps its promised error for every combination of extreme words")
{
    for (const std::string &isa : support::isas()) {
        CAPTURE(isa);
        const support::ForcedIsa forced(isa);
        double largest = 0.0;
        for (const Words &extreme : extreme_words()) {
            const std::uint32_t p = extreme.p;
            const std::uint32_t q = extreme.q;
            const bool second_half = (p ^ q) % 2 != 0;
            const oracle::PhiloxBlock output = second_half ? oracle::PhiloxBlock{0x13579BDFu, q + p, p, q}
                                                           : oracle::PhiloxBlock{p, q, q - p, 0x2468ACE0u};
            const Place place = place_of(output);
            const std::vector<std::uint32_t> words =
                oracle::philox4x32_words(philox_seed, place.stream, place.block, 64);
            const std::size_t first = place.lane + (second_half ? 32 : 0);
            REQUIRE(words[first] == p);
            REQUIRE(words[first + 16] == q);
            const double error =
                largest_error_f32(Generator(UNITVAR_PHILOX4X32, philox_seed, place.stream, place.block), words);
            if (!(error <= oracle::promised_normal_error))
                CHECK_MESSAGE(error <= oracle::promised_normal_error, "p = ", p, ", q = ", q);
            largest = std::max(largest, error);
        }
        CHECK(largest <= oracle::promised_normal_error);
    }
}

TEST_CASE("normal_f32 keeps its promised error at the worst words that are known")
{
    // Found by combining the words with the largest errors of the radius and of the direction, each searched alone.
    const std::vector<Words> worst{{3434774229u, 1651245336u}, {4062492231u, 2723238642u}, {4070780327u, 3728409678u},
                                   {3463904798u, 1658208529u}, {3487260126u, 571109138u},  {4093706102u, 3717042927u}};
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const Words &pair : worst) {
            const Place place = place_of({pair.p, pair.q, 1, 2});
            const std::vector<std::uint32_t> words =
                oracle::philox4x32_words(philox_seed, place.stream, place.block, 64);
            REQUIRE(words[place.lane] == pair.p);
            REQUIRE(words[place.lane + 16] == pair.q);
            CAPTURE(isa);
            CAPTURE(pair.p);
            CAPTURE(pair.q);
            const Generator g(UNITVAR_PHILOX4X32, philox_seed, place.stream, place.block);
            CHECK(largest_error_f32(g, words) <= oracle::promised_normal_error);
        }
    }
}

TEST_CASE("normal_f32 keeps its promised error where pcg32 meets extreme words")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const PinnedPair &pinned : pinned_pairs) {
            CAPTURE(pinned.seed);
            const std::vector<std::uint32_t> words = oracle::pcg32_words(pinned.seed, pinned.stream, 0, 64);
            REQUIRE(words[0] == pinned.p);
            REQUIRE(words[16] == pinned.q);
            CHECK(largest_error_f32(Generator(UNITVAR_PCG32, pinned.seed, pinned.stream), words) <=
                  oracle::promised_normal_error);
        }
    }
}

TEST_CASE("normal_f64 keeps its promised error where pcg32 meets extreme words")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const PinnedWord &pinned : pinned_words) {
            CAPTURE(pinned.seed);
            CAPTURE(pinned.word);
            const std::vector<std::uint64_t> words = oracle::words64(UNITVAR_PCG32, pinned.seed, pinned.stream, 0, 32);
            REQUIRE(words[pinned.position] == pinned.word);
            CHECK(largest_error_f64(Generator(UNITVAR_PCG32, pinned.seed, pinned.stream), words) <=
                  oracle::promised_normal_error);
        }
    }
}

TEST_CASE("normal_f64 keeps its promised error where the high halves of p and q are extreme")
{
    for (const std::string &isa : support::isas()) {
        CAPTURE(isa);
        const support::ForcedIsa forced(isa);
        double largest = 0.0;
        for (const Words &extreme : extreme_words()) {
            const std::uint32_t p = extreme.p;
            const std::uint32_t q = extreme.q;
            // Odd words of a group are high halves: vary the filler until the counter is odd.
            Place place{};
            std::uint32_t filler = p + q;
            do
                place = place_of({p, q, filler++, 0x2468ACE0u});
            while (place.lane % 2 == 0);
            const std::vector<std::uint64_t> words =
                oracle::words64(UNITVAR_PHILOX4X32, philox_seed, place.stream, place.block, 32);
            REQUIRE(oracle::high_half(words[place.lane / 2]) == p);
            REQUIRE(oracle::high_half(words[place.lane / 2 + 8]) == q);
            const double error =
                largest_error_f64(Generator(UNITVAR_PHILOX4X32, philox_seed, place.stream, place.block), words);
            if (!(error <= oracle::promised_normal_error))
                CHECK_MESSAGE(error <= oracle::promised_normal_error, "p = ", p, ", q = ", q);
            largest = std::max(largest, error);
        }
        CHECK(largest <= oracle::promised_normal_error);
    }
}

TEST_CASE("the largest normals are those of the header")
{
    // Both from the word 0, which makes u = 2^-32 and 2^-53.
    const PinnedPair &largest_f32 = pinned_pairs.front();
    REQUIRE(largest_f32.p == 0);
    REQUIRE(largest_f32.q == 0);
    const Generator g32(UNITVAR_PCG32, largest_f32.seed, largest_f32.stream);
    const std::vector<float> z32 = filled<float>(unitvar_normal_f32, g32, 32, 0.0, 1.0);
    CHECK(z32[0] > 6.66f);
    CHECK(z32[0] < 6.661f);
    CHECK(z32[16] == 0.0f);

    const PinnedWord &largest_f64 = pinned_words.front();
    REQUIRE(largest_f64.word == 0);
    const Generator g64(UNITVAR_PCG32, largest_f64.seed, largest_f64.stream);
    const std::vector<double> z64 = filled<double>(unitvar_normal_f64, g64, 16, 0.0, 1.0);
    CHECK(std::hypot(z64[0], z64[8]) > 8.57);
    CHECK(std::hypot(z64[0], z64[8]) < 8.58);
}

TEST_CASE("the largest word gives the smallest radius, whatever the angle")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const std::uint32_t q : interesting_q()) {
            const Place place = place_of({0xFFFFFFFFu, q, 1, 2});
            const Generator g(UNITVAR_PHILOX4X32, philox_seed, place.stream, place.block);
            const std::vector<float> z = filled<float>(unitvar_normal_f32, g, 64, 0.0, 1.0);
            const double radius =
                std::hypot(static_cast<double>(z[place.lane]), static_cast<double>(z[place.lane + 16]));
            CHECK(radius == doctest::Approx(std::sqrt(-2 * std::log1p(-0x1p-32))).epsilon(1e-6));
        }
    }
}
