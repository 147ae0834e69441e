// sparse: normals, of which every column loses the rows of its smallest keys. A column's keys are blocks of its own
// after those of the normals, so a slice needs the keys of its columns alone. Which elements go is kept as one bit
// each.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <new>
#include <vector>

#include "core/counted/fill.hpp"
#include "core/counted/sources.hpp"
#include "core/message.hpp"
#include "core/parallel.hpp"
#include "core/runtime.hpp"
#include "core/sharing.hpp"
#include "core/tensor.hpp"
#include "unitvar/error.hpp"

namespace unitvar::core {
namespace {

constexpr std::size_t word_bits = 64;
constexpr std::uint64_t columns_per_group = word_bits;

// Marks the `count` smallest of n keys, those of smaller index where keys are equal; n is a multiple of 64 and
// 0 < count <= n. Keys are uniform, so where the wanted number of them lies below is found by interpolation: a miss by
// m keys shrinks to about sqrt(m) in each step.
void mark_smallest(const SelectionKernels &kernels, const std::vector<std::uint32_t> &keys, std::size_t count,
                   std::uint64_t *bits)
{
    // The number of keys below low is less than count, that below high no less.
    std::uint64_t low = 0;
    std::uint64_t high = std::uint64_t{1} << 32U;
    std::size_t below_low = 0;
    std::size_t below_high = keys.size();
    for (int step = 0; below_high != count && high - low > 1; ++step) {
        const double part =
            (static_cast<double>(count - below_low) - 0.5) / static_cast<double>(below_high - below_low);
        // Should keys be anything but uniform, bisection ends it.
        const double at = (step < 32 ? part : 0.5) * static_cast<double>(high - low);
        const std::uint64_t middle = std::clamp(low + static_cast<std::uint64_t>(at), low + 1, high - 1);
        const std::size_t below = kernels.count_below(keys.data(), keys.size(), static_cast<std::uint32_t>(middle));
        (below < count ? low : high) = middle;
        (below < count ? below_low : below_high) = below;
    }
    if (below_high == keys.size() && below_high == count) {
        std::fill_n(bits, keys.size() / word_bits, ~std::uint64_t{0});
        return;
    }
    const bool ties = below_high != count;
    kernels.mark_below(keys.data(), keys.size(), static_cast<std::uint32_t>(ties ? low : high), bits);
    for (std::size_t i = 0; ties && below_low != count; ++i) {
        if (keys[i] == low) {
            bits[i / word_bits] |= std::uint64_t{1} << i % word_bits;
            ++below_low;
        }
    }
}

// Bit c of word r becomes bit r of word c (Warren, "Hacker's Delight", section 7-3).
void transpose(std::array<std::uint64_t, word_bits> &words) noexcept
{
    std::uint64_t mask = 0x00000000FFFFFFFFU;
    for (std::size_t half = word_bits / 2; half != 0; half /= 2, mask ^= mask << half) {
        for (std::size_t i = 0; i < word_bits; i = (i + half + 1) & ~half) {
            const std::uint64_t swapped = ((words[i] >> half) ^ words[i + half]) & mask;
            words[i] ^= swapped << half;
            words[i + half] ^= swapped;
        }
    }
}

class SparsePlan final : public AddressedPlan {
public:
    SparsePlan(const InitRequest &request, std::uint64_t zeros, double std)
        : generator_(*request.generator), rows_(static_cast<std::uint64_t>(request.shape[0])),
          columns_(static_cast<std::uint64_t>(request.shape[1])), zeros_(zeros),
          element_bytes_(element_bytes(request.dtype)),
          values_(generator_, normal_draws[request.dtype], normal_parameters(request.dtype, 0, std, {"mean", "std"}),
                  request.elements),
          keys_(generator_, DrawIndex::bits_u32, {}, key_count(rows_, columns_), values_.blocks())
    {
        if (request.slice_shape.empty()) {
            end_column_ = columns_;
        } else {
            first_column_ = static_cast<std::uint64_t>(request.slice_offset[1]);
            end_column_ = first_column_ + static_cast<std::uint64_t>(request.slice_shape[1]);
        }
        // Not a power of two, so that the groups' words for one row lie in different sets of a cache.
        group_stride_ = blocks_per_column(rows_) * word_bits + 24;
    }

private:
    void allocate() override
    {
        if (zeros_ == 0) {
            return;
        }
        const std::uint64_t groups = group_count();
        if (groups > PTRDIFF_MAX / sizeof(std::uint64_t) / group_stride_) {
            throw std::bad_alloc();
        }
        zeroed_.resize(groups * group_stride_);
        const std::size_t keys = blocks_per_column(rows_) * words_per_block;
        scratch_.resize(slots_for(groups, grain_of(share_keys, keys * columns_per_group)));
        for (Scratch &one : scratch_) {
            // Beyond the last row keys are as large as can be, and come after all others of that value.
            one.keys.assign(keys, ~std::uint32_t{0});
            one.bits.resize(keys / word_bits * columns_per_group);
        }
    }

    struct Scratch {
        std::vector<std::uint32_t> keys; // of a column
        std::vector<std::uint64_t> bits; // of a group's columns, one after the other
    };

    void compute() noexcept override
    {
        if (zeros_ == 0) {
            return;
        }
        parallel_slots(scratch_.size(), group_count(), [&](std::size_t slot, std::size_t begin, std::size_t end) {
            for (std::size_t group = begin; group < end; ++group) {
                choose_group(group, scratch_[slot]);
            }
        });
    }

