// Keeps section 7 of unitvar.h for tensors in row-major order: gains, fans and constants have their exact values, and
// every random initialiser writes, bit for bit, what the sampler writes with the deviation or bound that
// torch.nn.init computes in double. Tensors without elements are left alone.
#include "oracle/initializers.hpp"
#include "support/capi.hpp"
#include "support/tables.hpp"
#include "support/tensors.hpp"

#include <bit>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using support::check_fails;
using support::Engine;
using support::f32_dtype;
using support::f64_dtype;
using support::filled;
using support::Generator;
using support::Lengths;
using support::require_ok;
using support::Tensor;

namespace {

const double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

const std::vector<std::int32_t> nonlinearities{UNITVAR_LINEAR, UNITVAR_SIGMOID,    UNITVAR_TANH,
                                               UNITVAR_RELU,   UNITVAR_LEAKY_RELU, UNITVAR_SELU,
                                               UNITVAR_GELU,   UNITVAR_MISH,       UNITVAR_GAIN};

const std::vector<Lengths> shapes{{1, 1},        {3, 5},          {33, 64},           {7, 60}, {60, 7}, {5, 4, 3},
                                  {16, 3, 7, 7}, {2, 3, 4, 5, 6}, {1, 1, 1, 1, 1, 1}, {129, 9}};

using Initialize = std::function<std::int32_t(unitvar_generator *, unitvar_tensor *)>;

double gain_of(std::int32_t nonlinearity, double param)
{
    double gain = -1.0;
    require_ok(unitvar_calculate_gain(nonlinearity, param, &gain));
    return gain;
}

struct Fans {
    std::int64_t in;
    std::int64_t out;
    bool operator==(const Fans &) const = default;
};

Fans fans_of(Lengths shape)
{
    unitvar_tensor t{};
    t.device = {1, 0};
    t.dtype = f32_dtype;
    t.ndim = static_cast<std::int32_t>(shape.size());
    t.shape = shape.data();
    Fans fans{-1, -1};
    require_ok(unitvar_calculate_fans(&t, &fans.in, &fans.out));
    return fans;
}

// NaN means the default where the slope matters, and nothing where it does not.
std::vector<double> slopes(std::int32_t nonlinearity)
{
    if (nonlinearity != UNITVAR_LEAKY_RELU)
        return nonlinearity == UNITVAR_GAIN ? std::vector<double>{0.2, 3.0} : std::vector<double>{0.2, not_a_number};
    return {0.0, 0.2, std::sqrt(5.0), not_a_number};
}

// The tensor holds what the sampler writes for the same generator, and the generators have moved as far.
template <class T, class Fill>
void check_equals_sampler(unitvar_dtype dtype, const Lengths &shape, const Engine &engine, const Initialize &initialize,
                          Fill fill, double first, double second)
{
    Tensor tensor(dtype, shape);
    const Generator g(engine, 2718, 28, 1828);
    require_ok(initialize(g, tensor.view()));
    const Generator sampled(engine, 2718, 28, 1828);
    const bool equal = tensor.logical_values<T>() == filled<T>(fill, sampled, tensor.elements(), first, second);
    CAPTURE(engine.name);
    CAPTURE(dtype.bits);
    CAPTURE(shape.size());
    CHECK(equal);
    CHECK(g.tell() == sampled.tell());
    CHECK(tensor.untouched_between_elements());
}

void check_uniform(const Lengths &shape, const Initialize &initialize, double low, double high)
{
    for (const Engine &engine : support::engines()) {
        check_equals_sampler<float>(f32_dtype, shape, engine, initialize, unitvar_uniform_f32, low, high);
        check_equals_sampler<double>(f64_dtype, shape, engine, initialize, unitvar_uniform_f64, low, high);
    }
}

void check_normal(const Lengths &shape, const Initialize &initialize, double mean, double std)
{
    for (const Engine &engine : support::engines()) {
        check_equals_sampler<float>(f32_dtype, shape, engine, initialize, unitvar_normal_f32, mean, std);
        check_equals_sampler<double>(f64_dtype, shape, engine, initialize, unitvar_normal_f64, mean, std);
    }
}

} // namespace

