// Keeps what section 7 of unitvar.h says of eye, dirac, sparse and variance_scaling, element by element: from the
// definitions, from a naive convolution, from words and keys that are drawn one column at a time.
#include "oracle/initializers.hpp"
#include "support/capi.hpp"
#include "support/kinds.hpp"
#include "support/scale.hpp"
#include "support/tensors.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
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

using Initialize = std::function<std::int32_t(unitvar_generator *, unitvar_tensor *)>;

std::vector<float> floats(const Lengths &shape, const Initialize &initialize)
{
    Tensor tensor(f32_dtype, shape);
    require_ok(initialize(nullptr, tensor.view()));
    CHECK(tensor.untouched_between_elements());
    return tensor.logical_values<float>();
}

void check_refused(unitvar_dtype dtype, const Lengths &shape, const Initialize &initialize, const std::string &name,
                   const std::string &value)
{
    CAPTURE(name);
    CAPTURE(dtype.bits);
    Tensor tensor(dtype, shape);
    const Generator g(UNITVAR_PCG32, 1, 0, 5);
    check_fails(initialize(g, tensor.view()), UNITVAR_INVALID_ARGUMENT, {name, value});
    CHECK(tensor.untouched());
    CHECK(g.tell() == 5);
}

// y[b][o][i] = sum over c and k of w[o][c][k] x[b][g * in / groups + c][i + k], g = o / (out / groups).
std::vector<double> convolve(const std::vector<double> &x, std::size_t batch, std::size_t in, std::size_t size,
                             const std::vector<float> &w, std::size_t out, std::size_t kernel, std::size_t groups,
                             std::size_t spatial_dims)
{
    const auto power = [&](std::size_t base) {
        std::size_t result = 1;
        for (std::size_t d = 0; d < spatial_dims; ++d)
            result *= base;
        return result;
    };
    const std::size_t valid = size - kernel + 1;
    const std::size_t channels = in / groups;
    std::vector<double> y;
    for (std::size_t b = 0; b < batch; ++b)
        for (std::size_t o = 0; o < out; ++o)
            for (std::size_t i = 0; i < power(valid); ++i) {
                double sum = 0;
                for (std::size_t c = 0; c < channels; ++c)
                    for (std::size_t k = 0; k < power(kernel); ++k) {
                        std::size_t position = 0; // of x, by the digits of i and k
                        std::size_t step = 1;
                        std::size_t rest_i = i;
                        std::size_t rest_k = k;
                        for (std::size_t d = 0; d < spatial_dims; ++d) {
                            position += (rest_i % valid + rest_k % kernel) * step;
                            step *= size;
                            rest_i /= valid;
                            rest_k /= kernel;
                        }
                        const std::size_t channel = o / (out / groups) * channels + c;
                        sum += static_cast<double>(w[(o * channels + c) * power(kernel) + k]) *
                               x[(b * in + channel) * power(size) + position];
                    }
                y.push_back(sum);
            }
    return y;
}

// sparse, straight from the header: normals, and for each column the rows of its smallest (key, row).
template <class T>
std::vector<T> naive_sparse(const Engine &engine, std::uint64_t block, std::size_t rows, std::size_t columns,
                            double sparsity, double std, std::uint64_t &end)
{
    const Generator g(engine, 60, 61, block);
    std::vector<T> values(rows * columns);
    if constexpr (sizeof(T) == 4)
        require_ok(unitvar_normal_f32(g, values.data(), values.size(), 0.0, std));
    else
        require_ok(unitvar_normal_f64(g, values.data(), values.size(), 0.0, std));
    const std::uint64_t first_key_block = g.tell();
    const std::uint64_t blocks_per_column = (rows + 63) / 64;
    const auto zeros = static_cast<std::size_t>(std::ceil(sparsity * static_cast<double>(rows)));
    for (std::size_t column = 0; column < columns; ++column) {
        const Generator keys(engine, 60, 61, first_key_block + column * blocks_per_column);
        const std::vector<std::uint32_t> key = filled<std::uint32_t>(unitvar_bits_u32, keys, rows);
        std::vector<std::pair<std::uint32_t, std::size_t>> order;
        for (std::size_t row = 0; row < rows; ++row)
            order.push_back({key[row], row});
        std::sort(order.begin(), order.end());
        for (std::size_t i = 0; i < zeros; ++i)
            values[order[i].second * columns + column] = T(0);
    }
    end = first_key_block + columns * blocks_per_column;
    return values;
}

