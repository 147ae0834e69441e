// Keeps the promise of unitvar.h, section 1, "Rounding": whatever environment the caller is in, results are those
// of the default one, and the caller finds its own again. consumers/functions.c does the same for every function; here
// are denormal numbers, which few arguments reach, calls that are large enough for several threads, and C++ alone.
#include "support/arrays.hpp"
#include "support/capi.hpp"
#include "support/floating_point.h"
#include "support/scale.hpp"
#include "support/tables.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <unitvar/error.hpp>
#include <unitvar/init.hpp>
#include <unitvar/moments.hpp>

using support::Array;
using support::require_ok;

namespace {

using Bytes = std::vector<unsigned char>;

template <class T> void append(Bytes &bytes, const std::vector<T> &values)
{
    const auto *begin = reinterpret_cast<const unsigned char *>(values.data());
    bytes.insert(bytes.end(), begin, begin + values.size() * sizeof(T));
}

// A call's results, made of a target that it fills. The call is all that happens in the environment.
struct Case {
    std::string name;
    std::function<Bytes(const std::function<void(const std::function<std::int32_t()> &)> &in_environment)> run;
};
using InEnvironment = std::function<void(const std::function<std::int32_t()> &)>;

template <class T, class Fill, class... Parameters>
Case sampler(const std::string &name, Fill fill, std::size_t n, Parameters... parameters)
{
    return {name, [=](const InEnvironment &in_environment) {
                const support::Generator g(UNITVAR_PCG32, 42);
                std::vector<T> values(n);
                in_environment([&] { return fill(g, values.data(), n, parameters...); });
                Bytes bytes;
                append(bytes, values);
                return bytes;
            }};
}

Case initializer(const std::string &name, std::int32_t engine, std::int32_t kind, unitvar_dtype dtype,
                 std::vector<std::int64_t> shape, std::vector<double> p)
{
    return {name, [=](const InEnvironment &in_environment) {
                const support::Generator g(engine, 42);
                unitvar_initializer init{};
                init.struct_size = sizeof init;
                require_ok(unitvar_initializer_defaults(&init, kind));
                for (std::size_t i = 0; i < p.size(); ++i)
                    init.p[i] = p[i];
                std::vector<std::int64_t> lengths = shape;
                std::size_t n = dtype.bits / 8;
                for (const std::int64_t length : lengths)
                    n *= static_cast<std::size_t>(length);
                Bytes bytes(n);
                unitvar_tensor t{bytes.data(), {1, 0}, static_cast<std::int32_t>(lengths.size()), dtype, lengths.data(),
                                 nullptr,      0};
                in_environment([&] { return unitvar_init(g, &init, &t); });
                return bytes;
            }};
}

// x of this shape with values of this size; y like x and up to two vectors of results.
template <class T, class Call>
Case norm(const std::string &name, std::vector<std::int64_t> shape, double size, Call call)
{
    return {name, [=](const InEnvironment &in_environment) {
                std::size_t n = 1;
                for (const std::int64_t length : shape)
                    n *= static_cast<std::size_t>(length);
                Array<T> x(shape, support::random_values<T>(n, 1, 0, size));
                Array<T> y(shape);
                Array<T> first({shape[1]});
                Array<T> second({shape[1]});
                in_environment([&] { return call(x, y, first, second); });
                Bytes bytes;
                append(bytes, y.values());
                append(bytes, first.values());
                append(bytes, second.values());
                return bytes;
            }};
}

constexpr unitvar_dtype bf16{4, 16, 1};
constexpr unitvar_dtype f16{2, 16, 1};
constexpr std::size_t large = 140000;

std::vector<Case> cases()
{
    using support::f32_dtype;
    using support::f64_dtype;
    std::vector<Case> list{
        sampler<float>("denormal normals", unitvar_normal_f32, 1000, 0.0, 1e-39),
        sampler<double>("denormal normals of f64", unitvar_normal_f64, 1000, 0.0, 1e-309),
        sampler<float>("denormal uniforms", unitvar_uniform_f32, 1000, 0.0, 1e-39),
        sampler<double>("denormal uniforms of f64", unitvar_uniform_f64, 1000, -1e-310, 1e-309),
        sampler<float>("denormal quantiles", unitvar_normal_icdf_f32, 1000, 1e-40, 1e-39),
        sampler<double>("denormal quantiles of f64", unitvar_normal_icdf_f64, 1000, 1e-312, 1e-309),
        sampler<float>("denormal truncated normals", unitvar_trunc_normal_f32, 1000, 0.0, 1e-39, -1e-39, 2e-39),
        sampler<float>("denormal exponentials", unitvar_exponential_f32, 1000, 1e-39),
        sampler<double>("Weibull draws of f64", unitvar_weibull_f64, 1000, 1.7, 0.3),
        sampler<float>("many normals", unitvar_normal_f32, large, 0.1, 2.0),
        sampler<double>("many normals of f64", unitvar_normal_f64, large, 0.1, 2.0),
        sampler<float>("many uniforms", unitvar_uniform_f32, large, -0.3, 2.0),
        sampler<float>("many quantiles", unitvar_normal_icdf_f32, large, 0.1, 2.0),
        sampler<double>("many truncated normals of f64", unitvar_trunc_normal_f64, large, 0.1, 2.0, -1.0, 1.5),
    };
    for (const auto &[dtype, size] : std::vector<std::pair<unitvar_dtype, double>>{
             {f32_dtype, 1e-39}, {f64_dtype, 1e-309}, {bf16, 1e-39}, {f16, 1e-6}}) {
        const std::string name = std::to_string(dtype.code) + "," + std::to_string(dtype.bits);
        for (const std::int32_t engine : {UNITVAR_PCG32, UNITVAR_TORCH_MT19937}) {
            list.push_back(
                initializer("denormal normal " + name, engine, UNITVAR_INIT_NORMAL, dtype, {100, 10}, {0, size}));
            list.push_back(
                initializer("denormal uniform " + name, engine, UNITVAR_INIT_UNIFORM, dtype, {100, 10}, {0, size}));
            // Threads of the library's own; 16 bits are drawn in f32 there too.
            if (support::slow() && dtype.bits == 16)
                continue;
            list.push_back(initializer("large normal " + name, engine, UNITVAR_INIT_NORMAL, dtype, {400, 350}, {}));
            list.push_back(
                initializer("large uniform " + name, engine, UNITVAR_INIT_KAIMING_UNIFORM, dtype, {400, 350}, {}));
            list.push_back(initializer("large truncated normal " + name, engine, UNITVAR_INIT_TRUNC_NORMAL, dtype,
                                       {300, 200}, {0, 1, -1, 1.5}));
        }
        list.push_back(
            initializer("denormal constant " + name, UNITVAR_PCG32, UNITVAR_INIT_CONSTANT, dtype, {1000}, {size}));
        list.push_back(initializer("large sparse " + name, UNITVAR_PCG32, UNITVAR_INIT_SPARSE, dtype, {500, 300}, {}));
    }
    for (const std::int32_t engine : {UNITVAR_PCG32, UNITVAR_TORCH_MT19937})
        list.push_back(initializer("large orthogonal", engine, UNITVAR_INIT_ORTHOGONAL, f32_dtype, {150, 140}, {}));
    for (const double size : {1.0, 1e-39}) {
        const std::vector<std::int64_t> shape =
            size == 1 ? std::vector<std::int64_t>{64, 96, 50} : std::vector<std::int64_t>{4, 6, 7};
        const double eps = size == 1 ? 1e-5 : 1e-80;
        const auto add = [&]<class Call>(const char *name, Call call) {
            list.push_back(norm<float>(name, shape, size, call));
            list.push_back(norm<double>(name, shape, size == 1 ? 1.0 : 1e-309, call));
        };
        add("layer_norm", [=](unitvar_tensor *x, unitvar_tensor *y, unitvar_tensor *, unitvar_tensor *) {
            return unitvar_layer_norm(x, 1, nullptr, nullptr, eps, y, nullptr, nullptr);
        });
        add("rms_norm", [=](unitvar_tensor *x, unitvar_tensor *y, unitvar_tensor *, unitvar_tensor *) {
            return unitvar_rms_norm(x, 2, nullptr, eps, y, nullptr);
        });
        add("group_norm", [=](unitvar_tensor *x, unitvar_tensor *y, unitvar_tensor *, unitvar_tensor *) {
            return unitvar_group_norm(x, 3, nullptr, nullptr, eps, y, nullptr, nullptr);
        });
        add("batch_norm", [=](unitvar_tensor *x, unitvar_tensor *y, unitvar_tensor *mean, unitvar_tensor *rstd) {
            return unitvar_batch_norm(x, nullptr, nullptr, nullptr, nullptr, nullptr, 1, 0.1, eps, y, mean, rstd);
        });
        add("mean_var", [=](unitvar_tensor *x, unitvar_tensor *, unitvar_tensor *mean, unitvar_tensor *var) {
            static const std::int32_t axes[] = {0, 2};
            return unitvar_mean_var(x, axes, 2, 1, mean, var);
        });
        add("leaky_relu", [=](unitvar_tensor *x, unitvar_tensor *y, unitvar_tensor *, unitvar_tensor *) {
            return unitvar_leaky_relu(x, 0.3, y);
        });
        add("local_response_norm", [=](unitvar_tensor *x, unitvar_tensor *y, unitvar_tensor *, unitvar_tensor *) {
            return unitvar_local_response_norm(x, 5, 0.3, 0.75, 1.1, y);
        });
        add("dropout", [=](unitvar_tensor *x, unitvar_tensor *y, unitvar_tensor *, unitvar_tensor *) {
            return unitvar_dropout(support::Generator(UNITVAR_PCG32, 42), x, 0.3, y);
        });
        add("leaky_relu_backward", [=](unitvar_tensor *x, unitvar_tensor *y, unitvar_tensor *, unitvar_tensor *) {
            return unitvar_leaky_relu_backward(x, x, 0.3, y);
        });
    }
    list.push_back({"Sobol's points as normals", [](const InEnvironment &in_environment) {
                        std::vector<double> values(3000);
                        in_environment(
                            [&] { return unitvar_sobol_normal_f64(nullptr, values.data(), 1000, 3, 5, 0.1, 0.7); });
                        Bytes bytes;
                        append(bytes, values);
                        return bytes;
                    }});
    list.push_back({"denormal moments", [](const InEnvironment &in_environment) {
                        const auto x = support::random_values<double>(large, 1, 1e-310, 1e-310);
                        const auto y = support::random_values<float>(large, 2, 1e-40, 1e-40);
                        unitvar_moments m{};
                        unitvar_moments other{};
                        std::vector<double> variance(1);
                        in_environment([&] { return unitvar_moments_update_f64(&m, x.data(), x.size()); });
                        in_environment([&] { return unitvar_moments_update_f32(&other, y.data(), y.size()); });
                        in_environment([&] { return unitvar_moments_merge(&m, &other); });
                        in_environment([&] { return unitvar_moments_variance(&m, 1, variance.data()); });
                        Bytes bytes;
                        append(bytes, std::vector{m.count, m.mean, m.m2, other.mean, other.m2});
                        append(bytes, variance);
                        return bytes;
                    }});
    return list;
}

} // namespace

