// layer_norm and rms_norm: statistics of rows, or given ones, then y = (x - mean) rstd weight + bias. Where there are
// enough rows a thread does both halves of a row while it is in its cache.
#include <algorithm>
#include <optional>
#include <span>

#include "core/floating_point.hpp"
#include "core/message.hpp"
#include "core/norm/activated.hpp"
#include "core/norm/axes.hpp"
#include "core/norm/geometry.hpp"
#include "core/norm/gradients.hpp"
#include "core/norm/row_parameters.hpp"
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

// What the norms of rows take and give; only x and y are always there.
struct RowArguments {
    Tensor x;
    Tensor residual; // added to x first
    Tensor weight;
    Tensor bias;
    Tensor sum;
    Tensor y;
    Tensor mean;
    Tensor rstd;
};

// The same as the kernels take them; in_blocks: but for what is gathered in blocks of rows.
struct RowTensors {
    RowTensors(core::Operands &operands, const RowArguments &a, const core::Rows &rows, bool in_blocks)
        : x(in_blocks ? a.x : operands.input_rows(a.x, rows)),
          residual(in_blocks ? a.residual : operands.input_rows(a.residual, rows)), weight(operands.input(a.weight)),
          bias(operands.input(a.bias)), sum(in_blocks ? a.sum : operands.output_rows(a.sum, rows, &residual)),
          y(in_blocks ? a.y : operands.output_rows(a.y, rows, &x)), mean(operands.output(a.mean)),
          rstd(operands.output(a.rstd)), normalised(!residual.present() ? x
                                                    : sum.present()     ? sum
                                                                        : y)
    {
    }

    const Tensor &x;
    const Tensor &residual;
    const Tensor &weight;
    const Tensor &bias;
    const Tensor &sum;
    const Tensor &y;
    const Tensor &mean;
    const Tensor &rstd;
    const Tensor &normalised; // x, or where the sum goes before it is normalised
};

// Part: what the statistics of a row come from.
template <class Part> class RowNorm {
public:
    RowNorm(const RowTensors &tensors, const core::Rows &rows, const core::Activated &activated)
        : activated_(activated), bytes_(tensors.x.element_bytes()), adds_(tensors.residual.present()), rows_(rows),
          kernels_(core::norm_kernels(tensors.x.dtype())), mode_(core::store_mode(tensors.normalised, tensors.y)),
          chunks_({rows.length, 1, 0}), x_(tensors.x, rows), residual_(tensors.residual, rows),
          source_(tensors.normalised, rows), target_(tensors.y, rows),
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
            const std::size_t at = c.offset * bytes_;
            unsigned char *const source = source_[tile.group] + at;
            if (adds_) {
                kernels_.affine->add(x_[tile.group] + at, residual_[tile.group] + at, source, c.runs.length);
            }
            *target = part(*kernels_.moments, source, c.runs.length);
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
            core::for_row_pieces(
                rows_, [&](std::size_t row, std::size_t first, std::size_t n) { apply(row, first, n, all[row]); });
        }
    }

private:
    void apply(std::size_t row, std::size_t first, std::size_t n, const Affine &affine) const noexcept
    {
        const std::size_t at = first * bytes_;
        const unsigned char *const x = source_[row] + at;
        activated_.run(target_[row] + at, n, mode_,
                       [&](std::size_t from, std::size_t count, unsigned char *target, core::StoreMode mode) {
                           parameters_.apply(x + from * bytes_, target, first + from, count, affine, mode);
                       });
    }

    core::Activated activated_;
    std::size_t bytes_;
    bool adds_;
    core::Rows rows_;
    const core::NormKernels &kernels_;
    core::StoreMode mode_;
    core::Chunks chunks_;
    core::RowPlaces x_;
    core::RowPlaces residual_;
    core::RowPlaces source_;
    core::RowPlaces target_;
    core::Scratch scratch_;
    core::RowParameters parameters_;
    core::ChunkedSums<Part, 1> sums_;
    core::Scratch::Buffer<Affine> affine_; // of few long rows, whose chunks are shared out
};

// The same of rows that are gathered in blocks. Rows are cut into the same chunks: their bits are those of row-major ones.
// The caller allocates the scratch.
class BlockNorm {
public:
    BlockNorm(core::Scratch &scratch, const RowTensors &tensors, const core::Rows &rows,
              const core::Activated &activated)
        : tensors_(tensors), activated_(activated), rows_(rows), bytes_(tensors.x.element_bytes()),
          kernels_(core::norm_kernels(tensors.x.dtype())),
          parameters_(scratch, kernels_, tensors.weight, tensors.bias, rows),
          blocks_(scratch, rows, bytes_, tensors.residual.present() ? 2 : 1)
    {
    }

