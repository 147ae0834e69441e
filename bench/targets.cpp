// unitvar_targets: the ratios that the project sets itself, each the median of 15 rounds in which both sides run one
// after the other, because a shared machine's speed wanders. One thread. Prints measured ratio, target and verdict.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <tuple>
#include <vector>

#include "compare.hpp"
#include "core/cpu.hpp"
#include "memory.hpp"
#include "operations.hpp"
#include "peers.hpp"
#include "unitvar.h"

namespace {

using unitvar::bench::Clock;
using unitvar::core::DrawIndex;

constexpr int rounds = 15;
constexpr std::size_t cached = 65536;
constexpr std::size_t large = std::size_t{1} << 26U;

// How many times as long a takes as b.
struct Times {
    double ratio;
    double a; // median seconds
    double b;
};
template <class A, class B> Times compare(const A &a, const B &b, Clock clock = Clock::thread)
{
    const auto result = unitvar::bench::compare(rounds, b, a, clock);
    return {result.ratio, result.other, result.own};
}

class Sampler {
public:
    Sampler(DrawIndex draw, const char *isa, void *target, std::size_t n, std::int32_t engine = UNITVAR_PCG32)
        : operation_(unitvar::bench::operations[static_cast<std::size_t>(draw)]), isa_(isa), target_(target), n_(n)
    {
        check(unitvar_generator_create(engine, 42, 0, &g_));
    }
    Sampler(const Sampler &) = delete;
    Sampler &operator=(const Sampler &) = delete;
    ~Sampler() { unitvar_generator_destroy(g_); }

    // Not part of the time: detection asks the processor, which virtual machines make slow.
    void prepare() const { check(unitvar_set_isa(isa_)); }
    void operator()() const { check(operation_.run(g_, target_, n_)); }

    static void check(std::int32_t status)
    {
        if (status != UNITVAR_OK) {
            std::fprintf(stderr, "unitvar_targets: %s\n", unitvar_last_error());
            std::exit(1);
        }
    }

private:
    const unitvar::bench::Operation &operation_;
    const char *isa_;
    void *target_;
    std::size_t n_;
    unitvar_generator *g_ = nullptr;
};

// Into memory that the system has just given, as tensors usually are: page faults are part of the time.
struct FreshFill {
    DrawIndex draw;
    const char *isa;
    void operator()() const
    {
        const std::size_t bytes = large * unitvar::core::row(draw).element_bytes;
        const unitvar::bench::Pages pages(static_cast<unsigned char *>(::operator new[](bytes, unitvar::bench::page)));
        const Sampler sampler(draw, isa, pages.get(), large);
        sampler();
    }
};

// A shard of one column.
class Column {
public:
    static constexpr std::int64_t rows = 4096;

    Column(std::int32_t engine, std::int32_t kind, float *target) : target_(target)
    {
        Sampler::check(unitvar_initializer_defaults(&init_, kind));
        Sampler::check(unitvar_generator_create(engine, 42, 0, &g_));
    }
    Column(const Column &) = delete;
    Column &operator=(const Column &) = delete;
    ~Column() { unitvar_generator_destroy(g_); }

