// Moments: chunks in parallel, merged in index order within groups of fixed length and the groups in index order, so
// that threads cannot change the tree.
#include "unitvar/moments.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/fill.hpp"
#include "core/message.hpp"
#include "core/parallel.hpp"
#include "core/runtime.hpp"

namespace unitvar {
namespace {

constexpr std::size_t chunks_per_group = 32;
constexpr std::size_t group_elements = chunks_per_group * core::moments_chunk;

void require_count(std::string_view name, double count)
{
    if (!(count >= 0) || std::isinf(count)) {
        core::invalid_value(name, count, "a finite number >= 0");
    }
}

void append(Moments &into, const Moments &other) noexcept
{
    if (other.count == 0) {
        return;
    }
    if (into.count == 0) {
        into = other;
        return;
    }
    const double count = into.count + other.count;
    const double delta = other.mean - into.mean;
    into.mean += delta * (other.count / count);
    into.m2 += other.m2 + delta * delta * (into.count * (other.count / count));
    into.count = count;
}

Moments group_moments(core::MomentsKernel kernel, const unsigned char *x, std::size_t n, std::size_t element_bytes)
{
    Moments result;
    for (std::size_t i = 0; i < n; i += core::moments_chunk) {
        const core::Moments chunk = kernel(x + i * element_bytes, std::min(core::moments_chunk, n - i));
        append(result, {chunk.count, chunk.mean, chunk.m2});
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
    const auto *x = static_cast<const unsigned char *>(data);
    if (n <= group_elements) {
        append(moments, group_moments(run, x, n, element_bytes));
        return;
    }
    std::vector<Moments> groups((n - 1) / group_elements + 1);
    core::parallel_for(groups.size(), 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t g = begin; g < end; ++g) {
            const std::size_t first = g * group_elements;
            groups[g] =
                group_moments(run, x + first * element_bytes, std::min(group_elements, n - first), element_bytes);
        }
    });
    Moments all;
    for (const Moments &group : groups) {
        append(all, group);
    }
    append(moments, all);
}

} // namespace

void Moments::update(std::span<const float> x)
{
    unitvar::update(*this, &core::KernelTable::moments_f32, x.data(), x.size(), sizeof(float));
}

void Moments::update(std::span<const double> x)
{
    unitvar::update(*this, &core::KernelTable::moments_f64, x.data(), x.size(), sizeof(double));
}

void Moments::merge(const Moments &other)
{
    require_count("count", count);
    require_count("other's count", other.count);
    append(*this, other);
}

double Moments::variance(double correction) const
{
    require_count("count", count);
    core::require_finite("correction", correction);
    if (count == 0) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    return m2 / std::max(0.0, count - correction);
}

} // namespace unitvar
