// Tiles of a matrix product. An element sums its products by fma in the order of the depth index within a block of
// product_depth, and the blocks in order.
#include "core/norm/kernels.hpp"
#include "kernels/gemm.hpp"
#include "kernels/units.hpp"

namespace unitvar::UNITVAR_ISA {
namespace {

template <class T>
void multiply(const void *a, const void *b, std::size_t depth, void *c, std::size_t c_stride, std::size_t rows,
              std::size_t columns)
{
    constexpr std::size_t width = tile_columns<T>;
    const auto *left = static_cast<const T *>(a);
    const auto *right = static_cast<const T *>(b);
    auto *target = static_cast<T *>(c);
    if (rows == tile_rows && columns == width) {
        multiply_tile<1, tile_rows>(left, right, width, depth, target, c_stride, TileStore::add);
        return;
    }
    alignas(64) T tile[tile_rows * width] = {};
    for (std::size_t r = 0; r < rows; ++r) {
        __builtin_memcpy(tile + r * width, target + r * c_stride, columns * sizeof(T));
    }
    multiply_tile<1, tile_rows>(left, right, width, depth, tile, width, TileStore::add);
    for (std::size_t r = 0; r < rows; ++r) {
        __builtin_memcpy(target + r * c_stride, tile + r * width, columns * sizeof(T));
    }
}

} // namespace

constinit const core::ProductKernels product_kernels_f32 = {tile_rows, tile_columns<float>, &multiply<float>};
constinit const core::ProductKernels product_kernels_f64 = {tile_rows, tile_columns<double>, &multiply<double>};

} // namespace unitvar::UNITVAR_ISA
