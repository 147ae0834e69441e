// Keeps the promise of engine 3's dialects: each release of PyTorch by the vectors that it wrote (tests/golden, made by
// tests/torch_golden.py), what a later release changed and nothing else, and a dialect that is a value of the generator.
#include "support/buffers.hpp"
#include "support/capi.hpp"
#include "support/kinds.hpp"
#include "support/tables.hpp"
#include "support/tensors.hpp"
#include "support/torch_golden.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using support::bf16_dtype;
using support::check_fails;
using support::dtype_in;
using support::f16_dtype;
using support::f32_dtype;
using support::f64_dtype;
using support::filled;
using support::ForcedIsa;
using support::Generator;
using support::isas;
using support::Lengths;
using support::require_ok;
using support::shape_in;
using support::Tensor;

namespace {

const std::vector<unitvar_dtype> dtypes{f32_dtype, f64_dtype, bf16_dtype, f16_dtype};
const std::vector<std::int32_t> releases{113, 200, 201, 206, 211, 212, 213};

using Call = std::function<std::int32_t(unitvar_generator *, unitvar_tensor *)>;

// 1 to 12.
Tensor &weights()
{
    static Tensor tensor(f32_dtype, {12});
    for (std::int64_t i = 0; i < 12; ++i)
        static_cast<float *>(tensor.view()->data)[i] = static_cast<float>(i + 1);
    return tensor;
}

Call call_in(const std::string &name)
{
    using G = unitvar_generator;
    using T = unitvar_tensor;
    const std::vector<std::pair<std::string, Call>> calls{
        {"uniform(-0.37,1.9)", [](G *g, T *t) { return unitvar_init_uniform(g, t, -0.37, 1.9); }},
        {"uniform(1,1.03)", [](G *g, T *t) { return unitvar_init_uniform(g, t, 1, 1.03); }},
        {"uniform(3,3.0000005)", [](G *g, T *t) { return unitvar_init_uniform(g, t, 3, 3.0000005); }},
        {"normal(0.1,0.7)", [](G *g, T *t) { return unitvar_init_normal(g, t, 0.1, 0.7); }},
        {"trunc_normal(0,.02", [](G *g, T *t) { return unitvar_init_trunc_normal(g, t, 0, 0.02, -0.04, 0.04); }},
        {"trunc_normal(.3,", [](G *g, T *t) { return unitvar_init_trunc_normal(g, t, 0.3, 1.1, -0.5, 0.7); }},
        {"trunc_normal(.1,", [](G *g, T *t) { return unitvar_init_trunc_normal(g, t, 0.1, 1, 1.5, 4); }},
        {"kaiming_uniform",
         [](G *g, T *t) {
             return unitvar_init_kaiming_uniform(g, t, std::sqrt(5.0), UNITVAR_FAN_IN, UNITVAR_LEAKY_RELU);
         }},
        {"random x", [](G *g, T *t) { return unitvar_torch_random(g, t); }},
        {"randint(3,", [](G *g, T *t) { return unitvar_torch_randint(g, t, 3, 120); }},
        {"randint(-5,", [](G *g, T *t) { return unitvar_torch_randint(g, t, -5, std::int64_t{1} << 30); }},
        {"bernoulli", [](G *g, T *t) { return unitvar_torch_bernoulli(g, t, 0.3); }},
        {"geometric", [](G *g, T *t) { return unitvar_torch_geometric(g, t, 0.2); }},
        {"exponential", [](G *g, T *t) { return unitvar_torch_exponential(g, t, 1.5); }},
        {"log_normal", [](G *g, T *t) { return unitvar_torch_log_normal(g, t, 0.5, 0.7); }},
        {"cauchy", [](G *g, T *t) { return unitvar_torch_cauchy(g, t, 1, 2); }},
        {"multinomial(12,0)", [](G *g, T *t) { return unitvar_torch_multinomial(g, weights().view(), 0, t); }},
        {"multinomial(12,1)", [](G *g, T *t) { return unitvar_torch_multinomial(g, weights().view(), 1, t); }},
        {"sparse", [](G *g, T *t) { return unitvar_init_sparse(g, t, 0.3, 0.01); }},
    };
    for (const auto &[start, call] : calls)
        if (name.starts_with(start))
            return call;
    FAIL(name);
    return {};
}

void check_vectors(const char *file, std::int32_t release, std::int32_t libm, std::size_t least)
{
    std::size_t compared = 0;
    for (const auto &vector : support::torch_golden(file)) {
        const std::string &name = vector.first;
        if (name.starts_with("randperm"))
            continue;
        for (const std::string &isa : isas()) {
            const ForcedIsa forced(isa);
            const unitvar_dtype dtype = dtype_in(name);
            Tensor tensor(dtype, shape_in(name, vector.second.size()));
            require_ok(
                call_in(name)(Generator::torch(name.ends_with("seed=42") ? 42 : 0, release, libm), tensor.view()));
            INFO(file, ", ", name, ", ", isa);
            CHECK(support::same_as_golden(tensor.logical_bytes(), vector.second, dtype.bits / 8u));
        }
        ++compared;
    }
    CHECK(compared >= least);
}

std::vector<unsigned char> drawn(std::int32_t release, unitvar_dtype dtype, const Lengths &shape, const Call &call)
{
    Tensor tensor(dtype, shape);
    const Generator g = Generator::torch(5, release, 228);
    require_ok(call(g, tensor.view()));
    std::vector<unsigned char> bytes = tensor.logical_bytes();
    const auto next = filled<std::uint32_t>(unitvar_bits_u32, g, 1);
    for (int i = 0; i < 4; ++i) // where the words are, too
        bytes.push_back(static_cast<unsigned char>(next[0] >> (8 * i)));
    return bytes;
}

// The releases of the list that differ from the one before them.
std::vector<std::int32_t> changes(unitvar_dtype dtype, const Lengths &shape, const Call &call)
{
    std::vector<std::int32_t> result;
    for (std::size_t i = 1; i < releases.size(); ++i)
        if (drawn(releases[i - 1], dtype, shape, call) != drawn(releases[i], dtype, shape, call))
            result.push_back(releases[i]);
    return result;
}

} // namespace

