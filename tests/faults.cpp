// unitvar_faults: what a process may meet and a caller may get wrong. Counts that no memory holds are errors that write
// nothing and leave the generator alone, for every function that takes one, also where only its working memory would be
// too large; signals that interrupt a fill all the time change no bit; saved states cut at every byte or with any bit
// flipped are refused or are states. Sanitizers end a process that asks for too much memory, so this is a program of its own.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "support/capi.hpp"

#include <unitvar.h>

#include <sys/time.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

namespace {

using Bytes = std::vector<unsigned char>;
using support::Generator;
using support::require_ok;

constexpr std::int32_t engines[] = {UNITVAR_PCG32, UNITVAR_PHILOX4X32, UNITVAR_TORCH_MT19937, UNITVAR_ARS4X32};

Generator generator(std::int32_t engine)
{
    return Generator(engine, 7);
}

// Larger than any address space in elements of this many bytes, by overflow of every product that might be formed.
std::vector<std::size_t> excessive_counts(std::size_t bytes)
{
    std::vector<std::size_t> counts;
    for (const std::size_t n : {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 63, SIZE_MAX / 2 + 1, SIZE_MAX / 2 + 2, SIZE_MAX / 3,
                                SIZE_MAX / 4 + 1, SIZE_MAX / 8 + 1, SIZE_MAX / 8 + 65, SIZE_MAX / 16 + 1})
        if (n > PTRDIFF_MAX / bytes)
            counts.push_back(n);
    return counts;
}

// A few elements, which no call may touch.
alignas(64) unsigned char target[256];

bool target_untouched()
{
    return std::all_of(std::begin(target), std::end(target), [](unsigned char b) { return b == 0x5A; });
}

// fill(g, n) is an error for every excessive count, of every engine.
void refuses_counts(const std::string &name, std::size_t bytes,
                    const std::function<std::int32_t(unitvar_generator *, std::size_t)> &fill)
{
    CAPTURE(name);
    for (const std::int32_t engine : engines) {
        CAPTURE(engine);
        const Generator g = generator(engine);
        const Bytes before = g.save();
        for (const std::size_t n : excessive_counts(bytes)) {
            CAPTURE(n);
            std::memset(target, 0x5A, sizeof(target));
            const std::int32_t status = fill(g, n);
            const bool refused = status == UNITVAR_INVALID_ARGUMENT || status == UNITVAR_STREAM_EXHAUSTED ||
                                 (status == UNITVAR_UNSUPPORTED && engine == UNITVAR_TORCH_MT19937);
            CHECK_MESSAGE(refused, std::string(unitvar_status_name(status)));
            CHECK(target_untouched());
            CHECK(g.save() == before);
        }
    }
}

template <class T, class... Parameters>
void refuses_counts(const std::string &name, std::int32_t (*fill)(unitvar_generator *, T *, std::size_t, Parameters...),
                    std::type_identity_t<Parameters>... parameters)
{
    refuses_counts(name, sizeof(T), [&](unitvar_generator *g, std::size_t n) {
        return fill(g, reinterpret_cast<T *>(target), n, parameters...);
    });
}

unitvar_tensor tensor(std::vector<std::int64_t> &shape, unitvar_dtype dtype, void *data = target)
{
    return {data, {1, 0}, static_cast<std::int32_t>(shape.size()), dtype, shape.data(), nullptr, 0};
}

constexpr unitvar_dtype f32{2, 32, 1};
constexpr unitvar_dtype f64{2, 64, 1};

} // namespace

#define NAMED(function) #function, function

