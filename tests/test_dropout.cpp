// Keeps unitvar_dropout: each element by the word of its number, from the definition; the same elements for a gradient in
// another type or layout, in parts, in place, on any instruction set and number of threads.
#include "oracle/half.hpp"
#include "support/arrays.hpp"
#include "support/buffers.hpp"
#include "support/capi.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using support::Array;
using support::check_fails;
using support::Engine;
using support::filled;
using support::Generator;
using support::Lengths;
using support::require_ok;

namespace {

constexpr double probabilities[] = {0, 0.1, 0.5, 0.9999, 1, 0x1p-31, 1 - 0x1p-31, 1 - 0x1p-40};

// The definition. T: float or double.
template <class T> std::vector<T> dropped(const std::vector<T> &x, const std::vector<std::uint32_t> &words, double p)
{
    const auto t = static_cast<std::uint64_t>(std::floor(std::ldexp(1 - p, 32) + 0.5));
    const T s = static_cast<T>(1 / (1 - p));
    std::vector<T> y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        y[i] = words[i] < t ? x[i] * s : T(0);
    return y;
}

template <class T> std::vector<T> values_of(std::size_t n)
{
    std::vector<T> x = support::random_values<T>(n, n);
    for (std::size_t i = 0; i + 3 < n; i += 7) {
        x[i] = std::numeric_limits<T>::infinity();
        x[i + 1] = std::numeric_limits<T>::quiet_NaN();
        x[i + 2] = -T(0);
    }
    return x;
}

// Bit for bit but for the payload of a NaN.
template <class T> bool equal(const std::vector<T> &a, const std::vector<T> &b)
{
    for (std::size_t i = 0; i < a.size(); ++i)
        if (std::isnan(b[i]) ? !std::isnan(a[i]) : a[i] != b[i] || std::signbit(a[i]) != std::signbit(b[i]))
            return false;
    return a.size() == b.size();
}

template <class T> void check_definition(const Engine &engine, std::size_t n, double p)
{
    CAPTURE(engine.name);
    CAPTURE(n);
    CAPTURE(p);
    const std::vector<std::uint32_t> words = filled<std::uint32_t>(unitvar_bits_u32, Generator(engine, 5, 7, 3), n);
    const std::vector<T> data = values_of<T>(n);
    Array<T> x({static_cast<std::int64_t>(n)}, data);
    Array<T> y({static_cast<std::int64_t>(n)});
    const Generator g(engine, 5, 7, 3);
    require_ok(unitvar_dropout(g, x, p, y));
    const std::vector<T> expected = dropped(data, words, p);
    CHECK(equal(y.values(), expected));
    CHECK(g.tell() == 3 + (n + 63) / 64);
    std::vector<std::uint8_t> mask(n);
    require_ok(unitvar_bernoulli_u8(Generator(engine, 5, 7, 3), mask.data(), n, 1 - p));
    bool kept = true;
    for (std::size_t i = 0; i < n; ++i)
        kept = kept && (mask[i] != 0) == (words[i] < std::floor(std::ldexp(1 - p, 32) + 0.5));
    CHECK(kept);
    const Generator again(engine, 5, 7, 3);
    require_ok(unitvar_dropout(again, x, p, x));
    CHECK(support::same_bits(x.values(), y.values()));
}

unitvar_tensor tensor_of(std::vector<std::uint16_t> &data, std::uint8_t code, std::int64_t *length)
{
    return {data.data(), {1, 0}, 1, {code, 16, 1}, length, nullptr, 0};
}

} // namespace

TEST_CASE("dropout keeps the elements whose words are below its threshold")
{
    for (const Engine &engine : support::engines())
        for (const double p : probabilities)
            for (const std::size_t n : {0u, 1u, 31u, 32u, 63u, 64u, 65u, 2047u, 2048u, 2049u, 5000u}) {
                check_definition<float>(engine, n, p);
                check_definition<double>(engine, n, p);
            }
}

TEST_CASE(
    "dropout drops an element whose word is the threshold, as rounded, and keeps one whose word is the last below it")
{
    for (const Engine &engine : support::engines())
        for (const std::uint32_t word : filled<std::uint32_t>(unitvar_bits_u32, Generator(engine, 5, 7, 3), 40))
            for (const double above : {0.0, 0.25, 0.75, 1.0}) {
                check_definition<float>(engine, 70, 1 - (word + above) * 0x1p-32);
                check_definition<double>(engine, 70, 1 - (word + above) * 0x1p-32);
            }
}

TEST_CASE("dropout of 16 bits is that of f32, rounded once")
{
    for (const std::size_t n : {1u, 33u, 64u, 2100u}) {
        auto length = static_cast<std::int64_t>(n);
        std::vector<std::uint16_t> bits(n);
        for (std::size_t i = 0; i < n; ++i)
            bits[i] = static_cast<std::uint16_t>(i * 2654435761U >> 7U);
        for (const oracle::HalfFormat &format : {oracle::bf16, oracle::f16}) {
            const std::uint8_t code = format.fraction_bits == 7 ? 4 : 2;
            std::vector<float> wide(n);
            for (std::size_t i = 0; i < n; ++i)
                wide[i] = static_cast<float>(oracle::half_value(format, bits[i]));
            Array<float> x({length}, wide);
            Array<float> y({length});
            std::vector<std::uint16_t> result(n);
            const unitvar_tensor from = tensor_of(bits, code, &length);
            unitvar_tensor to = tensor_of(result, code, &length);
            require_ok(unitvar_dropout(Generator(support::engines()[0], 1), x, 0.3, y));
            require_ok(unitvar_dropout(Generator(support::engines()[0], 1), &from, 0.3, &to));
            const std::vector<float> expected = y.values();
            for (std::size_t i = 0; i < n; ++i) {
                CAPTURE(i);
                if (std::isnan(expected[i]))
                    CHECK(std::isnan(oracle::half_value(format, result[i])));
                else
                    CHECK(result[i] == oracle::round_to_half(format, expected[i]));
            }
        }
    }
}

