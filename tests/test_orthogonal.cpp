// Orthogonal initialisers through the C API: orthogonality against a naive product in double, the Haar distribution,
// the same bits from every table and thread count, the words that a call uses, and errors.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "support/scale.hpp"
#include "support/tensors.hpp"
#include "unitvar.h"

namespace {

using Shape = std::vector<std::int64_t>;

struct Destroy {
    void operator()(unitvar_generator *g) const { unitvar_generator_destroy(g); }
};
using Handle = std::unique_ptr<unitvar_generator, Destroy>;

Handle make_generator(std::int32_t engine = UNITVAR_PCG32, std::uint64_t seed = 42)
{
    unitvar_generator *g = nullptr;
    REQUIRE(unitvar_generator_create(engine, seed, 0, &g) == UNITVAR_OK);
    return Handle(g);
}

std::uint64_t position(const Handle &g)
{
    std::uint64_t block = 0;
    REQUIRE(unitvar_generator_tell(g.get(), &block) == UNITVAR_OK);
    return block;
}

template <class T> unitvar_tensor tensor(T *data, Shape &shape, std::int64_t *strides = nullptr)
{
    return {data,
            {1, 0},
            static_cast<std::int32_t>(shape.size()),
            {2, static_cast<std::uint8_t>(8 * sizeof(T)), 1},
            shape.data(),
            strides,
            0};
}

template <class T> std::vector<T> orthogonal(unitvar_generator *g, Shape shape, double gain = 1)
{
    std::vector<T> w(support::element_count(shape), T(7));
    unitvar_tensor t = tensor(w.data(), shape);
    REQUIRE(unitvar_init_orthogonal(g, &t, gain) == UNITVAR_OK);
    return w;
}

// max |W^T W - gain^2 I|, or of W W^T for fewer rows than columns.
template <class T> double deviation(const std::vector<T> &w, std::size_t rows, double gain = 1)
{
    const std::size_t columns = w.size() / rows;
    const std::size_t n = std::min(rows, columns);
    const std::size_t m = std::max(rows, columns);
    const auto at = [&](std::size_t k, std::size_t j) {
        return static_cast<double>(rows >= columns ? w[k * columns + j] : w[j * columns + k]);
    };
    double worst = 0;
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = i == j ? -gain * gain : 0;
            for (std::size_t k = 0; k < m; ++k) {
                sum += at(k, i) * at(k, j);
            }
            worst = std::isnan(sum) ? sum : std::max(worst, std::abs(sum));
        }
    }
    return worst;
}

template <class T> constexpr double bound = sizeof(T) == 4 ? 2e-6 : 1e-14;

const std::vector<Shape> shapes = {{3, 4},   {4, 3},   {20, 2, 3, 4}, {2, 3, 4, 5}, {1, 1},
                                   {1, 50},  {50, 1},  {257, 129},    {129, 257},   {96, 96},
                                   {97, 97}, {24, 25}, {300, 95},     {33, 1, 1},   {2, 2}};

class Threads {
public:
    explicit Threads(std::int32_t n) { REQUIRE(unitvar_set_num_threads(n) == UNITVAR_OK); }
    ~Threads() { unitvar_set_num_threads(0); }
    Threads(const Threads &) = delete;
    Threads &operator=(const Threads &) = delete;
};

class Isa {
public:
    explicit Isa(const char *name) : usable_(unitvar_set_isa(name) == UNITVAR_OK) {}
    ~Isa() { unitvar_set_isa("auto"); }
    Isa(const Isa &) = delete;
    Isa &operator=(const Isa &) = delete;
    [[nodiscard]] bool usable() const { return usable_; }

private:
    bool usable_;
};

} // namespace

