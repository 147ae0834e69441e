// unitvar_bench: every sampler on every instruction set of this machine, BM_<op>/<isa>/<n>, every initialiser,
// BM_init_<kind>/<isa>/<dtype> for 2^20 elements, shards of few columns,
// BM_shard_<kind>[_<engine>]/<isa>/<dtype>/<columns> of 4096 by 4096, and their peers BM_<peer>/<n>, with items/s and bytes/s. One thread,
// so that figures compare.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "memory.hpp"
#include "operations.hpp"
#include "peers.hpp"
#include "unitvar.h"

namespace {

constexpr std::size_t sizes[] = {16, 1024, 65536, std::size_t{1} << 26U};

struct Destroy {
    void operator()(unitvar_generator *g) const { unitvar_generator_destroy(g); }
};

void count(benchmark::State &state, std::size_t n, std::size_t element_bytes)
{
    state.SetItemsProcessed(static_cast<std::int64_t>(n) * state.iterations());
    state.SetBytesProcessed(static_cast<std::int64_t>(n * element_bytes) * state.iterations());
}

void sample(benchmark::State &state, const unitvar::bench::Operation &operation, const std::string &isa,
            std::int32_t engine, std::size_t n)
{
    if (unitvar_set_isa(isa.c_str()) != UNITVAR_OK) {
        state.SkipWithError(unitvar_last_error());
        return;
    }
    unitvar_generator *handle = nullptr;
    if (unitvar_generator_create(engine, 42, 0, &handle) != UNITVAR_OK) {
        state.SkipWithError(unitvar_last_error());
        return;
    }
    const std::unique_ptr<unitvar_generator, Destroy> g(handle);
    const auto memory = unitvar::bench::touched_pages(n * operation.row().element_bytes);
    for (auto iteration : state) {
        if (operation.run(g.get(), memory.get(), n) != UNITVAR_OK) {
            state.SkipWithError(unitvar_last_error());
            return;
        }
        benchmark::ClobberMemory();
    }
    count(state, n, operation.row().element_bytes);
}

template <class Element, class Body> void register_peer(const std::string &name, Body body)
{
    for (const std::size_t n : sizes) {
        benchmark::RegisterBenchmark(("BM_" + name + "/" + std::to_string(n)).c_str(), [=](benchmark::State &state) {
            const auto memory = unitvar::bench::touched_pages(n * sizeof(Element));
            pcg32 generator(42, 54);
            for (auto iteration : state) {
                body(generator, reinterpret_cast<Element *>(memory.get()), n);
                benchmark::ClobberMemory();
            }
            count(state, n, sizeof(Element));
        });
    }
}

void register_samplers(const std::string &isa)
{
    for (const auto &[engine, suffix] : {std::pair{UNITVAR_PCG32, ""}, std::pair{UNITVAR_PHILOX4X32, "_philox4x32"},
                                         std::pair{UNITVAR_ARS4X32, "_ars4x32"}}) {
        for (const unitvar::bench::Operation &operation : unitvar::bench::operations) {
            for (const std::size_t n : sizes) {
                const std::string name =
                    std::string("BM_") + operation.row().name + suffix + "/" + isa + "/" + std::to_string(n);
                benchmark::RegisterBenchmark(name.c_str(),
                                             [&operation, isa, engine = engine, n](benchmark::State &state) {
                                                 sample(state, operation, isa, engine, n);
                                             });
            }
        }
    }
}

struct DType {
    const char *name;
    unitvar_dtype dtype;
};
constexpr DType dtypes[] = {{"f32", {2, 32, 1}}, {"f64", {2, 64, 1}}, {"bf16", {4, 16, 1}}, {"f16", {2, 16, 1}}};

void initialize(benchmark::State &state, std::int32_t kind, const DType &dtype, const std::string &isa,
                std::vector<std::int64_t> shape)
{
    if (unitvar_set_isa(isa.c_str()) != UNITVAR_OK) {
        state.SkipWithError(unitvar_last_error());
        return;
    }
    std::size_t n = 1;
    for (const std::int64_t length : shape) {
        n *= static_cast<std::size_t>(length);
    }
    const std::size_t element_bytes = dtype.dtype.bits / 8U;
    const auto memory = unitvar::bench::touched_pages(n * element_bytes);
    unitvar_tensor tensor{memory.get(), {1, 0}, static_cast<std::int32_t>(shape.size()), dtype.dtype, shape.data(),
                          nullptr,      0};
    unitvar_initializer init{sizeof(init), 0, 0, 0, 0, 0, 0, {}};
    unitvar_generator *handle = nullptr;
    if (unitvar_initializer_defaults(&init, kind) != UNITVAR_OK ||
        unitvar_generator_create(UNITVAR_PCG32, 42, 0, &handle) != UNITVAR_OK) {
        state.SkipWithError(unitvar_last_error());
        return;
    }
    const std::unique_ptr<unitvar_generator, Destroy> g(handle);
    for (auto iteration : state) {
        if (unitvar_init(g.get(), &init, &tensor) != UNITVAR_OK) {
            state.SkipWithError(unitvar_last_error());
            return;
        }
        benchmark::ClobberMemory();
    }
    count(state, n, element_bytes);
}

// The first shape that a kind takes; all have 2^20 elements.
std::vector<std::int64_t> shape_for(std::int32_t kind)
{
    unitvar_initializer init{sizeof(init), 0, 0, 0, 0, 0, 0, {}};
    unitvar_generator *g = nullptr;
    if (unitvar_generator_create(UNITVAR_PCG32, 0, 0, &g) != UNITVAR_OK) {
        return {};
    }
    const std::unique_ptr<unitvar_generator, Destroy> owner(g);
    for (const std::vector<std::int64_t> &shape : {std::vector<std::int64_t>{1024, 1024}, {256, 256, 4, 4}}) {
        std::vector<std::int64_t> empty = shape;
        empty[1] = 0;
        unitvar_tensor tensor{nullptr, {1, 0}, static_cast<std::int32_t>(shape.size()), dtypes[0].dtype, empty.data(),
                              nullptr, 0};
        if (unitvar_initializer_defaults(&init, kind) == UNITVAR_OK && unitvar_init(g, &init, &tensor) == UNITVAR_OK) {
            return shape;
        }
    }
    return {};
}

void register_initializers(const std::string &isa)
{
    for (std::int32_t kind = 1; unitvar_initializer_name(kind) != nullptr; ++kind) {
        const std::vector<std::int64_t> shape = shape_for(kind);
        for (const DType &dtype : dtypes) {
            const std::string name =
                std::string("BM_init_") + unitvar_initializer_name(kind) + "/" + isa + "/" + dtype.name;
            benchmark::RegisterBenchmark(name.c_str(), [kind, &dtype, isa, shape](benchmark::State &state) {
                initialize(state, kind, dtype, isa, shape);
            });
        }
    }
}

// Rows of a few elements each, far from one another in the stream.
void initialize_columns(benchmark::State &state, std::int32_t engine, std::int32_t kind, const DType &dtype,
                        const std::string &isa, std::int64_t columns)
{
    constexpr std::int64_t side = 4096;
    const std::int64_t whole[] = {side, side};
    const std::int64_t offset[] = {0, 37};
    std::int64_t shape[] = {side, columns};
    const auto n = static_cast<std::size_t>(side * columns);
    const std::size_t element_bytes = dtype.dtype.bits / 8U;
    const auto memory = unitvar::bench::touched_pages(n * element_bytes);
    unitvar_tensor tensor{memory.get(), {1, 0}, 2, dtype.dtype, shape, nullptr, 0};
    unitvar_initializer init{sizeof(init), 0, 0, 0, 0, 0, 0, {}};
    unitvar_generator *handle = nullptr;
    if (unitvar_set_isa(isa.c_str()) != UNITVAR_OK || unitvar_initializer_defaults(&init, kind) != UNITVAR_OK ||
        unitvar_generator_create(engine, 42, 0, &handle) != UNITVAR_OK) {
        state.SkipWithError(unitvar_last_error());
        return;
    }
    const std::unique_ptr<unitvar_generator, Destroy> g(handle);
    for (auto iteration : state) {
        if (unitvar_init_shard(g.get(), &init, &tensor, whole, offset) != UNITVAR_OK) {
            state.SkipWithError(unitvar_last_error());
            return;
        }
        benchmark::ClobberMemory();
    }
    count(state, n, element_bytes);
}

void register_columns(const std::string &isa)
{
    for (const auto &[engine, suffix] : {std::pair{UNITVAR_PCG32, ""}, std::pair{UNITVAR_PHILOX4X32, "_philox4x32"}}) {
        for (const std::int32_t kind : {UNITVAR_INIT_UNIFORM, UNITVAR_INIT_NORMAL, UNITVAR_INIT_TRUNC_NORMAL}) {
            for (const DType &dtype : dtypes) {
                for (const std::int64_t columns : {1, 2, 3, 8, 16, 17}) {
                    const std::string name = std::string("BM_shard_") + unitvar_initializer_name(kind) + suffix + "/" +
                                             isa + "/" + dtype.name + "/" + std::to_string(columns);
                    benchmark::RegisterBenchmark(
                        name.c_str(), [engine = engine, kind, &dtype, isa, columns](benchmark::State &state) {
                            initialize_columns(state, engine, kind, dtype, isa, columns);
                        });
                }
            }
        }
    }
}

} // namespace

int main(int argc, char **argv)
{
    unitvar_set_num_threads(1);
    register_peer<float>("memset", [](pcg32 &, float *p, std::size_t n) { std::memset(p, 1, n * sizeof(float)); });
    register_peer<float>("store_prefetchw", [](pcg32 &, float *p, std::size_t n) {
        unitvar::bench::store_prefetched(p, n * sizeof(float));
    });
    register_peer<float>("pcg_cpp_uniform_f32", unitvar::bench::pcg_uniform);
    register_peer<float>("std_normal_f32", unitvar::bench::std_normal<float>);
    register_peer<double>("std_normal_f64", unitvar::bench::std_normal<double>);
    for (const char *isa : {"avx512", "avx2", "neon", "scalar"}) {
        if (unitvar_set_isa(isa) == UNITVAR_OK) {
            register_samplers(isa);
            register_initializers(isa);
            register_columns(isa);
        }
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 2;
    }
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