TEST_CASE("the gains are PyTorch's to the last bit")
{
    for (const double param : {not_a_number, 0.0, 0.01, 10.0, -3.0}) {
        CHECK(gain_of(UNITVAR_LINEAR, param) == 1.0);
        CHECK(gain_of(UNITVAR_SIGMOID, param) == 1.0);
        CHECK(gain_of(UNITVAR_TANH, param) == 1.6666666666666667);
        CHECK(gain_of(UNITVAR_RELU, param) == 1.4142135623730951);
        CHECK(gain_of(UNITVAR_SELU, param) == 0.75);
    }
    CHECK(gain_of(UNITVAR_LEAKY_RELU, not_a_number) == 1.4141428569978354);
    CHECK(gain_of(UNITVAR_LEAKY_RELU, 0.01) == 1.4141428569978354);
    CHECK(gain_of(UNITVAR_LEAKY_RELU, 0.0) == 1.4142135623730951);
    CHECK(gain_of(UNITVAR_LEAKY_RELU, 10.0) == 0.14071950894605836);
    CHECK(gain_of(UNITVAR_LEAKY_RELU, -10.0) == 0.14071950894605836);
    for (const double slope : {1e-3, 0.2, 1.0 / 3.0, std::sqrt(5.0), 5.5, 1e100})
        CHECK(gain_of(UNITVAR_LEAKY_RELU, slope) == oracle::gain(UNITVAR_LEAKY_RELU, slope));
}

TEST_CASE("the gains of gelu, silu, elu, softplus and mish make E f(z)^2 one")
{
    const auto softplus = [](long double z) { return std::log1p(std::exp(z)); };
    const std::vector<std::pair<std::int32_t, std::function<long double(long double)>>> analytic{
        {UNITVAR_GELU, [](long double z) { return z * std::erfc(-z / std::sqrt(2.0L)) / 2; }},
        {UNITVAR_SILU, [](long double z) { return z / (1 + std::exp(-z)); }},
        {UNITVAR_SOFTPLUS, softplus},
        {UNITVAR_MISH, [&](long double z) { return z * std::tanh(softplus(z)); }}};
    const long double pi = std::acos(-1.0L);
    for (const auto &[constant, f] : analytic) {
        const std::int32_t nonlinearity = constant;
        // The trapezoidal rule, whose error for functions that are analytic about the real line is far below an ulp.
        const long double step = 1.0L / 64;
        long double moment = 0;
        for (int i = -16 * 64; i <= 16 * 64; ++i) {
            const long double z = i * step;
            moment += f(z) * f(z) * std::exp(-z * z / 2) * step / std::sqrt(2 * pi);
        }
        CAPTURE(nonlinearity);
        CHECK(std::abs(gain_of(nonlinearity, 0.0) * std::sqrt(moment) - 1) < 2e-16L);
        CHECK(gain_of(nonlinearity, not_a_number) == gain_of(nonlinearity, 0.3));
    }
    // exp(z) - 1 below 0 and z above, by completed squares.
    const long double e = std::exp(1.0L);
    const long double elu = 1 + e * e * std::erfc(std::sqrt(2.0L)) / 2 - std::sqrt(e) * std::erfc(std::sqrt(0.5L));
    CHECK(std::abs(gain_of(UNITVAR_ELU, not_a_number) * std::sqrt(elu) - 1) < 2e-16L);
}

