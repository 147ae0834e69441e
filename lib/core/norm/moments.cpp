// Moments: chunks in parallel, merged in index order within groups of fixed length and the groups in index order, so
// that threads cannot change the tree.
#include "unitvar/moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/floating_point.hpp"
#include "core/message.hpp"
#include "core/norm/chunk_moments.hpp"
#include "core/norm/staging.hpp"
#include "core/norm/wide_moments.hpp"
#include "core/parallel.hpp"
#include "core/runtime.hpp"
#include "core/scratch.hpp"
#include "core/tensor.hpp"

namespace unitvar {
namespace {

using core::ChunkMoments;

constexpr std::size_t chunks_per_group = 32;
constexpr std::size_t group_elements = chunks_per_group * core::moments_chunk;

void require_valid(const char *name, const Moments &m)
{
    core::require_count(name, m.count);
}
void require_valid(const char *name, const WideMoments &m)
{
    core::require_valid(name, m);
}

ChunkMoments from(const Moments &m) noexcept
{
    return {m.count, m.mean, 0, m.m2, 1};
}
ChunkMoments from(const WideMoments &m) noexcept
{
    return core::chunk_moments_of(m);
}

void assign(Moments &m, const ChunkMoments &value) noexcept
{
    m = {value.count, core::mean_of(value), core::variance_of(value, 1)};
}
void assign(WideMoments &m, const ChunkMoments &value) noexcept
{
    m = core::wide_moments_of(value);
}

// kernel(x, n): of a chunk.
template <class Kernel>
ChunkMoments group_moments(const Kernel &kernel, const unsigned char *x, std::size_t n, std::size_t element_bytes)
{
    ChunkMoments result{};
    for (std::size_t i = 0; i < n; i += core::moments_chunk) {
        append(result, kernel(x + i * element_bytes, std::min(core::moments_chunk, n - i)));
    }
    return result;
}

// Appends n elements to moments of either kind.
template <class State, class Kernel>
void append_elements(State &moments, const Kernel &run, const unsigned char *x, std::size_t n,
                     std::size_t element_bytes)
{
    const std::size_t count = n / group_elements + (n % group_elements != 0 ? 1 : 0);
    core::Scratch scratch;
    const auto buffer = scratch.add<ChunkMoments>(count);
    scratch.allocate();

    ChunkMoments *const groups = scratch.data(buffer);
    core::parallel_for(count, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t g = begin; g < end; ++g) {
            const std::size_t first = g * group_elements;
            groups[g] =
                group_moments(run, x + first * element_bytes, std::min(group_elements, n - first), element_bytes);
        }
    });
    ChunkMoments all = from(moments);
    for (std::size_t g = 0; g < count; ++g) {
        append(all, groups[g]);
    }
    assign(moments, all);
}

template <class State>
void update(State &moments, core::MomentsKernel core::KernelTable::*kernel, const void *data, std::size_t n,
            std::size_t element_bytes)
{
    const core::DefaultFloatingPoint environment;
    require_valid("count", moments);
    if (n > core::most_bytes / element_bytes) {
        core::invalid_value("n", std::uint64_t{n},
                            "at most " + core::text(core::most_bytes / element_bytes) + " elements");
    }
    append_elements(moments, core::kernels().*kernel, static_cast<const unsigned char *>(data), n, element_bytes);
}
template <class State> void update(State &moments, std::span<const float> x)
{
    update(moments, &core::KernelTable::moments_f32, x.data(), x.size(), sizeof(float));
}
template <class State> void update(State &moments, std::span<const double> x)
{
    update(moments, &core::KernelTable::moments_f64, x.data(), x.size(), sizeof(double));
}

template <class State> void update(State &moments, const TensorView &view)
{
    const core::DefaultFloatingPoint environment;
    const core::Tensor x("x", view, core::Access::read);
    require_valid("count", moments);
    const core::KernelTable &kernels = core::kernels();
    const core::MomentKernels &halves = *core::norm_kernels(x.dtype()).moments;
    core::Operands operands;
    const unsigned char *const data = operands.input(x).data();
    if (x.dtype() == DType::f64) {
        append_elements(moments, kernels.moments_f64, data, x.elements(), sizeof(double));
    } else if (x.dtype() == DType::f32) {
        append_elements(moments, kernels.moments_f32, data, x.elements(), sizeof(float));
    } else {
        append_elements(
            moments,
            [&](const unsigned char *chunk, std::size_t n) {
                return halves.moments(chunk, {n, 1, 0});
            },
            data, x.elements(), x.element_bytes());
    }
}

template <class State> void merge(State &into, const State &other)
{
    const core::DefaultFloatingPoint environment;
    require_valid("count", into);
    require_valid("other's count", other);
    ChunkMoments all = from(into);
    append(all, from(other));
    assign(into, all);
}

template <class State> double variance(const State &moments, double correction)
{
    const core::DefaultFloatingPoint environment;
    require_valid("count", moments);
    core::require_finite("correction", correction);
    if (moments.count == 0) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    return environment.computed(core::variance_of(from(moments), std::max(0.0, moments.count - correction)));
}

} // namespace

void Moments::update(std::span<const float> x)
{
    unitvar::update(*this, x);
}

void Moments::update(std::span<const double> x)
{
    unitvar::update(*this, x);
}

void Moments::update(const TensorView &x)
{
    unitvar::update(*this, x);
}

void Moments::merge(const Moments &other)
{
    unitvar::merge(*this, other);
}

double Moments::variance(double correction) const
{
    return unitvar::variance(*this, correction);
}

void WideMoments::update(std::span<const float> x)
{
    unitvar::update(*this, x);
}

void WideMoments::update(std::span<const double> x)
{
    unitvar::update(*this, x);
}

void WideMoments::update(const TensorView &x)
{
    unitvar::update(*this, x);
}

void WideMoments::merge(const WideMoments &other)
{
    unitvar::merge(*this, other);
}

double WideMoments::average() const
{
    const core::DefaultFloatingPoint environment;
    require_valid("count", *this);
    return count == 0 ? std::numeric_limits<double>::quiet_NaN() : environment.computed(core::mean_of(from(*this)));
}

double WideMoments::variance(double correction) const
{
    return unitvar::variance(*this, correction);
}

} // namespace unitvar