TEST_CASE_TEMPLATE("orthogonal: rows or columns are orthonormal", T, float, double)
{
    for (const std::int32_t engine : {UNITVAR_PCG32, UNITVAR_PHILOX4X32, UNITVAR_ARS4X32}) {
        const Handle g = make_generator(engine);
        for (const Shape &shape : shapes) {
            for (const double gain : {1.0, 1.5, -0.25, 0.0}) {
                CAPTURE(shape[0]);
                CAPTURE(gain);
                const auto w = orthogonal<T>(g.get(), shape, gain);
                CHECK(deviation(w, static_cast<std::size_t>(shape[0]), gain) <= bound<T> * std::max(1.0, gain * gain));
            }
        }
    }
}

TEST_CASE_TEMPLATE("orthogonal: one panel of many, square", T, float, double)
{
    const Handle g = make_generator();
    // Emulated fma makes 4/3 n^3 long; two panels are many enough there.
    const std::int64_t n = support::quick() ? 130 : 512;
    CHECK(deviation(orthogonal<T>(g.get(), {n, n}), static_cast<std::size_t>(n)) <= bound<T>);
}

TEST_CASE_TEMPLATE("orthogonal: a plain product of reflectors gives the same matrix", T, float, double)
{
    for (const Shape &shape : shapes) {
        const auto rows = static_cast<std::size_t>(shape[0]);
        const std::size_t columns = support::element_count(shape) / rows;
        const std::size_t m = std::max(rows, columns);
        const std::size_t n = std::min(rows, columns);
        const std::size_t drawn = n * m - n * (n - 1) / 2;
        const Handle g = make_generator();
        const auto w = orthogonal<T>(g.get(), shape);

        const Handle other = make_generator();
        std::vector<T> x(drawn);
        if constexpr (sizeof(T) == 4) {
            REQUIRE(unitvar_normal_f32(other.get(), x.data(), drawn, 0, 1) == UNITVAR_OK);
        } else {
            REQUIRE(unitvar_normal_f64(other.get(), x.data(), drawn, 0, 1) == UNITVAR_OK);
        }
        CHECK(position(g) == position(other));

        std::vector<double> q(m * n, 0.0);
        for (std::size_t k = n, end = drawn; k-- > 0;) {
            const std::size_t length = m - k;
            std::vector<double> v(x.begin() + static_cast<std::ptrdiff_t>(end - length),
                                  x.begin() + static_cast<std::ptrdiff_t>(end));
            end -= length;
            const double norm = std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0));
            const double sign = v[0] >= 0 ? -1 : 1;
            v[0] -= sign * norm;
            const double square = std::inner_product(v.begin(), v.end(), v.begin(), 0.0);
            q[k * n + k] = sign;
            for (std::size_t j = k; j < n; ++j) {
                double product = 0;
                for (std::size_t i = 0; i < length; ++i) {
                    product += v[i] * q[(k + i) * n + j];
                }
                for (std::size_t i = 0; i < length; ++i) {
                    q[(k + i) * n + j] -= 2 / square * product * v[i];
                }
            }
        }
        double worst = 0;
        for (std::size_t i = 0; i < m; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                const T element = rows >= columns ? w[i * columns + j] : w[j * columns + i];
                worst = std::max(worst, std::abs(static_cast<double>(element) - q[i * n + j]));
            }
        }
        CHECK(worst <= bound<T>);
    }
}

TEST_CASE_TEMPLATE("orthogonal: gain multiplies, rounded once", T, float, double)
{
    const auto unit = orthogonal<T>(make_generator().get(), {40, 30});
    for (const double gain : {1.7, -3.0, 1e30}) {
        const auto scaled = orthogonal<T>(make_generator().get(), {40, 30}, gain);
        for (std::size_t i = 0; i < unit.size(); ++i) {
            REQUIRE(scaled[i] == unit[i] * static_cast<T>(gain));
        }
    }
}

