// The affine half of norms, conversions, gradients and local response normalisation.
#include "entries.hpp"
#include "runs.hpp"

namespace checkkernels {
namespace {

using core::Affine;
using core::AffineKernels;
using core::ConvertKernels;
using core::GradientKernels;

// Elements of 16 bits are computed in twice as many lanes.
template <class T> inline constexpr std::size_t affine_block = is_half<T> ? 32 : 16;

constexpr std::size_t whole_blocks(std::size_t n)
{
    return (n + core::half_block - 1) / core::half_block * core::half_block;
}

// At times beyond the range of f32.
Affine affine_of(Session &session)
{
    Random &random = session.random;
    const int exponent = !session.bench() && random.one_in(4) ? 200 : 0;
    return {std::ldexp(random.tame<double>(), random.one_in(2) ? exponent : 0), std::ldexp(random.tame<double>(), -53),
            std::ldexp(random.tame<double>(), -exponent), random.tame<double>()};
}

template <class T>
void drive_affine_runs(Trial<void (*)(const void *, void *, const Runs &, const Affine &, StoreMode)> &trial)
{
    for (const std::size_t length : trial.lengths({.first = 1, .block = affine_block<T>}))
        for (const StoreMode mode : trial.modes()) {
            const Runs runs = runs_of<T>(trial, length);
            const Affine affine = affine_of(trial);
            Case c(trial, formatted("runs {%zu, %zu, %zu}, %s", runs.length, runs.count, runs.stride, name_of(mode)));
            const auto x = c.in("x", trial.random.floats<T>(elements_of(runs)));
            const auto y = c.out("y", Elements<T>{elements_of(runs)});
            c.may_be(y, x);
            c.every_offset(length == 33);
            c.run(length * runs.count, [&](auto kernel, Role role) {
                kernel(x, y, runs, affine, role == reference ? StoreMode::cached : mode);
            });
        }
}

// W: the type of weights and biases, one of which may be absent.
template <class T, class W, class Kernel> void drive_row(Trial<Kernel> &trial)
{
    enum class Absent { none, weight, bias };
    for (const std::size_t n : trial.lengths({.first = 0, .block = affine_block<T>}))
        for (const StoreMode mode : trial.modes()) {
            Random &random = trial.random;
            const Affine affine = affine_of(trial);
            const Absent absent = trial.pick({Absent::none, Absent::weight, Absent::bias});
            Case c(trial, formatted("n = %zu, %s%s", n, name_of(mode),
                                    absent == Absent::weight ? ", no weight"
                                    : absent == Absent::bias ? ", no bias"
                                                             : ""));
            // Beside 16 bits in the order of the lanes, for whole blocks.
            const std::size_t parameters = is_half<T> ? whole_blocks(n) : n;
            const auto x = c.in("x", random.floats<T>(n));
            const auto weight = c.in("weight", random.floats<W>(parameters));
            const auto bias = c.in("bias", random.floats<W>(parameters));
            const auto y = c.out("y", Elements<T>{n});
            c.may_be(y, x);
            if constexpr (is_half<T>) {
                c.run(n, [&](auto kernel, Role) {
                    kernel(x, y, n, affine, absent == Absent::weight ? nullptr : +weight,
                           absent == Absent::bias ? nullptr : +bias, mode);
                });
                continue;
            }
            c.run_elementwise(n, [&](auto kernel, std::size_t i, std::size_t count) {
                kernel(x + i, y + i, count, affine, absent == Absent::weight ? nullptr : weight + i,
                       absent == Absent::bias ? nullptr : bias + i, mode);
            });
        }
}
template <class T>
void drive_affine_row(
    Trial<void (*)(const void *, void *, std::size_t, const Affine &, const void *, const void *, StoreMode)> &trial)
{
    drive_row<T, Parameter<T>>(trial);
}
template <class T>
void drive_affine_row_of_doubles(Trial<void (*)(const void *, void *, std::size_t, const Affine &, const double *,
                                                const double *, StoreMode)> &trial)
{
    drive_row<T, double>(trial);
}

template <class T>
void drive_affine_columns(
    Trial<void (*)(const void *, void *, std::size_t, std::size_t, std::size_t, const core::ColumnAffine &)> &trial)
{
    for (const std::size_t columns :
         trial.lengths({.first = 0, .block = affine_block<T>, .largest = 600, .bench = 256})) {
        const std::size_t rows = trial.bench() ? 16 : trial.random.between(1, 6);
        const std::size_t stride = columns + trial.random.below(20);
        const std::size_t n = stride * (rows - 1) + columns;
        Case c(trial, formatted("%zu rows, %zu apart, %zu columns", rows, stride, columns));
        const auto x = c.in("x", trial.random.floats<T>(n));
        const auto mean = c.in("mean", trial.random.tame_values<double>(columns));
        const auto scale = c.in("scale", trial.random.tame_values<double>(columns));
        const auto bias = c.in("bias", trial.random.tame_values<double>(columns));
        const auto y = c.out("y", Elements<T>{n});
        c.may_be(y, x);
        c.run(rows * columns, [&](auto kernel, Role) { kernel(x, y, rows, stride, columns, {mean, scale, bias}); });
    }
}

template <class T> void drive_add(Trial<void (*)(const void *, const void *, void *, std::size_t)> &trial)
{
    for (const std::size_t n : trial.lengths({.first = 0, .block = 16})) {
        Case c(trial, formatted("n = %zu", n));
        const auto x = c.in("x", trial.random.floats<T>(n));
        const auto other = c.in("other", trial.random.floats<T>(n));
        const auto sum = c.out("sum", Elements<T>{n});
        c.may_be(sum, x);
        c.may_be(sum, other);
        c.run_elementwise(
            n, [&](auto kernel, std::size_t i, std::size_t count) { kernel(x + i, other + i, sum + i, count); });
    }
}

template <class T> void drive_order_parameters(Trial<void (*)(const void *, bool, float *, std::size_t)> &trial)
{
    for (const std::size_t n : trial.lengths({.first = 0, .block = affine_block<T>}))
        for (const bool halves : {false, true}) {
            Case c(trial, formatted("n = %zu, of %s", n, halves ? "16 bits" : "f32"));
            const auto y = c.out("y", Elements<float>{whole_blocks(n)});
            if (halves) {
                const auto x = c.in("x", trial.random.floats<T>(n));
                c.run(n, [&](auto kernel, Role) { kernel(x, true, y, n); });
            } else {
                const auto x = c.in("x", trial.random.floats<float>(n));
                c.run(n, [&](auto kernel, Role) { kernel(x, false, y, n); });
            }
        }
}

template <class T> void drive_widen(Trial<void (*)(const void *, double *, std::size_t)> &trial)
{
    for (const std::size_t n : trial.lengths({.first = 0, .block = 16})) {
        Case c(trial, formatted("n = %zu", n));
        const auto x = c.in("x", trial.random.floats<T>(n));
        const auto y = c.out("y", Elements<double>{n});
        c.run_elementwise(n, [&](auto kernel, std::size_t i, std::size_t count) { kernel(x + i, y + i, count); });
    }
}
template <class T> void drive_narrow(Trial<void (*)(const double *, void *, std::size_t)> &trial)
{
    for (const std::size_t n : trial.lengths({.first = 0, .block = 16})) {
        Case c(trial, formatted("n = %zu", n));
        const auto x = c.in("x", trial.random.floats<double>(n));
        const auto y = c.out("y", Elements<T>{n});
        c.run_elementwise(n, [&](auto kernel, std::size_t i, std::size_t count) { kernel(x + i, y + i, count); });
    }
}

template <class T>
void drive_gradient_sums(
    Trial<core::GradientSums (*)(const void *, const void *, const Runs &, double, const void *)> &trial)
{
    for (const std::size_t length : trial.lengths({.first = 1, .block = 16, .largest = core::moments_chunk}))
        for (const bool weighted : {false, true}) {
            const Runs runs = runs_of<T>(trial, length, std::min<std::size_t>(5, core::moments_chunk / length));
            const auto mean = trial.random.tame<double>();
            Case c(trial, formatted("runs {%zu, %zu, %zu}, %s", runs.length, runs.count, runs.stride,
                                    weighted ? "weights" : "no weights"));
            const auto g = c.in("gradient", trial.random.floats<T>(elements_of(runs)));
            const auto x = c.in("x", trial.random.floats<T>(elements_of(runs)));
            const auto weight = c.in("weight", trial.random.floats<Parameter<T>>(length));
            c.run(length * runs.count, [&](auto kernel, Role) {
                return kernel(g, x, runs, mean, weighted ? static_cast<const Parameter<T> *>(weight) : nullptr);
            });
            if (trial.bench())
                return;
        }
}

template <class T>
void drive_gradient_runs(Trial<void (*)(const void *, const void *, void *, const Runs &, const core::GradientAffine &,
                                        const void *)> &trial)
{
    for (const std::size_t length : trial.lengths({.first = 1, .block = 16}))
        for (const bool weighted : {false, true}) {
            const Runs runs = runs_of<T>(trial, length);
            Random &random = trial.random;
            const bool scaled = std::is_same_v<T, double> && random.one_in(3);
            const core::GradientAffine affine{random.tame<double>(), random.tame<double>(), random.tame<double>(),
                                              random.tame<double>(), scaled ? 0x1p400 : 1};
            Case c(trial, formatted("runs {%zu, %zu, %zu}, %s", runs.length, runs.count, runs.stride,
                                    weighted ? "weights" : "no weights"));
            const auto g = c.in("gradient", random.floats<T>(elements_of(runs)));
            const auto x = c.in("x", random.floats<T>(elements_of(runs)));
            const auto weight = c.in("weight", random.floats<Parameter<T>>(length));
            const auto y = c.out("grad_x", Elements<T>{elements_of(runs)});
            c.may_be(y, g);
            c.may_be(y, x);
            c.run(length * runs.count, [&](auto kernel, Role) {
                kernel(g, x, y, runs, affine, weighted ? static_cast<const Parameter<T> *>(weight) : nullptr);
            });
            if (trial.bench())
                return;
        }
}

template <class T>
void drive_gradient_columns(Trial<void (*)(const void *, const void *, std::size_t, std::size_t, std::size_t,
                                           const double *, const double *, double *, double *)> &trial)
{
    for (const std::size_t columns : trial.lengths({.first = 0, .block = 16, .largest = 600, .bench = 256})) {
        const std::size_t rows = trial.bench() ? 16 : trial.random.between(1, 6);
        const std::size_t stride = columns + trial.random.below(20);
        const std::size_t n = stride * (rows - 1) + columns;
        Case c(trial, formatted("%zu rows, %zu apart, %zu columns", rows, stride, columns));
        const auto g = c.in("gradient", trial.random.floats<T>(n));
        const auto x = c.in("x", trial.random.floats<T>(n));
        const auto mean = c.in("mean", trial.random.tame_values<double>(rows), {.alignment = alignof(double)});
        const auto scale = c.in("scale", trial.random.tame_values<double>(rows), {.alignment = alignof(double)});
        const auto gradient_sum = c.in_out("gradient_sum", trial.random.tame_values<double>(columns));
        const auto product_sum = c.in_out("product_sum", trial.random.tame_values<double>(columns));
        c.run(rows * columns,
              [&](auto kernel, Role) { kernel(g, x, rows, stride, columns, mean, scale, gradient_sum, product_sum); });
    }
}

} // namespace

// run(case, channels, stride, width, window)
template <class T, class Kernel, class Run> void for_response_windows(Trial<Kernel> &trial, const Run &run)
{
    constexpr std::size_t strip = core::response_strip;
    for (const std::size_t width : trial.lengths({.first = 1, .block = strip, .largest = strip, .bench = strip})) {
        const std::size_t most = trial.bench() ? 1 : 6;
        for (std::size_t repeat = 0; repeat < most; ++repeat) {
            Random &random = trial.random;
            const std::size_t channels = trial.bench() ? 64 : random.between(1, 12);
            const std::size_t stride = width + random.below(20);
            core::ResponseWindow window{random.below(4), random.below(4), 1, 1e-4 / 5, 0, 0.75};
            if (repeat != 0) {
                window.k = random.one_in(2) ? 2 : random.unit();
                window.factor = random.one_in(4) ? -random.unit() : random.unit();
                window.factor_low = std::ldexp(window.factor * random.signed_unit(), -54);
                window.beta = trial.pick({0.75, 0.5, 1.0, 0.0, random.tame<double>()});
            }
            Case c(trial,
                   formatted("width %zu, %zu channels, %zu apart, window {%zu, %zu, %.17g, %.17g, %.17g}", width,
                             channels, stride, window.before, window.after, window.k, window.factor, window.beta));
            run(c, channels, stride, width, window);
            if (trial.enough())
                return;
        }
    }
}
template <class T> void drive_local_response(Trial<core::LocalResponseKernel> &trial)
{
    for_response_windows<T>(trial, [&](auto &c, std::size_t channels, std::size_t stride, std::size_t width,
                                       const core::ResponseWindow &window) {
        const std::size_t n = stride * (channels - 1) + width;
        const auto x = c.in("x", trial.random.template floats<T>(n));
        const auto y = c.out("y", Elements<T>{n});
        const auto squares =
            c.scratch("squares", Elements<double>{(channels + window.before + window.after) * core::response_strip},
                      {.alignment = 64});
        c.may_be(y, x);
        c.run(channels * width, [&](auto kernel, Role) { kernel(x, y, channels, stride, width, window, squares); });
    });
}
template <class T> void drive_local_response_gradient(Trial<core::LocalResponseGradientKernel> &trial)
{
    for_response_windows<T>(trial, [&](auto &c, std::size_t channels, std::size_t stride, std::size_t width,
                                       const core::ResponseWindow &window) {
        const std::size_t n = stride * (channels - 1) + width;
        const auto g = c.in("gradient", trial.random.template floats<T>(n));
        const auto x = c.in("x", trial.random.template floats<T>(n));
        const auto y = c.out("grad_x", Elements<T>{n});
        const auto rows =
            c.scratch("rows", Elements<double>{3 * (channels + window.before + window.after) * core::response_strip},
                      {.alignment = 64});
        c.may_be(y, g);
        c.may_be(y, x);
        c.run(channels * width, [&](auto kernel, Role) { kernel(g, x, y, channels, stride, width, window, rows); });
    });
}
template void drive_local_response_gradient<float>(Trial<core::LocalResponseGradientKernel> &);
template void drive_local_response_gradient<double>(Trial<core::LocalResponseGradientKernel> &);
template void drive_local_response_gradient<Bf16>(Trial<core::LocalResponseGradientKernel> &);
template void drive_local_response_gradient<F16>(Trial<core::LocalResponseGradientKernel> &);
template void drive_local_response<float>(Trial<core::LocalResponseKernel> &);
template void drive_local_response<double>(Trial<core::LocalResponseKernel> &);
template void drive_local_response<Bf16>(Trial<core::LocalResponseKernel> &);
template void drive_local_response<F16>(Trial<core::LocalResponseKernel> &);

template <class T> void add_affine(Entries &entries, const std::string &name, const Access<AffineKernels> &at)
{
    static constexpr std::tuple rows{
        Row{"runs", &AffineKernels::runs, kernel(drive_affine_runs<T>)},
        Row{"row", &AffineKernels::row, kernel(drive_affine_row<T>)},
        Row{"row_of_doubles", &AffineKernels::row_of_doubles,
            kernel_if<!is_half<T>>(kernel(drive_affine_row_of_doubles<T>))},
        Row{"columns", &AffineKernels::columns, kernel(drive_affine_columns<T>)},
        Row{"add", &AffineKernels::add, kernel(drive_add<T>)},
        Row{"order_parameters", &AffineKernels::order_parameters,
            kernel_if<is_half<T>>(kernel(drive_order_parameters<T>))},
    };
    static_assert(has_a_row_for_each_member(rows));
    add_rows(entries, name, at, rows);
}
template void add_affine<float>(Entries &, const std::string &, const Access<AffineKernels> &);
template void add_affine<double>(Entries &, const std::string &, const Access<AffineKernels> &);
template void add_affine<Bf16>(Entries &, const std::string &, const Access<AffineKernels> &);
template void add_affine<F16>(Entries &, const std::string &, const Access<AffineKernels> &);

template <class T> void add_conversions(Entries &entries, const std::string &name, const Access<ConvertKernels> &at)
{
    static constexpr std::tuple rows{
        Row{"widen", &ConvertKernels::widen, kernel(drive_widen<T>)},
        Row{"narrow", &ConvertKernels::narrow, kernel(drive_narrow<T>)},
    };
    static_assert(has_a_row_for_each_member(rows));
    add_rows(entries, name, at, rows);
}
template void add_conversions<float>(Entries &, const std::string &, const Access<ConvertKernels> &);
template void add_conversions<double>(Entries &, const std::string &, const Access<ConvertKernels> &);
template void add_conversions<Bf16>(Entries &, const std::string &, const Access<ConvertKernels> &);
template void add_conversions<F16>(Entries &, const std::string &, const Access<ConvertKernels> &);

template <class T> void add_gradients(Entries &entries, const std::string &name, const Access<GradientKernels> &at)
{
    static constexpr std::tuple rows{
        Row{"sums", &GradientKernels::sums, kernel(drive_gradient_sums<T>)},
        Row{"runs", &GradientKernels::runs, kernel(drive_gradient_runs<T>)},
        Row{"columns", &GradientKernels::columns, kernel(drive_gradient_columns<T>)},
    };
    static_assert(has_a_row_for_each_member(rows));
    add_rows(entries, name, at, rows);
}
template void add_gradients<float>(Entries &, const std::string &, const Access<GradientKernels> &);
template void add_gradients<double>(Entries &, const std::string &, const Access<GradientKernels> &);
template void add_gradients<Bf16>(Entries &, const std::string &, const Access<GradientKernels> &);
template void add_gradients<F16>(Entries &, const std::string &, const Access<GradientKernels> &);

} // namespace checkkernels
