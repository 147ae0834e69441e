// sparse: normals, of which every column loses the rows of its smallest keys. A column's keys are blocks of its own
// after those of the normals, so a slice needs the keys of its columns alone. Which elements go is kept as one bit
// each.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include "core/init/kinds.hpp"
#include "core/init/normal_source.hpp"
#include "core/layout.hpp"
#include "core/message.hpp"
#include "core/parallel.hpp"
#include "core/torch/initializers.hpp"
#include "unitvar/error.hpp"
#include "unitvar/runtime.hpp"

namespace unitvar::core {
namespace {

constexpr std::uint64_t columns_per_group = 64;

// The keys that are chosen: all below limit, and the first `ties` of those that equal it.
struct Choice {
    std::uint32_t limit;
    std::size_t ties;
};

// The `count` smallest of the keys, 0 < count. Uniform keys have their count-th smallest near count / n of their range,
// so all but a few are decided by one comparison; should it lie elsewhere, all are looked at.
Choice smallest(const std::vector<std::uint32_t> &keys, std::size_t count, std::vector<std::uint32_t> &candidates)
{
    const auto n = static_cast<double>(keys.size());
    const double part = static_cast<double>(count) / n;
    const double reach = (3 * std::sqrt(n * part * (1 - part)) + 8) / n;
    const auto bound = [](double p) { return static_cast<std::uint64_t>(std::clamp(p, 0.0, 1.0) * 0x1p32); };
    const std::uint64_t low = bound(part - reach);
    const std::uint64_t width = bound(part + reach) - low;
    std::size_t below = 0;
    std::size_t found = 0;
    for (const std::uint32_t key : keys) {
        candidates[found] = key;
        found += std::uint64_t{key} - low < width ? 1 : 0;
        below += key < low ? 1 : 0;
    }
    if (below >= count || below + found < count) {
        std::ranges::copy(keys, candidates.begin());
        below = 0;
        found = keys.size();
    }
    const auto begin = candidates.begin();
    const auto end = begin + static_cast<std::ptrdiff_t>(found);
    const auto chosen = begin + static_cast<std::ptrdiff_t>(count - below - 1);
    std::nth_element(begin, chosen, end);
    const std::uint32_t limit = *chosen;
    const auto less = static_cast<std::size_t>(std::count_if(begin, end, [=](std::uint32_t k) { return k < limit; }));
    return {limit, count - below - less};
}

class SparseSource final : public ElementSource {
public:
    SparseSource(const InitRequest &request, std::uint64_t zeros)
        : generator_(*request.generator), rows_(static_cast<std::uint64_t>(request.shape[0])),
          columns_(static_cast<std::uint64_t>(request.shape[1])), zeros_(zeros),
          element_bytes_(element_bytes(request.dtype)),
          values_(normal_fill(generator_, request.dtype, 0, request.initializer.p[1], request.elements)),
          keys_(generator_, DrawIndex::bits_u32, {}, key_count(rows_, columns_), values_.blocks())
    {
        if (request.slice_shape.empty()) {
            end_column_ = columns_;
        } else {
            first_column_ = static_cast<std::uint64_t>(request.slice_offset[1]);
            end_column_ = first_column_ + static_cast<std::uint64_t>(request.slice_shape[1]);
        }
        // Not a power of two, so that the groups' words for one row lie in different sets of a cache.
        group_stride_ = rows_ / 8 * 8 + 24;
    }

