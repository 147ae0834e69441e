// Draws into memory: the checks, the split into blocks and threads, and the advance that every sampler and
// initialiser shares.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/kernel_table.hpp"
#include "unitvar/generator.hpp"

namespace unitvar::core {

// The most bytes that one object can have.
inline constexpr std::uint64_t most_bytes = PTRDIFF_MAX;

// What the caller calls the two parameters of a distribution, for messages.
struct ParameterNames {
    std::string_view first;
    std::string_view second;
};

// Parameters rounded to T, which is float or double. Throw InvalidArgument.
template <class T> [[nodiscard]] DrawParameters uniform_parameters(double low, double high, ParameterNames names);
template <class T> [[nodiscard]] DrawParameters normal_parameters(double mean, double std, ParameterNames names);

// A draw of n elements from the generator's position on, checked but not yet begun.
class Fill {
public:
    // Throws InvalidArgument where n elements exceed the address space, StreamExhausted, and what kernels() throws.
    Fill(const Generator &generator, DrawIndex draw, const DrawParameters &parameters, std::uint64_t n);

    // Elements first to first + count - 1; first is a multiple of elements_per_block().
    void write(void *target, std::size_t first, std::size_t count, StoreMode mode) const noexcept;
    // All of them, on several threads where that pays.
    void write_all(void *target) const;

    [[nodiscard]] std::size_t elements_per_block() const noexcept { return row(draw_).elements_per_block(); }
    // To be called on success, with the generator of the constructor.
    void advance(Generator &generator) const noexcept;

private:
    const Generator &generator_;
    DrawIndex draw_;
    DrawParameters parameters_;
    std::uint64_t n_;
    std::uint64_t blocks_;
    const KernelTable *kernels_;
};

} // namespace unitvar::core