TEST_CASE("a gradient loses the elements that its activation lost, in whatever layout")
{
    const Lengths shape{3, 5, 7, 11};
    const std::size_t n = 3 * 5 * 7 * 11;
    const std::vector<float> ones(n, 1);
    const std::vector<double> ones_f64(n, 1);
    Array<float> x(shape, ones);
    Array<float> y(shape);
    Array<float> last(shape, ones, true);
    Array<double> gradient(shape, ones_f64, true);
    Array<double> result(shape);
    const Generator g(support::engines()[1], 9, 2, 100);
    require_ok(unitvar_dropout(g, x, 0.25, y));
    require_ok(unitvar_generator_seek(g, 100));
    require_ok(unitvar_dropout(g, last, 0.25, last));
    CHECK(support::same_bits(last.values(), y.values()));
    require_ok(unitvar_generator_seek(g, 100));
    require_ok(unitvar_dropout(g, gradient, 0.25, result));
    for (std::size_t i = 0; i < n; ++i)
        CHECK((result.values()[i] == 0) == (y.values()[i] == 0));
}

TEST_CASE("dropout in parts, on any instruction set and number of threads, is that of the whole")
{
    const std::size_t n = 300000;
    const std::vector<float> data = support::random_values<float>(n, 4);
    for (const Engine &engine : support::engines()) {
        Array<float> x({static_cast<std::int64_t>(n)}, data);
        Array<float> whole({static_cast<std::int64_t>(n)});
        {
            const support::ForcedIsa isa("scalar");
            const support::ForcedThreads one(1);
            require_ok(unitvar_dropout(Generator(engine, 3), x, 0.4, whole));
        }
        for (const std::string &name : support::isas())
            for (const std::int32_t threads : {1, 2, 3, 8}) {
                const support::ForcedIsa isa(name);
                const support::ForcedThreads many(threads);
                Array<float> y({static_cast<std::int64_t>(n)});
                require_ok(unitvar_dropout(Generator(engine, 3), x, 0.4, y));
                CHECK(support::same_bits(y.values(), whole.values()));
            }
        for (const std::int64_t first : {64, 6400, 299968}) {
            std::int64_t length = static_cast<std::int64_t>(n) - first;
            std::vector<float> part(static_cast<std::size_t>(length));
            std::vector<float> source(data.begin() + first, data.end());
            const unitvar_tensor from{source.data(), {1, 0}, 1, support::f32_dtype, &length, nullptr, 0};
            unitvar_tensor to{part.data(), {1, 0}, 1, support::f32_dtype, &length, nullptr, 0};
            const Generator g(engine, 3, 0, static_cast<std::uint64_t>(first) / 64);
            require_ok(unitvar_dropout(g, &from, 0.4, &to));
            const std::vector<float> all = whole.values();
            CHECK(support::same_bits(part, std::vector<float>(all.begin() + first, all.end())));
        }
    }
}

TEST_CASE("dropout keeps as many elements as it should")
{
    const std::size_t n = support::scaled(std::size_t{1} << 20U);
    const std::vector<float> ones(n, 1);
    for (const double p : {0.1, 0.5, 0.97}) {
        Array<float> x({static_cast<std::int64_t>(n)}, ones);
        require_ok(unitvar_dropout(Generator(support::engines()[0], 11), x, p, x));
        double kept = 0;
        for (const float value : x.values())
            kept += value != 0 ? 1 : 0;
        // Six deviations.
        const auto count = static_cast<double>(n);
        CHECK(std::abs(kept - count * (1 - p)) <= 6 * std::sqrt(count * p * (1 - p)));
    }
}

TEST_CASE("dropout refuses what it cannot do and leaves everything as it was")
{
    Array<float> x({4}, {1, 2, 3, 4});
    Array<float> y({4}, {5, 6, 7, 8});
    Array<float> other({5});
    Array<double> wide({4});
    const Generator g(support::engines()[0], 1);
    for (const double p : {-0.1, 1.5, std::numeric_limits<double>::quiet_NaN()})
        check_fails(unitvar_dropout(g, x, p, y), UNITVAR_INVALID_ARGUMENT, {"p", "probability"});
    check_fails(unitvar_dropout(g, x, 0.5, other), UNITVAR_INVALID_ARGUMENT, {"y"});
    check_fails(unitvar_dropout(g, x, 0.5, wide), UNITVAR_INVALID_ARGUMENT, {"y"});
    check_fails(unitvar_dropout(g, nullptr, 0.5, y), UNITVAR_INVALID_ARGUMENT, {"x"});
    check_fails(unitvar_dropout(nullptr, x, 0.5, y), UNITVAR_INVALID_ARGUMENT, {"g"});
    unitvar_generator *torch = nullptr;
    require_ok(unitvar_generator_create(UNITVAR_TORCH_MT19937, 1, 0, &torch));
    check_fails(unitvar_dropout(torch, x, 0.5, y), UNITVAR_UNSUPPORTED, {"dropout"});
    unitvar_generator_destroy(torch);
    CHECK(y.values() == std::vector<float>{5, 6, 7, 8});
    CHECK(g.tell() == 0);
}
