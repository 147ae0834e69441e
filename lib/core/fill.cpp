// Draws into memory.
#include "core/fill.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "core/engine.hpp"
#include "core/half.hpp"
#include "core/message.hpp"
#include "core/runtime.hpp"
#include "core/tensor.hpp"
#include "core/write.hpp"
#include "unitvar/error.hpp"

namespace unitvar::core {

bool finite_in(DType dtype, float value) noexcept
{
    constexpr std::uint16_t bf16_infinity = 0x7F80;
    constexpr std::uint16_t f16_infinity = 0x7C00;
    switch (dtype) {
    case DType::bf16:
        return (round_to_bf16(value) & bf16_infinity) != bf16_infinity;
    case DType::f16:
        return (round_to_f16(value) & f16_infinity) != f16_infinity;
    default:
        return std::isfinite(value);
    }
}

double rounded_parameter(DType dtype, std::string_view name, double value)
{
    require_finite(name, value);
    if (dtype == DType::f64) {
        return value;
    }
    const auto result = static_cast<float>(value);
    if (!finite_in(dtype, result)) {
        invalid_value(name, value, "a number within the range of the element type");
    }
    return result;
}

DrawParameters uniform_parameters(DType dtype, double low, double high, ParameterNames names)
{
    const double first = rounded_parameter(dtype, names.first, low);
    const double second = rounded_parameter(dtype, names.second, high);
    if (first > second) {
        throw InvalidArgument(std::string(names.first) + " is " + text(low) + " and " + std::string(names.second) +
                              " is " + text(high) + "; expected " + std::string(names.first) +
                              " <= " + std::string(names.second));
    }
    double width = second - first;
    double below = std::nextafter(second, -std::numeric_limits<double>::infinity());
    if (dtype != DType::f64) {
        width = static_cast<float>(second) - static_cast<float>(first);
        below = std::nextafter(static_cast<float>(second), -std::numeric_limits<float>::infinity());
    }
    if (!std::isfinite(width)) {
        throw InvalidArgument(std::string(names.second) + " - " + std::string(names.first) + " is " + text(high) +
                              " - " + text(low) + "; expected a difference within the range of the element type");
    }
    return {first, width, first < second ? below : first};
}

DrawParameters normal_parameters(DType dtype, double mean, double std, ParameterNames names)
{
    const double location = rounded_parameter(dtype, names.first, mean);
    if (std < 0) {
        invalid_value(names.second, std, "a number >= 0");
    }
    return {location, rounded_parameter(dtype, names.second, std), 0};
}

Fill::Fill(const Generator &generator, DrawIndex draw, const DrawParameters &parameters, std::uint64_t n,
           std::uint64_t blocks_ahead)
    : generator_(generator), draw_(draw), parameters_(parameters), n_(n),
      blocks_(n / row(draw).elements_per_block() + (n % row(draw).elements_per_block() != 0 ? 1 : 0)),
      blocks_ahead_(blocks_ahead), kernels_(&kernels())
{
    if (n > most_bytes / row(draw).element_bytes) {
        invalid_value("n", n, "at most " + text(most_bytes / row(draw).element_bytes) + " elements");
    }
    require_blocks(generator, blocks_ahead, blocks_);
}

void Fill::write(void *target, std::uint64_t first, std::size_t count, StoreMode mode) const noexcept
{
    auto *out = static_cast<unsigned char *>(target);
    const std::size_t bytes = row(draw_).element_bytes;
    const std::size_t skipped = first % elements_per_block();
    if (skipped != 0) {
        std::array<std::uint32_t, words_per_block> block;
        const std::size_t part = std::min(count, elements_per_block() - skipped);
        write_aligned(block.data(), first - skipped, skipped + part, StoreMode::cached);
        std::memcpy(out, reinterpret_cast<unsigned char *>(block.data()) + skipped * bytes, part * bytes);
        out += part * bytes;
        first += part;
        count -= part;
    }
    if (count != 0) {
        write_aligned(out, first, count, mode);
    }
}

void Fill::write_aligned(void *target, std::uint64_t first, std::size_t count, StoreMode mode) const noexcept
{
    const EngineState state = GeneratorAccess::engine_state(generator_, blocks_ahead_ + first / elements_per_block());
    const FillRow &fill_row = *kernels_->fill[static_cast<std::size_t>(engine_index(generator_.engine()))];
    fill_row.draw[static_cast<std::size_t>(draw_)](state, parameters_, target, count, mode);
}

void Fill::write_all(void *target) const
{
    const std::size_t element_bytes = row(draw_).element_bytes;
    const StoreMode mode = store_mode_of(n_ * element_bytes);
    write_elements(target, 0, n_, element_bytes,
                   [&](void *part, std::uint64_t first, std::size_t count) { write(part, first, count, mode); });
}

void require_blocks(const Generator &generator, std::uint64_t blocks_ahead, std::uint64_t blocks)
{
    const std::uint64_t left = generator.block_count() - generator.tell();
    if (blocks > left || blocks_ahead > left - blocks) {
        throw StreamExhausted(text(blocks_ahead + blocks) + " blocks are needed and " + text(left) +
                              " are left in the stream");
    }
}

void Fill::advance(Generator &generator) const noexcept
{
    GeneratorAccess::advance(generator, blocks_ahead_ + blocks_);
}

} // namespace unitvar::core