    // coefficients(row, x): of a row whose elements are at x.
    template <class Coefficients> void run(const Coefficients &coefficients) const noexcept
    {
        parameters_.prepare();
        const core::Layout x(tensors_.x);
        const core::Layout y(tensors_.y);
        blocks_.run([&](std::size_t first, std::size_t count, unsigned char *block) {
            const std::size_t start = first * rows_.length;
            const std::size_t n = count * rows_.length;
            x.gather(block, start, n);
            if (tensors_.residual.present()) {
                add_residual(block, start, n);
            }
            for (std::size_t i = 0; i < count; ++i) {
                unsigned char *const row = block + i * rows_.length * bytes_;
                const Affine affine = coefficients(first + i, static_cast<const unsigned char *>(row));
                activated_.run(row, rows_.length, core::StoreMode::cached,
                               [&](std::size_t from, std::size_t some, unsigned char *target, core::StoreMode mode) {
                                   parameters_.apply(row + from * bytes_, target, from, some, affine, mode);
                               });
            }
            y.scatter(block, start, n);
        });
    }
    // The same as RowNorm.
    template <class Part, class PartOf, class Finish> void run(const PartOf &part, const Finish &finish) const noexcept
    {
        const core::Chunks chunks({rows_.length, 1, 0});
        run([&](std::size_t row, const unsigned char *x) {
            Part sum = part(*kernels_.moments, x, chunks[0].runs.length);
            for (std::size_t i = 1; i < chunks.count(); ++i) {
                const core::Chunk chunk = chunks[i];
                append(sum, part(*kernels_.moments, x + chunk.offset * bytes_, chunk.runs.length));
            }
            return finish(row, sum);
        });
    }

private:
    void add_residual(unsigned char *block, std::size_t start, std::size_t n) const noexcept
    {
        unsigned char *const other = block + blocks_.bytes();
        core::Layout(tensors_.residual).gather(other, start, n);
        kernels_.affine->add(block, other, block, n);
        if (tensors_.sum.present()) {
            core::Layout(tensors_.sum).scatter(block, start, n);
        }
    }

    const RowTensors &tensors_;
    core::Activated activated_;
    core::Rows rows_;
    std::size_t bytes_;
    const core::NormKernels &kernels_;
    core::RowParameters parameters_;
    core::RowBlocks blocks_;
};

// Either takes 16 KiB of the caller's stack for its scratch, and not every compiler lets two branches share it: this keeps
// one's out of the other's frame.
template <class Work> [[gnu::noinline]] void in_own_frame(const Work &work)
{
    work();
}

// By either, whichever suits the tensors.
template <class Part, class PartOf, class Finish>
void normalise(const RowTensors &tensors, const core::Rows &rows, bool in_blocks, const core::Activated &activated,
               const PartOf &part, const Finish &finish)
{
    if (in_blocks) {
        in_own_frame([&] {
            core::Scratch scratch;
            const BlockNorm norm(scratch, tensors, rows, activated);
            scratch.allocate();
            norm.run<Part>(part, finish);
        });
    } else {
        in_own_frame([&] { RowNorm<Part>(tensors, rows, activated).run(part, finish); });
    }
}

bool takes_blocks(const RowArguments &a, const core::Rows &rows)
{
    return core::RowBlocks::serve({&a.x, &a.residual, &a.sum, &a.y}, rows);
}

// What all norms of rows check. Throws what the plan of a call throws.
core::Rows check(const RowArguments &a, std::int32_t normalized_ndim)
{
    core::require_kind({&a.x, &a.residual, &a.sum, &a.y});
    core::require_parameter_kind(a.x, {&a.weight, &a.bias});
    core::require_statistics_kind(a.x, {&a.mean, &a.rstd});
    const core::Rows rows = core::rows_of(a.x, normalized_ndim);
    core::require_shape(a.weight, rows.shape);
    core::require_shape(a.bias, rows.shape);
    core::require_like(a.residual, a.x);
    core::require_like(a.sum, a.x);
    core::require_like(a.y, a.x);
    core::require_row_statistics(a.mean, rows);
    core::require_row_statistics(a.rstd, rows);
    core::require_own_memory({&a.x, &a.residual, &a.weight, &a.bias, &a.sum, &a.y, &a.mean, &a.rstd}, {&a.sum, &a.y},
                             {&a.x, &a.residual});
    core::require_environment();
    return rows;
}

