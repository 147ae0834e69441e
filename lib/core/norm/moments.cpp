// Moments: chunks in parallel, merged in index order within groups of fixed length and the groups in index order, so
// that threads cannot change the tree.
#include "unitvar/moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/floating_point.hpp"
#include "core/message.hpp"
#include "core/norm/chunk_moments.hpp"
#include "core/parallel.hpp"
#include "core/runtime.hpp"
#include "core/scratch.hpp"
#include "core/tensor.hpp"

namespace unitvar {
namespace {

using core::ChunkMoments;

constexpr std::size_t chunks_per_group = 32;
constexpr std::size_t group_elements = chunks_per_group * core::moments_chunk;

void require_count(std::string_view name, double count)
{
    if (!(count >= 0) || std::isinf(count)) {
        core::invalid_value(name, count, "a finite number >= 0");
    }
}

ChunkMoments widened(const Moments &m) noexcept
{
    return {m.count, m.mean, 0, m.m2};
}

Moments narrowed(const ChunkMoments &m) noexcept
{
    return {m.count, m.mean + m.mean_low, m.m2};
}

ChunkMoments group_moments(core::MomentsKernel kernel, const unsigned char *x, std::size_t n, std::size_t element_bytes)
{
    ChunkMoments result{};
    for (std::size_t i = 0; i < n; i += core::moments_chunk) {
        append(result, kernel(x + i * element_bytes, std::min(core::moments_chunk, n - i)));
    }
    return result;
}

void update(Moments &moments, core::MomentsKernel core::KernelTable::*kernel, const void *data, std::size_t n,
            std::size_t element_bytes)
{
    require_count("count", moments.count);
    if (n > core::most_bytes / element_bytes) {
        core::invalid_value("n", std::uint64_t{n},
                            "at most " + core::text(core::most_bytes / element_bytes) + " elements");
    }
    const core::MomentsKernel run = core::kernels().*kernel;
    const std::size_t count = n / group_elements + (n % group_elements != 0 ? 1 : 0);
    core::Scratch scratch;
    const auto buffer = scratch.add<ChunkMoments>(count);
    scratch.allocate();

    const auto *x = static_cast<const unsigned char *>(data);
    ChunkMoments *const groups = scratch.data(buffer);
    core::parallel_for(count, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t g = begin; g < end; ++g) {
            const std::size_t first = g * group_elements;
            groups[g] =
                group_moments(run, x + first * element_bytes, std::min(group_elements, n - first), element_bytes);
        }
    });
    ChunkMoments all = widened(moments);
    for (std::size_t g = 0; g < count; ++g) {
        append(all, groups[g]);
    }
    moments = narrowed(all);
}

} // namespace

void Moments::update(std::span<const float> x)
{
    const core::DefaultFloatingPoint environment;
    unitvar::update(*this, &core::KernelTable::moments_f32, x.data(), x.size(), sizeof(float));
}

void Moments::update(std::span<const double> x)
{
    const core::DefaultFloatingPoint environment;
    unitvar::update(*this, &core::KernelTable::moments_f64, x.data(), x.size(), sizeof(double));
}

void Moments::merge(const Moments &other)
{
    const core::DefaultFloatingPoint environment;
    require_count("count", count);
    require_count("other's count", other.count);
    ChunkMoments all = widened(*this);
    append(all, widened(other));
    *this = narrowed(all);
}

double Moments::variance(double correction) const
{
    const core::DefaultFloatingPoint environment;
    require_count("count", count);
    core::require_finite("correction", correction);
    if (count == 0) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    return environment.computed(m2 / std::max(0.0, count - correction));
}

} // namespace unitvar
