// Draws into memory.
#include "core/fill.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/engine.hpp"
#include "core/message.hpp"
#include "core/parallel.hpp"
#include "core/runtime.hpp"
#include "unitvar/error.hpp"

namespace unitvar::core {
namespace {

// A thread starts for no less output than this, some 50 microseconds of work.
constexpr std::size_t bytes_per_thread = std::size_t{1} << 20U;

// Targets that are larger go past the caches: `unitvar_bench --benchmark_filter=store` shows where it begins to pay.
constexpr std::size_t streaming_bytes = std::size_t{8} << 20U;

template <class T> [[nodiscard]] T rounded(std::string_view name, double value)
{
    require_finite(name, value);
    const auto result = static_cast<T>(value);
    if (!std::isfinite(result)) {
        invalid_value(name, value, "a number within the range of the element type");
    }
    return result;
}

} // namespace

template <class T> DrawParameters uniform_parameters(double low, double high, ParameterNames names)
{
    const T first = rounded<T>(names.first, low);
    const T second = rounded<T>(names.second, high);
    if (first > second) {
        throw InvalidArgument(std::string(names.first) + " is " + text(low) + " and " + std::string(names.second) +
                              " is " + text(high) + "; expected " + std::string(names.first) +
                              " <= " + std::string(names.second));
    }
    const T width = second - first;
    if (!std::isfinite(width)) {
        throw InvalidArgument(std::string(names.second) + " - " + std::string(names.first) + " is " + text(high) +
                              " - " + text(low) + "; expected a difference within the range of the element type");
    }
    const T below = std::nextafter(second, -std::numeric_limits<T>::infinity());
    return {first, width, first < second ? below : first};
}

template <class T> DrawParameters normal_parameters(double mean, double std, ParameterNames names)
{
    const T location = rounded<T>(names.first, mean);
    if (std < 0) {
        invalid_value(names.second, std, "a number >= 0");
    }
    return {location, rounded<T>(names.second, std), 0};
}

template DrawParameters uniform_parameters<float>(double, double, ParameterNames);
template DrawParameters uniform_parameters<double>(double, double, ParameterNames);
template DrawParameters normal_parameters<float>(double, double, ParameterNames);
template DrawParameters normal_parameters<double>(double, double, ParameterNames);

Fill::Fill(const Generator &generator, DrawIndex draw, const DrawParameters &parameters, std::uint64_t n)
    : generator_(generator), draw_(draw), parameters_(parameters), n_(n),
      blocks_(n / row(draw).elements_per_block() + (n % row(draw).elements_per_block() != 0 ? 1 : 0)),
      kernels_(&kernels())
{
    if (n > most_bytes / row(draw).element_bytes) {
        invalid_value("n", n, "at most " + text(most_bytes / row(draw).element_bytes) + " elements");
    }
    const std::uint64_t left = generator.block_count() - generator.tell();
    if (blocks_ > left) {
        throw StreamExhausted(text(blocks_) + " blocks are needed and " + text(left) + " are left in the stream");
    }
}

void Fill::write(void *target, std::size_t first, std::size_t count, StoreMode mode) const noexcept
{
    const EngineState state = GeneratorAccess::engine_state(generator_, first / elements_per_block());
    const FillRow &fill_row = *kernels_->fill[static_cast<std::size_t>(engine_index(generator_.engine()))];
    fill_row.draw[static_cast<std::size_t>(draw_)](state, parameters_, target, count, mode);
}

void Fill::write_all(void *target) const
{
    const std::size_t element_bytes = row(draw_).element_bytes;
    const StoreMode mode = n_ * element_bytes >= streaming_bytes ? StoreMode::streaming : StoreMode::cached;
    const std::size_t block = elements_per_block();
    if (n_ * element_bytes < 2 * bytes_per_thread) {
        write(target, 0, n_, mode);
        return;
    }
    parallel_for(blocks_, bytes_per_thread / (block * element_bytes), [&](std::size_t begin, std::size_t end) {
        const std::size_t first = begin * block;
        write(static_cast<unsigned char *>(target) + first * element_bytes, first, std::min(end * block, n_) - first,
              mode);
    });
}

void Fill::advance(Generator &generator) const noexcept
{
    GeneratorAccess::advance(generator, blocks_);
}

} // namespace unitvar::core