    void prepare() override
    {
        if (zeros_ == 0) {
            return;
        }
        const std::uint64_t groups = (end_column_ - first_column_ - 1) / columns_per_group + 1;
        if (groups > PTRDIFF_MAX / sizeof(std::uint64_t) / group_stride_) {
            throw std::bad_alloc();
        }
        zeroed_.assign(groups * group_stride_, 0);
        std::vector<Scratch> scratch(std::min<std::uint64_t>(groups, static_cast<std::uint64_t>(num_threads())));
        for (Scratch &one : scratch) {
            one.keys.resize(rows_);
            one.candidates.resize(rows_);
        }
        std::atomic<std::size_t> next{0};
        constexpr std::uint64_t keys_per_thread = 1U << 18U;
        parallel_for(groups, keys_per_thread / (rows_ * columns_per_group) + 1,
                     [&](std::size_t begin, std::size_t end) {
                         Scratch &mine = scratch[next.fetch_add(1)];
                         for (std::size_t group = begin; group < end; ++group) {
                             choose_group(group, mine);
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

    void advance() noexcept override { keys_.advance(generator_); }

private:
    struct Scratch {
        std::vector<std::uint32_t> keys;
        std::vector<std::uint32_t> candidates;
    };

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
        std::uint64_t *bits = zeroed_.data() + group * group_stride_;
        for (std::uint64_t column = first; column < end; ++column) {
            keys_.write(scratch.keys.data(), column * blocks_per_column(rows_) * words_per_block, rows_,
                        StoreMode::cached);
            const Choice choice = smallest(scratch.keys, zeros_, scratch.candidates);
            const std::uint64_t shift = column - first;
            std::size_t ties = 0;
            for (std::size_t row = 0; row < rows_; ++row) {
                const std::uint32_t key = scratch.keys[row];
                bits[row] |= std::uint64_t{key <= choice.limit} << shift;
                ties += key == choice.limit ? 1 : 0;
            }
            for (std::size_t row = rows_; ties > choice.ties; --row) {
                if (scratch.keys[row - 1] == choice.limit) {
                    bits[row - 1] &= ~(std::uint64_t{1} << shift);
                    --ties;
                }
            }
        }
    }

    void write_part(unsigned char *out, std::uint64_t first, std::size_t count) const noexcept
    {
        values_.write(out, first, count, StoreMode::cached);
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
            const std::uint64_t group = column / columns_per_group;
            const std::uint64_t shift = column % columns_per_group;
            const std::uint64_t run = std::min(columns_per_group - shift, to - column);
            std::uint64_t bits = zeroed_[group * group_stride_ + row] >> shift;
            if (run < columns_per_group) {
                bits &= (std::uint64_t{1} << run) - 1;
            }
            unsigned char *elements = out + (column - from) * element_bytes_;
            switch (element_bytes_) {
            case 2:
                zero_bits<2>(elements, bits);
                break;
            case 4:
                zero_bits<4>(elements, bits);
                break;
            default:
                zero_bits<8>(elements, bits);
                break;
            }
            column += run;
        }
    }

    template <std::size_t Bytes> static void zero_bits(unsigned char *elements, std::uint64_t bits) noexcept
    {
        for (; bits != 0; bits &= bits - 1) {
            std::memset(elements + static_cast<std::size_t>(__builtin_ctzll(bits)) * Bytes, 0, Bytes);
        }
    }

    Generator &generator_;
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
};

} // namespace

SourcePointer make_sparse(const InitRequest &request)
{
    if (request.shape.size() != 2) {
        invalid_value("ndim", std::uint64_t{request.shape.size()}, "2 dimensions");
    }
    const double sparsity = request.initializer.p[0];
    if (!(sparsity >= 0 && sparsity <= 1)) {
        invalid_value("sparsity", sparsity, "a number from 0 to 1");
    }
    if (is_torch(request)) {
        const double zeros = std::ceil(sparsity * static_cast<double>(request.shape[0]));
        return make_torch_sparse(request, static_cast<std::uint64_t>(zeros), request.initializer.p[1]);
    }
    if (request.elements == 0) {
        static_cast<void>(normal_fill(*request.generator, request.dtype, 0, request.initializer.p[1], 0));
        return make_zeros(request);
    }
    const auto zeros = static_cast<std::uint64_t>(std::ceil(sparsity * static_cast<double>(request.shape[0])));
    return std::make_unique<SparseSource>(request, std::min(zeros, static_cast<std::uint64_t>(request.shape[0])));
}

} // namespace unitvar::core
