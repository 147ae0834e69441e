// Draws into memory: the checks, the split into blocks and threads, and the advance that every sampler and
// initialiser of the counted engines shares.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/kernel_table.hpp"
#include "unitvar/generator.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar::core {

// What the caller calls the two parameters of a distribution, for messages.
struct ParameterNames {
    std::string_view first;
    std::string_view second;
};

// Parameters rounded to the type that elements are computed in, f32 for 16 bits. They must be finite in the element
// type. Throw InvalidArgument.
[[nodiscard]] DrawParameters uniform_parameters(DType dtype, double low, double high, ParameterNames names);
[[nodiscard]] DrawParameters normal_parameters(DType dtype, double mean, double std, ParameterNames names);

// Whether a number of f32 is still finite when it is rounded to the type.
[[nodiscard]] bool finite_in(DType dtype, float value) noexcept;

// The value that computing begins with, as above.
[[nodiscard]] double rounded_parameter(DType dtype, std::string_view name, double value);

// Throws StreamExhausted unless the blocks are left, after others that are used before.
void require_blocks(const Generator &generator, std::uint64_t blocks_ahead, std::uint64_t blocks);

// A draw of n elements from a number of blocks after the generator's position on, checked but not yet begun.
class Fill {
public:
    // Throws InvalidArgument where n elements exceed the address space, StreamExhausted, and what kernels() throws.
    Fill(const Generator &generator, DrawIndex draw, const DrawParameters &parameters, std::uint64_t n,
         std::uint64_t blocks_ahead = 0);

    // Elements first to first + count - 1. Cheapest where first is a multiple of elements_per_block().
    void write(void *target, std::uint64_t first, std::size_t count, StoreMode mode) const noexcept;
    // All of them, on several threads where that pays.
    void write_all(void *target) const;

    [[nodiscard]] std::size_t elements_per_block() const noexcept { return row(draw_).elements_per_block(); }
    [[nodiscard]] std::uint64_t blocks() const noexcept { return blocks_; }
    // To be called on success, with the generator of the constructor.
    void advance(Generator &generator) const noexcept;

private:
    void write_aligned(void *target, std::uint64_t first, std::size_t count, StoreMode mode) const noexcept;

    const Generator &generator_;
    DrawIndex draw_;
    DrawParameters parameters_;
    std::uint64_t n_;
    std::uint64_t blocks_;
    std::uint64_t blocks_ahead_;
    const KernelTable *kernels_;
};

} // namespace unitvar::core
