// layer_norm and rms_norm: statistics of rows, then y = (x - mean) rstd weight + bias. Where there are enough rows a
// thread does both halves of a row while it is in its cache.
#include <cmath>
#include <vector>

#include "core/message.hpp"
#include "core/norm/operand.hpp"
#include "core/norm/staging.hpp"
#include "core/norm/statistics.hpp"
#include "core/norm/support.hpp"
#include "unitvar/norm.hpp"

namespace unitvar {
namespace {

using core::Affine;
using core::ChunkMoments;
using core::Operand;

constexpr std::size_t piece = std::size_t{1} << 16U; // of a row, for one thread

// Weights and biases, with ones and zeros for those that are absent: arrays of the element type, or of doubles where
// the conversion is shared by many rows and the first cache level holds them.
class Parameters {
public:
    Parameters(const Operand &weight, const Operand &bias, const Operand &x, const core::Rows &rows)
    {
        if (!weight.present && !bias.present) {
            return;
        }
        if (rows.count >= fewest_rows && rows.length <= most_doubles) {
            for (std::size_t i = 0; i < rows.length; ++i) {
                doubles_.push_back(core::value_or(weight, i, 1));
            }
            for (std::size_t i = 0; i < rows.length; ++i) {
                doubles_.push_back(core::value_or(bias, i, 0));
            }
            return;
        }
        weight_ = weight.present ? weight.data : core::filled(weights_, x, rows.length, 1);
        bias_ = bias.present ? bias.data : core::filled(biases_, x, rows.length, 0);
    }
    // Null where there are none, or doubles.
    [[nodiscard]] const unsigned char *weight() const noexcept { return weight_; }
    [[nodiscard]] const unsigned char *bias() const noexcept { return bias_; }
    // The weights, then the biases.
    [[nodiscard]] const std::vector<double> &doubles() const noexcept { return doubles_; }

private:
    static constexpr std::size_t fewest_rows = 8;
    static constexpr std::size_t most_doubles = 2048;
    core::Bytes weights_;
    core::Bytes biases_;
    const unsigned char *weight_ = nullptr;
    const unsigned char *bias_ = nullptr;
    std::vector<double> doubles_;
};

struct RowNorm {
    const core::NormKernels &kernels;
    core::Rows rows;
    const unsigned char *x;
    unsigned char *y;
    std::size_t element_bytes;
    const Parameters &parameters;
    core::StoreMode mode;

    void apply(std::size_t row, std::size_t first, std::size_t n, const Affine &a) const
    {
        const std::size_t at = (row * rows.length + first) * element_bytes;
        if (parameters.weight() != nullptr) {
            kernels.affine->row(x + at, y + at, n, a, parameters.weight() + first * element_bytes,
                                parameters.bias() + first * element_bytes, mode);
        } else if (!parameters.doubles().empty()) {
            const double *weight = parameters.doubles().data() + first;
            kernels.affine->row_of_doubles(x + at, y + at, n, a, weight, weight + rows.length, mode);
        } else {
            kernels.affine->runs(x + at, y + at, {n, 1, 0}, a, mode);
        }
    }

    // one(row): what to do with a row's elements, from its statistics.
    template <class Statistics> void run(const Statistics &statistics) const
    {
        if (core::Chunks({rows.length, 1, 0}).count() == 1 || core::enough_for_threads(rows.count)) {
            core::parallel_for(rows.count, core::grain_of(rows.length), [&](std::size_t begin, std::size_t end) {
                for (std::size_t r = begin; r < end; ++r) {
                    apply(r, 0, rows.length, statistics(r));
                }
            });
            return;
        }
        std::vector<Affine> all(rows.count);
        for (std::size_t r = 0; r < rows.count; ++r) {
            all[r] = statistics(r);
        }
        const std::size_t pieces = (rows.length + piece - 1) / piece;
        core::parallel_for(rows.count * pieces, core::grain_of(piece), [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) {
                const std::size_t first = i % pieces * piece;
                apply(i / pieces, first, std::min(piece, rows.length - first), all[i / pieces]);
            }
        });
    }
};

double sum_of_squares(const core::MomentKernels &kernels, const unsigned char *x, std::size_t n, std::size_t bytes)
{
    double sum = 0;
    for (std::size_t i = 0; i < n; i += core::moments_chunk) {
        sum += kernels.sum_of_squares(x + i * bytes, std::min(core::moments_chunk, n - i));
    }
    return sum;
}

} // namespace

