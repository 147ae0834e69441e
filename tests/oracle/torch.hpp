// PyTorch's CPU generator and samplers as a formula each, one element at a time, from the description of PyTorch alone:
// nothing here is shared with the library. Words are std::mt19937's.
#ifndef UNITVAR_TESTS_ORACLE_TORCH_HPP
#define UNITVAR_TESTS_ORACLE_TORCH_HPP

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace oracle {

class Torch {
public:
    explicit Torch(std::uint64_t seed) : words_(static_cast<std::uint32_t>(seed)) {}

    std::uint32_t word() { return static_cast<std::uint32_t>(words_()); }
    std::uint64_t word64()
    {
        const std::uint64_t high = word();
        return high << 32u | word();
    }

    template <class T> T standard_uniform()
    {
        if constexpr (sizeof(T) == 4)
            return static_cast<float>(word() % (1u << 24u)) / static_cast<float>(1u << 24u);
        else
            return static_cast<double>(word64() % (1ull << 53u)) / static_cast<double>(1ull << 53u);
    }

    template <class T> std::vector<T> uniform(std::size_t n, double low, double high)
    {
        const T a = static_cast<T>(low);
        const T width = static_cast<T>(high) - a;
        std::vector<T> values(n);
        for (T &x : values)
            x = std::fma(standard_uniform<T>(), width, a);
        return values;
    }

    double scalar_normal()
    {
        if (second_) {
            const double value = *second_;
            second_.reset();
            return value;
        }
        const double u1 = standard_uniform<double>();
        const double u2 = standard_uniform<double>();
        const double radius = std::sqrt(-2 * std::log(1 - u2));
        second_ = radius * std::sin(2 * std::numbers::pi * u1);
        return radius * std::cos(2 * std::numbers::pi * u1);
    }

    // A row-major contiguous tensor.
    template <class T> std::vector<T> normal(std::size_t n, double mean, double std)
    {
        std::vector<T> values(n);
        if (n < 16) {
            for (T &x : values)
                x = static_cast<T>(std::fma(scalar_normal(), std, mean));
            return values;
        }
        for (T &x : values)
            x = standard_uniform<T>();
        for (std::size_t i = 0; i + 16 <= n; i += 16)
            transform(&values[i], static_cast<T>(mean), static_cast<T>(std));
        if (n % 16 != 0) {
            for (std::size_t i = n - 16; i < n; ++i)
                values[i] = standard_uniform<T>();
            transform(&values[n - 16], static_cast<T>(mean), static_cast<T>(std));
        }
        return values;
    }

    std::vector<std::int64_t> permutation(std::size_t n)
    {
        std::vector<std::int64_t> values(n);
        for (std::size_t i = 0; i < n; ++i)
            values[i] = static_cast<std::int64_t>(i);
        for (std::size_t i = 0; i + 1 < n; ++i)
            std::swap(values[i], values[i + word() % (n - i)]);
        return values;
    }

private:
    static void transform(double *x, double mean, double std)
    {
        for (int j = 0; j < 8; ++j) {
            const double radius = std::sqrt(-2 * std::log(1 - x[j]));
            const double angle = 2 * std::numbers::pi * x[j + 8];
            x[j] = std::fma(radius * std::cos(angle), std, mean);
            x[j + 8] = std::fma(radius * std::sin(angle), std, mean);
        }
    }

    static void transform(float *x, float mean, float std)
    {
        for (int j = 0; j < 8; ++j) {
            const float radius = std::sqrt(-2.0f * log_of(1.0f - x[j]));
            float sine = 0;
            float cosine = 0;
            sin_cos_of(6.283185307179586f * x[j + 8], sine, cosine);
            x[j] = std::fma(radius * cosine, std, mean);
            x[j + 8] = std::fma(radius * sine, std, mean);
        }
    }

    static float log_of(float x)
    {
        int exponent = 0;
        float m = std::frexp(x, &exponent);
        auto e = static_cast<float>(exponent);
        if (m < 0.70710678f) {
            e -= 1;
            m = (m - 1) + m;
        } else {
            m = m - 1;
        }
        float p = 7.0376836292e-2f;
        for (const float c : {-1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f, 1.4249322787e-1f,
                              -1.6668057665e-1f, 2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f})
            p = std::fma(p, m, c);
        const float z = m * m;
        p = std::fma(p * m, z, e * -2.12194440e-4f);
        p = std::fma(-z, 0.5f, p);
        return std::fma(e, 0.693359375f, m + p);
    }

    static void sin_cos_of(float x, float &sine, float &cosine)
    {
        const int j = (static_cast<int>(x * 1.27323954473516f) + 1) & ~1;
        const auto y = static_cast<float>(j);
        x = std::fma(y, -0.78515625f, x);
        x = std::fma(y, -2.4187564849853515625e-4f, x);
        x = std::fma(y, -3.77489497744594108e-8f, x);
        const float z = x * x;
        float c = std::fma(std::fma(2.443315711809948e-5f, z, -1.388731625493765e-3f), z, 4.166664568298827e-2f) * z;
        c = std::fma(c, z, -(z * 0.5f)) + 1.0f;
        float s = std::fma(std::fma(-1.9515295891e-4f, z, 8.3321608736e-3f), z, -1.6666654611e-1f) * z;
        s = std::fma(s, x, x);
        if ((j & 2) != 0)
            std::swap(s, c);
        sine = (j & 4) != 0 ? -s : s;
        cosine = (~(j - 2) & 4) != 0 ? -c : c;
    }

    std::mt19937 words_;
    std::optional<double> second_;
};

} // namespace oracle

#endif