TEST_CASE_TEMPLATE("orthogonal: the same bits from every table and thread count", T, float, double)
{
    for (const Shape &shape :
         std::vector<Shape>{{257, 129}, {40, 500}, {5, 3, 2}, {support::quick() ? 100 : 310, 310}, {1, 9}}) {
        std::vector<T> expected;
        {
            const Threads one(1);
            expected = orthogonal<T>(make_generator().get(), shape);
        }
        for (const char *name : {"avx512", "avx2", "neon", "scalar"}) {
            const Isa isa(name);
            if (!isa.usable()) {
                continue;
            }
            for (std::int32_t n = 1; n <= 4; ++n) {
                const Threads threads(n);
                const auto w = orthogonal<T>(make_generator().get(), shape);
                CAPTURE(name);
                CAPTURE(n);
                CHECK(std::memcmp(w.data(), expected.data(), w.size() * sizeof(T)) == 0);
            }
        }
    }
}

TEST_CASE_TEMPLATE("orthogonal: strided tensors get the values of contiguous ones", T, float, double)
{
    Shape shape = {30, 7, 5};
    const auto expected = orthogonal<T>(make_generator().get(), shape);
    std::vector<T> memory(30 * 7 * 5 * 2 + 1, T(7));
    std::int64_t strides[] = {2, 60 * 5, -60}; // transposed, every second element, the last dimension reversed
    unitvar_tensor t = tensor(memory.data(), shape, strides);
    t.byte_offset = 240 * sizeof(T);
    REQUIRE(unitvar_init_orthogonal(make_generator().get(), &t, 1) == UNITVAR_OK);
    std::size_t i = 0;
    for (int a = 0; a < 30; ++a) {
        for (int b = 0; b < 7; ++b) {
            for (int c = 0; c < 5; ++c) {
                REQUIRE(memory[static_cast<std::size_t>(240 + 2 * a + 300 * b - 60 * c)] == expected[i++]);
            }
        }
    }
    CHECK(std::ranges::count(memory, T(7)) == static_cast<std::ptrdiff_t>(memory.size() - i));
}

TEST_CASE("orthogonal: Haar distribution")
{
    // Of Q uniform on O(n): the mean of an element is 0, its variance 1/n and its fourth moment 3 / (n (n + 2)); trace
    // and trace of Q^2 have means 0 and 1, and tr Q variance 1 (Diaconis and Shahshahani, "On the eigenvalues of random
    // matrices", 1994). Bounds are 5 standard errors.
    constexpr std::size_t n = 5;
    const int matrices = support::quick() ? 1000 : 20000;
    const Handle g = make_generator();
    std::vector<double> sum(n * n, 0.0);
    std::vector<double> square(n * n, 0.0);
    std::vector<int> positive(n * n, 0);
    double fourth = 0;
    double trace = 0;
    double trace_square = 0;
    double trace_of_square = 0;
    int proper = 0;
    for (int k = 0; k < matrices; ++k) {
        const auto q = orthogonal<double>(g.get(), {n, n});
        double t = 0;
        for (std::size_t i = 0; i < n * n; ++i) {
            sum[i] += q[i];
            square[i] += q[i] * q[i];
            positive[i] += q[i] > 0 ? 1 : 0;
            fourth += q[i] * q[i] * q[i] * q[i] / (n * n);
            trace_of_square += q[i] * q[i % n * n + i / n];
        }
        for (std::size_t i = 0; i < n; ++i) {
            t += q[i * (n + 1)];
        }
        trace += t;
        trace_square += t * t;
        // The sign of the determinant by elimination.
        auto a = q;
        bool even = true;
        for (std::size_t c = 0; c < n; ++c) {
            std::size_t pivot = c;
            for (std::size_t r = c; r < n; ++r) {
                pivot = std::abs(a[r * n + c]) > std::abs(a[pivot * n + c]) ? r : pivot;
            }
            even = even == ((pivot == c) == (a[pivot * n + c] > 0));
            for (std::size_t j = 0; j < n; ++j) {
                std::swap(a[c * n + j], a[pivot * n + j]);
            }
            for (std::size_t r = c + 1; r < n; ++r) {
                const double factor = a[r * n + c] / a[c * n + c];
                for (std::size_t j = c; j < n; ++j) {
                    a[r * n + j] -= factor * a[c * n + j];
                }
            }
        }
        proper += even ? 1 : 0;
    }
    const double error = 5 / std::sqrt(matrices);
    for (std::size_t i = 0; i < n * n; ++i) {
        CAPTURE(i);
        CHECK(std::abs(sum[i] / matrices) < error * std::sqrt(1.0 / n));
        CHECK(std::abs(square[i] / matrices - 1.0 / n) < error * std::sqrt(3.0 / (n * (n + 2)) - 1.0 / (n * n)));
        CHECK(std::abs(positive[i] / static_cast<double>(matrices) - 0.5) < error * 0.5);
    }
    CHECK(std::abs(fourth / matrices - 3.0 / (n * (n + 2))) < 0.001 * std::sqrt(20000.0 / matrices));
    CHECK(std::abs(trace / matrices) < error);
    CHECK(std::abs(trace_square / matrices - 1) < error * std::sqrt(2.0));
    CHECK(std::abs(trace_of_square / matrices - 1) < error * std::sqrt(3.0));
    CHECK(std::abs(proper / static_cast<double>(matrices) - 0.5) < error * 0.5);
}

