// layer_norm and rms_norm: statistics of rows, then y = (x - mean) rstd weight + bias. Where there are enough rows a
// thread does both halves of a row while it is in its cache.
#include <algorithm>

#include "core/floating_point.hpp"
#include "core/norm/geometry.hpp"
#include "core/norm/staging.hpp"
#include "core/norm/statistics.hpp"
#include "core/runtime.hpp"
#include "unitvar/norm.hpp"

namespace unitvar {
namespace {

using core::Access;
using core::Affine;
using core::ChunkMoments;
using core::Tensor;

constexpr std::size_t piece = std::size_t{1} << 16U; // of a row, for one thread

// Weights and biases where they lie, or as doubles where many rows share the conversion and the first cache level holds
// them.
class RowParameters {
public:
    RowParameters(core::Scratch &scratch, const core::NormKernels &kernels, const Tensor &weight, const Tensor &bias,
                  const core::Rows &rows)
        : scratch_(scratch), kernels_(kernels), weight_(weight), bias_(bias), length_(rows.length),
          widened_(rows.count >= fewest_rows && rows.length <= most_doubles),
          weights_(scratch.add<double>(widened_ && weight.present() ? length_ : 0)),
          biases_(scratch.add<double>(widened_ && bias.present() ? length_ : 0))
    {
    }

    void prepare() const noexcept
    {
        if (weights_.size() != 0) {
            core::norm_kernels(weight_.dtype()).convert->widen(weight_.data(), scratch_.data(weights_), length_);
        }
        if (biases_.size() != 0) {
            core::norm_kernels(bias_.dtype()).convert->widen(bias_.data(), scratch_.data(biases_), length_);
        }
    }

    // n elements of a row from `first` on, which are at x and y.
    void apply(const unsigned char *x, unsigned char *y, std::size_t first, std::size_t n, const Affine &affine,
               core::StoreMode mode) const noexcept
    {
        const core::AffineKernels &kernel = *kernels_.affine;
        if (!weight_.present() && !bias_.present()) {
            kernel.runs(x, y, {n, 1, 0}, affine, mode);
        } else if (widened_) {
            kernel.row_of_doubles(x, y, n, affine, weight_.present() ? scratch_.data(weights_) + first : nullptr,
                                  bias_.present() ? scratch_.data(biases_) + first : nullptr, mode);
        } else {
            kernel.row(x, y, n, affine, from(weight_, first), from(bias_, first), mode);
        }
    }

private:
    static constexpr std::size_t fewest_rows = 8;
    static constexpr std::size_t most_doubles = 2048;

    [[nodiscard]] static const unsigned char *from(const Tensor &tensor, std::size_t first) noexcept
    {
        return tensor.present() ? tensor.data() + first * tensor.element_bytes() : nullptr;
    }

    const core::Scratch &scratch_;
    const core::NormKernels &kernels_;
    const Tensor &weight_;
    const Tensor &bias_;
    std::size_t length_;
    bool widened_;
    core::Scratch::Buffer<double> weights_;
    core::Scratch::Buffer<double> biases_;
};

struct RowTensors {
    RowTensors(core::Operands &operands, const Tensor &x_in, const Tensor &weight_in, const Tensor &bias_in,
               const Tensor &y_out, const core::Rows &rows)
        : x(operands.input_rows(x_in, rows)), weight(operands.parameter(weight_in, x_in)),
          bias(operands.parameter(bias_in, x_in)), y(operands.output_rows(y_out, rows, &x))
    {
    }