template <class T> void check_sparse(unitvar_dtype dtype, const Engine &engine, std::size_t rows, std::size_t columns)
{
    for (const double sparsity : {0.0, 0.1, 0.37, 0.5, 0.9, 1.0}) {
        CAPTURE(rows);
        CAPTURE(columns);
        CAPTURE(sparsity);
        Tensor tensor(dtype, {static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns)});
        const Generator g(engine, 60, 61, 9);
        require_ok(unitvar_init_sparse(g, tensor.view(), sparsity, 0.25));
        std::uint64_t end = 0;
        const std::vector<T> expected = naive_sparse<T>(engine, 9, rows, columns, sparsity, 0.25, end);
        const std::vector<T> values = tensor.logical_values<T>();
        const bool equal = values == expected;
        CHECK(equal);
        CHECK(g.tell() == end);
        const auto zeros = static_cast<std::ptrdiff_t>(std::ceil(sparsity * static_cast<double>(rows)));
        for (std::size_t column = 0; column < columns; ++column) {
            std::ptrdiff_t found = 0;
            for (std::size_t row = 0; row < rows; ++row)
                found += values[row * columns + column] == T(0) ? 1 : 0;
            if (found != zeros)
                CHECK(found == zeros);
        }
    }
}

void check_same(unitvar_dtype dtype, const Lengths &shape, const Initialize &one, const Initialize &other)
{
    for (const Engine &engine : support::engines()) {
        Tensor a(dtype, shape);
        Tensor b(dtype, shape);
        const Generator g(engine, 9, 9, 9);
        const Generator h(engine, 9, 9, 9);
        require_ok(one(g, a.view()));
        require_ok(other(h, b.view()));
        const bool equal = a.logical_bytes() == b.logical_bytes();
        CHECK(equal);
        CHECK(g.tell() == h.tell());
    }
}

} // namespace

TEST_CASE("eye is one where both indices are equal and zero elsewhere")
{
    const Initialize eye = [](unitvar_generator *, unitvar_tensor *t) { return unitvar_init_eye(t); };
    for (const Lengths &shape : {Lengths{1, 1}, Lengths{5, 5}, Lengths{3, 70}, Lengths{70, 3}, Lengths{1, 9},
                                 Lengths{9, 1}, Lengths{101, 103}}) {
        const std::vector<float> values = floats(shape, eye);
        for (std::int64_t i = 0; i < shape[0]; ++i)
            for (std::int64_t j = 0; j < shape[1]; ++j)
                if (values[static_cast<std::size_t>(i * shape[1] + j)] != (i == j ? 1.0f : 0.0f))
                    FAIL("element ", i, ", ", j);
    }
    for (const Lengths &shape : {Lengths{}, Lengths{4}, Lengths{4, 4, 4}, Lengths{0, 4, 4}})
        check_refused(f32_dtype, shape, eye, "ndim", std::to_string(shape.size()));
}

TEST_CASE("identity is the gain where both indices are equal and zero elsewhere")
{
    for (const double gain : {1.0, -2.5, 0.1, 0.0})
        for (const Lengths &shape : {Lengths{1, 1}, Lengths{5, 5}, Lengths{3, 70}, Lengths{70, 3}}) {
            const std::vector<float> values =
                floats(shape, [=](unitvar_generator *, unitvar_tensor *t) { return unitvar_init_identity(t, gain); });
            for (std::int64_t i = 0; i < shape[0]; ++i)
                for (std::int64_t j = 0; j < shape[1]; ++j)
                    if (values[static_cast<std::size_t>(i * shape[1] + j)] !=
                        (i == j ? static_cast<float>(gain) : 0.0f))
                        FAIL("element ", i, ", ", j);
        }
    const auto identity = [](double gain) {
        return [=](unitvar_generator *, unitvar_tensor *t) { return unitvar_init_identity(t, gain); };
    };
    for (const Lengths &shape : {Lengths{}, Lengths{4}, Lengths{4, 4, 4}})
        check_refused(f32_dtype, shape, identity(1), "ndim", std::to_string(shape.size()));
    check_refused(f32_dtype, {3, 3}, identity(infinity), "gain", "inf");
    check_refused(f32_dtype, {3, 3}, identity(not_a_number), "gain", "nan");
    check_refused(support::f16_dtype, {3, 3}, identity(70000), "gain", "70000");
}

