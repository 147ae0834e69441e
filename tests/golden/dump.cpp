// Writes the bytes of one entry to standard output: what a sampler, an initialiser or the moments give for fixed
// arguments. check_golden.cmake compares their SHA-256 sums with those of a stream version. Every entry is a row of
// the table below; an entry that has been published is never changed, only a new stream version may drop it.
//
//   golden_dump ENTRY      the bytes
//   golden_dump --list     the names, one a line
#include "support/little_endian.hpp"
#include "support/samplers.hpp"

#include <unitvar.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using Bytes = std::vector<unsigned char>;
using support::little_endian;

void require_ok(std::int32_t status)
{
    if (status != UNITVAR_OK)
        throw std::runtime_error(unitvar_last_error());
}

struct Destroy {
    void operator()(unitvar_generator *g) const { unitvar_generator_destroy(g); }
};
using Generator = std::unique_ptr<unitvar_generator, Destroy>;

// Where the words come from.
struct Source {
    std::int32_t engine;
    std::uint64_t seed;
    std::uint64_t stream;
    std::uint64_t block;

    Generator open() const
    {
        unitvar_generator *g = nullptr;
        require_ok(unitvar_generator_create(engine, seed, stream, &g));
        Generator owner(g);
        require_ok(unitvar_generator_seek(g, block));
        return owner;
    }
};

template <class T> Bytes bytes_of(const std::vector<T> &values)
{
    Bytes bytes(values.size() * sizeof(T));
    if (!bytes.empty())
        std::memcpy(bytes.data(), values.data(), bytes.size());
    return little_endian(std::move(bytes), sizeof(T));
}

// Two numbers are enough for every sampler and initialiser here: a range, a mean and a deviation, or one of them.
using Produce = Bytes (*)(const Source &source, std::size_t n, double first, double second);

template <class T, auto fill> Bytes bits(const Source &source, std::size_t n, double, double)
{
    std::vector<T> values(n);
    require_ok(fill(source.open().get(), values.data(), n));
    return bytes_of(values);
}

template <class T, auto fill> Bytes sample(const Source &source, std::size_t n, double first, double second)
{
    std::vector<T> values(n);
    require_ok(fill(source.open().get(), values.data(), n, first, second));
    return bytes_of(values);
}

// Bounds of mean 0.5 and deviation 1.25.
template <class T, auto fill> Bytes truncated(const Source &source, std::size_t n, double a, double b)
{
    std::vector<T> values(n);
    require_ok(fill(source.open().get(), values.data(), n, 0.5, 1.25, a, b));
    return bytes_of(values);
}

template <class T, auto initialize> Bytes weights(const Source &source, std::vector<std::int64_t> shape)
{
    std::size_t n = 1;
    for (const std::int64_t length : shape)
        n *= static_cast<std::size_t>(length);
    std::vector<T> values(n);
    unitvar_tensor t{};
    t.data = values.data();
    t.device = {1, 0};
    t.ndim = static_cast<std::int32_t>(shape.size());
    t.dtype = {2, static_cast<std::uint8_t>(8 * sizeof(T)), 1};
    t.shape = shape.data();
    require_ok(initialize(source.open().get(), &t));
    return bytes_of(values);
}

std::int32_t xavier_uniform(unitvar_generator *g, unitvar_tensor *t)
{
    return unitvar_init_xavier_uniform(g, t, 5.0 / 3.0);
}
std::int32_t xavier_normal(unitvar_generator *g, unitvar_tensor *t)
{
    return unitvar_init_xavier_normal(g, t, 1.0);
}
std::int32_t kaiming_uniform(unitvar_generator *g, unitvar_tensor *t)
{
    return unitvar_init_kaiming_uniform(g, t, 0.2, UNITVAR_FAN_IN, UNITVAR_LEAKY_RELU);
}
std::int32_t kaiming_normal(unitvar_generator *g, unitvar_tensor *t)
{
    return unitvar_init_kaiming_normal(g, t, 0.0, UNITVAR_FAN_OUT, UNITVAR_RELU);
}
std::int32_t kaiming_average(unitvar_generator *g, unitvar_tensor *t)
{
    return unitvar_init_kaiming_normal(g, t, 0.0, UNITVAR_FAN_AVG, UNITVAR_TANH);
}