    const Tensor &x;
    const Tensor &weight;
    const Tensor &bias;
    const Tensor &y;
};

// Part: what the statistics of a row come from.
template <class Part> class RowNorm {
public:
    RowNorm(const RowTensors &tensors, const core::Rows &rows)
        : x_(tensors.x), y_(tensors.y), rows_(rows), kernels_(core::norm_kernels(x_.dtype())),
          mode_(core::store_mode(x_, y_)), chunks_({rows.length, 1, 0}), source_(x_, rows), target_(y_, rows),
          parameters_(scratch_, kernels_, tensors.weight, tensors.bias, rows),
          sums_(scratch_, {rows.count, 1, 1}, chunks_.count(), std::min(core::moments_chunk, rows.length)),
          affine_(scratch_.add<Affine>(sums_.whole() ? 0 : rows.count))
    {
        scratch_.allocate();
    }

    // part(kernels, x, n): of a chunk; finish(row, part): the coefficients of a row.
    template <class PartOf, class Finish> void run(const PartOf &part, const Finish &finish) const noexcept
    {
        parameters_.prepare();
        const auto chunk = [&](std::size_t, const core::Tiles::Tile &tile, std::size_t i, Part *target) {
            const core::Chunk c = chunks_[i];
            *target = part(*kernels_.moments, source_[tile.group] + c.offset * x_.element_bytes(), c.runs.length);
        };
        if (sums_.whole()) {
            sums_.run(chunk, [&](const core::Tiles::Tile &tile, const Part *sums) {
                apply(tile.group, 0, rows_.length, finish(tile.group, *sums));
            });
        } else {
            Affine *const all = scratch_.data(affine_);
            sums_.run(chunk, [&](const core::Tiles::Tile &tile, const Part *sums) {
                all[tile.group] = finish(tile.group, *sums);
            });
            const std::size_t pieces = (rows_.length + piece - 1) / piece;
            core::parallel_for(rows_.count * pieces, core::grain_of(piece), [&](std::size_t begin, std::size_t end) {
                for (std::size_t i = begin; i < end; ++i) {
                    const std::size_t first = i % pieces * piece;
                    apply(i / pieces, first, std::min(piece, rows_.length - first), all[i / pieces]);
                }
            });
        }
    }

private:
    void apply(std::size_t row, std::size_t first, std::size_t n, const Affine &affine) const noexcept
    {
        const std::size_t at = first * x_.element_bytes();
        parameters_.apply(source_[row] + at, target_[row] + at, first, n, affine, mode_);
    }

    const Tensor &x_;
    const Tensor &y_;
    core::Rows rows_;
    const core::NormKernels &kernels_;
    core::StoreMode mode_;
    core::Chunks chunks_;
    core::RowPlaces source_;
    core::RowPlaces target_;
    core::Scratch scratch_;
    RowParameters parameters_;
    core::ChunkedSums<Part, 1> sums_;
    core::Scratch::Buffer<Affine> affine_; // of few long rows, whose chunks are shared out
};

} // namespace

void layer_norm(const TensorView &x_view, std::int32_t normalized_ndim, const TensorView *weight_view,
                const TensorView *bias_view, double eps, const TensorView &y_view, const TensorView *mean_view,
                const TensorView *rstd_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor x("x", x_view, Access::read);
    const Tensor weight("weight", weight_view, Access::read);
    const Tensor bias("bias", bias_view, Access::read);
    const Tensor y("y", y_view, Access::write);
    const Tensor mean("mean", mean_view, Access::write);
    const Tensor rstd("rstd", rstd_view, Access::write);
    const std::initializer_list<const Tensor *> tensors = {&x, &weight, &bias, &y, &mean, &rstd};
    core::require_kind({&x, &y});
    core::require_parameter_kind(x, {&weight, &bias});
    core::require_statistics_kind(x, {&mean, &rstd});
    const core::Rows rows = core::rows_of(x, normalized_ndim);
    core::require_shape(weight, rows.shape);
    core::require_shape(bias, rows.shape);
    core::require_like(y, x);
    core::require_row_statistics(mean, rows);
    core::require_row_statistics(rstd, rows);
    const double rounded = core::rounded_eps(eps, x.dtype());
    core::require_own_memory(tensors, y, {&x});
    core::require_environment();
    if (x.elements() == 0) {
        return;
    }
    core::Operands operands;
    const RowTensors row_tensors(operands, x, weight, bias, y, rows);
    const Tensor &means = operands.output(mean);
    const Tensor &rstds = operands.output(rstd);
    RowNorm<ChunkMoments>(row_tensors, rows)
        .run(
            [](const core::MomentKernels &kernels, const unsigned char *data, std::size_t n) {
                return kernels.moments(data, {n, 1, 0});
            },
            [&](std::size_t row, const ChunkMoments &m) {
                const double scale = core::reciprocal_root(m.m2 / m.count, rounded, m.prescale);
                core::set_value(means, row, core::mean_of(m));
                core::set_value(rstds, row, scale);
                return core::affine_of(m, scale, 0);
            });
    operands.write_back();
}

void rms_norm(const TensorView &x_view, std::int32_t normalized_ndim, const TensorView *weight_view, double eps,
              const TensorView &y_view, const TensorView *rstd_view)
{
    const core::DefaultFloatingPoint environment;
    const Tensor x("x", x_view, Access::read);
    const Tensor weight("weight", weight_view, Access::read);
    const Tensor bias("bias", nullptr, Access::read);
    const Tensor y("y", y_view, Access::write);
    const Tensor rstd("rstd", rstd_view, Access::write);
    const std::initializer_list<const Tensor *> tensors = {&x, &weight, &y, &rstd};
    core::require_kind({&x, &y});
    core::require_parameter_kind(x, {&weight});
    core::require_statistics_kind(x, {&rstd});
    const core::Rows rows = core::rows_of(x, normalized_ndim);
    core::require_shape(weight, rows.shape);
    core::require_like(y, x);
    core::require_row_statistics(rstd, rows);
    const double rounded = core::rounded_eps(eps, x.dtype());
    core::require_own_memory(tensors, y, {&x});
    core::require_environment();
    if (x.elements() == 0) {
        return;
    }
    const auto length = static_cast<double>(rows.length);
    core::Operands operands;
    const RowTensors row_tensors(operands, x, weight, bias, y, rows);
    const Tensor &rstds = operands.output(rstd);
    RowNorm<core::ChunkSquares>(row_tensors, rows)
        .run([](const core::MomentKernels &kernels, const unsigned char *data,
                std::size_t n) { return kernels.sum_of_squares(data, n); },
             [&](std::size_t row, const core::ChunkSquares &squares) {
                 const double scale = core::reciprocal_root(squares.sum / length, rounded, squares.prescale);
                 core::set_value(rstds, row, scale);
                 return Affine{0, 0, scale, 0};
             });
    operands.write_back();
}

} // namespace unitvar