    void write(void *target, std::uint64_t first, std::size_t count, StoreMode /*mode*/) const noexcept override
    {
        // In parts that stay in a cache between the two passes.
        constexpr std::size_t part = 8192;
        auto *out = static_cast<unsigned char *>(target);
        for (; count > part; count -= part, first += part, out += part * element_bytes_) {
            write_part(out, first, part);
        }
        write_part(out, first, count);
    }

    void write_runs(void *target, const Region &region, std::uint64_t first, std::size_t count,
                    std::size_t element_bytes) const noexcept override
    {
        values_.write_runs(target, region, first, count, element_bytes);
        auto *out = static_cast<unsigned char *>(target);
        region.each_run(first, count, [&](std::uint64_t begin, std::size_t n) {
            zero_part(out, begin, n);
            out += n * element_bytes;
        });
    }

    void advance() noexcept override { keys_.advance(generator_); }

    [[nodiscard]] std::uint64_t group_count() const noexcept
    {
        return (end_column_ - first_column_ - 1) / columns_per_group + 1;
    }
    static std::uint64_t blocks_per_column(std::uint64_t rows) noexcept { return (rows - 1) / words_per_block + 1; }
    static std::uint64_t key_count(std::uint64_t rows, std::uint64_t columns)
    {
        std::uint64_t count = 0;
        if (__builtin_mul_overflow(blocks_per_column(rows) * words_per_block, columns, &count) ||
            count > most_bytes / sizeof(std::uint32_t)) {
            throw StreamExhausted("the keys of " + text(columns) + " columns of " + text(rows) +
                                  " rows are more than a stream has");
        }
        return count;
    }

    void choose_group(std::uint64_t group, Scratch &scratch) noexcept
    {
        const std::uint64_t first = first_column_ + group * columns_per_group;
        const std::uint64_t end = std::min(first + columns_per_group, end_column_);
        const std::size_t words = scratch.keys.size() / word_bits;
        for (std::uint64_t column = first; column < end; ++column) {
            keys_.write(scratch.keys.data(), column * words * word_bits, rows_, StoreMode::cached);
            mark_smallest(selection_, scratch.keys, zeros_, scratch.bits.data() + (column - first) * words);
        }
        std::uint64_t *rows = zeroed_.data() + group * group_stride_;
        std::array<std::uint64_t, word_bits> square{};
        for (std::size_t word = 0; word < words; ++word) {
            square.fill(0);
            for (std::uint64_t column = 0; column < end - first; ++column) {
                square[column] = scratch.bits[column * words + word];
            }
            transpose(square);
            std::memcpy(rows + word * word_bits, square.data(), sizeof(square));
        }
    }

    void write_part(unsigned char *out, std::uint64_t first, std::size_t count) const noexcept
    {
        values_.write(out, first, count, StoreMode::cached);
        zero_part(out, first, count);
    }

    void zero_part(unsigned char *out, std::uint64_t first, std::size_t count) const noexcept
    {
        if (zeros_ == 0) {
            return;
        }
        const std::uint64_t end = first + count;
        for (std::uint64_t row = first / columns_; row * columns_ < end; ++row) {
            const std::uint64_t row_first = row * columns_;
            const std::uint64_t from = std::max(first, row_first) - row_first;
            const std::uint64_t to = std::min(end, row_first + columns_) - row_first;
            zero_row(out + (row_first + from - first) * element_bytes_, row, from - first_column_, to - first_column_);
        }
    }

    // Columns from to to - 1, counted from the slice's first.
    void zero_row(unsigned char *out, std::uint64_t row, std::uint64_t from, std::uint64_t to) const noexcept
    {
        for (std::uint64_t column = from; column < to;) {
            const std::uint64_t *bits = zeroed_.data() + column / columns_per_group * group_stride_ + row;
            unsigned char *elements = out + (column - from) * element_bytes_;
            const std::uint64_t groups = (to - column) / columns_per_group;
            if (column % columns_per_group == 0 && groups != 0) {
                selection_.zero_marked[element_bytes_ / 4](elements, groups, bits, group_stride_);
                column += groups * columns_per_group;
                continue;
            }
            const std::uint64_t shift = column % columns_per_group;
            const std::uint64_t run = std::min(columns_per_group - shift, to - column);
            std::uint64_t left = *bits >> shift;
            left &= run < columns_per_group ? (std::uint64_t{1} << run) - 1 : ~std::uint64_t{0};
            for (; left != 0; left &= left - 1) {
                std::memset(elements + static_cast<std::size_t>(std::countr_zero(left)) * element_bytes_, 0,
                            element_bytes_);
            }
            column += run;
        }
    }

    Generator &generator_;
    const SelectionKernels &selection_ = *kernels().selection;
    std::uint64_t rows_;
    std::uint64_t columns_;
    std::uint64_t zeros_; // in each column
    std::size_t element_bytes_;
    Fill values_;
    Fill keys_;
    std::uint64_t first_column_ = 0;
    std::uint64_t end_column_ = 0;
    std::uint64_t group_stride_ = 0;
    // Bit c mod 64 of word (c / 64) * group_stride_ + r: is the element of row r and column first_column_ + c zero?
    std::vector<std::uint64_t> zeroed_;
    std::vector<Scratch> scratch_; // for each share of the work
};

} // namespace

void counted_sparse(PlanSlot &slot, const InitRequest &request, std::uint64_t zeros, double std)
{
    if (request.elements == 0) {
        counted_normal(slot, request, 0, std, {"mean", "std"});
        return;
    }
    slot.emplace<SparsePlan>(request, std::min(zeros, static_cast<std::uint64_t>(request.shape[0])), std);
}

} // namespace unitvar::core