TEST_CASE("torch releases: the vectors that PyTorch 1.13 wrote")
{
    check_vectors(UNITVAR_TORCH_GOLDEN_DIR "/torch_113.json", 113, 228, 180);
}

TEST_CASE("torch releases: the vectors that PyTorch 2.6 wrote on glibc 2.41")
{
    check_vectors(UNITVAR_TORCH_GOLDEN_DIR "/torch_206.json", 206, 241, 190);
}

TEST_CASE("torch releases: the vectors that PyTorch 2.13 wrote")
{
    check_vectors(UNITVAR_TORCH_GOLDEN_DIR "/torch_213.json", 213, 228, 190);
}

TEST_CASE("torch releases: each changes what it is said to change, and nothing else")
{
    using List = std::vector<std::int32_t>;
    const Call uniform = [](auto *g, auto *t) { return unitvar_init_uniform(g, t, -1, 3); };
    const Call edge = [](auto *g, auto *t) { return unitvar_init_uniform(g, t, 3, 3.0000005); };
    const Call normal = [](auto *g, auto *t) { return unitvar_init_normal(g, t, 0.1, 0.7); };
    const Call truncated = [](auto *g, auto *t) { return unitvar_init_trunc_normal(g, t, 0.3, 0.7, -1, 1); };
    CHECK(changes(f32_dtype, {100, 30}, uniform) == List{});
    CHECK(changes(f64_dtype, {100, 30}, uniform) == List{});
    CHECK(changes(bf16_dtype, {100, 30}, uniform) == List{212});
    CHECK(changes(f16_dtype, {100, 30}, uniform) == List{212});
    CHECK(changes(f32_dtype, {100, 30}, edge) == List{212});
    CHECK(changes(f32_dtype, {100, 30}, normal) == List{});
    CHECK(changes(f64_dtype, {100, 30}, normal) == List{});
    CHECK(changes(f64_dtype, {15}, normal).size() <= 1);
    CHECK(changes(bf16_dtype, {100, 30}, normal) == List{212, 213});
    CHECK(changes(f16_dtype, {100, 30}, normal) == List{201, 212, 213});
    CHECK(changes(f32_dtype, {100, 30}, truncated) == List{212});
    CHECK(changes(f64_dtype, {100, 30}, truncated) == List{212});
    // From 2.12 to 2.13 the normals of 16 bits changed, which it draws from.
    CHECK(changes(bf16_dtype, {100, 30}, truncated) == List{201, 212, 213});
}