    void operator()() const
    {
        const std::int64_t whole[] = {rows, rows};
        const std::int64_t offset[] = {0, 37};
        std::int64_t shape[] = {rows, 1};
        unitvar_tensor tensor{target_, {1, 0}, 2, {2, 32, 1}, shape, nullptr, 0};
        Sampler::check(unitvar_init_shard(g_, &init_, &tensor, whole, offset));
    }

private:
    unitvar_initializer init_{sizeof(unitvar_initializer), 0, 0, 0, 0, 0, 0, {}};
    float *target_;
    unitvar_generator *g_ = nullptr;
};

// GPT-2 small as its authors initialise it: 148 tensors, 124,439,808 elements of f32, one after the other in memory.
class Gpt2Small {
public:
    Gpt2Small(std::int32_t engine, float *target) : target_(target)
    {
        Sampler::check(unitvar_generator_create(engine, 42, 0, &g_));

        const auto layer_norm = [this] {
            tensors_.push_back({1, width});
            tensors_.push_back({0, width});
        };
        const auto linear = [this](std::size_t in, std::size_t out) {
            tensors_.push_back({normal, in * out});
            tensors_.push_back({0, out});
        };
        tensors_.push_back({normal, 50257 * width});
        tensors_.push_back({normal, 1024 * width});
        for (int layer = 0; layer < 12; ++layer) {
            layer_norm();
            linear(width, 3 * width);
            linear(width, width);
            layer_norm();
            linear(width, 4 * width);
            linear(4 * width, width);
        }
        layer_norm();
    }
    Gpt2Small(const Gpt2Small &) = delete;
    Gpt2Small &operator=(const Gpt2Small &) = delete;
    ~Gpt2Small() { unitvar_generator_destroy(g_); }

    [[nodiscard]] std::size_t elements() const
    {
        std::size_t sum = 0;
        for (const auto &[value, n] : tensors_) {
            sum += n;
        }
        return sum;
    }
    void operator()() const
    {
        float *out = target_;
        for (const auto &[value, n] : tensors_) {
            const auto length = static_cast<std::int64_t>(n);
            std::int64_t shape[] = {length};
            unitvar_tensor tensor{out, {1, 0}, 1, {2, 32, 1}, shape, nullptr, 0};
            Sampler::check(value == normal ? unitvar_init_normal(g_, &tensor, 0, 0.02)
                                           : unitvar_init_constant(&tensor, value));
            out += n;
        }
    }

private:
    static constexpr double normal = -1;
    static constexpr std::size_t width = 768;

    float *target_;
    unitvar_generator *g_ = nullptr;
    std::vector<std::pair<double, std::size_t>> tensors_;
};

void print_row(const char *what, double measured, const char *unit, const char *relation, double target)
{
    const bool met = std::strcmp(relation, ">=") == 0 ? measured >= target : measured <= target;
    std::printf("%-58s %8.2f %-5s %2s %6.2f  %s\n", what, measured, unit, relation, target, met ? "met" : "NOT MET");
}

// Other draws against normals of the same engine, and dropout against uniforms.
void print_draws(std::int32_t engine, const char *name, const char *isa, float *target)
{
    const Sampler normals(DrawIndex::normal_f32, isa, target, cached, engine);
    for (const auto &[draw, most] :
         {std::pair{DrawIndex::exponential_f32, 0.9}, std::pair{DrawIndex::laplace_f32, 1.6},
          std::pair{DrawIndex::logistic_f32, 1.6}, std::pair{DrawIndex::gumbel_f32, 1.6},
          std::pair{DrawIndex::cauchy_f32, 1.6}, std::pair{DrawIndex::log_normal_f32, 1.6},
          std::pair{DrawIndex::integers_i32, 0.6}, std::pair{DrawIndex::bernoulli_u8, 0.35}}) {
        const Times times = compare(Sampler(draw, isa, target, cached, engine), normals);
        print_row((std::string(unitvar::core::row(draw).name) + ", " + name + ", 65536: time of normal_f32").c_str(),
                  times.ratio, "x", "<=", most);
    }
    unitvar_generator *g = nullptr;
    Sampler::check(unitvar_generator_create(engine, 42, 0, &g));
    std::int64_t shape[] = {cached};
    const unitvar_tensor x{target + cached, {1, 0}, 1, {2, 32, 1}, shape, nullptr, 0};
    unitvar_tensor y{target, {1, 0}, 1, {2, 32, 1}, shape, nullptr, 0};
    const Times dropout = compare([&] { Sampler::check(unitvar_dropout(g, &x, 0.1, &y)); },
                                  Sampler(DrawIndex::uniform_f32, isa, target, cached, engine));
    unitvar_generator_destroy(g);
    print_row((std::string("dropout f32, ") + name + ", 65536: time of uniform_f32").c_str(), dropout.ratio, "x",
              "<=", 1.1);
}

// One thread and two, against each other and against memset by one; wall time.
void print_gpt2(std::int32_t engine, const char *name)
{
    const Gpt2Small shape(engine, nullptr);
    const auto memory = unitvar::bench::touched_pages(shape.elements() * sizeof(float));
    const Gpt2Small model(engine, reinterpret_cast<float *>(memory.get()));
    const auto with = [&](std::int32_t threads) {
        return [&model, threads] {
            unitvar_set_num_threads(threads);
            model();
        };
    };
    const Times alone = compare(
        with(1), [&] { std::memset(memory.get(), 1, shape.elements() * sizeof(float)); }, Clock::wall);
    print_row((std::string("GPT-2 small, ") + name + ": time of memset").c_str(), alone.ratio, "x", "<=", 1.3);
    const Times two = compare(with(1), with(2), Clock::wall);
    print_row((std::string("GPT-2 small, ") + name + ": 2 threads times faster than 1").c_str(), two.ratio, "x",
              ">=", 1.7);
    unitvar_set_num_threads(1);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc > 1) {
        std::printf("usage: %s\nPrints the project's speed targets and what this machine reaches: medians of %d\n"
                    "interleaved rounds, one thread. Takes about half a minute.\n",
                    argv[0], rounds);
        return std::strcmp(argv[1], "--help") == 0 ? 0 : 2;
    }
    unitvar_set_num_threads(1);
    const std::string best = unitvar_isa();
    std::printf("unitvar %s, %s, 1 thread, medians of %d interleaved rounds\n\n", unitvar_version_string(),
                best.c_str(), rounds);