TEST_CASE("a gain of one's own is itself, and one that is negative or not finite is refused")
{
    for (const double own : {0.0, 1.0, 1.7, 1e-300, 1e300})
        CHECK(gain_of(UNITVAR_GAIN, own) == own);
    double gain = -77.0;
    for (const double bad : {-0.5, infinity, -infinity, not_a_number}) {
        check_fails(unitvar_calculate_gain(UNITVAR_GAIN, bad, &gain), UNITVAR_INVALID_ARGUMENT, {"param"});
        Tensor tensor(f32_dtype, {3, 5});
        const Generator g(UNITVAR_PCG32, 1, 0, 5);
        check_fails(unitvar_init_kaiming_normal(g, tensor.view(), bad, UNITVAR_FAN_IN, UNITVAR_GAIN),
                    UNITVAR_INVALID_ARGUMENT, {"a is"});
        CHECK(tensor.untouched());
        CHECK(g.tell() == 5);
    }
    CHECK(gain == -77.0);
}

TEST_CASE("an unknown nonlinearity or an infinite slope is refused")
{
    double gain = -77.0;
    for (const std::int32_t unknown : {-1, 12, 4711})
        check_fails(unitvar_calculate_gain(unknown, 0.0, &gain), UNITVAR_INVALID_ARGUMENT,
                    {"nonlinearity", std::to_string(unknown)});
    check_fails(unitvar_calculate_gain(UNITVAR_LEAKY_RELU, infinity, &gain), UNITVAR_INVALID_ARGUMENT,
                {"param", "inf"});
    check_fails(unitvar_calculate_gain(UNITVAR_LEAKY_RELU, -infinity, &gain), UNITVAR_INVALID_ARGUMENT,
                {"param", "-inf"});
    check_fails(unitvar_calculate_gain(UNITVAR_RELU, 0.0, nullptr), UNITVAR_INVALID_ARGUMENT, {"gain", "NULL"});
    CHECK(gain == -77.0);
}

TEST_CASE("fan_in is shape[1] and fan_out is shape[0], times the receptive field")
{
    CHECK(fans_of({3, 5}) == Fans{5, 3});
    CHECK(fans_of({64, 3, 7, 7}) == Fans{147, 3136});
    CHECK(fans_of({2, 3, 4, 5, 6}) == Fans{360, 240});
    CHECK(fans_of({5, 4, 3}) == Fans{12, 15});
    CHECK(fans_of({0, 3}) == Fans{3, 0});
    CHECK(fans_of({3, 0, 5}) == Fans{0, 15});
    CHECK(fans_of({3, 4, 0}) == Fans{0, 0});
    CHECK(fans_of({std::int64_t{1} << 31, std::int64_t{1} << 29}) ==
          Fans{std::int64_t{1} << 29, std::int64_t{1} << 31});
}

TEST_CASE("fans of fewer than two dimensions do not exist")
{
    for (const std::int32_t ndim : {0, 1}) {
        std::int64_t length = 5;
        unitvar_tensor t{};
        t.device = {1, 0};
        t.dtype = f32_dtype;
        t.ndim = ndim;
        t.shape = &length;
        std::int64_t fan_in = -77;
        std::int64_t fan_out = -77;
        check_fails(unitvar_calculate_fans(&t, &fan_in, &fan_out), UNITVAR_INVALID_ARGUMENT, {std::to_string(ndim)});
        CHECK(fan_in == -77);
        CHECK(fan_out == -77);
    }
}

TEST_CASE("missing pointers of calculate_fans are refused by name")
{
    Tensor tensor(f32_dtype, {2, 3});
    std::int64_t fan = -77;
    check_fails(unitvar_calculate_fans(nullptr, &fan, &fan), UNITVAR_INVALID_ARGUMENT, {"t", "NULL"});
    check_fails(unitvar_calculate_fans(tensor.view(), nullptr, &fan), UNITVAR_INVALID_ARGUMENT, {"fan_in", "NULL"});
    check_fails(unitvar_calculate_fans(tensor.view(), &fan, nullptr), UNITVAR_INVALID_ARGUMENT, {"fan_out", "NULL"});
    CHECK(fan == -77);
}