TEST_CASE_TEMPLATE("orthogonal: 1 x 1 is a fair sign", T, float, double)
{
    const Handle g = make_generator();
    int positive = 0;
    for (int k = 0; k < 10000; ++k) {
        const auto w = orthogonal<T>(g.get(), {1, 1});
        REQUIRE(std::abs(w[0]) == T(1));
        positive += w[0] > 0 ? 1 : 0;
    }
    CHECK(std::abs(positive - 5000) < 250);
}

TEST_CASE_TEMPLATE("delta_orthogonal: an orthogonal matrix at the center, zeros around it", T, float, double)
{
    for (Shape shape : std::vector<Shape>{{4, 3, 5}, {6, 6, 3, 4}, {3, 1, 2, 3, 1}, {1, 1, 1}, {2, 2, 4}}) {
        std::vector<T> w(support::element_count(shape), T(7));
        unitvar_tensor t = tensor(w.data(), shape);
        const Handle g = make_generator();
        REQUIRE(unitvar_init_delta_orthogonal(g.get(), &t, -1.5) == UNITVAR_OK);
        std::size_t field = 1;
        std::size_t center = 0;
        for (std::size_t i = 2; i < shape.size(); ++i) {
            const auto length = static_cast<std::size_t>(shape[i]);
            field *= length;
            center = center * length + (length - 1) / 2;
        }
        const Handle other = make_generator();
        const auto matrix = orthogonal<T>(other.get(), {shape[0], shape[1]}, -1.5);
        CHECK(position(g) == position(other));
        for (std::size_t i = 0; i < w.size(); ++i) {
            REQUIRE(w[i] == (i % field == center ? matrix[i / field] : T(0)));
        }
    }
}

TEST_CASE("delta_orthogonal: strides")
{
    Shape shape = {3, 2, 5};
    std::int64_t strides[] = {-2, 15, 3 * 10};
    std::vector<float> memory(200, 7.0F);
    unitvar_tensor t = tensor(memory.data() + 10, shape, strides);
    REQUIRE(unitvar_init_delta_orthogonal(make_generator().get(), &t, 1) == UNITVAR_OK);
    const auto matrix = orthogonal<float>(make_generator().get(), {3, 2});
    for (int a = 0; a < 3; ++a) {
        for (int b = 0; b < 2; ++b) {
            for (int k = 0; k < 5; ++k) {
                const float expected = k == 2 ? matrix[static_cast<std::size_t>(2 * a + b)] : 0.0F;
                CHECK(memory[static_cast<std::size_t>(10 - 2 * a + 15 * b + 30 * k)] == expected);
            }
        }
    }
    CHECK(std::ranges::count(memory, 7.0F) == 200 - 30);
}

