// Keeps the errors of sections 9 and 10 of unitvar.h: status and message for each bad argument, and no output touched.
#include "support/arrays.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using support::Array;
using support::check_fails;

namespace {

constexpr std::int32_t invalid = UNITVAR_INVALID_ARGUMENT;
constexpr std::int32_t unsupported = UNITVAR_UNSUPPORTED;
const double not_a_number = std::numeric_limits<double>::quiet_NaN();
const double infinity = std::numeric_limits<double>::infinity();

// x (2, 4, 3) and what norms take and give, marked so that a write shows.
struct Fixture {
    Array<float> x{{2, 4, 3}, support::random_values<float>(24, 1)};
    Array<float> y{{2, 4, 3}, std::vector<float>(24, -7)};
    Array<float> other{{2, 4, 2}, std::vector<float>(16, -7)};
    Array<float> channels{{4}, {-7, -7, -7, -7}};
    Array<float> more{{4}, {-7, -7, -7, -7}};
    Array<float> three{{3}, {-7, -7, -7}};
    Array<float> rows{{2, 4}, std::vector<float>(8, -7)};
    Array<double> precise{{4}, {-7, -7, -7, -7}};
    Array<double> precise_y{{2, 4, 3}, std::vector<double>(24, -7)};
    std::int64_t batches = 3;
    std::vector<float> before = x.values();

    ~Fixture()
    {
        CHECK(x.values() == before);
        CHECK(y.values() == std::vector<float>(24, -7));
        CHECK(other.values() == std::vector<float>(16, -7));
        CHECK(channels.values() == std::vector<float>(4, -7));
        CHECK(more.values() == std::vector<float>(4, -7));
        CHECK(rows.values() == std::vector<float>(8, -7));
        CHECK(batches == 3);
    }

    std::int32_t batch_norm(unitvar_tensor *in, unitvar_tensor *out, std::int32_t training = 1, double momentum = 0.1,
                            double eps = 1e-5)
    {
        return unitvar_batch_norm(in, nullptr, nullptr, channels, more, &batches, training, momentum, eps, out, nullptr,
                                  nullptr);
    }
};

} // namespace

TEST_CASE("shapes, dtypes and layouts that do not fit are refused")
{
    Fixture f;
    check_fails(unitvar_layer_norm(nullptr, 1, nullptr, nullptr, 1e-5, f.y, nullptr, nullptr), invalid, {"x", "NULL"});
    check_fails(unitvar_layer_norm(f.x, 1, nullptr, nullptr, 1e-5, nullptr, nullptr, nullptr), invalid, {"y", "NULL"});
    check_fails(unitvar_layer_norm(f.x, 0, nullptr, nullptr, 1e-5, f.y, nullptr, nullptr), invalid,
                {"normalized_ndim", "0", "1 to 3"});
    check_fails(unitvar_layer_norm(f.x, 4, nullptr, nullptr, 1e-5, f.y, nullptr, nullptr), invalid,
                {"normalized_ndim", "4"});
    check_fails(unitvar_layer_norm(f.x, 1, f.channels, nullptr, 1e-5, f.y, nullptr, nullptr), invalid,
                {"shape", "weight", "(4)", "(3)"});
    check_fails(unitvar_layer_norm(f.x, 1, nullptr, f.channels, 1e-5, f.y, nullptr, nullptr), invalid, {"bias", "(4)"});
    check_fails(unitvar_layer_norm(f.x, 1, nullptr, nullptr, 1e-5, f.other, nullptr, nullptr), invalid,
                {"shape", "y", "(2, 4, 2)", "(2, 4, 3)"});
    check_fails(unitvar_layer_norm(f.x, 1, nullptr, nullptr, 1e-5, f.precise_y, nullptr, nullptr), invalid,
                {"dtype", "y", "f64", "f32"});
    check_fails(unitvar_layer_norm(f.x, 1, nullptr, nullptr, 1e-5, f.y, f.channels, nullptr), invalid,
                {"mean", "(4)", "(2, 4)", "(2, 4, 1)"});
    check_fails(unitvar_rms_norm(f.x, 1, f.channels, 1e-5, f.y, nullptr), invalid, {"weight", "(4)"});
    check_fails(unitvar_rms_norm(f.x, 1, nullptr, 1e-5, f.y, f.channels), invalid, {"rstd", "(4)"});
    check_fails(unitvar_group_norm(f.x, 2, f.precise, nullptr, 1e-5, f.y, nullptr, nullptr), invalid,
                {"dtype", "weight", "f64"});
    check_fails(unitvar_group_norm(f.x, 2, f.three, nullptr, 1e-5, f.y, nullptr, nullptr), invalid,
                {"weight", "(3)", "(4)"});
    check_fails(unitvar_group_norm(f.x, 2, nullptr, nullptr, 1e-5, f.y, f.rows, nullptr), invalid,
                {"mean", "(2, 4)", "(2, 2)"});
    check_fails(f.batch_norm(f.x, f.other), invalid, {"y", "(2, 4, 2)"});
    check_fails(unitvar_instance_norm(f.x, nullptr, f.three, nullptr, nullptr, 1, 0.1, 1e-5, f.y), invalid,
                {"bias", "(3)"});

    unitvar_tensor half = *static_cast<unitvar_tensor *>(f.y);
    half.dtype = {0, 64, 1};
    check_fails(unitvar_relu(f.x, &half), unsupported, {"y", "dtype"});
    half = *static_cast<unitvar_tensor *>(f.y);
    half.data = nullptr;
    check_fails(unitvar_relu(f.x, &half), invalid, {"data", "y", "NULL"});
    half = *static_cast<unitvar_tensor *>(f.y);
    half.device.device_type = 2;
    check_fails(unitvar_relu(f.x, &half), unsupported, {"y", "device_type", "2"});
    std::int64_t negative[3] = {2, -4, 3};
    half = *static_cast<unitvar_tensor *>(f.y);
    half.shape = negative;
    check_fails(unitvar_relu(f.x, &half), invalid, {"shape[1]", "y", "-4"});
}