TEST_CASE("a constant is the value rounded to the type, infinities and NaN included")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const double value : {0.0, -0.0, 1.0, 0.1, -2.5, 1e39, -1e39, 1e-46, infinity, -infinity, FLT_MAX + 1e31})
            for (const Lengths &shape : shapes) {
                Tensor single(f32_dtype, shape);
                require_ok(unitvar_init_constant(single.view(), value));
                const auto expected = std::bit_cast<std::uint32_t>(static_cast<float>(value));
                const std::vector<std::uint32_t> bits = single.logical_values<std::uint32_t>();
                CHECK(bits == std::vector<std::uint32_t>(bits.size(), expected));
                CHECK(single.untouched_between_elements());
                Tensor wide(f64_dtype, shape);
                require_ok(unitvar_init_constant(wide.view(), value));
                const std::vector<std::uint64_t> wide_bits = wide.logical_values<std::uint64_t>();
                CHECK(wide_bits == std::vector<std::uint64_t>(wide_bits.size(), std::bit_cast<std::uint64_t>(value)));
                CHECK(wide.untouched_between_elements());
            }
        Tensor single(f32_dtype, {3, 5});
        require_ok(unitvar_init_constant(single.view(), not_a_number));
        for (const float x : single.logical_values<float>())
            CHECK(std::isnan(x));
    }
}

TEST_CASE("zeros are positive zero and ones are one")
{
    for (const Lengths &shape : shapes) {
        Tensor zeros(f32_dtype, shape);
        require_ok(unitvar_init_zeros(zeros.view()));
        CHECK(zeros.logical_bytes() == std::vector<unsigned char>(4 * zeros.elements(), 0));
        Tensor ones(f64_dtype, shape);
        require_ok(unitvar_init_ones(ones.view()));
        CHECK(ones.logical_values<double>() == std::vector<double>(ones.elements(), 1.0));
    }
}

TEST_CASE("init_uniform and init_normal are the samplers")
{
    for (const Lengths &shape : shapes) {
        check_uniform(
            shape, [](unitvar_generator *g, unitvar_tensor *t) { return unitvar_init_uniform(g, t, -0.37, 1.9); },
            -0.37, 1.9);
        check_uniform(
            shape, [](unitvar_generator *g, unitvar_tensor *t) { return unitvar_init_uniform(g, t, 2.5, 2.5); }, 2.5,
            2.5);
        check_normal(
            shape, [](unitvar_generator *g, unitvar_tensor *t) { return unitvar_init_normal(g, t, 1.5, 0.02); }, 1.5,
            0.02);
        check_normal(
            shape, [](unitvar_generator *g, unitvar_tensor *t) { return unitvar_init_normal(g, t, 1.5, 0.0); }, 1.5,
            0.0);
    }
}

TEST_CASE("xavier has the deviation gain * sqrt(2 / (fan_in + fan_out))")
{
    for (const Lengths &shape : shapes)
        for (const double gain : {1.0, 5.0 / 3.0, 0.1, 0.0}) {
            CAPTURE(gain);
            const double std = oracle::xavier_std(shape, gain);
            const double bound = oracle::uniform_bound(std);
            check_normal(
                shape, [=](unitvar_generator *g, unitvar_tensor *t) { return unitvar_init_xavier_normal(g, t, gain); },
                0.0, std);
            check_uniform(
                shape, [=](unitvar_generator *g, unitvar_tensor *t) { return unitvar_init_xavier_uniform(g, t, gain); },
                -bound, bound);
        }
}

TEST_CASE("kaiming has the deviation gain / sqrt(fan)")
{
    for (const Lengths &shape : shapes)
        for (const std::int32_t fan_mode : {UNITVAR_FAN_IN, UNITVAR_FAN_OUT, UNITVAR_FAN_AVG, UNITVAR_FAN_GEO_AVG})
            for (const std::int32_t nonlinearity : nonlinearities)
                for (const double a : slopes(nonlinearity)) {
                    CAPTURE(fan_mode);
                    CAPTURE(nonlinearity);
                    CAPTURE(a);
                    const double std = oracle::kaiming_std(shape, a, fan_mode, nonlinearity);
                    const double bound = oracle::uniform_bound(std);
                    check_normal(
                        shape,
                        [=](unitvar_generator *g, unitvar_tensor *t) {
                            return unitvar_init_kaiming_normal(g, t, a, fan_mode, nonlinearity);
                        },
                        0.0, std);
                    check_uniform(
                        shape,
                        [=](unitvar_generator *g, unitvar_tensor *t) {
                            return unitvar_init_kaiming_uniform(g, t, a, fan_mode, nonlinearity);
                        },
                        -bound, bound);
                }
}

