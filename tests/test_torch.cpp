// Keeps the promise of engine 3, PyTorch's own numbers: the vectors that PyTorch wrote (tests/golden), an independent
// transcription of its algorithms (tests/oracle/torch.hpp), its state bytes, and the same bits from every table, at any
// address, in pieces of any size.
#include "oracle/torch.hpp"
#include "support/buffers.hpp"
#include "support/capi.hpp"
#include "support/samplers.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"
#include "support/tensors.hpp"
#include "support/torch_golden.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

using support::check_fails;
using support::filled;
using support::ForcedIsa;
using support::Generator;
using support::isas;
using support::Lengths;
using support::require_ok;
using support::Tensor;

namespace {

const std::vector<std::uint64_t> seeds{0, 42, 0xFFFFFFFFFFFFFFFFu, (1ull << 63u) + 11, 67280421310721u};

// Of PyTorch 1.13, whose numbers the vectors and the transcription hold.
Generator torch(std::uint64_t seed)
{
    return Generator::torch(seed, 113, 228);
}

template <class T> std::vector<unsigned char> bytes_of(const std::vector<T> &values)
{
    std::vector<unsigned char> bytes(values.size() * sizeof(T));
    if (!bytes.empty())
        std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

} // namespace

TEST_CASE("torch: words are those of std::mt19937 seeded with the low half of the seed, in pieces of any size")
{
    for (const std::uint64_t seed : seeds) {
        std::mt19937 reference(static_cast<std::uint32_t>(seed));
        const Generator g = torch(seed);
        std::size_t total = 0;
        for (const std::size_t n : {1u, 2u, 620u, 1u, 1u, 623u, 624u, 625u, 1248u, 5000u, 3u, 0u, 40000u, 17u}) {
            INFO("seed ", seed, ", words before ", total, ", n ", n);
            const auto words = filled<std::uint32_t>(unitvar_bits_u32, g, n);
            std::vector<std::uint32_t> expected(n);
            std::generate(expected.begin(), expected.end(), std::ref(reference));
            CHECK(words == expected);
            total += n;
        }
        for (const std::size_t n : {1u, 311u, 312u, 313u, 1250u, 7u}) {
            const auto pairs = filled<std::uint64_t>(unitvar_bits_u64, g, n);
            for (const std::uint64_t pair : pairs) {
                const std::uint64_t high = reference();
                CHECK(pair == (high << 32u | reference()));
            }
        }
    }
}

// The oracle's functions are this machine's: equal where they are those that the library reproduces, and within their
// last bits elsewhere.
bool same_by_libm(const std::vector<double> &got, const std::vector<double> &expected)
{
    if (support::has_reference_libm())
        return got == expected;
    return std::equal(got.begin(), got.end(), expected.begin(), expected.end(),
                      [](double a, double b) { return std::abs(a - b) <= 1e-15 * (1 + std::abs(b)); });
}

TEST_CASE("torch: uniform and normal are PyTorch's formulas, the second scalar normal waiting for its turn")
{
    for (const std::uint64_t seed : seeds) {
        const Generator g = torch(seed);
        oracle::Torch reference(seed);
        for (const std::size_t n : {1u, 7u, 15u, 16u, 17u, 31u, 32u, 100u, 624u, 1248u, 2497u, 3u, 10001u, 5u}) {
            INFO("seed ", seed, ", n ", n);
            CHECK(filled<float>(unitvar_uniform_f32, g, n, -0.37, 1.9) == reference.uniform<float>(n, -0.37, 1.9));
            CHECK(filled<float>(unitvar_normal_f32, g, n, 0.1, 0.7) == reference.normal<float>(n, 0.1, 0.7));
            CHECK(same_by_libm(filled<double>(unitvar_normal_f64, g, n, -3.0, 2.5),
                               reference.normal<double>(n, -3.0, 2.5)));
            CHECK(filled<double>(unitvar_uniform_f64, g, n, 0.0, 1e300) == reference.uniform<double>(n, 0.0, 1e300));
            CHECK(filled<std::uint32_t>(unitvar_bits_u32, g, 1) == std::vector<std::uint32_t>{reference.word()});
        }
    }
}

TEST_CASE("torch: the golden vectors of PyTorch's f32 and f64 samplers")
{
    const auto golden = support::torch_golden();
    std::size_t compared = 0;
    for (const auto &vector : golden) {
        const std::string &name = vector.first;
        const std::vector<std::uint64_t> &expected = vector.second;
        const Generator g = torch(name.ends_with("seed=42") ? 42 : 0);
        const bool f64 = name.find("float64") != std::string::npos;
        if (!f64 && name.find("float32") == std::string::npos && name.find("raw") == std::string::npos)
            continue;
        const std::size_t n = expected.size();
        std::vector<unsigned char> got;
        const auto draw = [&](auto f32_fill, auto f64_fill, auto... parameters) {
            got = f64 ? bytes_of(filled<double>(f64_fill, g, n, parameters...))
                      : bytes_of(filled<float>(f32_fill, g, n, parameters...));
        };
        if (name.starts_with("uniform(-0.37,1.9)"))
            draw(unitvar_uniform_f32, unitvar_uniform_f64, -0.37, 1.9);
        else if (name.starts_with("normal(0.1,0.7)"))
            draw(unitvar_normal_f32, unitvar_normal_f64, 0.1, 0.7);
        else if (name.starts_with("normal(0,1)"))
            draw(unitvar_normal_f32, unitvar_normal_f64, 0.0, 1.0);
        else if (name.starts_with("trunc_normal(0,.02,-.04,.04)"))
            draw(unitvar_trunc_normal_f32, unitvar_trunc_normal_f64, 0.0, 0.02, -0.04, 0.04);
        else if (name.starts_with("raw u32"))
            got = bytes_of(filled<std::uint32_t>(unitvar_bits_u32, g, n));
        else
            continue;
        INFO(name);
        CHECK(support::same_as_golden(got, expected, f64 ? 8 : 4));
        ++compared;
    }
    CHECK(compared == 2 * 11);
    for (const std::uint64_t seed : {0u, 42u}) {
        const auto order = filled<std::int64_t>(unitvar_permutation_i64, torch(seed), 10);
        const auto &expected = golden.at("randperm(10)|seed=" + std::to_string(seed));
        CHECK(std::equal(order.begin(), order.end(), expected.begin(), expected.end(),
                         [](std::int64_t a, std::uint64_t b) { return static_cast<std::uint64_t>(a) == b; }));
    }
}

TEST_CASE("torch: every table writes the same bits, at any address, and nothing else")
{
    std::size_t tried = 0;
    for (const support::Sampler &sampler : support::samplers()) {
        // What PyTorch has not.
        if (sampler.fill(torch(7), nullptr, 0) == UNITVAR_UNSUPPORTED)
            continue;
        ++tried;
        for (const std::size_t n : {1u, 15u, 16u, 33u, 63u, 64u, 65u, 625u, 2496u, 2500u, 20000u}) {
            for (const std::size_t before : {0u, 1u, 300u}) {
                for (const std::size_t offset : {0u, 3u, 16u}) {
                    std::vector<unsigned char> reference;
                    std::vector<unsigned char> state;
                    for (const std::string &isa : isas()) {
                        const ForcedIsa forced(isa);
                        const Generator g = torch(7);
                        filled<std::uint32_t>(unitvar_bits_u32, g, before);
                        support::GuardedBuffer buffer(n * sampler.element_size, offset);
                        require_ok(sampler.fill(g, buffer.data(), n));
                        INFO(sampler.name, ", ", isa, ", n ", n, ", words before ", before, ", offset ", offset);
                        CHECK(buffer.canaries_intact());
                        const std::vector<unsigned char> got(buffer.data(), buffer.data() + buffer.size());
                        if (isa == "scalar") {
                            reference = got;
                            state = g.save();
                        }
                        CHECK(got == reference);
                        CHECK(g.save() == state);
                    }
                }
            }
        }
    }
    CHECK(tried >= 10);
}

TEST_CASE("torch: past the caches too, and every table alike")
{
    const std::size_t n = support::quick() ? 100000 : (std::size_t{9} << 20u) / sizeof(float) + 13;
    std::vector<float> reference;
    for (const std::string &isa : isas()) {
        const ForcedIsa forced(isa);
        const auto values = filled<float>(unitvar_normal_f32, torch(3), n, 0.0, 1.0);
        if (isa == "scalar")
            reference = values;
        CHECK(std::memcmp(values.data(), reference.data(), n * sizeof(float)) == 0);
    }
    CHECK(reference == oracle::Torch(3).normal<float>(n, 0, 1));
}

TEST_CASE("torch: trunc_normal stays in its bounds and is what erf undoes")
{
    struct Parameters {
        double mean, std, a, b;
    };
    for (const Parameters &parameters :
         {Parameters{0, 1, -2, 2}, {0.5, 0.1, 0.3, 1}, {0, 1, 1, 6}, {0, 1, -1e9, 1e9}}) {
        const double mean = parameters.mean;
        const double std = parameters.std;
        const double a = parameters.a;
        const double b = parameters.b;
        const std::size_t n = support::scaled(100000);
        oracle::Torch words(9);
        const auto values = filled<double>(unitvar_trunc_normal_f64, torch(9), n, mean, std, a, b);
        const auto floats = filled<float>(unitvar_trunc_normal_f32, torch(9), n, mean, std, a, b);
        const double low = std::erf((a - mean) / std / std::sqrt(2.0));
        const double high = std::erf((b - mean) / std / std::sqrt(2.0));
        const auto y = words.uniform<double>(n, low, high);
        std::size_t outside = 0;
        double worst = 0;
        for (std::size_t i = 0; i < n; ++i) {
            outside += values[i] < a || values[i] > b || static_cast<double>(floats[i]) < a - 1e-6 ||
                               static_cast<double>(floats[i]) > b + 1e-6
                           ? 1
                           : 0;
            worst = std::max(worst, std::abs(std::erf((values[i] - mean) / std / std::sqrt(2.0)) - y[i]));
        }
        INFO("mean ", mean, ", std ", std, ", a ", a, ", b ", b);
        CHECK(outside == 0);
        CHECK(worst < 1e-14);
    }
}

TEST_CASE("torch: generators save and load their whole state, in their own form and in PyTorch's")
{
    const auto torch_state = [](const Generator &g) {
        std::size_t size = 0;
        require_ok(unitvar_generator_save_torch(g, nullptr, 0, &size));
        CHECK(size == 5056);
        std::vector<unsigned char> state(size);
        require_ok(unitvar_generator_save_torch(g, state.data(), state.size(), &size));
        return state;
    };
    const auto number = [](const std::vector<unsigned char> &state, std::size_t at, std::size_t bytes) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i)
            value |= std::uint64_t{state[at + i]} << (8 * i);
        return value;
    };
    for (const std::size_t before : {0u, 1u, 4u, 623u, 624u, 625u, 5000u}) {
        for (const std::size_t normals : {0u, 1u, 2u}) {
            INFO("words before ", before, ", normals ", normals);
            const Generator g = torch(0x1234567890ABCDEFu);
            filled<std::uint32_t>(unitvar_bits_u32, g, before);
            filled<double>(unitvar_normal_f64, g, normals, 0.0, 1.0);
            const std::vector<unsigned char> state = torch_state(g);
            const std::size_t drawn = before + (normals + 1) / 2 * 4;
            CHECK(number(state, 0, 8) == 0x1234567890ABCDEFu);
            CHECK(number(state, 8, 4) == (drawn % 624 == 0 ? 1 : 625 - drawn % 624)); // left
            CHECK(number(state, 12, 4) == 1);                                         // seeded
            CHECK(number(state, 16, 8) == (drawn == 0 ? 0 : (drawn - 1) % 624 + 1));  // next
            CHECK(number(state, 5040, 4) == normals % 2);                             // is there a normal?
            const Generator own(g.save());
            const Generator theirs = Generator::torch_state(state, 113, 228);
            CHECK(own.save() == g.save());
            CHECK(theirs.save() == g.save());
            CHECK(torch_state(theirs) == state);
            const auto expected = filled<double>(unitvar_normal_f64, g, 7, 1.0, 2.0);
            CHECK(filled<double>(unitvar_normal_f64, own, 7, 1.0, 2.0) == expected);
            CHECK(filled<double>(unitvar_normal_f64, theirs, 7, 1.0, 2.0) == expected);
            const Generator clone = g.clone();
            CHECK(filled<float>(unitvar_uniform_f32, clone, 700, 0.0, 1.0) ==
                  filled<float>(unitvar_uniform_f32, g, 700, 0.0, 1.0));
        }
    }
}