std::int32_t trunc_normal(unitvar_generator *g, unitvar_tensor *t)
{
    return unitvar_init_trunc_normal(g, t, 0.0, 0.02, -0.04, 0.04);
}

template <class T, auto initialize> Bytes matrix(const Source &source, std::size_t, double, double)
{
    return weights<T, initialize>(source, {129, 65});
}
template <class T, auto initialize> Bytes filters(const Source &source, std::size_t, double, double)
{
    return weights<T, initialize>(source, {64, 3, 7, 7});
}

// A dtype as DLPack has it.
template <std::uint8_t code_, std::uint8_t bits_> struct Dtype {
    static constexpr unitvar_dtype value{code_, bits_, 1};
};
using F32 = Dtype<2, 32>;
using F64 = Dtype<2, 64>;
using Bf16 = Dtype<4, 16>;
using F16 = Dtype<2, 16>;

// The kind with its first two numbers given, the others its defaults, on a matrix or on filters in 3 groups; the whole
// of it, or a slice.
template <std::int32_t kind, class Type, bool shard = false>
Bytes initialized(const Source &source, std::size_t, double first, double second)
{
    unitvar_initializer init{};
    init.struct_size = sizeof(init);
    require_ok(unitvar_initializer_defaults(&init, kind));
    init.p[0] = first;
    init.p[1] = second;
    init.groups = 3;
    const bool filters = kind == UNITVAR_INIT_DIRAC || kind == UNITVAR_INIT_DELTA_ORTHOGONAL;
    std::vector<std::int64_t> whole =
        filters ? std::vector<std::int64_t>{66, 40, 3, 5} : std::vector<std::int64_t>{129, 65};
    std::vector<std::int64_t> offset(whole.size(), 0);
    std::vector<std::int64_t> shape = whole;
    if (shard)
        for (std::size_t d = 0; d < shape.size(); ++d) {
            offset[d] = static_cast<std::int64_t>(3 + d);
            shape[d] = whole[d] - 10;
        }
    std::size_t bytes = Type::value.bits / 8u;
    for (const std::int64_t length : shape)
        bytes *= static_cast<std::size_t>(length);
    Bytes values(bytes);
    unitvar_tensor t{};
    t.data = values.data();
    t.device = {1, 0};
    t.ndim = static_cast<std::int32_t>(shape.size());
    t.dtype = Type::value;
    t.shape = shape.data();
    const Generator g = source.open();
    require_ok(shard ? unitvar_init_shard(g.get(), &init, &t, whole.data(), offset.data())
                     : unitvar_init(g.get(), &init, &t));
    return little_endian(std::move(values), Type::value.bits / 8u);
}

// A kind with its defaults, on filters or, where it takes no filters, on a matrix.
template <std::int32_t kind, class Type> Bytes by_default(const Source &source, std::size_t, double, double)
{
    unitvar_initializer init{};
    init.struct_size = sizeof(init);
    require_ok(unitvar_initializer_defaults(&init, kind));
    std::int64_t shape[] = {22, 16, 3, 28};
    unitvar_tensor t{};
    Bytes values(std::size_t{22} * 16 * 3 * 28 * Type::value.bits / 8u);
    t.data = values.data();
    t.device = {1, 0};
    t.ndim = 4;
    t.dtype = Type::value;
    t.shape = shape;
    const Generator g = source.open();
    if (unitvar_init(g.get(), &init, &t) == UNITVAR_OK)
        return little_endian(std::move(values), Type::value.bits / 8u);
    t.ndim = 2;
    values.resize(std::size_t{22} * 16 * Type::value.bits / 8u);
    t.data = values.data();
    require_ok(unitvar_init(g.get(), &init, &t));
    return little_endian(std::move(values), Type::value.bits / 8u);
}

Bytes permutation(const Source &source, std::size_t n, double, double)
{
    std::vector<std::int64_t> order(n);
    require_ok(unitvar_permutation_i64(source.open().get(), order.data(), n));
    return bytes_of(order);
}

// The words of forks, and of a fork of a fork, by names that end at and within eight bytes.
Bytes fork(const Source &source, std::size_t n, double, double)
{
    std::vector<std::uint32_t> words;
    Generator g = source.open();
    for (const char *const name : {"", "bias", "weights.", "layer.0.weight"}) {
        unitvar_generator *handle = nullptr;
        require_ok(unitvar_generator_fork(g.get(), name, &handle));
        g.reset(handle);
        const std::size_t before = words.size();
        words.resize(before + n);
        require_ok(unitvar_bits_u32(g.get(), words.data() + before, n));
    }
    return bytes_of(words);
}

