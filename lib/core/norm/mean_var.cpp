// Mean and variance along axes. Dimensions are sorted by stride and merged; what remains is recognised as runs (the
// innermost dimension is reduced) or as columns (it is kept), and everything else is gathered into chunks first.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "core/message.hpp"
#include "core/norm/operand.hpp"
#include "core/norm/statistics.hpp"
#include "core/runtime.hpp"
#include "core/tensor.hpp"
#include "unitvar/error.hpp"
#include "unitvar/norm.hpp"

namespace unitvar {
namespace {

using core::ChunkMoments;
using core::most_dimensions;
using core::text;

constexpr std::size_t fewest_columns = 8; // fewer are gathered

struct Dimension {
    std::int64_t length;
    std::int64_t stride;
    std::int64_t mean_stride; // of the outputs; 0 where the dimension is reduced
    std::int64_t var_stride;
};

struct Dimensions {
    std::array<Dimension, most_dimensions> item{};
    std::size_t count = 0;

    [[nodiscard]] std::uint64_t elements() const noexcept
    {
        std::uint64_t product = 1;
        for (std::size_t i = 0; i < count; ++i) {
            product *= static_cast<std::uint64_t>(item[i].length);
        }
        return product;
    }
    // Largest stride first, none negative; a dimension joins the one before it where that one's step is a whole turn of
    // it.
    void simplify()
    {
        std::stable_sort(item.begin(), item.begin() + static_cast<std::ptrdiff_t>(count),
                         [](const Dimension &a, const Dimension &b) { return a.stride > b.stride; });
        std::size_t kept = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const Dimension &inner = item[i];
            if (inner.length == 1) {
                continue;
            }
            if (kept != 0) {
                Dimension &outer = item[kept - 1];
                if (outer.stride == inner.stride * inner.length &&
                    outer.mean_stride == inner.mean_stride * inner.length &&
                    outer.var_stride == inner.var_stride * inner.length) {
                    outer = {outer.length * inner.length, inner.stride, inner.mean_stride, inner.var_stride};
                    continue;
                }
            }
            item[kept++] = inner;
        }
        count = kept;
    }
};

// Walks an index through dimensions in row-major order, keeping the three offsets.
class Walk {
public:
    explicit Walk(const Dimensions &dimensions) : dimensions_(dimensions) {}
    std::int64_t x = 0;
    std::int64_t mean = 0;
    std::int64_t var = 0;

    void next() noexcept
    {
        for (std::size_t i = dimensions_.count; i-- > 0;) {
            const Dimension &d = dimensions_.item[i];
            move(d, 1);
            if (++index_[i] < d.length) {
                return;
            }
            move(d, -d.length);
            index_[i] = 0;
        }
    }

private:
    void move(const Dimension &d, std::int64_t steps) noexcept
    {
        x += d.stride * steps;
        mean += d.mean_stride * steps;
        var += d.var_stride * steps;
    }
    const Dimensions &dimensions_;
    std::array<std::int64_t, most_dimensions> index_{};
};

struct Output {
    const char *name;
    unsigned char *data = nullptr; // null: not wanted
    DType dtype = DType::f32;
    std::array<std::int64_t, most_dimensions> stride{}; // for each dimension of x
    const unsigned char *first = nullptr;               // the bytes that it occupies
    const unsigned char *last = nullptr;

    void set(std::int64_t offset, double value) const noexcept
    {
        if (data == nullptr) {
            return;
        }
        if (dtype == DType::f32) {
            const auto narrow = static_cast<float>(value);
            std::memcpy(data + offset * 4, &narrow, sizeof(narrow));
        } else {
            std::memcpy(data + offset * 8, &value, sizeof(value));
        }
    }
};

struct Range {
    const unsigned char *first;
    const unsigned char *last;
};

Range range_of(const TensorView &tensor, std::size_t bytes)
{
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::int64_t step = 1;
    for (std::size_t i = tensor.shape.size(); i-- > 0;) {
        if (tensor.shape[i] == 0) {
            return {nullptr, nullptr};
        }
        const std::int64_t stride = tensor.strides.empty() ? step : tensor.strides[i];
        (stride < 0 ? low : high) += stride * (tensor.shape[i] - 1);
        step *= tensor.shape[i];
    }
    const auto *data = static_cast<const unsigned char *>(tensor.data);
    const auto width = static_cast<std::int64_t>(bytes);
    return {data + low * width, data + (high + 1) * width};
}

bool overlap(const Range &a, const Range &b)
{
    return a.first != a.last && b.first != b.last && std::less<>()(a.first, b.last) && std::less<>()(b.first, a.last);
}

// Everything about the call that is not arithmetic.
class Reduction {
public:
    Reduction(const TensorView &x, std::span<const std::int32_t> axes, double correction, const TensorView *mean,
              const TensorView *var)
        : x_(x), correction_(correction)
    {
        core::require_finite("correction", correction);
        check_input();
        mark(axes);
        mean_ = output("mean", mean);
        var_ = output("var", var);
        check_sharing(mean, var);
        split();
        const core::KernelTable &table = core::kernels();
        kernels_ = (x.dtype == DType::f32 ? table.norms_f32 : table.norms_f64)->moments;
    }

