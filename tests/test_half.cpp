// Keeps "16 bits: an element is that of the same f32 tensor, rounded once, to nearest even": over all numbers of bf16
// and f16, their midpoints and the neighbours of those, through each way that the library rounds by, and for every kind
// of initialiser. And "uniform ones stay below b".
#include "oracle/half.hpp"
#include "oracle/initializers.hpp"
#include "support/capi.hpp"
#include "support/kinds.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"
#include "support/tensors.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

using oracle::HalfFormat;
using support::check_fails;
using support::Engine;
using support::f32_dtype;
using support::Generator;
using support::InitializerCase;
using support::Lengths;
using support::require_ok;
using support::Tensor;

namespace {

const double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct HalfType {
    std::string name;
    unitvar_dtype dtype;
    HalfFormat format;
};
const std::vector<HalfType> half_types{{"bf16", support::bf16_dtype, oracle::bf16},
                                       {"f16", support::f16_dtype, oracle::f16}};

// A tensor of 16-bit elements over a plain array, made once for many calls.
class Elements {
public:
    Elements(unitvar_dtype dtype, Lengths shape) : shape_(std::move(shape))
    {
        std::int64_t n = 1;
        for (const std::int64_t length : shape_)
            n *= length;
        bits.resize(static_cast<std::size_t>(n));
        view_.data = bits.data();
        view_.device = {1, 0};
        view_.ndim = static_cast<std::int32_t>(shape_.size());
        view_.dtype = dtype;
        view_.shape = shape_.data();
    }
    Elements(const Elements &) = delete;
    Elements &operator=(const Elements &) = delete;
    unitvar_tensor *view() { return &view_; }

