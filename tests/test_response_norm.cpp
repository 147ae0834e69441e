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
    // In f64 the sum is rounded too, by 2 units at most where exponents are large, and the power multiplies that by its
    // exponent.
    const double most = std::is_same_v<T, float> ? 4 : 4 + 2 * std::abs(w.beta);
    CHECK(support::worst_ulps(
              x.values(), oracle::local_response_norm(support::wide(data), s, w.size, w.alpha, w.beta, w.k)) <= most);
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