    void run()
    {
        if (outer_.elements() == 0) {
            return;
        }
        if (reduced_.elements() == 0) {
            Walk walk(outer_);
            for (std::uint64_t i = 0; i < outer_.elements(); ++i, walk.next()) {
                write(walk, {0, std::numeric_limits<double>::quiet_NaN(), 0, 0});
            }
            return;
        }
        if (reduced_.count == 0) {
            gather();
        } else if (as_runs()) {
            reduce_runs();
        } else if (as_columns()) {
            reduce_columns();
        } else {
            gather();
        }
    }

private:
    void check_input()
    {
        if (x_.dtype != DType::f32 && x_.dtype != DType::f64) {
            throw Unsupported(core::message("dtype of x", "neither", "f32 or f64"));
        }
        bytes_ = core::element_bytes(x_.dtype);
        if (x_.shape.size() > most_dimensions) {
            core::invalid_value("ndim of x", std::uint64_t{x_.shape.size()},
                                "0 to " + text(std::uint64_t{most_dimensions}));
        }
        if (!x_.strides.empty() && x_.strides.size() != x_.shape.size()) {
            core::invalid_value("the number of strides of x", std::uint64_t{x_.strides.size()},
                                text(std::uint64_t{x_.shape.size()}));
        }
        std::int64_t elements = 1;
        bool empty = false;
        for (const std::int64_t length : x_.shape) {
            if (length < 0) {
                core::invalid("shape of x", text(x_.shape), "lengths >= 0");
            }
            empty = empty || length == 0;
        }
        // The reach of strides: elements may share memory, but lie within the address space.
        std::uint64_t reach = 1;
        for (std::size_t i = x_.shape.size(); !empty && i-- > 0;) {
            const std::int64_t stride = x_.strides.empty() ? elements : x_.strides[i];
            const std::uint64_t size =
                stride < 0 ? 0 - static_cast<std::uint64_t>(stride) : static_cast<std::uint64_t>(stride);
            std::uint64_t step = 0;
            if (__builtin_mul_overflow(elements, x_.shape[i], &elements) ||
                __builtin_mul_overflow(size, static_cast<std::uint64_t>(x_.shape[i] - 1), &step) ||
                __builtin_add_overflow(reach, step, &reach) || reach > core::most_bytes / bytes_ ||
                elements > static_cast<std::int64_t>(core::most_bytes / bytes_)) {
                core::invalid("shape of x", text(x_.shape), "a tensor within 2^63 bytes");
            }
        }
        if (!empty && x_.data == nullptr) {
            core::invalid("data of x", "NULL", "the address of its elements");
        }
    }

    void mark(std::span<const std::int32_t> axes)
    {
        const auto ndim = static_cast<std::int64_t>(x_.shape.size());
        reduced_axis_.fill(axes.data() == nullptr);
        for (const std::int32_t axis : axes) {
            const std::int64_t from_front = axis < 0 ? axis + ndim : axis;
            if (from_front < 0 || from_front >= ndim) {
                core::invalid_value("an axis", std::int64_t{axis},
                                    ndim == 0 ? "no axis of a scalar" : text(-ndim) + " to " + text(ndim - 1));
            }
            bool &reduced = reduced_axis_[static_cast<std::size_t>(from_front)];
            if (reduced) {
                core::invalid_value("an axis", std::int64_t{axis}, "each axis once");
            }
            reduced = true;
        }
    }