TEST_CASE("a count of elements beyond the address space is an error of every sampler and writes nothing")
{
    refuses_counts(NAMED(unitvar_bits_u32));
    refuses_counts(NAMED(unitvar_bits_u64));
    refuses_counts(NAMED(unitvar_uniform_f32), 0, 1);
    refuses_counts(NAMED(unitvar_uniform_f64), 0, 1);
    refuses_counts(NAMED(unitvar_uniform_bf16), 0, 1);
    refuses_counts(NAMED(unitvar_uniform_f16), 0, 1);
    refuses_counts(NAMED(unitvar_normal_f32), 0, 1);
    refuses_counts(NAMED(unitvar_normal_f64), 0, 1);
    refuses_counts(NAMED(unitvar_normal_bf16), 0, 1);
    refuses_counts(NAMED(unitvar_normal_f16), 0, 1);
    refuses_counts(NAMED(unitvar_normal_icdf_f32), 0, 1);
    refuses_counts(NAMED(unitvar_normal_icdf_f64), 0, 1);
    refuses_counts(NAMED(unitvar_trunc_normal_f32), 0, 1, -2, 2);
    refuses_counts(NAMED(unitvar_trunc_normal_f64), 0, 1, -2, 2);
    refuses_counts(NAMED(unitvar_trunc_normal_bf16), 0, 1, -2, 2);
    refuses_counts(NAMED(unitvar_trunc_normal_f16), 0, 1, -2, 2);
    refuses_counts(NAMED(unitvar_permutation_i64));
    refuses_counts(NAMED(unitvar_choice_i64), INT64_MAX);
    refuses_counts(NAMED(unitvar_exponential_f32), 1);
    refuses_counts(NAMED(unitvar_exponential_f64), 1);
    refuses_counts(NAMED(unitvar_laplace_f32), 0, 1);
    refuses_counts(NAMED(unitvar_laplace_f64), 0, 1);
    refuses_counts(NAMED(unitvar_logistic_f32), 0, 1);
    refuses_counts(NAMED(unitvar_logistic_f64), 0, 1);
    refuses_counts(NAMED(unitvar_gumbel_f32), 0, 1);
    refuses_counts(NAMED(unitvar_gumbel_f64), 0, 1);
    refuses_counts(NAMED(unitvar_cauchy_f32), 0, 1);
    refuses_counts(NAMED(unitvar_cauchy_f64), 0, 1);
    refuses_counts(NAMED(unitvar_weibull_f32), 1, 1);
    refuses_counts(NAMED(unitvar_weibull_f64), 1, 1);
    refuses_counts(NAMED(unitvar_rayleigh_f32), 1);
    refuses_counts(NAMED(unitvar_rayleigh_f64), 1);
    refuses_counts(NAMED(unitvar_log_normal_f32), 0, 1);
    refuses_counts(NAMED(unitvar_log_normal_f64), 0, 1);
    refuses_counts(NAMED(unitvar_integers_i32), 0, 2);
    refuses_counts(NAMED(unitvar_integers_i64), 0, 2);
    refuses_counts(NAMED(unitvar_bernoulli_u8), 0.5);
}

