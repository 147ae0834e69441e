// Sequences of calls on a few generators and moments, by one or two threads and on any instruction set. A model knows
// little: what a call that fails leaves alone, how far a success goes, that a clone draws what its original draws, and that
// none of it depends on the instruction set or on the number of threads.
#include "fuzz.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace {

using fuzz::Bytes;
using fuzz::Generator;
using fuzz::Input;
using fuzz::promise;

constexpr const char *isas[] = {"auto", "scalar", "avx2", "avx512", "neon", "none", ""};

struct Program {
    explicit Program(Input &in) : input(in) {}

    Input &input;
    std::array<Generator, 3> generators;
    unitvar_moments moments{};
    unitvar_wide_moments wide{};

    Generator &slot() { return generators[input.below(generators.size())]; }
    std::size_t count() { return input.below(input.rarely() ? 3000 : 140); }
    // Where an element may take a thousand draws.
    std::size_t few() { return input.below(8); }
};

template <class T> bool same_bytes(const std::vector<T> &a, const std::vector<T> &b)
{
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

// A sampler, twice: of the generator and of a clone with another instruction set.
template <class T, class Draw>
void sampled(Program &p, const Draw &draw, std::size_t (Program::*count)() = &Program::count)
{
    const Generator &g = p.slot();
    const std::size_t n = (p.*count)();
    std::vector<T> target(n);
    fuzz::fill_with_noise(reinterpret_cast<unsigned char *>(target.data()), n * sizeof(T), 1);
    const std::vector<T> before = target;
    std::vector<T> again = target;
    if (!g) {
        promise(draw(nullptr, target.data(), n) != UNITVAR_OK, "NULL is no generator");
        return;
    }
    unitvar_generator *made = nullptr;
    promise(unitvar_generator_clone(g.get(), &made) == UNITVAR_OK, "a generator can be cloned");
    const Generator twin(made);
    const std::int32_t status = draw(g.get(), target.data(), n);
    if (status != UNITVAR_OK) {
        promise(same_bytes(target, before) && fuzz::saved(g.get()) == fuzz::saved(made),
                "a call that fails changes nothing");
    }
    static_cast<void>(unitvar_set_isa(p.input.one_of(isas)));
    promise(draw(made, again.data(), n) == status, "a clone does as its original");
    promise(same_bytes(target, again) && fuzz::saved(g.get()) == fuzz::saved(made),
            "bits do not depend on the instruction set");
}

template <class Function> auto with(Function function, auto... parameters)
{
    return [=](unitvar_generator *g, auto *target, std::size_t n) { return function(g, target, n, parameters...); };
}

void replace(Generator &target, std::int32_t status, unitvar_generator *made)
{
    promise((status == UNITVAR_OK) == (made != nullptr), "a generator is made by success alone");
    if (made != nullptr) {
        target.reset(made);
    }
}

using Step = void (*)(Program &, Input &);
constexpr Step steps[] = {
    [](Program &p, Input &i) { p.slot() = fuzz::generator(i); },
    [](Program &p, Input &) {
        unitvar_generator *made = nullptr;
        const std::int32_t status = unitvar_generator_clone(p.slot().get(), &made);
        replace(p.slot(), status, made);
    },
    [](Program &p, Input &i) {
        unitvar_generator *made = nullptr;
        const std::string name = i.one_of({"", "w", "layer.0.weight", "a name of more than sixteen bytes"});
        const std::int32_t status = unitvar_generator_fork(p.slot().get(), name.c_str(), &made);
        replace(p.slot(), status, made);
    },
    [](Program &p, Input &i) {
        const Generator &g = p.slot();
        if (!g) {
            return;
        }
        const Bytes before = fuzz::saved(g.get());
        const auto block = static_cast<std::uint64_t>(i.usual<std::int64_t>(0, 100));
        if (unitvar_generator_seek(g.get(), block) == UNITVAR_OK) {
            std::uint64_t told = ~block;
            promise(unitvar_generator_tell(g.get(), &told) == UNITVAR_OK && told == block,
                    "a generator is where it was sent");
        } else {
            promise(fuzz::saved(g.get()) == before, "a seek that fails stays");
        }
    },
    [](Program &p, Input &i) {
        const Generator &g = p.slot();
        if (!g) {
            return;
        }
        const Bytes state = fuzz::saved(g.get());
        Bytes target(1 + i.below(state.size() + 1), 0x5A);
        const Bytes before = target;
        std::size_t size = 77;
        const std::int32_t status = unitvar_generator_save(g.get(), target.data(), target.size(), &size);
        promise((status == UNITVAR_OK) == (target.size() >= state.size()), "save needs its size and no more");
        promise(status == UNITVAR_OK || (size == 77 && target == before), "a save that fails writes nothing");
        unitvar_generator *made = nullptr;
        promise(unitvar_generator_load(state.data(), state.size(), &made) == UNITVAR_OK, "what was saved is loaded");
        p.slot().reset(made);
    },
    [](Program &p, Input &) { p.slot().reset(); },
    [](Program &, Input &i) { static_cast<void>(unitvar_set_isa(i.one_of(isas))); },
    [](Program &, Input &i) { static_cast<void>(unitvar_set_num_threads(i.usual(0, 2))); },
    [](Program &p, Input &) { sampled<std::uint32_t>(p, with(unitvar_bits_u32)); },
    [](Program &p, Input &) { sampled<std::uint64_t>(p, with(unitvar_bits_u64)); },
    [](Program &p, Input &i) { sampled<float>(p, with(unitvar_uniform_f32, i.number(), i.number())); },
    [](Program &p, Input &i) { sampled<double>(p, with(unitvar_uniform_f64, i.number(), i.number())); },
    [](Program &p, Input &i) { sampled<std::uint16_t>(p, with(unitvar_uniform_f16, i.number(), i.number())); },
    [](Program &p, Input &i) { sampled<std::uint16_t>(p, with(unitvar_uniform_bf16, i.number(), i.number())); },
    [](Program &p, Input &) { sampled<float>(p, with(unitvar_normal_f32, 0.0, 1.0)); },
    [](Program &p, Input &i) { sampled<float>(p, with(unitvar_normal_f32, i.number(), i.number())); },
    [](Program &p, Input &i) { sampled<double>(p, with(unitvar_normal_f64, i.number(), i.number())); },
    [](Program &p, Input &i) { sampled<std::uint16_t>(p, with(unitvar_normal_f16, i.number(), i.number())); },
    [](Program &p, Input &i) { sampled<float>(p, with(unitvar_normal_icdf_f32, i.number(), i.number())); },
    [](Program &p, Input &i) { sampled<double>(p, with(unitvar_normal_icdf_f64, i.number(), i.number())); },
    [](Program &p, Input &i) {
        sampled<float>(p, with(unitvar_trunc_normal_f32, i.number(), i.number(), i.number(), i.number()),
                       &Program::few);
    },
    [](Program &p, Input &i) {
        sampled<double>(p, with(unitvar_trunc_normal_f64, i.number(), i.number(), i.number(), i.number()),
                        &Program::few);
    },
    [](Program &p, Input &i) {
        sampled<std::uint16_t>(p, with(unitvar_trunc_normal_bf16, i.number(), i.number(), i.number(), i.number()),
                               &Program::few);
    },
    [](Program &p, Input &) { sampled<std::int64_t>(p, with(unitvar_permutation_i64)); },
    [](Program &p, Input &i) {
        sampled<std::int64_t>(p, with(unitvar_choice_i64, static_cast<std::uint64_t>(i.usual<std::int64_t>(0, 999))));
    },
    [](Program &p, Input &i) { sampled<float>(p, with(unitvar_exponential_f32, i.number())); },
    [](Program &p, Input &i) { sampled<double>(p, with(unitvar_laplace_f64, i.number(), i.number())); },
    [](Program &p, Input &i) { sampled<float>(p, with(unitvar_logistic_f32, i.number(), i.number())); },
    [](Program &p, Input &i) { sampled<double>(p, with(unitvar_gumbel_f64, i.number(), i.number())); },
    [](Program &p, Input &i) { sampled<float>(p, with(unitvar_cauchy_f32, i.number(), i.number())); },
    [](Program &p, Input &i) { sampled<float>(p, with(unitvar_weibull_f32, i.number(), i.number())); },
    [](Program &p, Input &i) { sampled<double>(p, with(unitvar_weibull_f64, i.number(), i.number())); },
    [](Program &p, Input &i) { sampled<double>(p, with(unitvar_rayleigh_f64, i.number())); },
    [](Program &p, Input &i) { sampled<float>(p, with(unitvar_log_normal_f32, i.number(), i.number())); },
    [](Program &p, Input &i) {
        const std::int64_t low = i.usual<std::int64_t>(-99, 99);
        sampled<std::int32_t>(p, with(unitvar_integers_i32, low, i.usual<std::int64_t>(-99, 999)));
    },
    [](Program &p, Input &i) {
        const std::int64_t low = i.usual<std::int64_t>(-99, 99);
        sampled<std::int64_t>(p, with(unitvar_integers_i64, low, i.usual<std::int64_t>(-99, 999)));
    },
    [](Program &p, Input &i) { sampled<std::uint8_t>(p, with(unitvar_bernoulli_u8, i.number())); },
    [](Program &p, Input &i) {
        // n draws are fewer bytes than n.
        sampled<std::uint8_t>(p, with(unitvar_bernoulli_bits, i.number()));
    },
    [](Program &p, Input &i) {
        const std::size_t dimensions = i.usual<std::size_t>(1, 20);
        const auto first = static_cast<std::uint64_t>(i.usual<std::int64_t>(0, 999));
        sampled<float>(p, [=](unitvar_generator *g, float *target, std::size_t n) {
            // NULL is the plain sequence: ask for the scrambled one alone.
            return g == nullptr ? std::int32_t{UNITVAR_INVALID_ARGUMENT}
                                : unitvar_sobol_f32(g, target, dimensions == 0 ? 0 : n / dimensions, dimensions, first);
        });
    },
    [](Program &p, Input &i) {
        double values[40];
        fuzz::fill_with_noise(reinterpret_cast<unsigned char *>(values), sizeof(values), i.any<std::uint8_t>());
        const std::size_t n = i.below(std::size(values) + 1);
        static_cast<void>(unitvar_moments_update_f64(&p.moments, values, n));
        static_cast<void>(unitvar_wide_moments_update_f64(&p.wide, values, n));
    },
    [](Program &p, Input &i) {
        unitvar_moments other = {i.number(), i.number(), i.number()};
        unitvar_wide_moments others = {i.number(), i.number(), i.number(), i.number(),
                                       i.one_of({1.0, 0x1p600, 0x1p-600, 0.0, 2.0})};
        const unitvar_moments before = p.moments;
        if (unitvar_moments_merge(&p.moments, &other) != UNITVAR_OK) {
            promise(std::memcmp(&before, &p.moments, sizeof(before)) == 0, "moments that fail stay");
        }
        const unitvar_wide_moments kept = p.wide;
        if (unitvar_wide_moments_merge(&p.wide, &others) != UNITVAR_OK) {
            promise(std::memcmp(&kept, &p.wide, sizeof(kept)) == 0, "moments that fail stay");
        }
        if (i.rarely()) {
            p.moments = other;
            p.wide = others;
        }
    },
    [](Program &p, Input &i) {
        double result = 0;
        static_cast<void>(unitvar_moments_variance(&p.moments, i.number(), &result));
        static_cast<void>(unitvar_wide_moments_variance(&p.wide, i.number(), &result));
        static_cast<void>(unitvar_wide_moments_mean(&p.wide, &result));
    },
    [](Program &, Input &i) {
        std::string name =
            i.one_of({"pcg32", "relu", "fan_in", "uniform", "out_in_k", "constant", "bits", "UNITVAR_OK"});
        if (i.coin()) {
            name.append(1, static_cast<char>(i.any<std::int8_t>()));
        }
        for (const auto look_up : {unitvar_engine_from_name, unitvar_nonlinearity_from_name, unitvar_fan_mode_from_name,
                                   unitvar_distribution_from_name, unitvar_weight_layout_from_name,
                                   unitvar_initializer_from_name, unitvar_draw_from_name, unitvar_status_from_name}) {
            std::int32_t out = 12345;
            promise((look_up(name.c_str(), &out) == UNITVAR_OK) == (out != 12345), "only what is known has a number");
        }
        static_cast<void>(std::strlen(unitvar_status_name(i.usual(0, 100))));
        double gain = 0;
        static_cast<void>(unitvar_calculate_gain(i.usual(0, 12), i.number(), &gain));
    },
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    Input input(data, size);
    Program program(input);
    for (int calls = 0; calls < 12 && !input.empty(); ++calls) {
        steps[input.below(std::size(steps))](program, input);
    }
    // As the next input expects it.
    promise(unitvar_set_isa("auto") == UNITVAR_OK && unitvar_set_num_threads(0) == UNITVAR_OK,
            "the defaults are there");
    return 0;
}