TEST_CASE("torch: bytes that no generator saved are refused")
{
    const Generator g = torch(5);
    filled<double>(unitvar_normal_f64, g, 3, 0.0, 1.0);
    unitvar_generator *out = nullptr;
    const std::vector<unsigned char> own = g.save();
    for (std::size_t i = 0; i < own.size(); i += i < 100 ? 1 : 97) {
        std::vector<unsigned char> changed = own;
        changed[i] ^= 0x10u;
        check_fails(unitvar_generator_load(changed.data(), changed.size(), &out), UNITVAR_CORRUPT_STATE, {"buf"});
    }
    for (const std::size_t size : {1ul, 55ul, 57ul, own.size() - 1, own.size() + 1, 5055ul, 5057ul}) {
        std::vector<unsigned char> other(size);
        check_fails(unitvar_generator_load(other.data(), size, &out), UNITVAR_CORRUPT_STATE, {"size"});
    }
    std::vector<unsigned char> theirs(5056);
    std::size_t size = 0;
    require_ok(unitvar_generator_save_torch(g, theirs.data(), theirs.size(), &size));
    // left, seeded, next, and the high half of a word.
    for (const std::size_t i : {8u, 9u, 12u, 16u, 20u, 28u, 5012u}) {
        std::vector<unsigned char> changed = theirs;
        changed[i] ^= 0x40u;
        check_fails(unitvar_generator_load(changed.data(), changed.size(), &out), UNITVAR_CORRUPT_STATE, {"buf"});
    }
    // left and next that add up to 625 as they should, beyond the words of the state.
    for (const std::uint64_t left : {0u, 625u, 1000u, 0xFFFFFFFFu}) {
        std::vector<unsigned char> changed = theirs;
        const std::uint64_t next = 625 - left;
        for (unsigned i = 0; i < 8; ++i) {
            changed[16 + i] = static_cast<unsigned char>(next >> (8 * i));
            if (i < 4)
                changed[8 + i] = static_cast<unsigned char>(left >> (8 * i));
        }
        check_fails(unitvar_generator_load(changed.data(), changed.size(), &out), UNITVAR_CORRUPT_STATE, {"left"});
    }
    check_fails(unitvar_generator_save_torch(g, theirs.data(), 5055, &size), UNITVAR_INVALID_ARGUMENT,
                {"capacity", "5055", "5056"});
    const Generator pcg(UNITVAR_PCG32, 1);
    check_fails(unitvar_generator_save_torch(pcg, nullptr, 0, &size), UNITVAR_UNSUPPORTED, {"engine"});
    CHECK(out == nullptr);
}