template <class T, auto fill, auto update>
Bytes moments(const Source &source, std::size_t n, double first, double second)
{
    std::vector<T> values(n);
    require_ok(fill(source.open().get(), values.data(), n, first, second));
    unitvar_moments m{0.0, 0.0, 0.0};
    require_ok(update(&m, values.data(), n));
    return bytes_of(std::vector<double>{m.count, m.mean, m.m2});
}

Bytes state(const Source &source, std::size_t, double, double)
{
    const Generator g = source.open();
    std::size_t size = 0;
    require_ok(unitvar_generator_save(g.get(), nullptr, 0, &size));
    Bytes bytes(size);
    require_ok(unitvar_generator_save(g.get(), bytes.data(), bytes.size(), &size));
    return bytes;
}

// A row of the registry of draws: with default parameters, or others.
template <std::size_t Index, bool Shifted> Bytes registered(const Source &source, std::size_t n, double, double)
{
    constexpr unitvar::core::DrawRow row = unitvar::core::draws[Index];
    unitvar_draw draw = support::draw_of(row);
    if (Shifted) {
        draw.p[0] *= 0.7;
        draw.p[1] *= 0.02;
        draw.k[0] = -7;
        draw.k[1] = 1000;
    }
    Bytes bytes(n * row.element_bytes);
    require_ok(unitvar_sample(source.open().get(), &draw, bytes.data(), n));
    return little_endian(std::move(bytes), row.element_bytes);
}

struct Row {
    std::string name; // of the part behind the engine's
    Produce produce;
    std::size_t n;
    double first;
    double second;
    std::uint64_t seed;
    std::uint64_t stream;
    std::uint64_t block;
};

const std::size_t large = 1000003;
const std::size_t medium = 4099;
const std::uint64_t far_block = std::uint64_t{1} << 40;
const std::uint64_t far_stream = 0xFEDCBA9876543210u;
const double infinity = std::numeric_limits<double>::infinity();

// Entries of the draws that have none in the table below.
template <std::size_t... Index> std::vector<Row> with_registered(std::vector<Row> list, std::index_sequence<Index...>)
{
    const auto add = [&list]<std::size_t I>(std::integral_constant<std::size_t, I>) {
        const unitvar::core::DrawRow &row = unitvar::core::draws[I];
        if (row.shared || row.element_bytes == 2) {
            const std::string name = "sample_" + std::string(row.name);
            list.push_back({name + "-medium", registered<I, false>, medium, 0, 0, 42, 0, 0});
            list.push_back({name + "-far", registered<I, true>, medium, 0, 0, 43, far_stream, far_block});
        }
    };
    (add(std::integral_constant<std::size_t, Index>{}), ...);
    return list;
}