TEST_CASE("dirac has its ones at the spatial centre of the channels' diagonal, in each group")
{
    for (const Lengths &shape : {Lengths{6, 4, 5}, Lengths{6, 2, 4, 3}, Lengths{12, 5, 3, 2, 5}, Lengths{6, 9, 1},
                                 Lengths{6, 1, 2, 2}, Lengths{30, 7, 2}})
        for (const std::int64_t groups : {1, 2, 3, 6}) {
            CAPTURE(groups);
            const std::vector<float> values =
                floats(shape, [=](unitvar_generator *, unitvar_tensor *t) { return unitvar_init_dirac(t, groups); });
            std::size_t spatial = 1;
            std::size_t center = 0;
            for (std::size_t d = 2; d < shape.size(); ++d) {
                const auto length = static_cast<std::size_t>(shape[d]);
                spatial *= length;
                center = center * length + length / 2;
            }
            const auto channels = static_cast<std::size_t>(shape[1]);
            const auto per_group = static_cast<std::size_t>(shape[0] / groups);
            std::vector<float> expected(values.size(), 0.0f);
            for (std::size_t group = 0; group < static_cast<std::size_t>(groups); ++group)
                for (std::size_t d = 0; d < std::min(per_group, channels); ++d)
                    expected[((group * per_group + d) * channels + d) * spatial + center] = 1.0f;
            const bool equal = values == expected;
            CHECK(equal);
            const std::int64_t ones = std::min(shape[0] / groups, shape[1]) * groups;
            CHECK(std::count(values.begin(), values.end(), 1.0f) == ones);
            CHECK(std::count(values.begin(), values.end(), 0.0f) == static_cast<std::int64_t>(values.size()) - ones);
        }
}

TEST_CASE("a convolution with a dirac kernel is the identity, in 1 to 3 dimensions and in groups")
{
    const std::size_t batch = support::quick() ? 2 : 8;
    const std::size_t in = 3;
    const std::size_t out = 9;
    const std::size_t size = 5;
    const std::size_t kernel = 3;
    for (const std::size_t dims : {1u, 2u, 3u})
        for (const std::size_t groups : {1u, 3u}) {
            CAPTURE(dims);
            CAPTURE(groups);
            Lengths shape(2 + dims, static_cast<std::int64_t>(kernel));
            shape[0] = static_cast<std::int64_t>(out);
            shape[1] = static_cast<std::int64_t>(in / groups);
            const std::vector<float> w = floats(shape, [=](unitvar_generator *, unitvar_tensor *t) {
                return unitvar_init_dirac(t, static_cast<std::int64_t>(groups));
            });
            std::size_t image = 1;
            std::size_t interior = 1;
            for (std::size_t d = 0; d < dims; ++d) {
                image *= size;
                interior *= size - kernel + 1;
            }
            const std::vector<double> x =
                filled<double>(unitvar_normal_f64, Generator(UNITVAR_PCG32, 8), batch * in * image, 0.0, 1.0);
            const std::vector<double> y = convolve(x, batch, in, size, w, out, kernel, groups, dims);
            bool identical = true;
            for (std::size_t b = 0; b < batch; ++b)
                for (std::size_t o = 0; o < out; ++o)
                    for (std::size_t i = 0; i < interior; ++i) {
                        std::size_t position = 0;
                        std::size_t step = 1;
                        for (std::size_t d = 0, rest = i; d < dims; ++d, rest /= size - kernel + 1, step *= size)
                            position += (rest % (size - kernel + 1) + kernel / 2) * step;
                        const std::size_t group = o / (out / groups);
                        const std::size_t channel = o % (out / groups);
                        const double expected = channel < in / groups
                                                    ? x[(b * in + group * (in / groups) + channel) * image + position]
                                                    : 0.0;
                        identical = identical && y[(b * out + o) * interior + i] == expected;
                    }
            CHECK(identical);
        }
}

