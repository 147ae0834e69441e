// Keeps the errors of the samplers: which arguments they refuse, that the explanation has the argument's name and
// value, and that a refused call writes nothing and does not move the generator. Arguments on the edge of what is
// allowed are accepted.
#include "support/buffers.hpp"
#include "support/capi.hpp"
#include "support/samplers.hpp"
#include "support/tables.hpp"

#include <cfloat>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

using support::check_fails;
using support::Engine;
using support::Generator;
using support::GuardedBuffer;
using support::require_ok;
using support::Sampler;

namespace {

const double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

using FillF32 = std::int32_t (*)(unitvar_generator *, float *, std::size_t, double, double);
using FillF64 = std::int32_t (*)(unitvar_generator *, double *, std::size_t, double, double);

// A pair of parameters that is refused, and what the explanation has to mention.
struct BadPair {
    double first;
    double second;
    std::string_view name;
    std::string_view value;
};

template <class T, class Fill> void check_refused(Fill fill, const std::vector<BadPair> &bad_pairs)
{
    for (const Engine &engine : support::engines())
        for (const BadPair &bad : bad_pairs)
            for (const std::size_t n : {0u, 1u, 100u}) {
                CAPTURE(bad.first);
                CAPTURE(bad.second);
                const Generator g(engine, 1, 0, 5);
                GuardedBuffer buffer(n * sizeof(T));
                check_fails(fill(g, buffer.template as<T>(), n, bad.first, bad.second), UNITVAR_INVALID_ARGUMENT,
                            {bad.name, bad.value});
                CHECK(buffer.untouched());
                CHECK(g.tell() == 5);
            }
}

template <class T, class Fill> void check_accepted(Fill fill, double first, double second)
{
    CAPTURE(first);
    CAPTURE(second);
    const Generator g(UNITVAR_PCG32, 1);
    GuardedBuffer buffer(100 * sizeof(T));
    CHECK(fill(g, buffer.template as<T>(), 100, first, second) == UNITVAR_OK);
    CHECK(g.tell() > 0);
}

const FillF32 uniform_f32 = unitvar_uniform_f32;
const FillF64 uniform_f64 = unitvar_uniform_f64;
const FillF32 normal_f32 = unitvar_normal_f32;
const FillF64 normal_f64 = unitvar_normal_f64;

} // namespace

TEST_CASE("a uniform range that is not finite or not ordered is refused")
{
    const std::vector<BadPair> bad{
        {not_a_number, 1.0, "low", "nan"}, {0.0, not_a_number, "high", "nan"},   {0.0, infinity, "high", "inf"},
        {-infinity, 0.0, "low", "-inf"},   {-infinity, infinity, "low", "-inf"}, {2.5, 1.5, "low", "2.5"},
        {2.5, 1.5, "high", "1.5"},         {infinity, infinity, "low", "inf"},
    };
    check_refused<float>(uniform_f32, bad);
    check_refused<double>(uniform_f64, bad);
}

TEST_CASE("a uniform range that is not finite in the type of the elements is refused")
{
    check_refused<float>(uniform_f32, {{0.0, 1e39, "high", "1e+39"},
                                       {-1e39, 0.0, "low", "-1e+39"},
                                       {1e39, 1e39, "low", "1e+39"},
                                       {-3e38, 3e38, "low", "-3e+38"},
                                       {-3e38, 3e38, "high", "3e+38"}});
    check_refused<double>(uniform_f64,
                          {{-1.5e308, 1.5e308, "low", "-1.5e+308"}, {-1.5e308, 1.5e308, "high", "1.5e+308"}});
}

TEST_CASE("a uniform range is judged in the type of the elements")
{
    check_accepted<float>(uniform_f32, 1.0 + 1e-12, 1.0);
    check_accepted<float>(uniform_f32, -FLT_MAX / 2, FLT_MAX / 2);
    check_accepted<float>(uniform_f32, FLT_MAX, FLT_MAX);
    check_accepted<float>(uniform_f32, -1e-300, 1e-300);
    check_accepted<double>(uniform_f64, -DBL_MAX / 2, DBL_MAX / 2);
    check_accepted<double>(uniform_f64, -1e39, 1e39);
    check_refused<double>(uniform_f64, {{1.0 + 1e-12, 1.0, "high", "1"}});
}

TEST_CASE("a mean or a deviation that is not finite or a negative deviation is refused")
{
    const std::vector<BadPair> bad{
        {not_a_number, 1.0, "mean", "nan"}, {0.0, not_a_number, "std", "nan"}, {infinity, 1.0, "mean", "inf"},
        {-infinity, 1.0, "mean", "-inf"},   {0.0, infinity, "std", "inf"},     {0.0, -infinity, "std", "-inf"},
        {0.0, -1.5, "std", "-1.5"},
    };
    check_refused<float>(normal_f32, bad);
    check_refused<double>(normal_f64, bad);
    check_refused<float>(normal_f32, {{1e39, 1.0, "mean", "1e+39"}, {0.0, 1e39, "std", "1e+39"}});
}

TEST_CASE("means and deviations on the edge are accepted")
{
    check_accepted<float>(normal_f32, 0.0, 0.0);
    check_accepted<float>(normal_f32, 0.0, -0.0);
    check_accepted<float>(normal_f32, FLT_MAX, FLT_MAX);
    check_accepted<float>(normal_f32, -FLT_MAX, 1e-300);
    check_accepted<double>(normal_f64, 1e39, 1e39);
    check_accepted<double>(normal_f64, -DBL_MAX, DBL_MAX);
    check_accepted<double>(normal_f64, 0.0, -0.0);
}

TEST_CASE("a missing generator or destination is refused by name")
{
    for (const Sampler &sampler : support::samplers()) {
        CAPTURE(sampler.name);
        const Generator g(UNITVAR_PCG32, 1, 0, 5);
        GuardedBuffer buffer(80);
        check_fails(sampler.fill(nullptr, buffer.data(), 10), UNITVAR_INVALID_ARGUMENT, {"g", "NULL"});
        check_fails(sampler.fill(nullptr, buffer.data(), 0), UNITVAR_INVALID_ARGUMENT, {"g", "NULL"});
        check_fails(sampler.fill(g, nullptr, 1), UNITVAR_INVALID_ARGUMENT, {"dst", "NULL"});
        CHECK(buffer.untouched());
        CHECK(g.tell() == 5);
    }
}

TEST_CASE("an empty fill does not look at its destination and does not move")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const Engine &engine : support::engines())
            for (const Sampler &sampler : support::samplers()) {
                const Generator g(engine, 1, 0, 5);
                require_ok(sampler.fill(g, nullptr, 0));
                CHECK(g.tell() == 5);
            }
    }
}

TEST_CASE("more elements than the address space holds are refused")
{
    for (const Engine &engine : support::engines())
        for (const Sampler &sampler : support::samplers()) {
            const std::size_t whole = std::numeric_limits<std::size_t>::max();
            const std::size_t most = whole / 2 / sampler.element_size;
            for (const std::size_t n : {whole, whole / 2 + 1, most + 1, 2 * most}) {
                CAPTURE(sampler.name);
                CAPTURE(n);
                const Generator g(engine, 1, 0, 5);
                GuardedBuffer buffer(64);
                check_fails(sampler.fill(g, buffer.data(), n), UNITVAR_INVALID_ARGUMENT, {"n", std::to_string(n)});
                CHECK(buffer.untouched());
                CHECK(g.tell() == 5);
            }
        }
}