void layer_norm(const RowArguments &a, std::int32_t normalized_ndim, double eps, const Activation &activation = {})
{
    const core::Rows rows = check(a, normalized_ndim);
    const double rounded = core::rounded_eps(eps, a.x.dtype());
    const core::Activated activated(activation, a.x.dtype());
    if (a.x.elements() == 0) {
        return;
    }
    core::Operands operands;
    const bool in_blocks = takes_blocks(a, rows);
    const RowTensors tensors(operands, a, rows, in_blocks);
    normalise<ChunkMoments>(
        tensors, rows, in_blocks, activated,
        [](const core::MomentKernels &kernels, const unsigned char *data, std::size_t n) {
            return kernels.moments(data, {n, 1, 0});
        },
        [&](std::size_t row, const ChunkMoments &m) {
            const double scale = core::reciprocal_root(m.m2 / m.count, rounded, m.prescale);
            core::set_value(tensors.mean, row, core::mean_of(m));
            core::set_value(tensors.rstd, row, scale);
            return core::affine_of(m, scale, 0);
        });
    operands.write_back();
}

void rms_norm(const RowArguments &a, std::int32_t normalized_ndim, double eps, const Activation &activation = {})
{
    const core::Rows rows = check(a, normalized_ndim);
    const double rounded = core::rounded_eps(eps, a.x.dtype());
    const core::Activated activated(activation, a.x.dtype());
    if (a.x.elements() == 0) {
        return;
    }
    const auto length = static_cast<double>(rows.length);
    core::Operands operands;
    const bool in_blocks = takes_blocks(a, rows);
    const RowTensors tensors(operands, a, rows, in_blocks);
    normalise<core::ChunkSquares>(
        tensors, rows, in_blocks, activated,
        [](const core::MomentKernels &kernels, const unsigned char *data, std::size_t n) {
            return kernels.sum_of_squares(data, n);
        },
        [&](std::size_t row, const core::ChunkSquares &squares) {
            const double scale = core::reciprocal_root(squares.sum / length, rounded, squares.prescale);
            core::set_value(tensors.rstd, row, scale);
            return Affine{0, 0, scale, 0};
        });
    operands.write_back();
}

// y = (x - mean) rstd weight + bias: nothing is reduced.
void layer_norm_given(const RowArguments &a, std::int32_t normalized_ndim)
{
    const core::Rows rows = check(a, normalized_ndim);
    if (a.x.elements() == 0) {
        return;
    }
    core::Operands operands;
    core::Scratch scratch;
    const core::Widened mean(scratch, operands.input(a.mean));
    const core::Widened rstd(scratch, operands.input(a.rstd));
    const auto affine = [&](std::size_t row) { return Affine{mean.data()[row], 0, rstd.data()[row], 0}; };
    if (takes_blocks(a, rows)) {
        const RowTensors tensors(operands, a, rows, true);
        const BlockNorm norm(scratch, tensors, rows, core::Activated({}, a.x.dtype()));
        scratch.allocate();
        mean.read();
        rstd.read();
        norm.run([&](std::size_t row, const unsigned char *) { return affine(row); });
        return;
    }
    const Tensor &x = operands.input_rows(a.x, rows);
    const Tensor &y = operands.output_rows(a.y, rows, &x);
    const core::RowParameters parameters(scratch, core::norm_kernels(x.dtype()), operands.input(a.weight),
                                         operands.input(a.bias), rows);
    scratch.allocate();
    parameters.prepare();
    mean.read();
    rstd.read();
    const core::RowPlaces source(x, rows);
    const core::RowPlaces target(y, rows);
    const core::StoreMode mode = core::store_mode(x, y);
    core::for_row_pieces(rows, [&](std::size_t row, std::size_t first, std::size_t n) {
        const std::size_t at = first * x.element_bytes();
        parameters.apply(source[row] + at, target[row] + at, first, n, affine(row), mode);
    });
    operands.write_back();
}

Tensor absent(const char *name)
{
    return {name, nullptr, Access::read};
}

// The arguments of a norm along axes, with those last.
class AlongAxes {
public:
    AlongAxes(const TensorView &x, std::span<const std::int32_t> list, const TensorView &y, const TensorView *mean,
              const TensorView *rstd)
        : given_x_("x", x, Access::read), given_y_("y", y, Access::write), axes_(given_x_, list), x_(given_x_, axes_),
          y_(checked(given_y_, given_x_), axes_), mean_("mean", mean, given_x_, axes_),
          rstd_("rstd", rstd, given_x_, axes_)
    {
        axes_.require_some();
    }
    [[nodiscard]] std::int32_t normalized_ndim() const noexcept { return static_cast<std::int32_t>(axes_.count()); }
    [[nodiscard]] Tensor x() const { return {"x", x_.view(), Access::read}; }
    [[nodiscard]] Tensor y() const { return {"y", y_.view(), Access::write}; }
    [[nodiscard]] Tensor mean() const { return mean_.tensor(); }
    [[nodiscard]] Tensor rstd() const { return rstd_.tensor(); }

private:
    class Statistic {
    public:
        Statistic(const char *name, const TensorView *view, const Tensor &x, const core::Axes &axes)
            : given_(name, view, Access::write)
        {
            axes.require_shape(x, given_);
            if (given_.present() && given_.ndim() == x.ndim()) {
                last_.emplace(given_, axes);
            }
        }
        [[nodiscard]] Tensor tensor() const
        {
            return last_ ? Tensor(given_.name(), last_->view(), Access::write) : given_;
        }

