// Draws into memory: the checks, the split into blocks and threads, and the advance that every sampler and
// initialiser of the counted engines shares.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/init/region.hpp"
#include "core/kernel_table.hpp"
#include "core/parameters.hpp"
#include "unitvar/generator.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar::core {

// One distribution's draws, by element type.
struct DrawsByType {
    DrawIndex f32, f64, bf16, f16;
    [[nodiscard]] constexpr DrawIndex operator[](DType dtype) const noexcept
    {
        switch (dtype) {
        case DType::f64:
            return f64;
        case DType::bf16:
            return bf16;
        case DType::f16:
            return f16;
        default:
            return f32;
        }
    }
};
inline constexpr DrawsByType uniform_draws{DrawIndex::uniform_f32, DrawIndex::uniform_f64, DrawIndex::uniform_bf16,
                                           DrawIndex::uniform_f16};
inline constexpr DrawsByType normal_draws{DrawIndex::normal_f32, DrawIndex::normal_f64, DrawIndex::normal_bf16,
                                          DrawIndex::normal_f16};
inline constexpr DrawsByType trunc_normal_draws{DrawIndex::trunc_normal_f32, DrawIndex::trunc_normal_f64,
                                                DrawIndex::trunc_normal_bf16, DrawIndex::trunc_normal_f16};

// Throws StreamExhausted unless the blocks are left, after others that are used before.
void require_blocks(const Generator &generator, std::uint64_t blocks_ahead, std::uint64_t blocks);

// A draw of n elements from a number of blocks after the generator's position on, checked but not yet begun.
class Fill final : public ElementSource {
public:
    // Throws InvalidArgument where n elements exceed the address space, StreamExhausted, and what kernels() throws.
    Fill(const Generator &generator, DrawIndex draw, const DrawParameters &parameters, std::uint64_t n,
         std::uint64_t blocks_ahead = 0);

    // Elements first to first + count - 1. Cheapest where first is a multiple of elements_per_block().
    void write(void *target, std::uint64_t first, std::size_t count, StoreMode mode) const noexcept override;
    void write_runs(void *target, const Region &region, std::uint64_t first, std::size_t count,
                    std::size_t element_bytes) const noexcept override;
    // All of them, and all from one on, on several threads where that pays.
    void write_all(void *target) const { write_from(target, 0); }
    void write_from(void *target, std::uint64_t first) const;

    [[nodiscard]] std::size_t elements_per_block() const noexcept { return row(draw_).elements_per_block(); }
    [[nodiscard]] std::uint64_t blocks() const noexcept { return blocks_; }
    // To be called on success, with the generator of the constructor.
    void advance(Generator &generator) const noexcept;

private:
    void write_aligned(void *target, std::uint64_t first, std::size_t count, StoreMode mode) const noexcept;
    void gather(void *target, const Region &region, std::uint64_t first, std::size_t count) const noexcept;

    const Generator &generator_;
    DrawIndex draw_;
    DrawParameters parameters_;
    std::uint64_t n_;
    std::uint64_t blocks_;
    std::uint64_t blocks_ahead_;
    const KernelTable *kernels_;
};

} // namespace unitvar::core