TEST_CASE("orthogonal initialisers: errors leave tensor and generator as they were")
{
    using Initialiser = std::int32_t (*)(unitvar_generator *, unitvar_tensor *, double);
    const Handle g = make_generator();
    std::vector<float> w(64, 7.0F);
    const auto fails = [&](Initialiser init, Shape shape, double gain, const char *said) {
        unitvar_tensor t = tensor(w.data(), shape);
        CHECK(init(g.get(), &t, gain) == UNITVAR_INVALID_ARGUMENT);
        CHECK(std::string(unitvar_last_error()).find(said) != std::string::npos);
        CHECK(std::ranges::count(w, 7.0F) == 64);
        CHECK(position(g) == 0);
    };
    constexpr double infinity = std::numeric_limits<double>::infinity();
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    fails(unitvar_init_orthogonal, {}, 1, "ndim is 0");
    fails(unitvar_init_orthogonal, {4}, 1, "ndim is 1");
    fails(unitvar_init_orthogonal, {4, -1}, 1, "shape[1] of t is -1");
    for (const double gain : {infinity, -infinity, nan, 1e39}) {
        fails(unitvar_init_orthogonal, {4, 4}, gain, "gain is ");
        fails(unitvar_init_delta_orthogonal, {4, 4, 3}, gain, "gain is ");
    }
    fails(unitvar_init_delta_orthogonal, {4, 4}, 1, "ndim is 2");
    fails(unitvar_init_delta_orthogonal, {1, 1, 1, 1, 1, 1}, 1, "ndim is 6");
    fails(unitvar_init_delta_orthogonal, {3, 4, 3}, 1, "shape[1] is 4");
    Shape shape = {4, 4};
    unitvar_tensor t = tensor(w.data(), shape);
    CHECK(unitvar_init_orthogonal(nullptr, &t, 1) == UNITVAR_INVALID_ARGUMENT);
    CHECK(unitvar_init_orthogonal(g.get(), nullptr, 1) == UNITVAR_INVALID_ARGUMENT);
    std::int64_t overlapping[] = {1, 1};
    t.strides = overlapping;
    CHECK(unitvar_init_orthogonal(g.get(), &t, 1) == UNITVAR_INVALID_ARGUMENT);
    CHECK(std::ranges::count(w, 7.0F) == 64);
    CHECK(position(g) == 0);
}

#if !defined(UNITVAR_SANITIZED) // which ends the program where operator new should throw
TEST_CASE("orthogonal: a matrix beyond memory")
{
    const Handle g = make_generator();
    float one = 7;
    Shape huge = {std::int64_t{1} << 30, std::int64_t{1} << 30};
    unitvar_tensor t = tensor(&one, huge);
    CHECK(unitvar_init_orthogonal(g.get(), &t, 1) == UNITVAR_OUT_OF_MEMORY);
    CHECK(position(g) == 0);
}
#endif

TEST_CASE("orthogonal: a matrix beyond the stream")
{
    const Handle g = make_generator();
    const std::uint64_t last = (std::uint64_t{1} << 58) - 1;
    REQUIRE(unitvar_generator_seek(g.get(), last) == UNITVAR_OK);
    Shape shape = {9, 9};
    std::vector<double> w(81, 7.0);
    unitvar_tensor u = tensor(w.data(), shape);
    CHECK(unitvar_init_orthogonal(g.get(), &u, 1) == UNITVAR_STREAM_EXHAUSTED);
    CHECK(std::ranges::count(w, 7.0) == 81);
    CHECK(position(g) == last);
}

TEST_CASE("orthogonal initialisers: tensors without elements")
{
    const Handle g = make_generator();
    for (Shape shape : std::vector<Shape>{{0, 4}, {4, 0}, {4, 3, 0}, {0, 0, 3}}) {
        unitvar_tensor t = tensor<float>(nullptr, shape);
        CHECK(unitvar_init_orthogonal(g.get(), &t, 1) == UNITVAR_OK);
        if (shape.size() == 3) {
            CHECK(unitvar_init_delta_orthogonal(g.get(), &t, 1) == UNITVAR_OK);
        }
    }
    CHECK(position(g) == 0);
}
