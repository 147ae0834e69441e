// Truncated normals by rejection.
#include "core/torch/rejection.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/torch/chunks.hpp"
#include "core/torch/formats.hpp"

namespace unitvar::core {
namespace {

double normal_cdf(double x)
{
    return (1.0 + std::erf(x / std::numbers::sqrt2)) / 2.0;
}

double probability(const TorchTruncNormal &p) noexcept
{
    return normal_cdf((p.b - p.mean) / p.std) - normal_cdf((p.a - p.mean) / p.std);
}

// The logarithm of the density, but for a constant, where between the bounds it is highest.
double log_peak(const TorchTruncNormal &p) noexcept
{
    const double mode = std::max(p.a, std::min(p.mean, p.b));
    const double z = (mode - p.mean) / p.std;
    return -0.5 * (z * z);
}

// The logarithm of an element's density over that of the peak: five operations, each rounded to the type. Subtraction
// takes its number rounded to the type, division as it is in f32.
template <class Format> class LogDensity {
public:
    using Value = typename Format::Value;
    explicit LogDensity(const TorchTruncNormal &p) noexcept
        : mean_(Format::rounded(static_cast<Value>(p.mean))), std_(static_cast<Value>(p.std)),
          peak_(Format::rounded(static_cast<Value>(log_peak(p))))
    {
    }
    [[nodiscard]] Value operator()(Value x) const noexcept
    {
        const Value z = Format::rounded(Format::rounded(x - mean_) / std_);
        return Format::rounded(Format::rounded(Format::rounded(z * z) * Value(-0.5)) - peak_);
    }

private:
    Value mean_;
    Value std_;
    Value peak_;
};

class Bits {
public:
    explicit Bits(std::uint64_t *words) noexcept : words_(words) {}
    [[nodiscard]] bool get(std::uint64_t i) const noexcept { return (words_[i / 64] >> i % 64 & 1U) != 0; }
    void set(std::uint64_t i, bool value) const noexcept
    {
        words_[i / 64] = (words_[i / 64] & ~(std::uint64_t{1} << i % 64)) | std::uint64_t{value} << i % 64;
    }
    [[nodiscard]] bool any(std::uint64_t first, std::size_t n) const noexcept
    {
        for (std::uint64_t i = first; i < first + n; ++i) {
            if (get(i)) {
                return true;
            }
        }
        return false;
    }

private:
    std::uint64_t *words_;
};

template <class Format> class Rejection {
public:
    using Stored = typename Format::Stored;
    Rejection(const TorchSource &source, const TorchTarget &target, const TorchTruncNormal &parameters,
              std::uint64_t *pending) noexcept
        : source_(source), target_(target), parameters_(parameters), density_(parameters), pending_(pending)
    {
    }

    void run() const noexcept
    {
        torch_fill_uniform(source_, target_, parameters_.a, parameters_.b);
        for (std::uint64_t i = 0; i < target_.count; ++i) {
            pending_.set(i, true);
        }
        while (settle() != 0) {
            redraw();
        }
    }

private:
    static constexpr std::size_t words_each = sizeof(Stored) == sizeof(double) ? 2 : 1;
    static constexpr std::size_t most = chunk_words / words_each;

    // The next uniforms, where a piece has elements that need them.
    bool draw(Stored *values, std::uint64_t first, std::size_t count, double low, double high) const noexcept
    {
        if (!pending_.any(first, count)) {
            source_.engine.skip(source_.kernels, count * words_each);
            return false;
        }
        torch_fill_uniform(source_, {target_.dtype, count, true, values}, low, high);
        return true;
    }

    void redraw() const noexcept
    {
        alignas(64) Stored fresh[most];
        change_pieces<Stored>(target_, 0, target_.count, most,
                              [&](Stored *values, std::uint64_t first, std::size_t count) {
                                  if (!draw(fresh, first, count, parameters_.a, parameters_.b)) {
                                      return false;
                                  }
                                  for (std::size_t i = 0; i < count; ++i) {
                                      values[i] = pending_.get(first + i) ? fresh[i] : values[i];
                                  }
                                  return true;
                              });
    }

    // How many are not accepted yet.
    [[nodiscard]] std::uint64_t settle() const noexcept
    {
        alignas(64) Stored uniform[most];
        std::uint64_t left = 0;
        change_pieces<Stored>(target_, 0, target_.count, most,
                              [&](Stored *values, std::uint64_t first, std::size_t count) {
                                  if (!draw(uniform, first, count, 0, 1)) {
                                      return false;
                                  }
                                  for (std::size_t i = 0; i < count; ++i) {
                                      if (pending_.get(first + i)) {
                                          const auto log_u = Format::rounded(std::log(Format::widen(uniform[i])));
                                          const bool refused = log_u > density_(Format::widen(values[i]));
                                          pending_.set(first + i, refused);
                                          left += refused ? 1 : 0;
                                      }
                                  }
                                  return false;
                              });
        return left;
    }

    const TorchSource &source_;
    const TorchTarget &target_;
    const TorchTruncNormal &parameters_;
    LogDensity<Format> density_;
    Bits pending_;
};

// Half an ulp of a number of the type, or more.
template <class Format> double half_ulp(double x) noexcept
{
    constexpr int bits = sizeof(typename Format::Stored) == sizeof(double)  ? 53
                         : sizeof(typename Format::Stored) == sizeof(float) ? 24
                                                                            : 8;
    return std::isinf(x) ? 0 : std::max(std::ldexp(std::fabs(x), -bits), std::ldexp(1.0, -149));
}

} // namespace

bool torch_draws_uniforms(const TorchTruncNormal &parameters) noexcept
{
    return !(probability(parameters) > 0.3);
}

double torch_accepted(const TorchRules &rules, DType dtype, const TorchTruncNormal &parameters) noexcept
{
    return with_format(dtype, [&](auto format) {
        using Format = decltype(format);
        using Value = typename Format::Value;
        if (!torch_draws_uniforms(parameters)) {
            const auto held = [&](double x) {
                const auto value = static_cast<Value>(x);
                return static_cast<double>(rules.f32_blocks ? value : Format::rounded(value));
            };
            const auto bound = [](double x) { return static_cast<double>(Format::rounded(static_cast<Value>(x))); };
            const double low = bound(parameters.a);
            const double high = bound(parameters.b);
            const double mean = held(parameters.mean);
            const double std = std::max(held(parameters.std), 1e-300);
            return normal_cdf((high + half_ulp<Format>(high) - mean) / std) -
                   normal_cdf((low - half_ulp<Format>(low) - mean) / std);
        }
        const double width = parameters.b - parameters.a;
        const double peak = log_peak(parameters);
        if (!std::isfinite(peak)) {
            return 0.0;
        }
        // As the numbers are, where the integral is not lost in the tail, and as the type has them.
        constexpr int points = 64;
        const LogDensity<Format> density(parameters);
        double seen = 0;
        for (int i = 0; i < points; ++i) {
            const double x = parameters.a + width * i / (points - 1);
            const auto value = static_cast<double>(density(Format::rounded(static_cast<Value>(x))));
            seen += std::isnan(value) ? 1 : std::min(1.0, std::exp(value)) / points;
        }
        // The density falls at least as exp(-t - t^2 / 2) in units of the distance from its peak: within 4 of them.
        const double slope = std::max(1.0, std::sqrt(-2 * peak)) / parameters.std;
        return width > 0 ? std::min(seen, 1 / (slope * width)) : seen;
    });
}

void torch_fill_by_rejection(const TorchSource &source, const TorchTarget &target, const TorchTruncNormal &parameters,
                             std::uint64_t *pending) noexcept
{
    if (torch_draws_uniforms(parameters)) {
        with_format(target.dtype,
                    [&](auto format) { Rejection<decltype(format)>(source, target, parameters, pending).run(); });
        return;
    }
    const auto bound = [&](double x) {
        return with_format(target.dtype, [&](auto format) {
            using Format = decltype(format);
            return static_cast<double>(Format::rounded(static_cast<typename Format::Value>(x)));
        });
    };
    const TorchBounds bounds{bound(parameters.a), bound(parameters.b)};
    torch_fill_normal(source, target, parameters.mean, parameters.std);
    if (torch_all_within(target, bounds)) {
        return;
    }
    while (torch_redraw_normal(source, target, parameters.mean, parameters.std, bounds) != 0) {
    }
}

} // namespace unitvar::core