TEST_CASE("torch: what a sequential generator cannot do is refused, and leaves it as it was")
{
    unitvar_generator *out = nullptr;
    check_fails(unitvar_generator_create(UNITVAR_TORCH_MT19937, 1, 7, &out), UNITVAR_INVALID_ARGUMENT, {"stream", "7"});
    const Generator g = torch(1);
    const std::vector<unsigned char> state = g.save();
    std::uint64_t block = 99;
    float x[4] = {1, 2, 3, 4};
    double y[4] = {1, 2, 3, 4};
    check_fails(unitvar_generator_seek(g, 0), UNITVAR_UNSUPPORTED, {"engine"});
    check_fails(unitvar_generator_tell(g, &block), UNITVAR_UNSUPPORTED, {"engine"});
    check_fails(unitvar_normal_icdf_f32(g, x, 4, 0, 1), UNITVAR_UNSUPPORTED, {"normal_icdf"});
    check_fails(unitvar_normal_icdf_f64(g, y, 4, 0, 1), UNITVAR_UNSUPPORTED, {"normal_icdf"});
    const double infinity = std::numeric_limits<double>::infinity();
    check_fails(unitvar_uniform_f32(g, x, 4, 1, 0), UNITVAR_INVALID_ARGUMENT, {"low", "1", "high", "0"});
    check_fails(unitvar_uniform_f32(g, x, 4, 0, 1e39), UNITVAR_INVALID_ARGUMENT, {"high", "1e+39"});
    check_fails(unitvar_uniform_f32(g, x, 4, -3e38, 3e38), UNITVAR_INVALID_ARGUMENT, {"high - low"});
    check_fails(unitvar_normal_f64(g, y, 4, 0, -1), UNITVAR_INVALID_ARGUMENT, {"std", "-1"});
    check_fails(unitvar_normal_f64(g, y, 4, infinity, 1), UNITVAR_INVALID_ARGUMENT, {"mean", "inf"});
    check_fails(unitvar_trunc_normal_f32(g, x, 4, 0, 0, -1, 1), UNITVAR_INVALID_ARGUMENT, {"std", "0"});
    check_fails(unitvar_trunc_normal_f64(g, y, 4, 0, 1, 2, 1), UNITVAR_INVALID_ARGUMENT, {"a", "2", "b", "1"});
    CHECK(block == 99);
    CHECK(out == nullptr);
    CHECK(x[3] == 4);
    CHECK(y[3] == 4);
    CHECK(g.save() == state);
}