    Output output(const char *name, const TensorView *tensor)
    {
        Output result{name};
        if (tensor == nullptr) {
            return result;
        }
        if (tensor->dtype != x_.dtype) {
            core::invalid(std::string("dtype of ") + name, tensor->dtype == DType::f32 ? "f32" : "another",
                          "that of x");
        }
        std::vector<std::int64_t> removed;
        std::vector<std::int64_t> kept;
        for (std::size_t i = 0; i < x_.shape.size(); ++i) {
            kept.push_back(reduced_axis_[i] ? 1 : x_.shape[i]);
            if (!reduced_axis_[i]) {
                removed.push_back(x_.shape[i]);
            }
        }
        const bool keeps = std::ranges::equal(tensor->shape, kept);
        if (!keeps && !std::ranges::equal(tensor->shape, removed)) {
            core::invalid(std::string("shape of ") + name, text(tensor->shape), text(removed) + " or " + text(kept));
        }
        const core::Tensor checked(name, *tensor, core::Access::write); // the rest
        result.dtype = tensor->dtype;
        result.data = checked.elements() == 0 ? nullptr : checked.data();
        std::int64_t step = 1;
        std::size_t at = tensor->shape.size();
        for (std::size_t i = x_.shape.size(); i-- > 0;) {
            if (!reduced_axis_[i] || keeps) {
                --at;
                result.stride[i] = reduced_axis_[i] ? 0 : tensor->strides.empty() ? step : tensor->strides[at];
                step *= tensor->shape[at];
            }
        }
        return result;
    }

    void check_sharing(const TensorView *mean, const TensorView *var) const
    {
        const Range input = range_of(x_, bytes_);
        const Range none{nullptr, nullptr};
        const Range first = mean == nullptr ? none : range_of(*mean, bytes_);
        const Range second = var == nullptr ? none : range_of(*var, bytes_);
        if (overlap(first, input)) {
            core::invalid("memory of mean", "shared with x", "memory of its own");
        }
        if (overlap(second, input)) {
            core::invalid("memory of var", "shared with x", "memory of its own");
        }
        if (overlap(first, second)) {
            core::invalid("memory of var", "shared with mean", "memory of its own");
        }
    }

    void split()
    {
        std::int64_t step = 1;
        for (std::size_t i = x_.shape.size(); i-- > 0;) {
            const std::int64_t stride = x_.strides.empty() ? step : x_.strides[i];
            step *= x_.shape[i];
            Dimensions &target = reduced_axis_[i] ? reduced_ : outer_;
            target.item[target.count++] = {x_.shape[i], stride, reduced_axis_[i] ? 0 : mean_.stride[i],
                                           reduced_axis_[i] ? 0 : var_.stride[i]};
        }
        // Back to the order of the indices, so that sorting leaves equal strides in it.
        std::reverse(outer_.item.begin(), outer_.item.begin() + static_cast<std::ptrdiff_t>(outer_.count));
        std::reverse(reduced_.item.begin(), reduced_.item.begin() + static_cast<std::ptrdiff_t>(reduced_.count));
        if (outer_.elements() == 0 || reduced_.elements() == 0) {
            return;
        }
        data_ = static_cast<const unsigned char *>(x_.data);
        point_forward(reduced_);
        point_forward(outer_);
        outer_.simplify();
        reduced_.simplify();
    }

    // Dimensions with negative strides are walked from their other end.
    void point_forward(Dimensions &dimensions) noexcept
    {
        for (std::size_t i = 0; i < dimensions.count; ++i) {
            Dimension &d = dimensions.item[i];
            if (d.stride < 0) {
                const std::int64_t steps = (d.length - 1) * static_cast<std::int64_t>(bytes_);
                data_ += d.stride * steps;
                mean_.data = mean_.data == nullptr ? nullptr : mean_.data + d.mean_stride * steps;
                var_.data = var_.data == nullptr ? nullptr : var_.data + d.var_stride * steps;
                d = {d.length, -d.stride, -d.mean_stride, -d.var_stride};
            }
        }
    }