TEST_CASE("a scalar tensor has one element and needs no shape")
{
    for (const Engine &engine : support::engines()) {
        Tensor tensor(f32_dtype, {});
        tensor.view()->shape = nullptr;
        const Generator g(engine, 1);
        require_ok(unitvar_init_normal(g, tensor.view(), 0.0, 1.0));
        CHECK(tensor.logical_values<float>() == filled<float>(unitvar_normal_f32, Generator(engine, 1), 1, 0.0, 1.0));
        CHECK(g.tell() == 1);
        require_ok(unitvar_init_constant(tensor.view(), 7.0));
        CHECK(tensor.logical_values<float>() == std::vector<float>{7.0f});
    }
}

TEST_CASE("a tensor of 64 dimensions is initialised")
{
    Lengths shape(64, 1);
    shape[63] = 5;
    Tensor tensor(f32_dtype, shape);
    const Generator g(UNITVAR_PCG32, 1);
    require_ok(unitvar_init_uniform(g, tensor.view(), 0.0, 1.0));
    CHECK(tensor.logical_values<float>() ==
          filled<float>(unitvar_uniform_f32, Generator(UNITVAR_PCG32, 1), 5, 0.0, 1.0));
}

TEST_CASE("a tensor without elements succeeds and moves nothing")
{
    for (const Engine &engine : support::engines())
        for (Lengths shape : {Lengths{0, 3}, Lengths{3, 0}, Lengths{0, 0}, Lengths{2, 3, 0, 4}})
            for (const unitvar_dtype dtype : {f32_dtype, f64_dtype}) {
                unitvar_tensor t{};
                t.device = {1, 0};
                t.dtype = dtype;
                t.ndim = static_cast<std::int32_t>(shape.size());
                t.shape = shape.data();
                const Generator g(engine, 1, 0, 5);
                require_ok(unitvar_init_constant(&t, 1.0));
                require_ok(unitvar_init_zeros(&t));
                require_ok(unitvar_init_ones(&t));
                require_ok(unitvar_init_uniform(g, &t, 0.0, 1.0));
                require_ok(unitvar_init_normal(g, &t, 0.0, 1.0));
                require_ok(unitvar_init_xavier_uniform(g, &t, 1.0));
                require_ok(unitvar_init_xavier_normal(g, &t, 1.0));
                for (const std::int32_t fan_mode :
                     {UNITVAR_FAN_IN, UNITVAR_FAN_OUT, UNITVAR_FAN_AVG, UNITVAR_FAN_GEO_AVG}) {
                    require_ok(unitvar_init_kaiming_uniform(g, &t, 0.0, fan_mode, UNITVAR_RELU));
                    require_ok(unitvar_init_kaiming_normal(g, &t, 0.0, fan_mode, UNITVAR_RELU));
                }
                CHECK(g.tell() == 5);
            }
}

TEST_CASE("a tensor without elements may have lengths whose product would overflow")
{
    const Generator g(UNITVAR_PCG32, 1, 0, 5);
    for (Lengths shape : {Lengths{std::int64_t{1} << 40, std::int64_t{1} << 40, 0},
                          Lengths{0, std::int64_t{1} << 62, std::int64_t{1} << 62}}) {
        unitvar_tensor t{};
        t.device = {1, 0};
        t.dtype = f64_dtype;
        t.ndim = 3;
        t.shape = shape.data();
        require_ok(unitvar_init_zeros(&t));
        require_ok(unitvar_init_normal(g, &t, 0.0, 1.0));
        CHECK(g.tell() == 5);
    }
}