TEST_CASE("torch: strided tensors are filled in the order of memory")
{
    // Shape, strides, and the logical index of each element in the order of addresses.
    struct Case {
        Lengths shape;
        Lengths strides;
    };
    for (const auto &[shape, strides] :
         {Case{{5, 7}, {1, 5}}, Case{{5, 7}, {9, 1}}, Case{{2, 3, 4}, {1, 8, 2}}, Case{{3, 1, 4}, {1, 77, 3}},
          Case{{6}, {2}}, Case{{4, 5}, {-5, 1}}, Case{{2, 3, 2, 2}, {12, 1, 6, 3}}}) {
        const std::vector<std::int64_t> offsets = support::element_offsets(shape, strides);
        std::vector<std::int64_t> sorted = offsets;
        std::sort(sorted.begin(), sorted.end());
        Tensor tensor(support::f32_dtype, shape, strides);
        require_ok(unitvar_init_uniform(torch(2), tensor.view(), -1, 3));
        const auto expected = oracle::Torch(2).uniform<float>(offsets.size(), -1, 3);
        const auto values = tensor.logical_values<float>();
        for (std::size_t i = 0; i < offsets.size(); ++i) {
            const auto rank = std::lower_bound(sorted.begin(), sorted.end(), offsets[i]) - sorted.begin();
            CHECK(values[i] == expected[static_cast<std::size_t>(rank)]);
        }
        CHECK(tensor.untouched_between_elements());

        // Normals of strided tensors take the scalar form, however many they are.
        Tensor normals(support::f64_dtype, shape, strides);
        require_ok(unitvar_init_normal(torch(2), normals.view(), 1, 2));
        oracle::Torch reference(2);
        std::vector<double> scalars(offsets.size());
        for (double &x : scalars)
            x = std::fma(reference.scalar_normal(), 2.0, 1.0);
        const auto got = normals.logical_values<double>();
        for (std::size_t i = 0; i < offsets.size(); ++i) {
            const auto rank = std::lower_bound(sorted.begin(), sorted.end(), offsets[i]) - sorted.begin();
            CHECK(got[i] == scalars[static_cast<std::size_t>(rank)]);
        }
    }
}