TEST_CASE("a dtype that does not fit is named, and so is what was expected")
{
    Fixture f;
    unitvar_tensor half = *static_cast<unitvar_tensor *>(f.x);
    half.dtype = {4, 16, 1};
    check_fails(unitvar_layer_norm(&half, 1, nullptr, nullptr, 1e-5, f.y, nullptr, nullptr), invalid,
                {"dtype", "y", "f32", "bf16, that of x"});
    check_fails(unitvar_group_norm(&half, 2, f.precise, nullptr, 1e-5, &half, nullptr, nullptr), invalid,
                {"dtype", "weight", "f64", "bf16, that of x, or f32"});
    check_fails(unitvar_mean_var(&half, nullptr, 0, 1, f.precise, nullptr), invalid,
                {"dtype", "mean", "f64", "bf16, that of x, or f32"});
    check_fails(unitvar_mean_var(f.x, nullptr, 0, 1, f.precise, nullptr), invalid,
                {"dtype", "mean", "f64", "f32", "x"});
    check_fails(unitvar_layer_norm(f.precise_y, 1, nullptr, nullptr, 1e-5, f.precise_y, f.rows, nullptr), invalid,
                {"dtype", "mean", "f32", "f64", "x"});
}

TEST_CASE("numbers out of range are refused")
{
    Fixture f;
    for (const double eps : {-1e-5, not_a_number, infinity, 1e300}) {
        check_fails(unitvar_layer_norm(f.x, 1, nullptr, nullptr, eps, f.y, nullptr, nullptr), invalid, {"eps"});
        check_fails(unitvar_rms_norm(f.x, 1, nullptr, eps, f.y, nullptr), invalid, {"eps"});
        check_fails(unitvar_group_norm(f.x, 2, nullptr, nullptr, eps, f.y, nullptr, nullptr), invalid, {"eps"});
        check_fails(f.batch_norm(f.x, f.y, 1, 0.1, eps), invalid, {"eps"});
        check_fails(unitvar_instance_norm(f.x, nullptr, nullptr, nullptr, nullptr, 1, 0.1, eps, f.y), invalid, {"eps"});
    }
    for (const std::int64_t groups : {std::int64_t{0}, std::int64_t{-2}, std::int64_t{3}})
        check_fails(unitvar_group_norm(f.x, groups, nullptr, nullptr, 1e-5, f.y, nullptr, nullptr), invalid,
                    {"groups", std::to_string(groups), "4 channels"});
    check_fails(f.batch_norm(f.x, f.y, 1, infinity), invalid, {"momentum", "inf"});
    check_fails(unitvar_batch_norm(f.x, nullptr, nullptr, f.channels, f.more, nullptr, 1, not_a_number, 1e-5, f.y,
                                   nullptr, nullptr),
                invalid, {"momentum", "nan", "num_batches_tracked"});
    std::int64_t negative = -1;
    check_fails(
        unitvar_batch_norm(f.x, nullptr, nullptr, f.channels, f.more, &negative, 1, 0.1, 1e-5, f.y, nullptr, nullptr),
        invalid, {"num_batches_tracked", "-1"});
    check_fails(unitvar_local_response_norm(f.x, 0, 1, 1, 1, f.y), invalid, {"size", "0"});
    check_fails(unitvar_local_response_norm(f.x, 5, not_a_number, 1, 1, f.y), invalid, {"alpha", "nan"});
    check_fails(unitvar_local_response_norm(f.x, 5, 1, infinity, 1, f.y), invalid, {"beta", "inf"});
    check_fails(unitvar_local_response_norm(f.x, 5, 1, 1, -infinity, f.y), invalid, {"k", "-inf"});
    check_fails(unitvar_local_response_norm(f.rows, 5, 1, 1, 1, f.rows), invalid, {"ndim", "x", "2", "at least 3"});
    check_fails(unitvar_leaky_relu(f.x, not_a_number, f.y), invalid, {"negative_slope", "nan"});
    check_fails(unitvar_leaky_relu(f.x, 1e300, f.y), invalid, {"negative_slope", "1e+300"});
    const double logits[3] = {0, 0, 0};
    const double bad[3] = {0, not_a_number, 0};
    check_fails(unitvar_switchable_norm(f.x, nullptr, nullptr, bad, logits, nullptr, nullptr, 1, 0.1, 1e-5, f.y),
                invalid, {"mean_logits", "nan"});
    check_fails(unitvar_switchable_norm(f.x, nullptr, nullptr, logits, bad, nullptr, nullptr, 1, 0.1, 1e-5, f.y),
                invalid, {"var_logits", "nan"});
    check_fails(unitvar_switchable_norm(f.x, nullptr, nullptr, nullptr, logits, nullptr, nullptr, 1, 0.1, 1e-5, f.y),
                invalid, {"mean_logits", "NULL"});
}