    private:
        Tensor given_;
        std::optional<core::AxesLast> last_;
    };
    static const Tensor &checked(const Tensor &y, const Tensor &x)
    {
        core::require_like(y, x);
        return y;
    }

    Tensor given_x_;
    Tensor given_y_;
    core::Axes axes_;
    core::AxesLast x_;
    core::AxesLast y_;
    Statistic mean_;
    Statistic rstd_;
};

} // namespace

void layer_norm(const TensorView &x, std::int32_t normalized_ndim, const TensorView *weight, const TensorView *bias,
                double eps, const TensorView &y, const TensorView *mean, const TensorView *rstd,
                const Activation &activation)
{
    const core::DefaultFloatingPoint environment;
    layer_norm({{"x", x, Access::read},
                absent("residual"),
                {"weight", weight, Access::read},
                {"bias", bias, Access::read},
                absent("sum"),
                {"y", y, Access::write},
                {"mean", mean, Access::write},
                {"rstd", rstd, Access::write}},
               normalized_ndim, eps, activation);
}

void rms_norm(const TensorView &x, std::int32_t normalized_ndim, const TensorView *weight, double eps,
              const TensorView &y, const TensorView *rstd, const Activation &activation)
{
    const core::DefaultFloatingPoint environment;
    rms_norm({{"x", x, Access::read},
              absent("residual"),
              {"weight", weight, Access::read},
              absent("bias"),
              absent("sum"),
              {"y", y, Access::write},
              absent("mean"),
              {"rstd", rstd, Access::write}},
             normalized_ndim, eps, activation);
}

void layer_norm_given(const TensorView &x, std::int32_t normalized_ndim, const TensorView &mean, const TensorView &rstd,
                      const TensorView *weight, const TensorView *bias, const TensorView &y)
{
    const core::DefaultFloatingPoint environment;
    layer_norm_given({{"x", x, Access::read},
                      absent("residual"),
                      {"weight", weight, Access::read},
                      {"bias", bias, Access::read},
                      absent("sum"),
                      {"y", y, Access::write},
                      {"mean", mean, Access::read},
                      {"rstd", rstd, Access::read}},
                     normalized_ndim);
}

void layer_norm_residual(const TensorView &x, const TensorView &residual, std::int32_t normalized_ndim,
                         const TensorView *weight, const TensorView *bias, double eps, const TensorView *sum,
                         const TensorView &y, const TensorView *mean, const TensorView *rstd)
{
    const core::DefaultFloatingPoint environment;
    layer_norm({{"x", x, Access::read},
                {"residual", residual, Access::read},
                {"weight", weight, Access::read},
                {"bias", bias, Access::read},
                {"sum", sum, Access::write},
                {"y", y, Access::write},
                {"mean", mean, Access::write},
                {"rstd", rstd, Access::write}},
               normalized_ndim, eps);
}

void rms_norm_residual(const TensorView &x, const TensorView &residual, std::int32_t normalized_ndim,
                       const TensorView *weight, double eps, const TensorView *sum, const TensorView &y,
                       const TensorView *rstd)
{
    const core::DefaultFloatingPoint environment;
    rms_norm({{"x", x, Access::read},
              {"residual", residual, Access::read},
              {"weight", weight, Access::read},
              absent("bias"),
              {"sum", sum, Access::write},
              {"y", y, Access::write},
              absent("mean"),
              {"rstd", rstd, Access::write}},
             normalized_ndim, eps);
}

void layer_norm_axes(const TensorView &x, std::span<const std::int32_t> axes, const TensorView *weight,
                     const TensorView *bias, double eps, const TensorView &y, const TensorView *mean,
                     const TensorView *rstd)
{
    const core::DefaultFloatingPoint environment;
    const AlongAxes along(x, axes, y, mean, rstd);
    layer_norm({along.x(),
                absent("residual"),
                {"weight", weight, Access::read},
                {"bias", bias, Access::read},
                absent("sum"),
                along.y(),
                along.mean(),
                along.rstd()},
               along.normalized_ndim(), eps);
}

void rms_norm_axes(const TensorView &x, std::span<const std::int32_t> axes, const TensorView *weight, double eps,
                   const TensorView &y, const TensorView *rstd)
{
    const core::DefaultFloatingPoint environment;
    const AlongAxes along(x, axes, y, nullptr, rstd);
    rms_norm({along.x(),
              absent("residual"),
              {"weight", weight, Access::read},
              absent("bias"),
              absent("sum"),
              along.y(),
              absent("mean"),
              along.rstd()},
             along.normalized_ndim(), eps);
}

} // namespace unitvar