TEST_CASE("a count beyond the address space is an error of draws as values, of Sobol's points and of moments")
{
    for (std::int32_t kind = UNITVAR_DRAW_BITS; kind <= UNITVAR_DRAW_BERNOULLI; ++kind) {
        unitvar_draw draw{};
        draw.struct_size = sizeof(draw);
        require_ok(unitvar_draw_defaults(&draw, kind));
        draw.dtype = kind == UNITVAR_DRAW_BITS        ? unitvar_dtype{1, 32, 1}
                     : kind == UNITVAR_DRAW_INTEGERS  ? unitvar_dtype{0, 32, 1}
                     : kind == UNITVAR_DRAW_BERNOULLI ? unitvar_dtype{1, 8, 1}
                                                      : f32;
        refuses_counts(unitvar_draw_name(kind), draw.dtype.bits / 8u,
                       [&](unitvar_generator *g, std::size_t n) { return unitvar_sample(g, &draw, target, n); });
        for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{1} << 63, UINT64_MAX, UINT64_MAX - 1})
            refuses_counts(unitvar_draw_name(kind), draw.dtype.bits / 8u, [&](unitvar_generator *g, std::size_t n) {
                return unitvar_sample_at(g, &draw, first, target, n);
            });
    }
    for (const std::size_t dimensions : {std::size_t{1}, std::size_t{2}, std::size_t{1111}})
        for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{1} << 62, UINT64_MAX})
            for (const std::size_t points : excessive_counts(sizeof(float))) {
                std::memset(target, 0x5A, sizeof(target));
                CHECK(unitvar_sobol_f32(nullptr, reinterpret_cast<float *>(target), points, dimensions, first) ==
                      UNITVAR_INVALID_ARGUMENT);
                CHECK(unitvar_sobol_normal_f64(nullptr, reinterpret_cast<double *>(target), points, dimensions, first,
                                               0, 1) == UNITVAR_INVALID_ARGUMENT);
                CHECK(unitvar_sobol_f64(nullptr, reinterpret_cast<double *>(target), 1, points, first) ==
                      UNITVAR_INVALID_ARGUMENT);
                CHECK(target_untouched());
            }
    unitvar_moments m{};
    unitvar_wide_moments w{};
    for (const std::size_t n : excessive_counts(sizeof(float))) {
        CHECK(unitvar_moments_update_f32(&m, reinterpret_cast<float *>(target), n) == UNITVAR_INVALID_ARGUMENT);
        CHECK(unitvar_moments_update_f64(&m, reinterpret_cast<double *>(target), n) == UNITVAR_INVALID_ARGUMENT);
        CHECK(unitvar_wide_moments_update_f32(&w, reinterpret_cast<float *>(target), n) == UNITVAR_INVALID_ARGUMENT);
        CHECK(unitvar_wide_moments_update_f64(&w, reinterpret_cast<double *>(target), n) == UNITVAR_INVALID_ARGUMENT);
    }
    CHECK(m.count == 0);
    CHECK(w.count == 0);
}

TEST_CASE("an array that fits the address space, whose working memory does not, is UNITVAR_OUT_OF_MEMORY")
{
    auto *const numbers = reinterpret_cast<std::int64_t *>(target);
    for (const std::int32_t engine : engines) {
        const Generator g = generator(engine);
        const Bytes before = g.save();
        std::memset(target, 0x5A, sizeof(target));
        for (const std::size_t n : {std::size_t{1} << 59, (std::size_t{1} << 60) - 1, std::size_t{1} << 50}) {
            CAPTURE(engine);
            CAPTURE(n);
            if (engine != UNITVAR_TORCH_MT19937) {
                CHECK(unitvar_permutation_i64(g, numbers, n) == UNITVAR_OUT_OF_MEMORY);
                CHECK(unitvar_choice_i64(g, numbers, n, INT64_MAX) == UNITVAR_OUT_OF_MEMORY);
            }
            std::vector<std::int64_t> square{static_cast<std::int64_t>(n >> 28U), std::int64_t{1} << 28};
            unitvar_tensor t = tensor(square, f32);
            const bool torch = engine == UNITVAR_TORCH_MT19937;
            CHECK(unitvar_init_orthogonal(g, &t, 1) == UNITVAR_OUT_OF_MEMORY);
            if (!torch)
                CHECK(unitvar_init_sparse(g, &t, 0.5, 1) == UNITVAR_OUT_OF_MEMORY);
        }
        CHECK(target_untouched());
        CHECK(g.save() == before);
    }
}