TEST_CASE("dirac refuses other than 3 to 5 dimensions and groups that do not divide the outputs")
{
    const auto dirac = [](std::int64_t groups) {
        return [=](unitvar_generator *, unitvar_tensor *t) { return unitvar_init_dirac(t, groups); };
    };
    for (const Lengths &shape : {Lengths{}, Lengths{4}, Lengths{4, 4}, Lengths{2, 2, 2, 2, 2, 2}, Lengths{0, 4}})
        check_refused(f32_dtype, shape, dirac(1), "ndim", std::to_string(shape.size()));
    const std::int64_t smallest = std::numeric_limits<std::int64_t>::min();
    for (const std::int64_t groups : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{4}, std::int64_t{12}, smallest})
        check_refused(f32_dtype, {6, 3, 3}, dirac(groups), "groups", std::to_string(groups));
}

TEST_CASE("sparse is the normal initialiser without the rows of each column's smallest keys")
{
    const std::vector<std::pair<std::size_t, std::size_t>> shapes{{1, 1},   {1, 70},  {70, 1},    {2, 3},
                                                                  {64, 64}, {65, 63}, {130, 129}, {10, 200}};
    for (const Engine &engine : support::engines()) {
        for (const auto &[rows, columns] : shapes) {
            check_sparse<float>(f32_dtype, engine, rows, columns);
            check_sparse<double>(f64_dtype, engine, rows, columns);
        }
        check_sparse<float>(f32_dtype, engine, support::quick() ? 300 : 5000, support::quick() ? 7 : 70);
    }
}

TEST_CASE("sparse refuses other than 2 dimensions, a sparsity outside 0 to 1 and what normal refuses")
{
    const auto sparse = [](double sparsity, double std) {
        return [=](unitvar_generator *g, unitvar_tensor *t) { return unitvar_init_sparse(g, t, sparsity, std); };
    };
    for (const Lengths &shape : {Lengths{}, Lengths{4}, Lengths{4, 4, 4}, Lengths{0, 4, 4}})
        check_refused(f32_dtype, shape, sparse(0.1, 0.01), "ndim", std::to_string(shape.size()));
    for (const auto &dtype : support::dtypes()) {
        for (const double wrong : {-0.5, 1.5, infinity, -infinity})
            check_refused(dtype.dtype, {4, 4}, sparse(wrong, 1.0), "sparsity",
                          wrong == infinity    ? "inf"
                          : wrong == -infinity ? "-inf"
                          : wrong < 0          ? "-0.5"
                                               : "1.5");
        check_refused(dtype.dtype, {4, 4}, sparse(not_a_number, 1.0), "sparsity", "nan");
        check_refused(dtype.dtype, {4, 4}, sparse(0.5, -1.5), "std", "-1.5");
        check_refused(dtype.dtype, {4, 4}, sparse(0.5, not_a_number), "std", "nan");
        check_refused(dtype.dtype, {4, 4}, sparse(0.0, infinity), "std", "inf");
        check_refused(dtype.dtype, {0, 4}, sparse(0.5, -1.5), "std", "-1.5");
    }
    check_refused(support::f16_dtype, {4, 4}, sparse(0.5, 7e4), "std", "70000");
}

TEST_CASE("variance_scaling is lecun, glorot and he by scale, fan and distribution")
{
    for (const Lengths &shape :
         {Lengths{1, 1}, Lengths{33, 64}, Lengths{60, 7}, Lengths{5, 4, 3}, Lengths{16, 3, 7, 7}})
        for (const auto &dtype : support::dtypes())
            for (const auto &named : {std::pair{1.0, UNITVAR_FAN_IN}, std::pair{1.0, UNITVAR_FAN_AVG},
                                      std::pair{2.0, UNITVAR_FAN_IN}, std::pair{0.3, UNITVAR_FAN_OUT}}) {
                const double scale = named.first;
                const int fan_mode = named.second;
                CAPTURE(scale);
                CAPTURE(fan_mode);
                CAPTURE(dtype.name);
                const auto [in, out] = oracle::fans(shape);
                const double fan = fan_mode == UNITVAR_FAN_IN    ? static_cast<double>(in)
                                   : fan_mode == UNITVAR_FAN_OUT ? static_cast<double>(out)
                                                                 : static_cast<double>(in + out) / 2.0;
                const double std = std::sqrt(scale / fan);
                const double bound = oracle::uniform_bound(std);
                const double wide = std / 0.87962566103423978;
                const auto scaling = [&](std::int32_t distribution) -> Initialize {
                    return [scale, fan_mode, distribution](unitvar_generator *g, unitvar_tensor *t) {
                        return unitvar_init_variance_scaling(g, t, scale, fan_mode, distribution);
                    };
                };
                check_same(dtype.dtype, shape, scaling(UNITVAR_UNIFORM), [=](unitvar_generator *g, unitvar_tensor *t) {
                    return unitvar_init_uniform(g, t, -bound, bound);
                });
                check_same(dtype.dtype, shape, scaling(UNITVAR_NORMAL), [=](unitvar_generator *g, unitvar_tensor *t) {
                    return unitvar_init_normal(g, t, 0.0, std);
                });
                check_same(dtype.dtype, shape, scaling(UNITVAR_TRUNCATED_NORMAL),
                           [=](unitvar_generator *g, unitvar_tensor *t) {
                               return unitvar_init_trunc_normal(g, t, 0.0, wide, -2 * wide, 2 * wide);
                           });
            }
}

