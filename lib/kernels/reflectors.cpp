// Products of Householder reflectors in the compact WY form, H_1 ... H_k = I - V T V^T (Schreiber and Van Loan, "A
// storage-efficient WY representation for products of Householder transformations", 1989), with T by the UT transform
// (Joffrain, Low, Quintana-Orti, van de Geijn and Van Zee, "Accumulating Householder transformations, revisited",
// 2006): the inverse of T is the upper triangle of V^T V with its diagonal halved, so M + M^T = V^T V, which is what
// makes the product orthogonal, holds by construction.
//
// Cuts of loops are at multiples of panel_group and depth_block, the same for every instruction set.
#include "kernels/gemm.hpp"
#include "kernels/lane_sums.hpp"
#include "kernels/units.hpp"

namespace unitvar::UNITVAR_ISA {
namespace {

using core::panel_group;
using core::panel_width;

// Rows of V and of a strip that stay in the first-level cache between the tiles of V^T C. Sums over a block start
// anew, which also bounds their rounding.
inline constexpr std::size_t depth_block = 96;

static_assert(panel_width % panel_group == 0 && panel_group % tile_rows == 0);

constexpr std::size_t up_to_group(std::size_t n)
{
    return (n + panel_group - 1) / panel_group * panel_group;
}
constexpr std::size_t group_start(std::size_t n)
{
    return n / panel_group * panel_group;
}
constexpr std::size_t least(std::size_t a, std::size_t b)
{
    return a < b ? a : b;
}

// C = V^T B over rows first to last - 1, for the reflectors before count.
template <class T>
void multiply_transposed(const T *v, const T *b, std::size_t b_step, std::size_t first, std::size_t last,
                         std::size_t count, T *c, std::size_t c_step)
{
    for (std::size_t row = first; row < last; row += depth_block) {
        const std::size_t depth = least(depth_block, last - row);
        const TileStore mode = row == first ? TileStore::overwrite : TileStore::add;
        for (std::size_t r = 0; r < up_to_group(count); r += tile_rows) {
            multiply_tile<1, panel_width>(v + row * panel_width + r, b + row * b_step, b_step, depth, c + r * c_step,
                                          c_step, mode);
        }
    }
}

template <class T> double sum_of_squares(const void *source, std::size_t n)
{
    const auto *bytes = static_cast<const unsigned char *>(source);
    const std::size_t whole = n / sum_lanes * sum_lanes;
    alignas(64) T tail[sum_lanes] = {};
    __builtin_memcpy(tail, bytes + whole * sizeof(T), (n - whole) * sizeof(T));
    const auto last = load_as_f64<LaneSums, T>(tail);
    LaneSums sum = last * last;
    for (std::size_t i = 0; i < whole; i += sum_lanes) {
        const auto x = load_as_f64<LaneSums, T>(bytes + i * sizeof(T));
        sum = fma(x, x, sum);
    }
    return merge_lanes(sum);
}

// Solves M inverse = I from the last row up, in double whatever T is: row i is (e_i - sum of M(i,k) row k, k > i)
// divided by M(i,i).
template <class T>
void factor(const void *vectors, std::size_t rows, std::size_t count, const double *squares, double *inverse,
            void *minus_t)
{
    using Columns = F64x<32>;
    static_assert(panel_width % Columns::lanes == 0);
    const auto *v = static_cast<const T *>(vectors);
    auto *t = static_cast<T *>(minus_t);
    for (std::size_t j = 0; j < count; j += tile_columns<T>) {
        const std::size_t needed = least(count, j + tile_columns<T>); // the upper triangle
        multiply_transposed(v, v + j, panel_width, 0, rows, needed, t + j, panel_width);
    }
    for (std::size_t j = 0; j < count; j += Columns::lanes) {
        const std::size_t end = least(count, j + Columns::lanes);
        for (std::size_t i = end; i-- > 0;) {
            alignas(64) double unit[Columns::lanes] = {};
            if (i >= j) {
                unit[i - j] = 1;
            }
            auto sum = load<Columns>(unit);
            for (std::size_t k = i + 1; k < end; ++k) {
                const auto element = broadcast<Columns>(-static_cast<double>(t[i * panel_width + k]));
                sum = fma(element, load<Columns>(inverse + k * panel_width + j), sum);
            }
            store(inverse + i * panel_width + j, sum / broadcast<Columns>(squares[i] / 2));
        }
    }
    for (std::size_t i = 0; i < up_to_group(count); ++i) {
        for (std::size_t j = 0; j < up_to_group(count); ++j) {
            const bool inside = i <= j && j < count;
            t[i * panel_width + j] = inside ? static_cast<T>(-inverse[i * panel_width + j]) : T(0);
        }
    }
}

template <class T, bool Transposed>
void apply(const void *vectors, const void *minus_t, std::size_t rows, std::size_t count, std::size_t first,
           std::size_t last, void *target)
{
    constexpr std::size_t columns = tile_columns<T>;
    static_assert(panel_width % columns == 0);
    const auto *v = static_cast<const T *>(vectors);
    const auto *t = static_cast<const T *>(minus_t);
    auto *strip = static_cast<T *>(target);
    alignas(64) T w[panel_width * columns];
    multiply_transposed(v, strip, columns, first, last, count, w, columns);
    if constexpr (Transposed) {
        // In place from the last row up: column r of T, which is upper triangular, needs no row of W after r.
        for (std::size_t r = up_to_group(count); r != 0; r -= tile_rows) {
            multiply_tile<1, panel_width>(t + r - tile_rows, w, columns, r, w + (r - tile_rows) * columns, columns,
                                          TileStore::overwrite);
        }
    } else {
        // In place: rows of T from r on need no row of W before r.
        for (std::size_t r = 0; r < up_to_group(count); r += tile_rows) {
            const std::size_t k = group_start(r);
            multiply_tile<panel_width, 1>(t + r * panel_width + k, w + k * columns, columns, up_to_group(count) - k,
                                          w + r * columns, columns, TileStore::overwrite);
        }
    }
    for (std::size_t r = 0; r < up_to_group(rows); r += tile_rows) {
        const std::size_t depth = least(count, group_start(r) + panel_group); // V is lower trapezoidal
        multiply_tile<panel_width, 1>(v + r * panel_width, w, columns, depth, strip + r * columns, columns,
                                      TileStore::add);
    }
}

} // namespace

constinit const core::ReflectorKernels reflectors_f32 = {tile_columns<float>, &sum_of_squares<float>, &factor<float>,
                                                         &apply<float, false>, &apply<float, true>};
constinit const core::ReflectorKernels reflectors_f64 = {tile_columns<double>, &sum_of_squares<double>, &factor<double>,
                                                         &apply<double, false>, &apply<double, true>};

} // namespace unitvar::UNITVAR_ISA