TEST_CASE("shapes without elements may have any other lengths, and arrays by channels any count that fits")
{
    constexpr std::int64_t many = std::int64_t{1} << 60;
    std::vector<std::int64_t> shape{0, many, 2};
    unitvar_tensor x = tensor(shape, f32);
    std::vector<std::int64_t> channels{0};
    unitvar_tensor none = tensor(channels, f32);
    std::memset(target, 0x5A, sizeof(target));
    auto *const moments = reinterpret_cast<unitvar_wide_moments *>(target);
    auto *const sums = reinterpret_cast<unitvar_batch_gradient_sums *>(target);
    CHECK(unitvar_batch_moments(&x, moments, static_cast<std::size_t>(many)) == UNITVAR_INVALID_ARGUMENT);
    CHECK(std::string(unitvar_last_error()).find("address space") != std::string::npos);
    CHECK(unitvar_batch_norm_backward_sums(&x, &x, &none, sums, static_cast<std::size_t>(many)) ==
          UNITVAR_INVALID_ARGUMENT);
    CHECK(unitvar_batch_norm_given(&x, nullptr, nullptr, moments, static_cast<std::size_t>(many), nullptr, nullptr,
                                   nullptr, 0.1, 1e-5, &x, nullptr, nullptr) == UNITVAR_INVALID_ARGUMENT);
    CHECK(unitvar_init_zeros(&x) == UNITVAR_OK);
    CHECK(unitvar_relu(&x, &x) == UNITVAR_OK);
    shape[1] = many >> 8;
    CHECK(unitvar_batch_moments(&x, moments, static_cast<std::size_t>(shape[1])) == UNITVAR_OUT_OF_MEMORY);
    CHECK(target_untouched());
}

TEST_CASE("a slice of a tensor that no memory holds is made, or its working memory is not to be had")
{
    Generator g = generator(UNITVAR_PCG32);
    for (std::int32_t kind = UNITVAR_INIT_CONSTANT; kind <= UNITVAR_INIT_IDENTITY; ++kind) {
        CAPTURE(kind);
        unitvar_initializer init{};
        init.struct_size = sizeof(init);
        require_ok(unitvar_initializer_defaults(&init, kind));
        for (const std::int64_t length : {std::int64_t{1} << 26, std::int64_t{1} << 29}) {
            if (kind == UNITVAR_INIT_SPARSE) // some bytes a row, of which there may be enough
                continue;
            std::vector<std::int64_t> local{2, 3};
            const std::array<std::int64_t, 2> global{length, length};
            const std::array<std::int64_t, 2> offset{length - 2, length - 3};
            unitvar_tensor t = tensor(local, f64);
            std::memset(target, 0x5A, sizeof(target));
            g.seek(0);
            const std::int32_t status = unitvar_init_shard(g, &init, &t, global.data(), offset.data());
            const bool convolution = kind == UNITVAR_INIT_DIRAC || kind == UNITVAR_INIT_DELTA_ORTHOGONAL ||
                                     kind == UNITVAR_INIT_DELTA_ORTHOGONAL_LAYOUT;
            const bool matrix = kind == UNITVAR_INIT_ORTHOGONAL || kind == UNITVAR_INIT_ORTHOGONAL_AXIS;
            CHECK(status == (convolution ? UNITVAR_INVALID_ARGUMENT : matrix ? UNITVAR_OUT_OF_MEMORY : UNITVAR_OK));
            if (status != UNITVAR_OK)
                CHECK(target_untouched());
        }
        // More elements than 2^63 - 1.
        std::vector<std::int64_t> local{1, 1};
        const std::array<std::int64_t, 2> global{INT64_MAX, 2};
        const std::array<std::int64_t, 2> offset{0, 0};
        unitvar_tensor t = tensor(local, f64);
        CHECK(unitvar_init_shard(g, &init, &t, global.data(), offset.data()) == UNITVAR_INVALID_ARGUMENT);
    }
}

namespace {

volatile std::sig_atomic_t interruptions = 0;
volatile double worked_on = 1;

// Uses the registers that kernels use.
void interrupt(int)
{
    interruptions = interruptions + 1;
    for (int i = 0; i < 20; ++i)
        worked_on = worked_on * 1.5 / 1.25 - 0.1;
}

template <class T, class... Parameters>
std::vector<T> filled(std::int32_t engine, std::int32_t (*fill)(unitvar_generator *, T *, std::size_t, Parameters...),
                      std::size_t n, std::type_identity_t<Parameters>... parameters)
{
    const Generator g = generator(engine);
    std::vector<T> values(n);
    require_ok(fill(g, values.data(), n, parameters...));
    return values;
}

} // namespace