// Each row is one entry for each engine.
const std::vector<Row> rows = with_registered(
    {
        {"bits_u32-large", bits<std::uint32_t, unitvar_bits_u32>, large, 0, 0, 42, 0, 0},
        {"bits_u32-far", bits<std::uint32_t, unitvar_bits_u32>, medium, 0, 0, 43, far_stream, far_block},
        {"bits_u64-medium", bits<std::uint64_t, unitvar_bits_u64>, medium, 0, 0, 42, 0, 0},
        {"uniform_f32-large", sample<float, unitvar_uniform_f32>, large, 0.0, 1.0, 42, 0, 0},
        {"uniform_f32-one", sample<float, unitvar_uniform_f32>, 1, 0.0, 1.0, 42, 0, 0},
        {"uniform_f32-shifted", sample<float, unitvar_uniform_f32>, medium, -0.37, 1.9, 42, 1, 7},
        {"uniform_f32-narrow", sample<float, unitvar_uniform_f32>, medium, 3.0, 3.0000005, 42, 0, 0},
        {"uniform_f32-far", sample<float, unitvar_uniform_f32>, medium, -1.0, 1.0, 43, far_stream, far_block},
        {"uniform_f64-large", sample<double, unitvar_uniform_f64>, large, 0.0, 1.0, 42, 0, 0},
        {"uniform_f64-shifted", sample<double, unitvar_uniform_f64>, medium, -0.37, 1.9, 42, 1, 7},
        {"uniform_f64-far", sample<double, unitvar_uniform_f64>, medium, -1.0, 1.0, 43, far_stream, far_block},
        {"normal_f32-large", sample<float, unitvar_normal_f32>, large, 0.0, 1.0, 42, 0, 0},
        {"normal_f32-one", sample<float, unitvar_normal_f32>, 1, 0.0, 1.0, 42, 0, 0},
        {"normal_f32-33", sample<float, unitvar_normal_f32>, 33, 0.0, 1.0, 42, 0, 0},
        {"normal_f32-shifted", sample<float, unitvar_normal_f32>, medium, 1.5, 0.02, 42, 1, 7},
        {"normal_f32-far", sample<float, unitvar_normal_f32>, medium, 0.0, 1.0, 43, far_stream, far_block},
        {"normal_f64-large", sample<double, unitvar_normal_f64>, large, 0.0, 1.0, 42, 0, 0},
        {"normal_f64-17", sample<double, unitvar_normal_f64>, 17, 0.0, 1.0, 42, 0, 0},
        {"normal_f64-shifted", sample<double, unitvar_normal_f64>, medium, 1.5, 0.02, 42, 1, 7},
        {"normal_f64-far", sample<double, unitvar_normal_f64>, medium, 0.0, 1.0, 43, far_stream, far_block},
        {"normal_icdf_f32-large", sample<float, unitvar_normal_icdf_f32>, large, 0.0, 1.0, 42, 0, 0},
        {"normal_icdf_f32-shifted", sample<float, unitvar_normal_icdf_f32>, medium, 1.5, 0.02, 42, 1, 7},
        {"normal_icdf_f32-far", sample<float, unitvar_normal_icdf_f32>, medium, 0.0, 1.0, 43, far_stream, far_block},
        {"normal_icdf_f64-large", sample<double, unitvar_normal_icdf_f64>, large, 0.0, 1.0, 42, 0, 0},
        {"normal_icdf_f64-shifted", sample<double, unitvar_normal_icdf_f64>, medium, 1.5, 0.02, 42, 1, 7},
        {"normal_icdf_f64-far", sample<double, unitvar_normal_icdf_f64>, medium, 0.0, 1.0, 43, far_stream, far_block},
        {"trunc_normal_f32-large", truncated<float, unitvar_trunc_normal_f32>, large, -2.0, 2.0, 42, 0, 0},
        {"trunc_normal_f32-open", truncated<float, unitvar_trunc_normal_f32>, medium, -infinity, 1.0, 42, 0, 0},
        {"trunc_normal_f32-short", truncated<float, unitvar_trunc_normal_f32>, medium, 0.4, 0.7, 42, 0, 0},
        {"trunc_normal_f32-tail", truncated<float, unitvar_trunc_normal_f32>, medium, 2.0, 3.1, 42, 0, 0},
        {"trunc_normal_f32-turned", truncated<float, unitvar_trunc_normal_f32>, medium, -9.0, -1.0, 42, 0, 0},
        {"trunc_normal_f32-far", truncated<float, unitvar_trunc_normal_f32>, medium, 8.0, 9.0, 42, 0, 0},
        {"trunc_normal_f32-exponential", truncated<float, unitvar_trunc_normal_f32>, medium, 46.0, infinity, 42, 0, 0},
        {"trunc_normal_f32-narrow", truncated<float, unitvar_trunc_normal_f32>, medium, 1.0, 1.01, 42, 0, 0},
        {"init_trunc_normal_f32-filters", filters<float, trunc_normal>, 0, 0, 0, 42, 0, 0},
        {"trunc_normal_f64-large", truncated<double, unitvar_trunc_normal_f64>, large, -2.0, 2.0, 42, 0, 0},
        {"trunc_normal_f64-open", truncated<double, unitvar_trunc_normal_f64>, medium, -infinity, 1.0, 42, 0, 0},
        {"trunc_normal_f64-short", truncated<double, unitvar_trunc_normal_f64>, medium, 0.4, 0.7, 42, 0, 0},
        {"trunc_normal_f64-tail", truncated<double, unitvar_trunc_normal_f64>, medium, 2.0, 3.1, 42, 0, 0},
        {"trunc_normal_f64-turned", truncated<double, unitvar_trunc_normal_f64>, medium, -9.0, -1.0, 42, 0, 0},
        {"trunc_normal_f64-far", truncated<double, unitvar_trunc_normal_f64>, medium, 8.0, 9.0, 42, 0, 0},
        {"trunc_normal_f64-exponential", truncated<double, unitvar_trunc_normal_f64>, medium, 46.0, infinity, 42, 0, 0},
        {"trunc_normal_f64-narrow", truncated<double, unitvar_trunc_normal_f64>, medium, 1.0, 1.01, 42, 0, 0},
        {"init_trunc_normal_f64-filters", filters<double, trunc_normal>, 0, 0, 0, 42, 0, 0},
        {"xavier_uniform_f32-matrix", matrix<float, xavier_uniform>, 0, 0, 0, 42, 0, 0},
        {"xavier_uniform_f64-filters", filters<double, xavier_uniform>, 0, 0, 0, 42, 0, 0},
        {"xavier_normal_f32-filters", filters<float, xavier_normal>, 0, 0, 0, 42, 0, 0},
        {"xavier_normal_f64-matrix", matrix<double, xavier_normal>, 0, 0, 0, 42, 0, 0},
        {"kaiming_uniform_f32-filters", filters<float, kaiming_uniform>, 0, 0, 0, 42, 0, 0},
        {"kaiming_uniform_f64-matrix", matrix<double, kaiming_uniform>, 0, 0, 0, 42, 0, 0},
        {"kaiming_normal_f32-matrix", matrix<float, kaiming_normal>, 0, 0, 0, 42, 0, 0},
        {"kaiming_normal_f64-filters", filters<double, kaiming_normal>, 0, 0, 0, 42, 0, 0},
        {"kaiming_average_f32-filters", filters<float, kaiming_average>, 0, 0, 0, 42, 0, 0},
        {"eye_f32", initialized<UNITVAR_INIT_EYE, F32>, 0, 0, 0, 42, 0, 0},
        {"dirac_f16", initialized<UNITVAR_INIT_DIRAC, F16>, 0, 0, 0, 42, 0, 0},
        {"uniform_bf16", initialized<UNITVAR_INIT_UNIFORM, Bf16>, 0, -0.37, 1.9, 42, 1, 7},
        {"uniform_f16", initialized<UNITVAR_INIT_UNIFORM, F16>, 0, -0.37, 1.9, 42, 1, 7},
        {"normal_bf16", initialized<UNITVAR_INIT_NORMAL, Bf16>, 0, 0.0, 0.02, 42, 1, 7},
        {"normal_f16", initialized<UNITVAR_INIT_NORMAL, F16>, 0, 0.0, 0.02, 42, 1, 7},
        {"trunc_normal_bf16", initialized<UNITVAR_INIT_TRUNC_NORMAL, Bf16>, 0, 0.5, 1.25, 42, 1, 7},
        {"trunc_normal_f16", initialized<UNITVAR_INIT_TRUNC_NORMAL, F16>, 0, 0.5, 1.25, 42, 1, 7},
        {"kaiming_uniform_bf16", initialized<UNITVAR_INIT_KAIMING_UNIFORM, Bf16>, 0, 0.2, 0, 42, 0, 0},
        {"orthogonal_f32", initialized<UNITVAR_INIT_ORTHOGONAL, F32>, 0, 1.5, 0, 42, 0, 0},
        {"orthogonal_f64", initialized<UNITVAR_INIT_ORTHOGONAL, F64>, 0, 1.5, 0, 42, 0, 0},
        {"orthogonal_bf16", initialized<UNITVAR_INIT_ORTHOGONAL, Bf16>, 0, 1.5, 0, 42, 0, 0},
        {"delta_orthogonal_f32", initialized<UNITVAR_INIT_DELTA_ORTHOGONAL, F32>, 0, 1.0, 0, 42, 0, 0},
        {"delta_orthogonal_f16", initialized<UNITVAR_INIT_DELTA_ORTHOGONAL, F16>, 0, 1.0, 0, 42, 0, 0},
        {"sparse_f32", initialized<UNITVAR_INIT_SPARSE, F32>, 0, 0.3, 0.02, 42, 0, 0},
        {"sparse_f64", initialized<UNITVAR_INIT_SPARSE, F64>, 0, 0.3, 0.02, 42, 0, 0},
        {"sparse_bf16", initialized<UNITVAR_INIT_SPARSE, Bf16>, 0, 0.9, 0.02, 42, 0, 0},
        {"variance_scaling_f32", initialized<UNITVAR_INIT_VARIANCE_SCALING, F32>, 0, 2.0, 0, 42, 0, 0},
        {"variance_scaling_f64", initialized<UNITVAR_INIT_VARIANCE_SCALING, F64>, 0, 2.0, 0, 42, 0, 0},
        {"normal_bf16-shard", initialized<UNITVAR_INIT_NORMAL, Bf16, true>, 0, 0.0, 0.02, 42, 1, 7},
        {"sparse_f32-shard", initialized<UNITVAR_INIT_SPARSE, F32, true>, 0, 0.3, 0.02, 42, 0, 0},
        {"orthogonal_f32-shard", initialized<UNITVAR_INIT_ORTHOGONAL, F32, true>, 0, 1.5, 0, 42, 0, 0},
        // clang-format off
        // from unitvar.h by cmake/bindings.py: initialisers
        {"variance_scaling_fans_f32", by_default<UNITVAR_INIT_VARIANCE_SCALING_FANS, F32>, 0, 0, 0, 42, 0, 0},
        {"variance_scaling_fans_f64", by_default<UNITVAR_INIT_VARIANCE_SCALING_FANS, F64>, 0, 0, 0, 42, 0, 0},
        {"variance_scaling_fans_bf16", by_default<UNITVAR_INIT_VARIANCE_SCALING_FANS, Bf16>, 0, 0, 0, 42, 0, 0},
        {"orthogonal_axis_f32", by_default<UNITVAR_INIT_ORTHOGONAL_AXIS, F32>, 0, 0, 0, 42, 0, 0},
        {"orthogonal_axis_f64", by_default<UNITVAR_INIT_ORTHOGONAL_AXIS, F64>, 0, 0, 0, 42, 0, 0},
        {"orthogonal_axis_bf16", by_default<UNITVAR_INIT_ORTHOGONAL_AXIS, Bf16>, 0, 0, 0, 42, 0, 0},
        {"delta_orthogonal_layout_f32", by_default<UNITVAR_INIT_DELTA_ORTHOGONAL_LAYOUT, F32>, 0, 0, 0, 42, 0, 0},
        {"delta_orthogonal_layout_f64", by_default<UNITVAR_INIT_DELTA_ORTHOGONAL_LAYOUT, F64>, 0, 0, 0, 42, 0, 0},
        {"delta_orthogonal_layout_bf16", by_default<UNITVAR_INIT_DELTA_ORTHOGONAL_LAYOUT, Bf16>, 0, 0, 0, 42, 0, 0},
        {"glorot_uniform_f32", by_default<UNITVAR_INIT_GLOROT_UNIFORM, F32>, 0, 0, 0, 42, 0, 0},
        {"glorot_uniform_f64", by_default<UNITVAR_INIT_GLOROT_UNIFORM, F64>, 0, 0, 0, 42, 0, 0},
        {"glorot_uniform_bf16", by_default<UNITVAR_INIT_GLOROT_UNIFORM, Bf16>, 0, 0, 0, 42, 0, 0},
        {"glorot_normal_f32", by_default<UNITVAR_INIT_GLOROT_NORMAL, F32>, 0, 0, 0, 42, 0, 0},
        {"glorot_normal_f64", by_default<UNITVAR_INIT_GLOROT_NORMAL, F64>, 0, 0, 0, 42, 0, 0},
        {"glorot_normal_bf16", by_default<UNITVAR_INIT_GLOROT_NORMAL, Bf16>, 0, 0, 0, 42, 0, 0},
        {"he_uniform_f32", by_default<UNITVAR_INIT_HE_UNIFORM, F32>, 0, 0, 0, 42, 0, 0},
        {"he_uniform_f64", by_default<UNITVAR_INIT_HE_UNIFORM, F64>, 0, 0, 0, 42, 0, 0},
        {"he_uniform_bf16", by_default<UNITVAR_INIT_HE_UNIFORM, Bf16>, 0, 0, 0, 42, 0, 0},
        {"he_normal_f32", by_default<UNITVAR_INIT_HE_NORMAL, F32>, 0, 0, 0, 42, 0, 0},
        {"he_normal_f64", by_default<UNITVAR_INIT_HE_NORMAL, F64>, 0, 0, 0, 42, 0, 0},
        {"he_normal_bf16", by_default<UNITVAR_INIT_HE_NORMAL, Bf16>, 0, 0, 0, 42, 0, 0},
        {"lecun_uniform_f32", by_default<UNITVAR_INIT_LECUN_UNIFORM, F32>, 0, 0, 0, 42, 0, 0},
        {"lecun_uniform_f64", by_default<UNITVAR_INIT_LECUN_UNIFORM, F64>, 0, 0, 0, 42, 0, 0},
        {"lecun_uniform_bf16", by_default<UNITVAR_INIT_LECUN_UNIFORM, Bf16>, 0, 0, 0, 42, 0, 0},
        {"lecun_normal_f32", by_default<UNITVAR_INIT_LECUN_NORMAL, F32>, 0, 0, 0, 42, 0, 0},
        {"lecun_normal_f64", by_default<UNITVAR_INIT_LECUN_NORMAL, F64>, 0, 0, 0, 42, 0, 0},
        {"lecun_normal_bf16", by_default<UNITVAR_INIT_LECUN_NORMAL, Bf16>, 0, 0, 0, 42, 0, 0},
        {"identity_f32", by_default<UNITVAR_INIT_IDENTITY, F32>, 0, 0, 0, 42, 0, 0},
        {"identity_f64", by_default<UNITVAR_INIT_IDENTITY, F64>, 0, 0, 0, 42, 0, 0},
        {"identity_bf16", by_default<UNITVAR_INIT_IDENTITY, Bf16>, 0, 0, 0, 42, 0, 0},
        // end
        // clang-format on
        {"permutation-medium", permutation, medium, 0, 0, 42, 0, 0},
        {"permutation-far", permutation, 513, 0, 0, 43, far_stream, far_block},
        {"fork", fork, 128, 0, 0, 43, far_stream, far_block},
        {"moments_f32-large", moments<float, unitvar_normal_f32, unitvar_moments_update_f32>, large, 1000.0, 1.0, 42, 0,
         0},
        {"moments_f32-small", moments<float, unitvar_normal_f32, unitvar_moments_update_f32>, 45, 0.0, 1.0, 42, 0, 0},
        {"moments_f64-large", moments<double, unitvar_normal_f64, unitvar_moments_update_f64>, large, 1e6, 1.0, 42, 0,
         0},
        {"state", state, 0, 0, 0, 43, far_stream, far_block},
    },
    std::make_index_sequence<unitvar::core::draw_count>{});

