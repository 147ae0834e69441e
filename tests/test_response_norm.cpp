// Keeps unitvar_local_response_norm: its definition in long double to 4 units of the last place for exponents with
// and without a path of their own, windows of any size, and extreme sums.
#include "oracle/norms.hpp"
#include "support/arrays.hpp"
#include "support/tables.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using oracle::Shape3;
using support::Array;
using support::require_ok;

namespace {

struct Window {
    std::size_t size;
    double alpha;
    double beta;
    double k;
};

template <class T> void check(const Shape3 &s, const Window &w, double scale)
{
    CAPTURE(s.channels);
    CAPTURE(s.positions);
    CAPTURE(w.size);
    CAPTURE(w.beta);
    CAPTURE(scale);
    const std::vector<T> data = support::random_values<T>(s.elements(), 3, 0, scale);
    Array<T> x({static_cast<std::int64_t>(s.images), static_cast<std::int64_t>(s.channels),
                static_cast<std::int64_t>(s.positions)},
               data);
    require_ok(unitvar_local_response_norm(x, static_cast<std::int64_t>(w.size), w.alpha, w.beta, w.k, x));
    CHECK(support::worst_ulps(x.values(),
                              oracle::local_response_norm(support::wide(data), s, w.size, w.alpha, w.beta, w.k)) <= 4);
}

} // namespace

TEST_CASE("local_response_norm equals its definition")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        for (const Shape3 &s : {Shape3{2, 7, 33}, Shape3{1, 1, 5}, Shape3{2, 3, 1}, Shape3{1, 12, 64}})
            for (const std::size_t size : {1u, 2u, 3u, 4u, 5u, 12u, 100u})
                for (const double beta : {0.75, 0.5, 1.0, 0.0, 0.6, 2.0, -1.25}) {
                    check<float>(s, {size, 1e-1, beta, 1}, 1);
                    check<double>(s, {size, 1e-1, beta, 1}, 1);
                }
    }
}

TEST_CASE("local_response_norm keeps its precision for large and small sums")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        for (const double scale : {1e-9, 1e-3, 1e3, 1e9})
            for (const double beta : {0.75, 0.7, 3.5, -0.3}) {
                check<float>({1, 6, 40}, {3, 1, beta, 0}, scale);
                check<double>({1, 6, 40}, {3, 1, beta, 0}, scale);
            }
    }
}

TEST_CASE("local_response_norm keeps its precision wherever its result is a number")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        const Shape3 shape{1, 5, 40};
        for (const double beta : {0.5, 0.75, 1.0, 0.6, 0.45, 2.0, 3.0, 7.5, -0.5, -2.0})
            for (const double k : {0.0, 1e-30, 1.0, 1e30}) {
                CAPTURE(k);
                for (const double scale : {1e-43, 1e-38, 1e-25, 1e-10, 1e10, 1e20, 1e36})
                    check<float>(shape, {3, 7, beta, k}, scale);
                for (const double scale : {1e-320, 1e-300, 1e-200, 1e-100, 1e100, 1e200, 1e306})
                    check<double>(shape, {3, 7, beta, k}, scale);
            }
        for (const double alpha : {1e-300, 1e-40, 1e40, 1e300})
            for (const double k : {0.0, 1e-300, 1e300}) {
                check<float>(shape, {4, alpha, 0.75, k}, 1);
                check<double>(shape, {4, alpha, 0.75, k}, 1);
                check<double>(shape, {4, alpha, 0.3, k}, 1e-120);
            }
    }
}

TEST_CASE("sums that leave the range of f32 are local_response_norm's own matter")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CAPTURE(isa);
        Array<float> large({1, 3, 1}, {1e20F, 1e20F, 1e20F});
        require_ok(unitvar_local_response_norm(large, 3, 1, 0.5, 1, large));
        CHECK(support::worst_ulps(large.values(), {std::sqrt(1.5L), 1.0L, std::sqrt(1.5L)}) <= 4);
        Array<float> small({1, 3, 1}, {3e-25F, 4e-25F, 0});
        require_ok(unitvar_local_response_norm(small, 7, 7, 0.5, 0, small));
        CHECK(support::worst_ulps(small.values(), {0.6L, 0.8L, 0.0L}) <= 4);
    }
}

TEST_CASE("whole powers of negative sums are numbers, and zeros keep their sign")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        Array<double> x({1, 1, 3}, {2, -3, -0.0});
        Array<double> y({1, 1, 3});
        require_ok(unitvar_local_response_norm(x, 1, -1, 1, 1, y)); // 1 - x^2 is -3, -8, 1
        CHECK(support::worst_ulps(y.values(), {-2 / 3.0L, 3 / 8.0L, -0.0L}) <= 4);
        require_ok(unitvar_local_response_norm(x, 1, -1, 2, 1, y));
        CHECK(support::worst_ulps(y.values(), {2 / 9.0L, -3 / 64.0L, -0.0L}) <= 4);
        CHECK(std::signbit(y.values()[2]));
        require_ok(unitvar_local_response_norm(x, 1, 1, 0.75, 1, y));
        CHECK(std::signbit(y.values()[2]));
    }
}

TEST_CASE("the largest window is no more than all channels")
{
    Array<float> x({1, 2, 1}, {3, 4});
    require_ok(unitvar_local_response_norm(x, std::numeric_limits<std::int64_t>::max(), 0, 0.75, 16, x));
    CHECK(x.values() == std::vector<float>{0.375F, 0.5F});
}

TEST_CASE("zeros, negative bases, infinity and NaN give what the formula gives")
{
    const float infinity = std::numeric_limits<float>::infinity();
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const double beta : {0.75, 0.7}) {
            CAPTURE(beta);
            Array<float> x({1, 1, 4}, {0, infinity, std::numeric_limits<float>::quiet_NaN(), 2});
            Array<float> y({1, 1, 4});
            require_ok(unitvar_local_response_norm(x, 1, 1, beta, 0, y));
            CHECK(std::isnan(y.values()[0])); // 0 / 0
            CHECK(std::isnan(y.values()[1])); // infinity / infinity
            CHECK(std::isnan(y.values()[2]));
            CHECK(std::isfinite(y.values()[3]));
            require_ok(unitvar_local_response_norm(x, 1, -1, beta, 1, y));
            CHECK(y.values()[0] == 0);
            CHECK(std::isnan(y.values()[3])); // the power of a negative number
        }
    }
}