    [[nodiscard]] bool as_runs() const noexcept
    {
        return reduced_.count <= 2 && reduced_.item[reduced_.count - 1].stride == 1 &&
               (reduced_.count == 1 || reduced_.item[0].stride > 0);
    }
    [[nodiscard]] bool as_columns() const noexcept
    {
        if (reduced_.count != 1 || outer_.count == 0) {
            return false;
        }
        const Dimension &inner = outer_.item[outer_.count - 1];
        return inner.stride == 1 && inner.length >= static_cast<std::int64_t>(fewest_columns) &&
               reduced_.item[0].stride > 0;
    }

    void write(const Walk &walk, const ChunkMoments &m) const noexcept
    {
        mean_.set(walk.mean, m.mean + m.mean_low);
        const double divisor = std::max(0.0, m.count - correction_);
        var_.set(walk.var, m.count == 0 ? std::numeric_limits<double>::quiet_NaN() : m.m2 / divisor);
    }

    void write_all(const std::vector<ChunkMoments> &moments) const noexcept
    {
        Walk walk(outer_);
        for (const ChunkMoments &m : moments) {
            write(walk, m);
            walk.next();
        }
    }

    void reduce_runs()
    {
        const Dimension &inner = reduced_.item[reduced_.count - 1];
        core::Runs runs{static_cast<std::size_t>(inner.length), 1, 0};
        if (reduced_.count == 2) {
            runs.count = static_cast<std::size_t>(reduced_.item[0].length);
            runs.stride = static_cast<std::size_t>(reduced_.item[0].stride);
        }
        std::vector<ChunkMoments> result(outer_.elements());
        if (outer_.count <= 1) {
            const std::int64_t stride = outer_.count == 1 ? outer_.item[0].stride : 0;
            const auto offset = [&](std::size_t u) {
                return static_cast<std::size_t>(static_cast<std::int64_t>(u) * stride);
            };
            core::all_moments(*kernels_, data_, result.size(), runs, bytes_, offset, result.data());
        } else {
            std::vector<std::size_t> offsets(result.size());
            Walk walk(outer_);
            for (std::size_t &offset : offsets) {
                offset = static_cast<std::size_t>(walk.x);
                walk.next();
            }
            core::all_moments(
                *kernels_, data_, result.size(), runs, bytes_, [&](std::size_t u) { return offsets[u]; },
                result.data());
        }
        write_all(result);
    }

    void reduce_columns()
    {
        const auto columns = static_cast<std::size_t>(outer_.item[outer_.count - 1].length);
        const auto rows = static_cast<std::size_t>(reduced_.item[0].length);
        const auto stride = static_cast<std::size_t>(reduced_.item[0].stride);
        std::vector<ChunkMoments> result(outer_.elements());
        Dimensions matrices = outer_;
        --matrices.count;
        Walk walk(matrices);
        for (std::size_t first = 0; first < result.size(); first += columns, walk.next()) {
            core::column_moments(*kernels_, data_ + walk.x * static_cast<std::int64_t>(bytes_), rows, stride, columns,
                                 bytes_, result.data() + first);
        }
        write_all(result);
    }

    void gather()
    {
        const auto buffer = std::make_unique_for_overwrite<unsigned char[]>(core::moments_chunk * bytes_);
        std::vector<ChunkMoments> result(outer_.elements());
        Walk outer(outer_);
        const std::uint64_t count = reduced_.elements();
        const auto width = static_cast<std::int64_t>(bytes_);
        for (ChunkMoments &moments : result) {
            Walk inner(reduced_);
            for (std::uint64_t first = 0; first < count; first += core::moments_chunk) {
                const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(core::moments_chunk, count - first));
                for (std::size_t i = 0; i < n; ++i, inner.next()) {
                    std::memcpy(buffer.get() + i * bytes_, data_ + (outer.x + inner.x) * width, bytes_);
                }
                core::append(moments, kernels_->moments(buffer.get(), {n, 1, 0}));
            }
            outer.next();
        }
        write_all(result);
    }

    const TensorView &x_;
    double correction_;
    std::size_t bytes_ = 0;
    std::array<bool, most_dimensions> reduced_axis_{};
    Output mean_{"mean"};
    Output var_{"var"};
    Dimensions outer_;
    Dimensions reduced_;
    const unsigned char *data_ = nullptr;
    const core::MomentKernels *kernels_ = nullptr;
};

} // namespace

void mean_var(const TensorView &x, std::span<const std::int32_t> axes, double correction, const TensorView *mean,
              const TensorView *var)
{
    Reduction(x, axes, correction, mean, var).run();
}

} // namespace unitvar