TEST_CASE("variance_scaling has the variance scale / fan, truncated or not")
{
    const std::int64_t side = support::quick() ? 100 : 400;
    for (const std::int32_t distribution : {UNITVAR_UNIFORM, UNITVAR_NORMAL, UNITVAR_TRUNCATED_NORMAL}) {
        CAPTURE(distribution);
        Tensor tensor(f64_dtype, {side, side});
        require_ok(unitvar_init_variance_scaling(Generator(UNITVAR_PCG32, 5), tensor.view(), 2.0, UNITVAR_FAN_IN,
                                                 distribution));
        double square = 0;
        for (const double x : tensor.logical_values<double>())
            square += x * x;
        const auto n = static_cast<double>(side * side);
        const double variance = square / n;
        const double expected = 2.0 / static_cast<double>(side);
        // The kurtosis is 3 or less, so the variance's relative standard error is sqrt(2 / n) or less.
        CHECK(std::abs(variance / expected - 1) < 5 * std::sqrt(2 / n));
    }
}

TEST_CASE("variance_scaling refuses a scale that is not positive, unknown modes and too few dimensions")
{
    const auto scaling = [](double scale, std::int32_t fan_mode, std::int32_t distribution) {
        return [=](unitvar_generator *g, unitvar_tensor *t) {
            return unitvar_init_variance_scaling(g, t, scale, fan_mode, distribution);
        };
    };
    for (const auto &dtype : support::dtypes()) {
        for (const std::int32_t distribution : {UNITVAR_UNIFORM, UNITVAR_NORMAL, UNITVAR_TRUNCATED_NORMAL}) {
            check_refused(dtype.dtype, {3, 5}, scaling(0.0, UNITVAR_FAN_IN, distribution), "scale", "0");
            check_refused(dtype.dtype, {3, 5}, scaling(-1.5, UNITVAR_FAN_IN, distribution), "scale", "-1.5");
            check_refused(dtype.dtype, {3, 5}, scaling(not_a_number, UNITVAR_FAN_IN, distribution), "scale", "nan");
            check_refused(dtype.dtype, {3, 5}, scaling(infinity, UNITVAR_FAN_IN, distribution), "scale", "inf");
            check_refused(dtype.dtype, {5}, scaling(1.0, UNITVAR_FAN_IN, distribution), "ndim", "1");
            for (const std::int32_t unknown : {-1, 4, 4711})
                check_refused(dtype.dtype, {3, 5}, scaling(1.0, unknown, distribution), "fan_mode",
                              std::to_string(unknown));
        }
        for (const std::int32_t unknown : {-1, 3, 4711})
            check_refused(dtype.dtype, {3, 5}, scaling(1.0, UNITVAR_FAN_IN, unknown), "distribution",
                          std::to_string(unknown));
    }
    check_refused(support::f16_dtype, {3, 5}, scaling(1e11, UNITVAR_FAN_IN, UNITVAR_NORMAL), "scale", "1e+11");
    check_refused(f32_dtype, {3, 5}, scaling(1e80, UNITVAR_FAN_IN, UNITVAR_TRUNCATED_NORMAL), "scale", "1e+80");
}