    const auto memory = unitvar::bench::touched_pages(large * sizeof(float));
    auto *floats = reinterpret_cast<float *>(memory.get());
    auto *doubles = reinterpret_cast<double *>(memory.get());
    pcg32 generator(42, 54);
    const auto fill = [&](DrawIndex draw, std::size_t n, const char *isa) {
        return Sampler(draw, isa, memory.get(), n);
    };
    const auto reset = [](std::size_t bytes, void *p) { return [=] { std::memset(p, 1, bytes); }; };

    const Times uniform = compare([&] { unitvar::bench::pcg_uniform(generator, floats, cached); },
                                  fill(DrawIndex::uniform_f32, cached, best.c_str()));
    print_row("uniform_f32, 65536: times faster than pcg-cpp", uniform.ratio, "x", ">=", 6);
    const Times normal = compare([&] { unitvar::bench::std_normal(generator, floats, cached); },
                                 fill(DrawIndex::normal_f32, cached, best.c_str()));
    print_row("normal_f32, 65536: times faster than std::normal", normal.ratio, "x", ">=", 16);
    const Times normal64 = compare([&] { unitvar::bench::std_normal(generator, doubles, cached); },
                                   fill(DrawIndex::normal_f64, cached, best.c_str()));
    print_row("normal_f64, 65536: times faster than std::normal", normal64.ratio, "x", ">=", 11);
    const Times large_uniform =
        compare(fill(DrawIndex::uniform_f32, large, best.c_str()), reset(large * sizeof(float), memory.get()));
    print_row("uniform_f32, 2^26: time of memset", large_uniform.ratio, "x", "<=", 0.8);
    const Times large_normal =
        compare(fill(DrawIndex::normal_f32, large, best.c_str()), reset(large * sizeof(float), memory.get()));
    print_row("normal_f32, 2^26: time of memset", large_normal.ratio, "x", "<=", 1.25);
    // 16 bits write half the memory; the words are the same.
    for (const auto &[narrow, wide, name] :
         {std::tuple{DrawIndex::uniform_bf16, DrawIndex::uniform_f32, "uniform_bf16"},
          std::tuple{DrawIndex::normal_bf16, DrawIndex::normal_f32, "normal_bf16"}}) {
        const Times touched = compare(fill(narrow, large, best.c_str()), fill(wide, large, best.c_str()));
        print_row((std::string(name) + ", 2^26: time of f32").c_str(), touched.ratio, "x", "<=", 1);
        const Times fresh = compare(FreshFill{narrow, best.c_str()}, FreshFill{wide, best.c_str()});
        print_row((std::string(name) + ", 2^26, allocated anew: time of f32").c_str(), fresh.ratio, "x", "<=", 1);
    }
    for (const auto &[engine, name] : {std::pair{UNITVAR_PCG32, "pcg32"}, std::pair{UNITVAR_PHILOX4X32, "philox4x32"},
                                       std::pair{UNITVAR_ARS4X32, "ars4x32"}}) {
        print_draws(engine, name, best.c_str(), floats);
    }
    if (best == "avx512") {
        const Times tables =
            compare(fill(DrawIndex::normal_f32, cached, "avx512"), fill(DrawIndex::normal_f32, cached, "avx2"));
        print_row("normal_f32, 65536: speed of AVX2 to AVX-512", tables.ratio, "x", ">=", 0.55);
    }
    // The engine is for processors with AES instructions.
    for (const char *const isa : {"avx512", "avx2"}) {
        if (!unitvar::core::cpu_has("aes") || unitvar_set_isa(isa) != UNITVAR_OK) {
            continue;
        }
        const Times words = compare(fill(DrawIndex::bits_u32, cached, isa),
                                    Sampler(DrawIndex::bits_u32, isa, memory.get(), cached, UNITVAR_ARS4X32));
        const bool widest = std::strcmp(isa, "avx512") == 0 && unitvar::core::cpu_has("vaes");
        print_row((std::string("bits_u32, 65536: ars4x32 times faster than pcg32, ") + isa).c_str(), words.ratio, "x",
                  ">=", widest ? 1.5 : 1.3);
    }
    Sampler::check(unitvar_set_isa("auto"));
    unitvar_generator *g = nullptr;
    Sampler::check(unitvar_generator_create(UNITVAR_PCG32, 42, 0, &g));
    const auto call = [&] { Sampler::check(unitvar_normal_f32(g, floats, 16, 0, 1)); };
    const Times calls = compare(call, reset(64, memory.get()));
    unitvar_generator_destroy(g);
    print_row("normal_f32 of 16 elements, whole C call", calls.a * 1e9, "ns", "<=", 200);
    for (const auto &[engine, kind, name] :
         {std::tuple{UNITVAR_PCG32, UNITVAR_INIT_UNIFORM, "uniform, pcg32"},
          std::tuple{UNITVAR_PCG32, UNITVAR_INIT_NORMAL, "normal, pcg32"},
          std::tuple{UNITVAR_PHILOX4X32, UNITVAR_INIT_UNIFORM, "uniform, philox4x32"},
          std::tuple{UNITVAR_PHILOX4X32, UNITVAR_INIT_NORMAL, "normal, philox4x32"}}) {
        const Column column(engine, kind, floats);
        const Times columns = compare(column, reset(Column::rows * sizeof(float), memory.get()));
        print_row((std::string("f32 column of 4096 x 4096, ") + name + ", an element").c_str(),
                  columns.a * 1e9 / Column::rows, "ns", "<=", 4);
    }

    for (const auto &[engine, name] : {std::pair{UNITVAR_PCG32, "pcg32"}, std::pair{UNITVAR_ARS4X32, "ars4x32"}}) {
        print_gpt2(engine, name);
    }

    std::printf("\nmedians: normal_f32 %.3f ns per element, uniform_f32 %.3f, normal_f64 %.3f (65536);"
                " memset of 2^28 bytes %.1f GB/s\n",
                normal.b / cached * 1e9, uniform.b / cached * 1e9, normal64.b / cached * 1e9,
                large * sizeof(float) / large_uniform.b * 1e-9);
    return 0;
}
