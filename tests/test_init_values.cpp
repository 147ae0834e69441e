// Keeps what section 7 of unitvar.h says of unitvar_init_values: NumPy's broadcasting, index by index, and one rounding.
#include "support/capi.hpp"
#include "support/kinds.hpp"
#include "support/tensors.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using support::check_fails;
using support::f32_dtype;
using support::f64_dtype;
using support::Lengths;
using support::require_ok;
using support::Tensor;

namespace {

// Element i of the result is this element of the values.
std::vector<std::size_t> sources(const Lengths &shape, const Lengths &values)
{
    std::size_t n = 1;
    for (const std::int64_t length : shape)
        n *= static_cast<std::size_t>(length);
    std::vector<std::size_t> result;
    for (std::size_t at = 0; at < n; ++at) {
        std::size_t rest = at;
        std::size_t source = 0;
        std::size_t step = 1;
        for (std::size_t d = 0; d < shape.size(); ++d) { // from the last
            const auto length = static_cast<std::size_t>(shape[shape.size() - 1 - d]);
            if (d < values.size()) {
                const auto own = static_cast<std::size_t>(values[values.size() - 1 - d]);
                source += (own == 1 ? 0 : rest % length) * step;
                step *= own;
            }
            rest /= length;
        }
        result.push_back(source);
    }
    return result;
}

unitvar_tensor view_of(unitvar_dtype dtype, void *data, Lengths &shape)
{
    unitvar_tensor t{};
    t.data = data;
    t.device = {1, 0};
    t.dtype = dtype;
    t.ndim = static_cast<std::int32_t>(shape.size());
    t.shape = shape.data();
    return t;
}

} // namespace

TEST_CASE("values are broadcast as NumPy does, whatever the strides and the instruction set")
{
    const std::vector<std::pair<Lengths, Lengths>> cases{{{}, {}},
                                                         {{5}, {}},
                                                         {{5}, {1}},
                                                         {{5}, {5}},
                                                         {{3, 4}, {4}},
                                                         {{3, 4}, {3, 1}},
                                                         {{3, 4}, {1, 4}},
                                                         {{2, 3, 4}, {3, 1}},
                                                         {{2, 3, 4}, {2, 1, 1}},
                                                         {{2, 3, 4}, {2, 3, 4}},
                                                         {{300, 700}, {700}},
                                                         {{300, 700}, {300, 1}}};
    for (const auto &[first, second] : cases)
        for (const bool strided : {false, true}) {
            // No structured bindings: clang 14 does not capture them.
            const Lengths &shape = first;
            const Lengths &of_values = second;
            CAPTURE(shape.size());
            CAPTURE(of_values.size());
            Lengths lengths = of_values;
            std::size_t n = 1;
            for (const std::int64_t length : lengths)
                n *= static_cast<std::size_t>(length);
            std::vector<double> values(n);
            for (std::size_t i = 0; i < n; ++i)
                values[i] = static_cast<double>(i) / 7;
            const unitvar_tensor source = view_of(f64_dtype, values.data(), lengths);
            Lengths strides = support::row_major_strides(shape);
            for (std::int64_t &stride : strides)
                stride *= -2;
            Tensor single = strided ? Tensor(f32_dtype, shape, strides) : Tensor(f32_dtype, shape);
            Tensor wide = strided ? Tensor(f64_dtype, shape, strides) : Tensor(f64_dtype, shape);
            require_ok(unitvar_init_values(single.view(), &source));
            require_ok(unitvar_init_values(wide.view(), &source));
            std::vector<double> expected;
            std::vector<float> rounded;
            for (const std::size_t i : sources(shape, lengths)) {
                expected.push_back(values[i]);
                rounded.push_back(static_cast<float>(values[i]));
            }
            const bool equal = wide.logical_values<double>() == expected && single.logical_values<float>() == rounded;
            CHECK(equal);
            CHECK(single.untouched_between_elements());
            CHECK(wide.untouched_between_elements());
        }
}

TEST_CASE("an element is what init_constant makes of the value, in every pair of types")
{
    for (const support::NamedDtype &from : support::dtypes())
        for (const support::NamedDtype &to : support::dtypes())
            for (const double value : {0.1, -2.5, 1e39, 65504.0, 1e-7}) {
                CAPTURE(from.name);
                CAPTURE(to.name);
                Tensor source(from.dtype, {1, 3});
                Tensor expected(to.dtype, {4, 3});
                Tensor tensor(to.dtype, {4, 3});
                require_ok(unitvar_init_constant(source.view(), value));
                Tensor exact(f64_dtype, {1});
                source.view()->ndim = 0; // its first element
                require_ok(unitvar_init_values(exact.view(), source.view()));
                source.view()->ndim = 2;
                require_ok(unitvar_init_constant(expected.view(), exact.logical_values<double>()[0]));
                require_ok(unitvar_init_values(tensor.view(), source.view()));
                CHECK(tensor.logical_bytes() == expected.logical_bytes());
            }
}

TEST_CASE("shapes that do not match and shared memory are refused, and nothing is written")
{
    const auto refused = [](const Lengths &shape, const Lengths &values, const std::string &name) {
        Tensor tensor(f32_dtype, shape);
        Tensor source(f32_dtype, values);
        check_fails(unitvar_init_values(tensor.view(), source.view()), UNITVAR_INVALID_ARGUMENT, {name});
        CHECK(tensor.untouched());
    };
    refused({3, 4}, {3}, "values->shape[0]");
    refused({3, 4}, {2, 4}, "values->shape[0]");
    refused({3, 4}, {1, 3, 4}, "values->ndim");
    refused({}, {1}, "values->ndim");
    Tensor tensor(f32_dtype, {3, 4});
    check_fails(unitvar_init_values(tensor.view(), tensor.view()), UNITVAR_INVALID_ARGUMENT, {"values"});
    check_fails(unitvar_init_values(nullptr, tensor.view()), UNITVAR_INVALID_ARGUMENT, {"t", "NULL"});
    check_fails(unitvar_init_values(tensor.view(), nullptr), UNITVAR_INVALID_ARGUMENT, {"values", "NULL"});
    CHECK(tensor.untouched());
    Lengths empty{0, 4};
    Lengths one{1};
    const unitvar_tensor nothing = view_of(f32_dtype, nullptr, empty);
    float value = 3;
    const unitvar_tensor source = view_of(f32_dtype, &value, one);
    unitvar_tensor target = nothing;
    require_ok(unitvar_init_values(&target, &source));
}