TEST_CASE("torch releases: a uniform that rounding brought to the upper bound is the lower one since 2.12")
{
    for (const unitvar_dtype dtype : {bf16_dtype, f16_dtype, f32_dtype}) {
        for (const std::int32_t release : {211, 212, 213}) {
            const double high = dtype.bits == 32 ? 3.0000005 : 3.03125; // a number of each type
            Tensor tensor(dtype, {4000});
            require_ok(unitvar_init_uniform(Generator::torch(1, release, 228), tensor.view(), 3, high));
            Tensor bound(dtype, {1});
            require_ok(unitvar_init_constant(bound.view(), high));
            const auto bytes = tensor.logical_bytes();
            const auto upper = bound.logical_bytes();
            std::size_t hits = 0;
            for (std::size_t i = 0; i < bytes.size(); i += upper.size())
                hits += std::equal(upper.begin(), upper.end(), bytes.begin() + static_cast<std::ptrdiff_t>(i)) ? 1 : 0;
            INFO("bits ", dtype.bits, ", code ", dtype.code, ", release ", release);
            CHECK((hits != 0) == (release == 211));
        }
    }
}

TEST_CASE("torch releases: rejected truncated normals lie in their bounds, in every layout, table and dtype")
{
    struct Parameters {
        double mean, std, a, b;
    };
    for (const Parameters &p :
         {Parameters{0, 1, -2, 2}, {0.5, 0.1, 0.3, 1}, {0, 1, 1, 6}, {0, 1, 2, 3}, {0, 1, -9, 9}}) {
        for (const unitvar_dtype dtype : dtypes) {
            for (const auto &[shape, strides] : {std::pair<Lengths, Lengths>{{70, 90}, {90, 1}},
                                                 {{70, 90}, {1, 70}},
                                                 {{70, 90}, {93, 1}},
                                                 {{11}, {1}}}) {
                std::vector<unsigned char> reference;
                for (const std::string &isa : isas()) {
                    const ForcedIsa forced(isa);
                    Tensor tensor(dtype, shape, strides);
                    require_ok(
                        unitvar_init_trunc_normal(Generator::torch(3, 213, 0), tensor.view(), p.mean, p.std, p.a, p.b));
                    CHECK(tensor.untouched_between_elements());
                    if (reference.empty())
                        reference = tensor.logical_bytes();
                    CHECK(tensor.logical_bytes() == reference);
                    if (dtype.bits != 32)
                        continue;
                    for (const float x : tensor.logical_values<float>())
                        CHECK((static_cast<double>(x) >= p.a - 1e-6 && static_cast<double>(x) <= p.b + 1e-6));
                }
            }
        }
    }
}

TEST_CASE("torch releases: the dialect is kept by clone and save, and states without one are 1.13's")
{
    for (const std::int32_t release : releases) {
        for (const std::int32_t libm : {228, 241}) {
            const Generator g = Generator::torch(9, release, libm);
            const std::vector<unsigned char> state = g.save();
            CHECK(state.size() == 2560);
            CHECK(Generator(state).save() == state);
            CHECK(g.clone().save() == state);
            Tensor one(f16_dtype, {40});
            Tensor two(f16_dtype, {40});
            require_ok(unitvar_init_normal(Generator(state), one.view(), 0, 1));
            require_ok(unitvar_init_normal(g, two.view(), 0, 1));
            CHECK(one.logical_bytes() == two.logical_bytes());
            for (const std::int32_t other : releases)
                CHECK((Generator::torch(9, other, libm).save() == state) == (other == release));
            // PyTorch's own state has none.
            std::vector<unsigned char> theirs(5056);
            std::size_t size = 0;
            require_ok(unitvar_generator_save_torch(g, theirs.data(), theirs.size(), &size));
            unitvar_generator *loaded = nullptr;
            require_ok(unitvar_generator_load_torch(theirs.data(), theirs.size(), release, libm, &loaded));
            std::vector<unsigned char> again(state.size());
            require_ok(unitvar_generator_save(loaded, again.data(), again.size(), &size));
            unitvar_generator_destroy(loaded);
            CHECK(again == g.save());
        }
    }
    // The newest is the default, and the reserved word of a state before dialects is 0.
    CHECK(Generator::torch(9, 0, 0).save() == Generator::torch(9, 213, 241).save());
    CHECK(Generator(UNITVAR_TORCH_MT19937, 9).save() == Generator::torch(9, 0, 0).save());
    const std::vector<unsigned char> before = Generator::torch(9, 113, 228).save();
    const std::size_t word = 32 + 20;
    CHECK(std::all_of(before.begin() + word, before.begin() + word + 4, [](unsigned char x) { return x == 0; }));
}

