// Moments of images.
#include "core/norm/image_moments.hpp"

#include <algorithm>

namespace unitvar::core {

GroupMoments::GroupMoments(Scratch &scratch, const MomentKernels &kernels, const Images &images, std::size_t groups,
                           std::size_t element_bytes)
    : scratch_(scratch), images_(images), groups_(groups), result_(scratch.add<ChunkMoments>(images.count * groups))
{
    if (images.channels_last) {
        channels_ = scratch.add<ChunkMoments>(images.count * images.channels);
        columns_.emplace(scratch, kernels, images.count, Matrix{images.positions, images.channels, images.channels},
                         element_bytes);
    } else {
        runs_.emplace(scratch, kernels, images.count * groups, Runs{images.image() / groups, 1, 0}, element_bytes);
    }
}

void GroupMoments::run(const unsigned char *x) const noexcept
{
    ChunkMoments *const result = scratch_.data(result_);
    if (runs_) {
        const std::size_t length = images_.image() / groups_;
        runs_->run(
            x, [=](std::size_t u) { return u * length; },
            [=](std::size_t u, const ChunkMoments &moments) { result[u] = moments; });
        return;
    }
    ChunkMoments *const channels = scratch_.data(channels_);
    columns_->run(
        x, [&](std::size_t image) { return image * images_.image(); },
        [&](const Tiles::Tile &tile, const ChunkMoments *moments) {
            std::copy_n(moments, tile.count, channels + tile.group * images_.channels + tile.column);
        });
    const std::size_t width = images_.channels / groups_;
    for (std::size_t u = 0; u < result_.size(); ++u) {
        result[u] = channels[u * width];
        for (std::size_t i = 1; i < width; ++i) {
            append(result[u], channels[u * width + i]);
        }
    }
}

ChannelMoments::ChannelMoments(Scratch &scratch, const MomentKernels &kernels, const Images &images,
                               std::size_t element_bytes)
    : scratch_(scratch), images_(images),
      matrix_(images.channels_last ? Matrix{images.count * images.positions, images.channels, images.channels}
                                   : Matrix{images.count, images.image(), images.image()}),
      result_(scratch.add<ChunkMoments>(images.channels))
{
    if (images.has_runs()) {
        runs_.emplace(scratch, kernels, images.channels, channel_runs(images), element_bytes);
    } else {
        column_ = scratch.add<ChunkMoments>(matrix_.columns);
        columns_.emplace(scratch, kernels, 1, matrix_, element_bytes);
    }
}

void ChannelMoments::run(const unsigned char *x) const noexcept
{
    ChunkMoments *const result = scratch_.data(result_);
    if (runs_) {
        runs_->run(
            x, [this](std::size_t c) { return c * images_.positions; },
            [=](std::size_t c, const ChunkMoments &moments) { result[c] = moments; });
        return;
    }
    ChunkMoments *const column = scratch_.data(column_);
    columns_->run(
        x, [](std::size_t) { return std::size_t{0}; },
        [&](const Tiles::Tile &tile, const ChunkMoments *moments) {
            std::copy_n(moments, tile.count, column + tile.column);
        });
    const std::size_t width = matrix_.columns / images_.channels;
    for (std::size_t c = 0; c < images_.channels; ++c) {
        result[c] = column[c * width];
        for (std::size_t i = 1; i < width; ++i) {
            append(result[c], column[c * width + i]);
        }
    }
}

} // namespace unitvar::core