TEST_CASE("results are those of the default environment and the caller's is left as it was, on one thread and on four")
{
    for (const Case &one : cases()) {
        CAPTURE(one.name);
        Bytes expected;
        // Emulated floating point takes minutes for both.
        const std::vector<std::int32_t> numbers = support::quick() ? std::vector{4} : std::vector{1, 4};
        for (const std::int32_t threads : numbers) {
            const support::ForcedThreads forced(threads);
            for (int environment = 0; environment < floating_point_environments; ++environment) {
                CAPTURE(std::string(floating_point_name(environment)));
                bool kept = true;
                const Bytes bytes = one.run([&](const std::function<std::int32_t()> &call) {
                    const floating_point_state before = floating_point_set(environment);
                    const std::int32_t status = call();
                    const floating_point_state after = floating_point_now();
                    floating_point_reset();
                    require_ok(status);
                    kept = kept && floating_point_equal(before, after) != 0;
                });
                CHECK(kept);
                if (expected.empty())
                    expected = bytes;
                CHECK(bytes == expected);
            }
        }
    }
}

TEST_CASE("the C++ functions keep it as well, and a call that throws leaves the environment as it was")
{
    for (int environment = 0; environment < floating_point_environments; ++environment) {
        CAPTURE(std::string(floating_point_name(environment)));
        static const std::vector<float> default_result = [] {
            std::vector<float> values(1000);
            const std::int64_t shape[] = {1000};
            unitvar::Initializer init = unitvar::default_initializer(unitvar::InitKind::normal);
            init.p[1] = 1e-39;
            unitvar::initialize_all(
                unitvar::Generator(unitvar::Engine::pcg32, 42),
                std::vector<unitvar::NamedTensor>{{"a", init, {values.data(), unitvar::DType::f32, shape, {}}}});
            return values;
        }();
        std::vector<float> values(1000);
        const std::int64_t shape[] = {1000};
        unitvar::Initializer init = unitvar::default_initializer(unitvar::InitKind::normal);
        init.p[1] = 1e-39;
        const unitvar::Generator g(unitvar::Engine::pcg32, 42);
        const std::vector<unitvar::NamedTensor> tensors{{"a", init, {values.data(), unitvar::DType::f32, shape, {}}}};
        unitvar::Moments m{10, 1, 7};
        bool thrown = false;

        const floating_point_state before = floating_point_set(environment);
        unitvar::initialize_all(g, tensors);
        const double gain = unitvar::calculate_gain(unitvar::Nonlinearity::leaky_relu, 0.3);
        const double variance = m.variance(1);
        try {
            init_normal(const_cast<unitvar::Generator &>(g), {values.data(), unitvar::DType::f32, shape, {}}, 0, -1);
        } catch (const unitvar::Error &) {
            thrown = true;
        }
        const floating_point_state after = floating_point_now();
        floating_point_reset();

        CHECK(values == default_result);
        CHECK(gain == 0x1.5ac528f636b3ap+0);
        CHECK(variance == 7.0 / 9);
        CHECK(thrown);
        CHECK(floating_point_equal(before, after) != 0);
    }
}