TEST_CASE("statistics of one value and missing or wrong running statistics are refused")
{
    Fixture f;
    Array<float> one({1, 4}, {1, 2, 3, 4});
    Array<float> out({1, 4}, {-7, -7, -7, -7});
    check_fails(f.batch_norm(one, out), invalid, {"shape", "x", "(1, 4)", "more than 1 value"});
    check_fails(unitvar_group_norm(one, 4, nullptr, nullptr, 1e-5, out, nullptr, nullptr), invalid,
                {"shape", "x", "(1, 4)", "more than 1 value"});
    Array<float> flat({2, 4, 1}, std::vector<float>(8, 1));
    Array<float> flat_out({2, 4, 1}, std::vector<float>(8, -7));
    check_fails(unitvar_instance_norm(flat, nullptr, nullptr, nullptr, nullptr, 1, 0.1, 1e-5, flat_out), invalid,
                {"shape", "x", "(2, 4, 1)", "spatial"});
    CHECK(out.values() == std::vector<float>(4, -7));
    CHECK(flat_out.values() == std::vector<float>(8, -7));
    check_fails(
        unitvar_batch_norm(f.x, nullptr, nullptr, f.channels, nullptr, nullptr, 1, 0.1, 1e-5, f.y, nullptr, nullptr),
        invalid, {"running_var", "NULL"});
    check_fails(
        unitvar_batch_norm(f.x, nullptr, nullptr, nullptr, f.channels, nullptr, 1, 0.1, 1e-5, f.y, nullptr, nullptr),
        invalid, {"running_mean", "NULL"});
    check_fails(
        unitvar_batch_norm(f.x, nullptr, nullptr, f.three, f.more, nullptr, 1, 0.1, 1e-5, f.y, nullptr, nullptr),
        invalid, {"running_mean", "(3)", "(4)"});
    check_fails(unitvar_instance_norm(f.x, nullptr, nullptr, nullptr, nullptr, 0, 0.1, 1e-5, f.y), invalid,
                {"running_mean", "NULL", "use_input_stats"});
    Array<float> three({3}, {-7, -7, -7});
    check_fails(
        unitvar_batch_norm(three, nullptr, nullptr, nullptr, nullptr, nullptr, 1, 0.1, 1e-5, three, nullptr, nullptr),
        invalid, {"ndim", "x", "1", "at least 2"});
}