TEST_CASE("torch releases: others are refused")
{
    unitvar_generator *out = nullptr;
    for (const std::int32_t release : {-1, 1, 112, 114, 199, 214, 300, std::numeric_limits<std::int32_t>::max()})
        check_fails(unitvar_generator_create_torch(1, release, 0, &out), UNITVAR_INVALID_ARGUMENT,
                    {"release", std::to_string(release)});
    for (const std::int32_t libm : {-1, 1, 227, 236, 240, 242})
        check_fails(unitvar_generator_create_torch(1, 0, libm, &out), UNITVAR_INVALID_ARGUMENT,
                    {"libm", std::to_string(libm)});
    check_fails(unitvar_generator_create_torch(1, 0, 0, nullptr), UNITVAR_INVALID_ARGUMENT, {"out"});
    std::vector<unsigned char> state(5056);
    std::size_t size = 0;
    require_ok(unitvar_generator_save_torch(Generator::torch(1, 0, 0), state.data(), state.size(), &size));
    check_fails(unitvar_generator_load_torch(state.data(), state.size(), 214, 0, &out), UNITVAR_INVALID_ARGUMENT,
                {"release", "214"});
    check_fails(unitvar_generator_load_torch(state.data(), 5055, 0, 0, &out), UNITVAR_CORRUPT_STATE, {"size", "5055"});
    CHECK(out == nullptr);

    // What a release does not have, and bounds that its loop would not come to the end of.
    Tensor half(f16_dtype, {40});
    Tensor single(f32_dtype, {40});
    for (const std::int32_t release : {113, 200})
        check_fails(unitvar_init_trunc_normal(Generator::torch(1, release, 228), half.view(), 0, 1, -2, 2),
                    UNITVAR_UNSUPPORTED, {"f16"});
    const Generator g = Generator::torch(1, 213, 0);
    const auto before = g.save();
    check_fails(unitvar_init_trunc_normal(g, single.view(), 0, 1, 3, 1e9), UNITVAR_INVALID_ARGUMENT, {"a", "b"});
    check_fails(unitvar_init_trunc_normal(g, single.view(), 0, 1, 3, std::numeric_limits<double>::infinity()),
                UNITVAR_INVALID_ARGUMENT, {"b"});
    check_fails(unitvar_init_trunc_normal(g, single.view(), 1e8 + 3.9, 0.5, 1e8 + 4.1, 1e8 + 8),
                UNITVAR_INVALID_ARGUMENT, {"a", "b"});
    CHECK(half.untouched());
    CHECK(single.untouched());
    CHECK(g.save() == before);
}

TEST_CASE("torch draws: the same elements in every layout and table, and nothing between them")
{
    const std::vector<std::pair<Call, bool>> draws{
        {[](auto *g, auto *t) { return unitvar_torch_random(g, t); }, true},
        {[](auto *g, auto *t) { return unitvar_torch_randint(g, t, 3, 120); }, true},
        {[](auto *g, auto *t) { return unitvar_torch_bernoulli(g, t, 0.3); }, true},
        {[](auto *g, auto *t) { return unitvar_torch_geometric(g, t, 0.2); }, true},
        {[](auto *g, auto *t) { return unitvar_torch_exponential(g, t, 1.5); }, false},
        {[](auto *g, auto *t) { return unitvar_torch_log_normal(g, t, 0.5, 0.7); }, false},
        {[](auto *g, auto *t) { return unitvar_torch_cauchy(g, t, 1, 2); }, false},
    };
    const std::vector<unitvar_dtype> integers{{0, 8, 1}, {0, 16, 1}, {0, 32, 1}, {0, 64, 1}, {1, 8, 1}};
    for (const auto &[draw, of_integers] : draws) {
        std::vector<unitvar_dtype> types = dtypes;
        types.insert(types.end(), integers.begin(), of_integers ? integers.end() : integers.begin());
        for (const unitvar_dtype dtype : types) {
            std::vector<unsigned char> reference;
            for (const std::string &isa : isas()) {
                const ForcedIsa forced(isa);
                for (const Lengths &strides : {Lengths{90, 1}, {93, 1}, {181, 2}}) {
                    Tensor tensor(dtype, {70, 90}, strides);
                    require_ok(draw(Generator::torch(3, 213, 0), tensor.view()));
                    CHECK(tensor.untouched_between_elements());
                    if (reference.empty())
                        reference = tensor.logical_bytes();
                    CHECK(tensor.logical_bytes() == reference);
                }
            }
        }
    }
}