struct Engine {
    std::string name;
    std::int32_t id;
};
const std::vector<Engine> engines{
    {"pcg32", UNITVAR_PCG32}, {"philox4x32", UNITVAR_PHILOX4X32}, {"ars4x32", UNITVAR_ARS4X32}};

int write_entry(const std::string &entry)
{
    for (const Engine &engine : engines)
        for (const Row &row : rows) {
            if (engine.name + "-" + row.name != entry)
                continue;
            const Source source{engine.id, row.seed, row.stream, row.block};
            const Bytes bytes = row.produce(source, row.n, row.first, row.second);
            const bool written = std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size();
            return written && std::fflush(stdout) == 0 ? 0 : 1;
        }
    std::fprintf(stderr, "golden_dump: no entry \"%s\"; --list shows them\n", entry.c_str());
    return 2;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2) {
        std::fprintf(stderr, "usage: golden_dump ENTRY | --list\n");
        return 2;
    }
    if (std::string(argv[1]) == "--list") {
        // An instruction set that this machine does not have is the runner's to skip.
        const char *const isa = std::getenv("UNITVAR_ISA");
        if (isa != nullptr && unitvar_set_isa(isa) == UNITVAR_UNSUPPORTED) {
            std::fprintf(stderr, "golden_dump: %s\n", unitvar_last_error());
            return 77;
        }
        for (const Engine &engine : engines)
            for (const Row &row : rows)
                std::printf("%s-%s\n", engine.name.c_str(), row.name.c_str());
        return 0;
    }
    try {
        return write_entry(argv[1]);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "golden_dump: %s: %s\n", argv[1], error.what());
        return 1;
    }
}
