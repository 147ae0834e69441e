// Moments of images: of groups of channels within one image, or of channels over all.
#pragma once

#include <cstddef>
#include <optional>

#include "core/norm/geometry.hpp"
#include "core/norm/statistics.hpp"

namespace unitvar::core {

// Of the groups of image 0, of image 1, ...; groups = channels: of each channel of each image.
class GroupMoments {
public:
    GroupMoments(Scratch &scratch, const MomentKernels &kernels, const Images &images, std::size_t groups,
                 std::size_t element_bytes);
    void run(const unsigned char *x) const noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return result_.size(); }
    [[nodiscard]] const ChunkMoments *data() const noexcept { return scratch_.data(result_); }

private:
    const Scratch &scratch_;
    Images images_;
    std::size_t groups_;
    Scratch::Buffer<ChunkMoments> result_;
    Scratch::Buffer<ChunkMoments> channels_; // of each image, where they are columns
    std::optional<RunMoments> runs_;
    std::optional<ColumnMoments> columns_;
};

// Of each channel over all images.
class ChannelMoments {
public:
    ChannelMoments(Scratch &scratch, const MomentKernels &kernels, const Images &images, std::size_t element_bytes);
    void run(const unsigned char *x) const noexcept;
    [[nodiscard]] const ChunkMoments *data() const noexcept { return scratch_.data(result_); }

private:
    const Scratch &scratch_;
    Images images_;
    Matrix matrix_;
    Scratch::Buffer<ChunkMoments> result_;
    Scratch::Buffer<ChunkMoments> column_; // of each column, where a channel is not a set of runs
    std::optional<RunMoments> runs_;
    std::optional<ColumnMoments> columns_;
};

[[nodiscard]] inline Runs channel_runs(const Images &images) noexcept
{
    return {images.positions, images.count, images.image()};
}

} // namespace unitvar::core