TEST_CASE("signals that interrupt fills all the time change no bit, with one thread and with several")
{
    constexpr std::size_t n = 1000000;
    struct sigaction action = {};
    struct sigaction before = {};
    action.sa_handler = interrupt;
    action.sa_flags = SA_RESTART;
    REQUIRE(sigaction(SIGALRM, &action, &before) == 0);
    const itimerval storm{{0, 100}, {0, 100}};
    const itimerval calm{};
    for (const std::int32_t threads : {1, 4}) {
        require_ok(unitvar_set_num_threads(threads));
        for (const std::int32_t engine : engines) {
            const auto normals = filled(engine, unitvar_normal_f32, n, 0, 1);
            const auto words = filled(engine, unitvar_bits_u32, n);
            const auto order = filled(engine, unitvar_permutation_i64, n / 10);
            interruptions = 0;
            REQUIRE(setitimer(ITIMER_REAL, &storm, nullptr) == 0);
            do {
                CHECK(filled(engine, unitvar_normal_f32, n, 0, 1) == normals);
                CHECK(filled(engine, unitvar_bits_u32, n) == words);
                CHECK(filled(engine, unitvar_permutation_i64, n / 10) == order);
            } while (interruptions < 20);
            REQUIRE(setitimer(ITIMER_REAL, &calm, nullptr) == 0);
        }
    }
    require_ok(unitvar_set_num_threads(0));
    sigaction(SIGALRM, &before, nullptr);
}

TEST_CASE("a state cut at any byte is refused, and one with any bit flipped is refused or a state")
{
    for (const std::int32_t engine : engines) {
        const Generator g = generator(engine);
        std::vector<float> some(5);
        require_ok(unitvar_normal_f32(g, some.data(), some.size(), 0, 1));
        std::vector<Bytes> states{g.save()};
        if (engine == UNITVAR_TORCH_MT19937) {
            std::size_t size = 5056;
            states.emplace_back(size);
            require_ok(unitvar_generator_save_torch(g, states.back().data(), size, &size));
        }
        for (const Bytes &state : states) {
            CAPTURE(engine);
            for (std::size_t size = 0; size < state.size(); ++size) {
                const Bytes cut(state.begin(), state.begin() + static_cast<std::ptrdiff_t>(size));
                unitvar_generator *loaded = nullptr;
                CHECK(unitvar_generator_load(size == 0 ? state.data() : cut.data(), size, &loaded) ==
                      UNITVAR_CORRUPT_STATE);
                CHECK(loaded == nullptr);
            }
            for (std::size_t bit = 0; bit < 8 * state.size(); ++bit) {
                Bytes flipped = state;
                flipped[bit / 8] = static_cast<unsigned char>(flipped[bit / 8] ^ (1U << bit % 8));
                unitvar_generator *handle = nullptr;
                const std::int32_t status = unitvar_generator_load(flipped.data(), flipped.size(), &handle);
                if (status != UNITVAR_OK) {
                    CHECK(status == UNITVAR_CORRUPT_STATE);
                    CHECK(handle == nullptr);
                    continue;
                }
                unitvar_generator_destroy(handle);
                CHECK(state.size() == 5056); // PyTorch's has no checksum
                const Generator loaded(flipped);
                const Generator again(loaded.save());
                require_ok(unitvar_normal_f32(loaded, some.data(), some.size(), 0, 1));
                std::vector<float> same(some.size());
                require_ok(unitvar_normal_f32(again, same.data(), same.size(), 0, 1));
                CHECK(std::memcmp(same.data(), some.data(), same.size() * sizeof(float)) == 0);
            }
        }
    }
}
