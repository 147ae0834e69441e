// y = (x - mean) scale + bias with coefficients of each channel, or of each channel of each image, and its activation: the
// second half of the norms of images.
#pragma once

#include <cstddef>

#include "core/norm/activated.hpp"
#include "core/norm/geometry.hpp"
#include "core/scratch.hpp"

namespace unitvar::core {

class ImageAffine {
public:
    enum class Per { channel, image_channel };
    ImageAffine(Scratch &scratch, const AffineKernels &kernels, const Images &images, Per per, const Tensor &x,
                const Tensor &y, const Activated &activated);

    // Coefficients of channel i, or of channel i % channels of image i / channels. All are set before run().
    void set(std::size_t i, const Affine &affine) const noexcept;
    void run() const noexcept;

    // For callers that have a channel's statistics while it is in cache: of one image, or of all. Runs only.
    void apply(std::size_t image, std::size_t channel, const Affine &affine) const noexcept;
    void apply_to_channel(std::size_t channel, const Affine &affine) const noexcept;

private:
    void run_rows(std::size_t first, std::size_t rows, const ColumnAffine &affine) const noexcept;
    void run_runs() const noexcept;
    void run_columns() const noexcept;
    void run_short_images() const noexcept;
    [[nodiscard]] std::size_t sets() const noexcept { return per_ == Per::channel ? 1 : images_.count; }

    const Scratch &scratch_;
    const AffineKernels &kernels_;
    Images images_;
    Per per_;
    const unsigned char *x_;
    unsigned char *y_;
    std::size_t element_bytes_;
    StoreMode mode_;
    Activated activated_;
    std::size_t columns_ = 0;        // in which one set of coefficients lies
    std::size_t slots_ = 0;          // buffers for images of short runs
    Scratch::Buffer<Affine> affine_; // of runs
    Scratch::Buffer<double> values_; // of columns: means, scales and biases of each set
};

// 1 / sqrt(var + eps), and as in PyTorch's batch_norm 0 where both are 0.
[[nodiscard]] double reciprocal_deviation(double var, double eps) noexcept;
[[nodiscard]] double reciprocal_deviation(const ChunkMoments &m, double eps) noexcept;

} // namespace unitvar::core