    std::vector<std::uint16_t> bits;

private:
    Lengths shape_;
    unitvar_tensor view_{};
};

// Calls visit(x, rounded) for all halves of both signs, for the midpoints above them and for the f32 numbers beside
// each of both; rounded is what the definition of the midpoint says, not the oracle's search.
template <class Visit> void for_each_critical(const HalfFormat &format, Visit &&visit)
{
    const int step = support::quick() ? 37 : 1;
    for (int pattern = 0; pattern < format.infinity(); pattern += step)
        for (const int sign : {1, -1}) {
            const int low = pattern | (sign < 0 ? 0x8000 : 0);
            const double here = sign * oracle::half_magnitude(format, pattern);
            const double next = sign * oracle::half_magnitude(format, pattern + 1);
            const auto middle = static_cast<float>((here + next) / 2);
            const auto beyond = static_cast<float>(sign * infinity);
            visit(static_cast<float>(here), low);
            visit(std::nextafter(static_cast<float>(here), beyond), low);
            visit(std::nextafter(middle, 0.0f), low);
            visit(middle, low % 2 == 0 ? low : low + 1);
            visit(std::nextafter(middle, beyond), low + 1);
        }
}

// As the library's messages show numbers.
std::string shortest(double value)
{
    std::array<char, 40> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

// f32 values, each rounded by the oracle.
std::vector<std::uint16_t> rounded(const HalfFormat &format, const std::vector<float> &values)
{
    std::vector<std::uint16_t> result;
    for (const float x : values)
        result.push_back(oracle::round_to_half(format, static_cast<double>(x)));
    return result;
}

// The shape of a weight with its outputs and inputs in front, the others in any order.
Lengths out_in_k(Lengths shape, double layout)
{
    if (layout == UNITVAR_K_IN_OUT)
        std::reverse(shape.begin(), shape.end());
    if (layout == UNITVAR_IN_OUT_K)
        std::swap(shape[0], shape[1]);
    return shape;
}

// The upper bound of kinds that draw from a uniform distribution.
std::optional<double> uniform_end(const unitvar_initializer &init, const Lengths &shape)
{
    switch (init.kind) {
    case UNITVAR_INIT_UNIFORM:
        return init.p[1];
    case UNITVAR_INIT_XAVIER_UNIFORM:
        return oracle::uniform_bound(oracle::xavier_std(shape, init.p[0]));
    case UNITVAR_INIT_KAIMING_UNIFORM:
        return oracle::uniform_bound(oracle::kaiming_std(shape, init.p[0], init.fan_mode, init.nonlinearity));
    case UNITVAR_INIT_VARIANCE_SCALING:
        if (init.distribution == UNITVAR_UNIFORM)
            return oracle::uniform_bound(std::sqrt(init.p[0] / oracle::chosen_fan(shape, init.fan_mode)));
        return std::nullopt;
    case UNITVAR_INIT_GLOROT_UNIFORM:
        return oracle::uniform_bound(std::sqrt(1 / oracle::chosen_fan(out_in_k(shape, init.p[0]), UNITVAR_FAN_AVG)));
    case UNITVAR_INIT_HE_UNIFORM:
        return oracle::uniform_bound(std::sqrt(2 / oracle::chosen_fan(out_in_k(shape, init.p[0]), UNITVAR_FAN_IN)));
    case UNITVAR_INIT_LECUN_UNIFORM:
        return oracle::uniform_bound(std::sqrt(1 / oracle::chosen_fan(out_in_k(shape, init.p[0]), UNITVAR_FAN_IN)));
    default:
        return std::nullopt;
    }
}

// As above, and those that are the end of the interval the number below it.
std::vector<std::uint16_t> rounded_below(const HalfFormat &format, const std::vector<float> &values, double end)
{
    const std::uint16_t excluded = oracle::round_to_half(format, static_cast<double>(static_cast<float>(end)));
    const double below = oracle::half_below(format, oracle::half_value(format, excluded));
    std::vector<std::uint16_t> result = rounded(format, values);
    std::replace(result.begin(), result.end(), excluded, oracle::round_to_half(format, below));
    return result;
}

std::vector<float> f32_values(const InitializerCase &c, const Engine &engine, const Lengths &shape)
{
    Tensor tensor(f32_dtype, shape);
    require_ok(unitvar_init(Generator(engine, 8, 1), &c.init, tensor.view()));
    return tensor.logical_values<float>();
}

} // namespace

TEST_CASE("the oracle agrees with the definition of midpoints")
{
    for (const HalfType &type : half_types)
        for_each_critical(type.format, [&](float x, int expected) {
            if (oracle::round_to_half(type.format, static_cast<double>(x)) != expected)
                FAIL(type.name, " ", x);
        });
    CHECK(oracle::half_value(oracle::f16, 0x3C00) == 1.0);
    CHECK(oracle::half_value(oracle::f16, 0xC000) == -2.0);
    CHECK(oracle::half_value(oracle::f16, 0x7BFF) == 65504.0);
    CHECK(oracle::half_value(oracle::f16, 0x0001) == 0x1p-24);
    CHECK(oracle::half_value(oracle::bf16, 0x3F80) == 1.0);
    CHECK(oracle::half_value(oracle::bf16, 0x7F7F) == 0x1.FEp127);
    CHECK(oracle::half_value(oracle::bf16, 0x0001) == 0x1p-133);
}

TEST_CASE("a constant is rounded to nearest, ties to even, over all halves and the midpoints between them")
{
    for (const HalfType &type : half_types) {
        Elements one(type.dtype, {1});
        for_each_critical(type.format, [&](float x, int expected) {
            if (unitvar_init_constant(one.view(), static_cast<double>(x)) != UNITVAR_OK || one.bits[0] != expected)
                FAIL(type.name, " of ", x, " is ", one.bits[0], " instead of ", expected);
        });
    }
}

TEST_CASE("fills round to nearest, ties to even, over all halves and the midpoints between them")
{
    // The uniform distribution on [x, x] gives x in every lane, and in the tail behind the last whole vector.
    for (const HalfType &type : half_types) {
        Elements lanes(type.dtype, {37});
        const Generator g(UNITVAR_PCG32, 1);
        for_each_critical(type.format, [&](float x, int expected) {
            if ((expected & 0x7FFF) == type.format.infinity() || x == 0)
                return; // not a parameter; or a zero whose sign the formula does not keep
            const auto value = static_cast<double>(x);
            if (unitvar_init_uniform(g, lanes.view(), value, value) != UNITVAR_OK)
                FAIL(unitvar_last_error());
            if (std::count(lanes.bits.begin(), lanes.bits.end(), expected) != 37)
                FAIL(type.name, " of ", x, " is ", lanes.bits[0], " instead of ", expected);
        });
    }
}

TEST_CASE("matrices round to nearest, ties to even, over all halves and the midpoints between them")
{
    // The orthogonal matrices of 1 x 1 are 1 and -1, so the gain is seen up to its sign.
    for (const HalfType &type : half_types) {
        Elements one(type.dtype, {1, 1});
        const Generator g(UNITVAR_PCG32, 1);
        const std::size_t every = support::slow() ? 41 : 3;
        std::size_t number = 0;
        for_each_critical(type.format, [&](float x, int expected) {
            if ((expected & 0x7FFF) == type.format.infinity() || ++number % every != 0)
                return;
            if (unitvar_init_orthogonal(g, one.view(), static_cast<double>(x)) != UNITVAR_OK)
                FAIL(unitvar_last_error());
            if ((one.bits[0] & 0x7FFF) != (expected & 0x7FFF))
                FAIL(type.name, " of ", x, " is ", one.bits[0], " instead of ", expected);
        });
    }
}

TEST_CASE("NaN, infinities and what is too large are constants of 16 bits")
{
    for (const HalfType &type : half_types) {
        CAPTURE(type.name);
        Elements elements(type.dtype, {33});
        const auto constant = [&](double value) {
            require_ok(unitvar_init_constant(elements.view(), value));
            CHECK(std::count(elements.bits.begin(), elements.bits.end(), elements.bits[0]) == 33);
            return elements.bits[0];
        };
        const std::uint16_t sign = 0x8000;
        CHECK(constant(infinity) == type.format.infinity());
        CHECK(constant(-infinity) == (type.format.infinity() | sign));
        for (const double large : {1e39, 1e300, 3.4e38 * 1.01})
            CHECK(constant(-large) == (type.format.infinity() | sign));
        CHECK(constant(0.0) == 0);
        CHECK(constant(-0.0) == sign);
        CHECK(constant(1e-300) == 0);
        CHECK(constant(-1e-300) == sign);
        CHECK(std::isnan(oracle::half_value(type.format, constant(not_a_number))));
        CHECK(std::isnan(oracle::half_value(type.format, constant(-not_a_number))));
        // By way of f32: a half and a little more than 2^-30 of it is the midpoint in f32, and even.
        const double unit = std::ldexp(1.0, -type.format.fraction_bits);
        CHECK(constant(1 + unit / 2 + 0x1p-30) == oracle::round_to_half(type.format, 1.0));
    }
}

TEST_CASE("every kind in 16 bits is the f32 tensor rounded once, on every instruction set")
{
    for (const InitializerCase &c : support::initializer_cases())
        for (const Lengths &shape : support::accepted_shapes(c.init))
            for (const Engine &engine : support::engines()) {
                const std::vector<float> values = f32_values(c, engine, shape);
                for (const HalfType &type : half_types) {
                    CAPTURE(c.name);
                    CAPTURE(type.name);
                    CAPTURE(shape.size());
                    const std::optional<double> end = uniform_end(c.init, shape);
                    const std::vector<std::uint16_t> expected =
                        end ? rounded_below(type.format, values, *end) : rounded(type.format, values);
                    for (const std::string &isa : support::isas()) {
                        const support::ForcedIsa forced(isa);
                        Tensor tensor(type.dtype, shape, std::nullopt, 1);
                        require_ok(unitvar_init(Generator(engine, 8, 1), &c.init, tensor.view()));
                        const bool equal = tensor.logical_values<std::uint16_t>() == expected;
                        CHECK(equal);
                        CHECK(tensor.untouched_between_elements());
                    }
                    Lengths strides = support::row_major_strides(shape);
                    for (std::int64_t &stride : strides)
                        stride *= -3;
                    Tensor strided(type.dtype, shape, strides, 3);
                    require_ok(unitvar_init(Generator(engine, 8, 1), &c.init, strided.view()));
                    const bool equal = strided.logical_values<std::uint16_t>() == expected;
                    CHECK(equal);
                    CHECK(strided.untouched_between_elements());
                }
            }
}

TEST_CASE("uniform elements of 16 bits never are the upper bound, and are the lower one where both round to it")
{
    struct Interval {
        double a;
        double b;
    };
    const std::vector<Interval> intervals{{0, 1},    {-1, 0},    {-0.1, 0.1},      {0, 0.1},          {2, 3},
                                          {1, 1.01}, {-3, -2.9}, {3.0, 3.0000005}, {0, 2.9802322e-8}, {-0.37, 1.9}};
    const std::size_t n = support::slow() ? 20011 : 200003;
    for (const HalfType &type : half_types)
        for (const Engine &engine : support::engines())
            for (const Interval &interval : intervals) {
                CAPTURE(type.name);
                CAPTURE(engine.name);
                CAPTURE(interval.a);
                CAPTURE(interval.b);
                const auto nearest = [&](double x) {
                    return oracle::half_value(
                        type.format, oracle::round_to_half(type.format, static_cast<double>(static_cast<float>(x))));
                };
                const double a = nearest(interval.a);
                const double b = nearest(interval.b);
                const double greatest = a < b ? oracle::half_below(type.format, b) : a;
                std::vector<std::uint16_t> reference;
                for (const std::string &isa : support::isas()) {
                    const support::ForcedIsa forced(isa);
                    Elements elements(type.dtype, {static_cast<std::int64_t>(n)});
                    require_ok(unitvar_init_uniform(Generator(engine, 5), elements.view(), interval.a, interval.b));
                    if (!reference.empty()) {
                        const bool equal = elements.bits == reference;
                        CHECK(equal);
                        continue;
                    }
                    reference = elements.bits;
                    const auto outside = [&](std::uint16_t bits) {
                        const double x = oracle::half_value(type.format, bits);
                        return !(a <= x && x <= greatest);
                    };
                    CHECK(std::count_if(reference.begin(), reference.end(), outside) == 0);
                }
            }
}

TEST_CASE("the generator advances for 16 bits as for f32")
{
    for (const InitializerCase &c : support::initializer_cases())
        for (const Lengths &shape : support::accepted_shapes(c.init))
            for (const HalfType &type : half_types) {
                CAPTURE(c.name);
                const Generator single(UNITVAR_PHILOX4X32, 1);
                const Generator half(UNITVAR_PHILOX4X32, 1);
                Tensor a(f32_dtype, shape);
                Tensor b(type.dtype, shape);
                require_ok(unitvar_init(single, &c.init, a.view()));
                require_ok(unitvar_init(half, &c.init, b.view()));
                CHECK(half.tell() == single.tell());
                CHECK((half.tell() != 0) == c.draws);
            }
}

TEST_CASE("fills overflow to infinity and underflow to subnormals as rounding says")
{
    const struct {
        HalfType type;
        double std;
        bool overflows;
    } rows[] = {{half_types[1], 60000.0, true}, {half_types[0], 3e38, true},   {half_types[1], 1e-5, false},
                {half_types[1], 2e-8, false},   {half_types[0], 1e-38, false}, {half_types[0], 3e-40, false}};
    for (const auto &row : rows)
        for (const std::string &isa : support::isas()) {
            const support::ForcedIsa forced(isa);
            CAPTURE(row.std);
            Tensor single(f32_dtype, {4099});
            Tensor half(row.type.dtype, {4099});
            require_ok(unitvar_init_normal(Generator(UNITVAR_PCG32, 3), single.view(), 0.0, row.std));
            require_ok(unitvar_init_normal(Generator(UNITVAR_PCG32, 3), half.view(), 0.0, row.std));
            const std::vector<std::uint16_t> bits = half.logical_values<std::uint16_t>();
            const bool equal = bits == rounded(row.type.format, single.logical_values<float>());
            CHECK(equal);
            const auto is_special = [&](std::uint16_t b) {
                const int magnitude = b & 0x7FFF;
                return row.overflows ? magnitude == row.type.format.infinity()
                                     : magnitude != 0 && magnitude < 1 << row.type.format.fraction_bits;
            };
            CHECK(std::count_if(bits.begin(), bits.end(), is_special) > 100);
        }
}

TEST_CASE("parameters have to be finite in 16 bits, whatever they are in f32")
{
    const auto invalid = [](const HalfType &type, std::int32_t kind, std::vector<double> p, const std::string &name,
                            const std::string &value) {
        const unitvar_initializer init = support::with_numbers(kind, p);
        CAPTURE(init.kind);
        CAPTURE(type.name);
        Tensor tensor(type.dtype, kind == UNITVAR_INIT_DELTA_ORTHOGONAL ? Lengths{3, 3, 3} : Lengths{3, 3});
        const Generator g(UNITVAR_PCG32, 1, 0, 5);
        check_fails(unitvar_init(g, &init, tensor.view()), UNITVAR_INVALID_ARGUMENT, {name, value});
        CHECK(tensor.untouched());
        CHECK(g.tell() == 5);
    };
    for (const HalfType &type : half_types) {
        const bool is_f16 = type.name == "f16";
        const double large = is_f16 ? 65520.0 : 0x1.FFp127; // the smallest that rounds to infinity
        const std::string text = shortest(large);
        invalid(type, UNITVAR_INIT_UNIFORM, {0.0, large}, "b", text);
        invalid(type, UNITVAR_INIT_UNIFORM, {-large, 0.0}, "a", "-" + text);
        invalid(type, UNITVAR_INIT_NORMAL, {large, 1.0}, "mean", text);
        invalid(type, UNITVAR_INIT_NORMAL, {0.0, large}, "std", text);
        invalid(type, UNITVAR_INIT_TRUNC_NORMAL, {large, 1.0, -2.0, 2.0}, "mean", text);
        invalid(type, UNITVAR_INIT_TRUNC_NORMAL, {0.0, large, -2.0, 2.0}, "std", text);
        invalid(type, UNITVAR_INIT_TRUNC_NORMAL, {0.0, 1.0, large, infinity}, "a", text);
        invalid(type, UNITVAR_INIT_TRUNC_NORMAL, {0.0, 1.0, -infinity, -large}, "b", "-" + text);
        invalid(type, UNITVAR_INIT_TRUNC_NORMAL, {0.0, 1.0, large, 1.001 * large}, "a", text);
        invalid(type, UNITVAR_INIT_ORTHOGONAL, {large}, "gain", text);
        invalid(type, UNITVAR_INIT_DELTA_ORTHOGONAL, {-large}, "gain", "-" + text);
        invalid(type, UNITVAR_INIT_SPARSE, {0.5, large}, "std", text);
        invalid(type, UNITVAR_INIT_XAVIER_NORMAL, {4 * large}, "gain", shortest(4 * large));
        invalid(type, UNITVAR_INIT_XAVIER_UNIFORM, {4 * large}, "gain", shortest(4 * large));

        // And the largest that does not.
        const double fits = std::nextafter(static_cast<float>(large), 0.0f);
        Tensor tensor(type.dtype, {3, 3});
        const Generator g(UNITVAR_PCG32, 1);
        require_ok(unitvar_init_uniform(g, tensor.view(), 0.0, fits));
        require_ok(unitvar_init_normal(g, tensor.view(), fits, fits));
        require_ok(unitvar_init_orthogonal(g, tensor.view(), fits));
        require_ok(unitvar_init_trunc_normal(g, tensor.view(), 0.0, 1.0, -large, large));
        for (const std::uint16_t bits : tensor.logical_values<std::uint16_t>())
            CHECK(std::abs(oracle::half_value(type.format, bits)) < 10);
    }
}
