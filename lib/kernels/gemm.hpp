// Matrix products, a tile of C at a time. The lanes are columns of C and each element sums its products by fma in
// the order of the depth index, so neither the tile nor the number of lanes changes a bit.
//
// Nothing is packed: the strides of A are compile-time constants, so its elements are displacements from one
// pointer, and B and C are narrow strips whose rows follow one another.
//
// Port budget for one step of depth, loads against fma at two of each a cycle:
//   32 registers: 12 rows of 2 registers, 24 sums: 24 fma, 12 broadcasts from memory and 2 loads.
//   16 registers:  6 rows of 2 registers, 12 sums: 12 fma,  6 broadcasts and 2 loads.
// Two fma of latency 4 want 8 sums in flight. With 32 registers 8 rows of 3 would load less, but strips of 48 columns
// do not divide the powers of two that shapes usually are.
#pragma once

#include <type_traits>

#include "simd/pack.hpp"

namespace unitvar {
namespace {

inline constexpr std::size_t tile_rows = vector_registers >= 32 ? 12 : 6;
inline constexpr std::size_t tile_registers = 2;

template <class T> using TileRow = Pack<std::conditional_t<std::is_same_v<T, float>, F32, F64>, tile_registers>;
template <class T> inline constexpr std::size_t tile_columns = TileRow<T>::lanes;

enum class TileStore { overwrite, add };

// C = A B or C += A B for tile_rows rows of C. Element (r, k) of A is a[r * RowStep + k * DepthStep]. C may be rows
// of B: they are written last.
template <std::size_t RowStep, std::size_t DepthStep, class T>
UNITVAR_INLINE void multiply_tile(const T *a, const T *b, std::size_t b_step, std::size_t depth, T *c,
                                  std::size_t c_step, TileStore mode)
{
    using Row = TileRow<T>;
    [&]<std::size_t... I>(std::index_sequence<I...>) UNITVAR_INLINE_LAMBDA
    {
        Row sum[tile_rows] = {((void)I, broadcast<Row>(0))...};
        for (std::size_t k = 0; k < depth; ++k, a += DepthStep, b += b_step) {
            const Row row = load<Row>(b);
            ((sum[I] = fma(broadcast<Row>(a[I * RowStep]), row, sum[I])), ...);
        }
        if (mode == TileStore::add) {
            ((sum[I] = load<Row>(c + I * c_step) + sum[I]), ...);
        }
        (store(c + I * c_step, sum[I]), ...);
    }
    (std::make_index_sequence<tile_rows>{});
}

} // namespace
} // namespace unitvar
