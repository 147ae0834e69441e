// Statistics and normalisation of images.
#include "core/norm/image_norm.hpp"

#include <cmath>

namespace unitvar::core {
namespace {

// The coefficients of each column, as arrays.
class Columns {
public:
    explicit Columns(std::size_t columns) : values_(3 * columns), columns_(columns) {}
    void set(std::size_t column, const Affine &affine) noexcept
    {
        values_[column] = affine.mean;
        values_[columns_ + column] = affine.scale;
        values_[2 * columns_ + column] = affine.bias - affine.mean_low * affine.scale;
    }
    [[nodiscard]] ColumnAffine view() const noexcept
    {
        const double *first = values_.data();
        return {first, first + columns_, first + 2 * columns_};
    }

private:
    std::vector<double> values_;
    std::size_t columns_;
};

// A matrix whose columns are the positions of an image, or its channels where they are innermost.
struct Matrix {
    std::size_t rows;
    std::size_t columns;
    std::size_t columns_per_channel;
};

Matrix matrix_of(const Images &images, std::size_t count)
{
    return images.channels_last ? Matrix{count * images.positions, images.channels, 1}
                                : Matrix{count, images.image(), images.positions};
}

void apply_columns(const ImageNorm &norm, std::size_t first_image, const Matrix &matrix, const Affine *affine)
{
    Columns columns(matrix.columns);
    for (std::size_t i = 0; i < matrix.columns; ++i) {
        columns.set(i, affine[i / matrix.columns_per_channel]);
    }
    const std::size_t offset = first_image * norm.images.image() * norm.element_bytes;
    parallel_for(matrix.rows, grain_of(matrix.columns), [&](std::size_t begin, std::size_t end) {
        const std::size_t at = offset + begin * matrix.columns * norm.element_bytes;
        norm.kernels.affine->columns(norm.x + at, norm.y + at, end - begin, matrix.columns, matrix.columns,
                                     columns.view());
    });
}

} // namespace

std::vector<ChunkMoments> ImageNorm::group_moments(std::size_t groups) const
{
    std::vector<ChunkMoments> result(images.count * groups);
    const std::size_t width = images.channels / groups;
    if (!images.channels_last) {
        const std::size_t length = width * images.positions;
        all_moments(
            *kernels.moments, x, result.size(), {length, 1, 0}, element_bytes,
            [=](std::size_t u) { return u * length; }, result.data());
        return result;
    }
    std::vector<ChunkMoments> channel(images.channels);
    for (std::size_t n = 0; n < images.count; ++n) {
        column_moments(*kernels.moments, x + n * images.image() * element_bytes, images.positions, images.channels,
                       images.channels, element_bytes, channel.data());
        for (std::size_t c = 0; c < images.channels; ++c) {
            append(result[n * groups + c / width], channel[c]);
        }
    }
    return result;
}

std::vector<ChunkMoments> ImageNorm::channel_moments() const
{
    std::vector<ChunkMoments> result(images.channels);
    if (has_runs()) {
        all_moments(
            *kernels.moments, x, images.channels, channel_runs(), element_bytes,
            [this](std::size_t c) { return c * images.positions; }, result.data());
        return result;
    }
    const Matrix matrix = matrix_of(images, images.count);
    std::vector<ChunkMoments> column(matrix.columns);
    column_moments(*kernels.moments, x, matrix.rows, matrix.columns, matrix.columns, element_bytes, column.data());
    for (std::size_t i = 0; i < matrix.columns; ++i) {
        append(result[i / matrix.columns_per_channel], column[i]);
    }
    return result;
}

void ImageNorm::apply_to_images(const std::vector<Affine> &affine) const
{
    if (!has_runs()) {
        const Matrix matrix = matrix_of(images, 1);
        for (std::size_t n = 0; n < images.count; ++n) {
            apply_columns(*this, n, matrix, affine.data() + n * images.channels);
        }
        return;
    }
    parallel_for(affine.size(), grain_of(images.positions), [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            const std::size_t at = i * images.positions * element_bytes;
            kernels.affine->runs(x + at, y + at, {images.positions, 1, 0}, affine[i], mode);
        }
    });
}

void ImageNorm::apply_to_channels(const std::vector<Affine> &affine) const
{
    if (!has_runs()) {
        apply_columns(*this, 0, matrix_of(images, images.count), affine.data());
        return;
    }
    parallel_for(images.count * images.channels, grain_of(images.positions), [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            const std::size_t at = i * images.positions * element_bytes;
            kernels.affine->runs(x + at, y + at, {images.positions, 1, 0}, affine[i % images.channels], mode);
        }
    });
}

void ImageNorm::apply_to_channel(std::size_t channel, const Affine &affine) const noexcept
{
    const std::size_t at = channel * images.positions * element_bytes;
    kernels.affine->runs(x + at, y + at, channel_runs(), affine, mode);
}

double reciprocal_deviation(double var, double eps) noexcept
{
    return var == 0 && eps == 0 ? 0 : 1 / std::sqrt(var + eps);
}

} // namespace unitvar::core