void layer_norm(const TensorView &x_view, std::int32_t normalized_ndim, const TensorView *weight_view,
                const TensorView *bias_view, double eps, const TensorView &y_view, const TensorView *mean_view,
                const TensorView *rstd_view)
{
    core::Operands operands;
    const Operand &x = operands.input("x", x_view);
    const Operand &weight = operands.input("weight", weight_view);
    const Operand &bias = operands.input("bias", bias_view);
    const Operand &y = operands.output("y", y_view);
    const Operand &mean = operands.output("mean", mean_view);
    const Operand &rstd = operands.output("rstd", rstd_view);
    const core::Rows rows = core::rows_of(x, normalized_ndim);
    core::require_shape(weight, rows.shape);
    core::require_shape(bias, rows.shape);
    core::require_like(y, x);
    core::require_shape(mean, rows.outer, rows.outer_kept());
    core::require_shape(rstd, rows.outer, rows.outer_kept());
    const double rounded = core::rounded_eps(eps, x.dtype);
    operands.check_aliases(y, {&x});
    const core::NormKernels &kernels = operands.kernels();
    if (x.elements == 0) {
        return;
    }
    const core::RowMajor source(x);
    const core::RowMajor target(y);
    const Parameters parameters(weight, bias, x, rows);
    std::vector<ChunkMoments> few; // of long rows, whose chunks are shared out
    const core::Runs runs{rows.length, 1, 0};
    source.read();
    const bool split = core::Chunks(runs).count() > 1 && !core::enough_for_threads(rows.count);
    if (split) {
        few.resize(rows.count);
        core::all_moments(
            *kernels.moments, source.data(), rows.count, runs, x.element_bytes,
            [&](std::size_t r) { return r * rows.length; }, few.data());
    }
    const RowNorm norm{kernels,         rows,       source.data(),         target.data(),
                       x.element_bytes, parameters, core::store_mode(x, y)};
    norm.run([&](std::size_t r) {
        const ChunkMoments m =
            split ? few[r]
                  : core::runs_moments(*kernels.moments, source.data() + r * rows.length * x.element_bytes, runs,
                                       x.element_bytes);
        const double scale = 1 / std::sqrt(m.m2 / m.count + rounded);
        mean.set(r, m.mean + m.mean_low);
        rstd.set(r, scale);
        return Affine{m.mean, m.mean_low, scale, 0};
    });
    target.write();
}

void rms_norm(const TensorView &x_view, std::int32_t normalized_ndim, const TensorView *weight_view, double eps,
              const TensorView &y_view, const TensorView *rstd_view)
{
    core::Operands operands;
    const Operand &x = operands.input("x", x_view);
    const Operand &weight = operands.input("weight", weight_view);
    const Operand &y = operands.output("y", y_view);
    const Operand &rstd = operands.output("rstd", rstd_view);
    const core::Rows rows = core::rows_of(x, normalized_ndim);
    core::require_shape(weight, rows.shape);
    core::require_like(y, x);
    core::require_shape(rstd, rows.outer, rows.outer_kept());
    const double rounded = core::rounded_eps(eps, x.dtype);
    operands.check_aliases(y, {&x});
    const core::NormKernels &kernels = operands.kernels();
    if (x.elements == 0) {
        return;
    }
    const core::RowMajor source(x);
    const core::RowMajor target(y);
    const Parameters parameters(weight, Operand{}, x, rows);
    source.read();
    const RowNorm norm{kernels,         rows,       source.data(),         target.data(),
                       x.element_bytes, parameters, core::store_mode(x, y)};
    norm.run([&](std::size_t r) {
        const double squares = sum_of_squares(*kernels.moments, source.data() + r * rows.length * x.element_bytes,
                                              rows.length, x.element_bytes);
        const double scale = 1 / std::sqrt(squares / static_cast<double>(rows.length) + rounded);
        rstd.set(r, scale);
        return Affine{0, 0, scale, 0};
    });
    target.write();
}

} // namespace unitvar
