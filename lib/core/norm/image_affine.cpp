// The second half of the norms of images.
#include "core/norm/image_affine.hpp"

#include <cmath>

#include "core/norm/chunk_moments.hpp"
#include "core/parallel.hpp"
#include "core/sharing.hpp"

namespace unitvar::core {
namespace {

// The coefficients of `columns` columns in an array of three for each.
struct ColumnValues {
    double *first;
    std::size_t columns;

    void set(std::size_t column, const Affine &affine) const noexcept
    {
        first[column] = affine.mean;
        first[columns + column] = affine.scale;
        first[2 * columns + column] = affine.bias - affine.mean_low * affine.scale;
    }
    [[nodiscard]] ColumnAffine view() const noexcept { return {first, first + columns, first + 2 * columns}; }
};

} // namespace

ImageAffine::ImageAffine(Scratch &scratch, const AffineKernels &kernels, const Images &images, Per per, const Tensor &x,
                         const Tensor &y, const Activated &activated)
    : scratch_(scratch), kernels_(kernels), images_(images), per_(per), x_(x.data()), y_(y.data()),
      element_bytes_(x.element_bytes()), mode_(store_mode(x, y)), activated_(activated)
{
    const bool short_images = !images.has_runs() && !images.channels_last && per == Per::image_channel;
    if (images.has_runs() || short_images) {
        affine_ = scratch.add<Affine>(sets() * images.channels);
    }
    if (short_images) {
        slots_ = slots_for(images.count, grain_of(images.image()));
        columns_ = images.image();
        values_ = scratch.add<double>(slots_ * 3 * columns_);
    } else if (!images.has_runs()) {
        columns_ = images.channels_last ? images.channels : images.image();
        values_ = scratch.add<double>(sets() * 3 * columns_);
    }
}

void ImageAffine::set(std::size_t i, const Affine &affine) const noexcept
{
    if (affine_.size() != 0) {
        scratch_.data(affine_)[i] = affine;
        return;
    }
    const ColumnValues values{scratch_.data(values_) + i / images_.channels * 3 * columns_, columns_};
    const std::size_t width = columns_ / images_.channels;
    for (std::size_t k = 0; k < width; ++k) {
        values.set(i % images_.channels * width + k, affine);
    }
}

void ImageAffine::run() const noexcept
{
    if (images_.has_runs()) {
        run_runs();
    } else if (slots_ != 0) {
        run_short_images();
    } else {
        run_columns();
    }
}

void ImageAffine::apply(std::size_t image, std::size_t channel, const Affine &affine) const noexcept
{
    const std::size_t at = (image * images_.channels + channel) * images_.positions * element_bytes_;
    activated_.run(y_ + at, images_.positions, mode_,
                   [&](std::size_t first, std::size_t count, unsigned char *target, StoreMode mode) {
                       kernels_.runs(x_ + at + first * element_bytes_, target, {count, 1, 0}, affine, mode);
                   });
}

void ImageAffine::apply_to_channel(std::size_t channel, const Affine &affine) const noexcept
{
    const std::size_t start = channel * images_.positions * element_bytes_;
    const std::size_t image = images_.image() * element_bytes_;
    activated_.run_runs(
        y_ + start, {images_.positions, images_.count, images_.image()}, mode_,
        [&](std::size_t i, const Runs &runs) {
            kernels_.runs(x_ + start + i * image, y_ + start + i * image, runs, affine, mode_);
        },
        [&](std::size_t i, std::size_t first, std::size_t count, unsigned char *target, StoreMode mode) {
            kernels_.runs(x_ + start + i * image + first * element_bytes_, target, {count, 1, 0}, affine, mode);
        });
}

void ImageAffine::run_runs() const noexcept
{
    const Affine *const affine = scratch_.data(affine_);
    parallel_for(images_.count * images_.channels, grain_of(images_.positions),
                 [&](std::size_t begin, std::size_t end) {
                     for (std::size_t i = begin; i < end; ++i) {
                         const std::size_t channel = i % images_.channels;
                         apply(i / images_.channels, channel, affine[per_ == Per::channel ? channel : i]);
                     }
                 });
}

// Rows of columns_ elements, from `first` on.
void ImageAffine::run_rows(std::size_t first, std::size_t rows, const ColumnAffine &affine) const noexcept
{
    const std::size_t bytes = columns_ * element_bytes_;
    const std::size_t start = first * bytes;
    activated_.run_rows(y_ + start, rows, columns_, [&](std::size_t row, std::size_t count) {
        const std::size_t at = start + row * bytes;
        kernels_.columns(x_ + at, y_ + at, count, columns_, columns_, affine);
    });
}

// Rows of all images, which the sets of coefficients share.
void ImageAffine::run_columns() const noexcept
{
    const std::size_t rows = images_.count * images_.image() / columns_;
    const std::size_t rows_of_set = rows / sets();
    parallel_for(rows, grain_of(columns_), [&](std::size_t begin, std::size_t end) {
        while (begin < end) {
            const std::size_t set = begin / rows_of_set;
            const std::size_t last = std::min(end, (set + 1) * rows_of_set);
            const ColumnValues values{scratch_.data(values_) + set * 3 * columns_, columns_};
            run_rows(begin, last - begin, values.view());
            begin = last;
        }
    });
}

// Channels of so few positions that an image is one row with coefficients of its own.
void ImageAffine::run_short_images() const noexcept
{
    const Affine *const affine = scratch_.data(affine_);
    parallel_slots(slots_, images_.count, [&](std::size_t slot, std::size_t begin, std::size_t end) {
        const ColumnValues values{scratch_.data(values_) + slot * 3 * columns_, columns_};
        for (std::size_t n = begin; n < end; ++n) {
            for (std::size_t i = 0; i < columns_; ++i) {
                values.set(i, affine[n * images_.channels + i / images_.positions]);
            }
            run_rows(n, 1, values.view());
        }
    });
}

double reciprocal_deviation(double var, double eps) noexcept
{
    return var == 0 && eps == 0 ? 0 : 1 / std::sqrt(var + eps);
}

double reciprocal_deviation(const ChunkMoments &m, double eps) noexcept
{
    return m.m2 == 0 && eps == 0 ? 0 : reciprocal_root(m.m2 / m.count, eps, m.prescale);
}

} // namespace unitvar::core
