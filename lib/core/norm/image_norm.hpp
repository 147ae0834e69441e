// Statistics and normalisation of images, by groups of channels within one image or by channels across all: the parts
// that group_norm, instance_norm, batch_norm and switchable_norm are put together from.
#pragma once

#include <cstddef>
#include <vector>

#include "core/norm/statistics.hpp"
#include "core/norm/support.hpp"

namespace unitvar::core {

struct ImageNorm {
    const NormKernels &kernels;
    Images images;
    const unsigned char *x;
    unsigned char *y;
    std::size_t element_bytes;
    StoreMode mode;

    ImageNorm(const NormKernels &norm_kernels, const Images &all, const Operand &source, const Operand &target)
        : kernels(norm_kernels), images(all), x(source.data), y(target.data), element_bytes(source.element_bytes),
          mode(store_mode(source, target))
    {
    }

    // Whether the positions of a channel are runs that are worth a call each; else channels are columns of a matrix.
    [[nodiscard]] bool has_runs() const noexcept { return !images.channels_last && images.positions >= 16; }

    // Of the groups of image 0, of image 1, ...
    [[nodiscard]] std::vector<ChunkMoments> group_moments(std::size_t groups) const;
    // Of each channel over all images.
    [[nodiscard]] std::vector<ChunkMoments> channel_moments() const;

    // One for each channel of image 0, of image 1, ...
    void apply_to_images(const std::vector<Affine> &affine) const;
    // One for each channel.
    void apply_to_channels(const std::vector<Affine> &affine) const;
    void apply_to_channel(std::size_t channel, const Affine &affine) const noexcept;
    [[nodiscard]] Runs channel_runs() const noexcept { return {images.positions, images.count, images.image()}; }
};

// 1 / sqrt(var + eps), and as in PyTorch's batch_norm 0 where both are 0.
[[nodiscard]] double reciprocal_deviation(double var, double eps) noexcept;

} // namespace unitvar::core