TEST_CASE("memory that outputs share with anything but y with x is refused")
{
    Fixture f;
    unitvar_tensor shifted = *static_cast<unitvar_tensor *>(f.x);
    std::int64_t shape[3] = {1, 4, 3};
    unitvar_tensor first = *static_cast<unitvar_tensor *>(f.x);
    first.shape = shape;
    first.strides = nullptr;
    shifted.shape = shape;
    shifted.strides = nullptr;
    shifted.byte_offset = 4;
    check_fails(unitvar_relu(&first, &shifted), invalid, {"memory", "y", "x"});
    check_fails(unitvar_layer_norm(&first, 1, nullptr, nullptr, 1e-5, &shifted, nullptr, nullptr), invalid,
                {"memory", "y", "x"});
    check_fails(unitvar_layer_norm(f.x, 1, nullptr, nullptr, 1e-5, f.y, f.rows, f.rows), invalid,
                {"memory", "mean", "rstd"});
    check_fails(
        unitvar_batch_norm(f.x, f.channels, nullptr, nullptr, nullptr, nullptr, 1, 0.1, 1e-5, f.y, f.channels, nullptr),
        invalid, {"memory", "save_mean", "weight"});
    check_fails(
        unitvar_batch_norm(f.x, nullptr, nullptr, f.channels, f.channels, nullptr, 1, 0.1, 1e-5, f.y, nullptr, nullptr),
        invalid, {"memory", "running_mean", "running_var"});
}

TEST_CASE("bad weights of prelu and linear are refused")
{
    Fixture f;
    check_fails(unitvar_prelu(f.x, f.three, f.y), invalid, {"weight", "(3)", "4 channels"});
    check_fails(unitvar_prelu(f.x, nullptr, f.y), invalid, {"weight", "NULL"});
    Array<float> weight({5, 3}, std::vector<float>(15, 1));
    Array<float> wrong({5, 2}, std::vector<float>(10, 1));
    Array<float> result({2, 4, 5}, std::vector<float>(40, -7));
    check_fails(unitvar_linear(f.x, f.three, nullptr, result), invalid, {"weight", "(3)", "(out, in)"});
    check_fails(unitvar_linear(f.x, wrong, nullptr, result), invalid, {"shape", "x", "(2, 4, 3)", "(..., 2)"});
    check_fails(unitvar_linear(f.x, weight, f.three, result), invalid, {"bias", "(3)", "(5)"});
    check_fails(unitvar_linear(f.x, weight, nullptr, f.y), invalid, {"shape", "y", "(2, 4, 3)", "(2, 4, 5)"});
    CHECK(result.values() == std::vector<float>(40, -7));
}

TEST_CASE("bad arguments of gradients are refused")
{
    Fixture f;
    check_fails(unitvar_layer_norm_backward(f.other, f.x, 1, f.rows, f.rows, nullptr, f.y, nullptr, nullptr), invalid,
                {"shape", "grad_y", "(2, 4, 2)"});
    check_fails(unitvar_layer_norm_backward(f.x, f.x, 1, f.channels, f.rows, nullptr, f.y, nullptr, nullptr), invalid,
                {"shape", "mean", "(4)"});
    check_fails(unitvar_layer_norm_backward(f.x, f.x, 1, nullptr, f.rows, nullptr, f.y, nullptr, nullptr), invalid,
                {"mean", "NULL"});
    check_fails(unitvar_rms_norm_backward(f.x, f.x, 1, f.rows, nullptr, f.y, f.channels), invalid,
                {"grad_weight", "(4)", "(3)"});
    check_fails(unitvar_group_norm_backward(f.x, f.x, 3, f.rows, f.rows, nullptr, f.y, nullptr, nullptr), invalid,
                {"groups", "3"});
    check_fails(unitvar_batch_norm_backward(f.x, f.x, f.three, f.more, nullptr, 1, f.y, nullptr, nullptr), invalid,
                {"mean", "(3)"});
    check_fails(unitvar_batch_norm_backward(f.x, f.x, f.channels, f.channels, nullptr, 1, f.y, f.more, f.more), invalid,
                {"memory", "grad_weight", "grad_bias"});
    check_fails(unitvar_instance_norm_backward(f.x, f.x, nullptr, nullptr, nullptr, 0, 1e-5, f.y, nullptr, nullptr),
                invalid, {"running_mean", "NULL"});
    check_fails(unitvar_relu_backward(f.other, f.x, f.y), invalid, {"shape", "x", "(2, 4, 3)", "(2, 4, 2)", "grad_y"});
    check_fails(unitvar_leaky_relu_backward(f.x, f.x, infinity, f.y), invalid, {"negative_slope", "inf"});
    check_fails(unitvar_prelu_backward(f.x, f.x, f.three, f.y, nullptr), invalid, {"weight", "(3)"});
    Array<float> weight({5, 3}, std::vector<float>(15, 1));
    check_fails(unitvar_linear_backward(f.y, f.x, weight, nullptr, nullptr, nullptr), invalid,
                {"grad_y", "(2, 4, 3)", "(2, 4, 5)"});
}