TEST_CASE("torch draws: what they cannot do is refused by name and writes nothing")
{
    const auto refused = [](std::int32_t status, const Call &call, unitvar_dtype dtype, const char *message) {
        Tensor tensor(dtype, {4});
        const std::vector<unsigned char> before = tensor.logical_bytes();
        const Generator g = Generator::torch(3, 213, 0);
        check_fails(call(g, tensor.view()), status, {message});
        CHECK(tensor.logical_bytes() == before);
        CHECK(filled<std::uint32_t>(unitvar_bits_u32, g, 1) ==
              filled<std::uint32_t>(unitvar_bits_u32, Generator::torch(3, 213, 0), 1));
    };
    constexpr std::int32_t invalid = UNITVAR_INVALID_ARGUMENT;
    const unitvar_dtype i8{0, 8, 1};
    const unitvar_dtype boolean{6, 8, 1};
    refused(
        invalid, [](auto *g, auto *t) { return unitvar_torch_randint(g, t, 5, 5); }, f32_dtype, "high");
    refused(
        invalid, [](auto *g, auto *t) { return unitvar_torch_randint(g, t, -129, 5); }, i8, "low");
    refused(
        invalid, [](auto *g, auto *t) { return unitvar_torch_randint(g, t, 0, 129); }, i8, "high");
    refused(
        invalid, [](auto *g, auto *t) { return unitvar_torch_randint(g, t, 0, 70000); }, f16_dtype, "high");
    refused(
        invalid, [](auto *g, auto *t) { return unitvar_torch_bernoulli(g, t, 1.5); }, i8, "p is 1.5");
    refused(
        invalid, [](auto *g, auto *t) { return unitvar_torch_geometric(g, t, 1); }, i8, "p is 1");
    refused(
        invalid, [](auto *g, auto *t) { return unitvar_torch_exponential(g, t, 0); }, f32_dtype, "lambda");
    refused(
        invalid, [](auto *g, auto *t) { return unitvar_torch_log_normal(g, t, 0, 0); }, f32_dtype, "std");
    refused(
        invalid, [](auto *g, auto *t) { return unitvar_torch_cauchy(g, t, 0, -1); }, f32_dtype, "sigma");
    const std::int32_t unsupported = UNITVAR_UNSUPPORTED;
    refused(
        unsupported, [](auto *g, auto *t) { return unitvar_torch_geometric(g, t, 0.5); }, boolean, "bool");
    refused(
        unsupported, [](auto *g, auto *t) { return unitvar_torch_exponential(g, t, 1); }, i8, "i8");
    refused(
        unsupported, [](auto *g, auto *t) { return unitvar_init_uniform(g, t, 0, 1); }, i8, "dtype");
    const auto multinomial = [&](Tensor &from, std::int32_t replacement) {
        return [&from, replacement](auto *g, auto *t) {
            return unitvar_torch_multinomial(g, from.view(), replacement, t);
        };
    };
    const unitvar_dtype i64{0, 64, 1};
    Tensor zero(f32_dtype, {12});
    require_ok(unitvar_init_zeros(zero.view()));
    refused(invalid, multinomial(zero, 1), i64, "weights");
    Tensor few(f32_dtype, {3});
    require_ok(unitvar_init_ones(few.view()));
    refused(invalid, multinomial(few, 0), i64, "samples");
    Tensor negative(f32_dtype, {12});
    require_ok(unitvar_init_constant(negative.view(), -1));
    refused(invalid, multinomial(negative, 0), i64, "weights[0] is -1");
    refused(unsupported, multinomial(few, 1), f32_dtype, "samples");
    Tensor other(f32_dtype, {4});
    check_fails(unitvar_torch_random(Generator(UNITVAR_PCG32, 1), other.view()), invalid, {"g's engine is 1"});
}

TEST_CASE("torch draws: the same bits and words whatever the number of threads")
{
    const std::vector<Call> draws{
        [](auto *g, auto *t) { return unitvar_init_uniform(g, t, -1, 3); },
        [](auto *g, auto *t) { return unitvar_init_normal(g, t, 0.1, 0.7); },
        [](auto *g, auto *t) { return unitvar_init_trunc_normal(g, t, 0, 1, -2, 2); },
        [](auto *g, auto *t) { return unitvar_torch_randint(g, t, 0, 100); },
        [](auto *g, auto *t) { return unitvar_torch_exponential(g, t, 1); },
    };
    for (const Call &draw : draws) {
        for (const unitvar_dtype dtype : dtypes) {
            for (const std::int32_t release : {211, 213}) {
                std::vector<unsigned char> reference;
                for (const std::int32_t threads : {1, 2, 5}) {
                    require_ok(unitvar_set_num_threads(threads));
                    std::vector<unsigned char> bytes = drawn(release, dtype, {300, 1001}, draw);
                    if (reference.empty())
                        reference = bytes;
                    CHECK(bytes == reference);
                }
                require_ok(unitvar_set_num_threads(0));
            }
        }
    }
}
