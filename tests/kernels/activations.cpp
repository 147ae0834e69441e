// Activations, their gradients and dropout: elementwise, so the reference is computed in pieces.
#include "entries.hpp"
#include "runs.hpp"

namespace checkkernels {
namespace {

using Table = core::ActivationKernels;

template <class T> Session::Lengths lengths_of()
{
    return {.first = 0, .block = is_half<T> ? 32 : 128 / sizeof(T)};
}

double slope_of(Session &session)
{
    return session.pick({0.01, -0.5, 0.0, 1.0, session.random.wide<double>()});
}

void drive_fence(Trial<void (*)()> &trial)
{
    Case c(trial, "");
    c.run(1, [](auto kernel, Role) { kernel(); });
}

// Of one run, in pieces for the reference.
template <class T> void drive_relu(Trial<void (*)(const void *, void *, const Runs &, StoreMode)> &trial)
{
    for (const std::size_t n : trial.lengths(lengths_of<T>())) {
        for (const StoreMode mode : trial.modes()) {
            Case c(trial, formatted("n = %zu, %s", n, name_of(mode)));
            const auto x = c.in("x", trial.random.floats<T>(n));
            const auto y = c.out("y", Elements<T>{n});
            c.may_be(y, x);
            c.every_offset(n == 61);
            c.run_elementwise(n, [&](auto kernel, std::size_t i, std::size_t count) {
                kernel(x + i, y + i, {count, 1, 0}, mode);
            });
        }
    }
}

// Of several, which the reference takes one by one.
template <class T> void drive_leaky_relu(Trial<void (*)(const void *, void *, const Runs &, double, StoreMode)> &trial)
{
    for (const std::size_t n : trial.lengths(lengths_of<T>())) {
        for (const StoreMode mode : trial.modes()) {
            const double slope = slope_of(trial);
            const Runs runs = runs_of<T>(trial, n);
            Case c(trial, formatted("runs {%zu, %zu, %zu}, slope = %.17g, %s", n, runs.count, runs.stride, slope,
                                    name_of(mode)));
            const auto x = c.in("x", trial.random.floats<T>(elements_of(runs)));
            const auto y = c.out("y", Elements<T>{elements_of(runs)});
            c.may_be(y, x);
            c.run(n * runs.count, [&](auto kernel, Role role) {
                if (role != reference || trial.bench()) {
                    kernel(x, y, runs, slope, mode);
                    return;
                }
                for (std::size_t i = 0; i < runs.count; ++i)
                    kernel(x + i * runs.stride, y + i * runs.stride, {n, 1, 0}, slope, StoreMode::cached);
            });
        }
    }
}

template <class T> void drive_prelu(Trial<void (*)(const void *, const void *, void *, std::size_t)> &trial)
{
    for (const std::size_t n : trial.lengths(lengths_of<T>())) {
        Case c(trial, formatted("n = %zu", n));
        const auto x = c.in("x", trial.random.floats<T>(n));
        const auto slope = c.in("slope", trial.random.floats<Parameter<T>>(n));
        const auto y = c.out("y", Elements<T>{n});
        c.may_be(y, x);
        c.run_elementwise(
            n, [&](auto kernel, std::size_t i, std::size_t count) { kernel(x + i, slope + i, y + i, count); });
    }
}

template <class T> void drive_relu_gradient(Trial<void (*)(const void *, const void *, void *, std::size_t)> &trial)
{
    for (const std::size_t n : trial.lengths(lengths_of<T>())) {
        Case c(trial, formatted("n = %zu", n));
        const auto g = c.in("gradient", trial.random.floats<T>(n));
        const auto x = c.in("x", trial.random.floats<T>(n));
        const auto y = c.out("y", Elements<T>{n});
        c.may_be(y, g);
        c.may_be(y, x);
        c.run_elementwise(n,
                          [&](auto kernel, std::size_t i, std::size_t count) { kernel(g + i, x + i, y + i, count); });
    }
}

template <class T>
void drive_leaky_relu_gradient(Trial<void (*)(const void *, const void *, void *, std::size_t, double)> &trial)
{
    for (const std::size_t n : trial.lengths(lengths_of<T>())) {
        const double slope = slope_of(trial);
        Case c(trial, formatted("n = %zu, slope = %.17g", n, slope));
        const auto g = c.in("gradient", trial.random.floats<T>(n));
        const auto x = c.in("x", trial.random.floats<T>(n));
        const auto y = c.out("y", Elements<T>{n});
        c.may_be(y, g);
        c.may_be(y, x);
        c.run_elementwise(
            n, [&](auto kernel, std::size_t i, std::size_t count) { kernel(g + i, x + i, y + i, count, slope); });
    }
}

template <class T>
void drive_prelu_gradient(Trial<void (*)(const void *, const void *, const void *, void *, std::size_t)> &trial)
{
    for (const std::size_t n : trial.lengths(lengths_of<T>())) {
        Case c(trial, formatted("n = %zu", n));
        const auto g = c.in("gradient", trial.random.floats<T>(n));
        const auto x = c.in("x", trial.random.floats<T>(n));
        const auto slope = c.in("slope", trial.random.floats<Parameter<T>>(n));
        const auto y = c.out("y", Elements<T>{n});
        c.may_be(y, g);
        c.may_be(y, x);
        c.run_elementwise(
            n, [&](auto kernel, std::size_t i, std::size_t count) { kernel(g + i, x + i, slope + i, y + i, count); });
    }
}

template <class T> void drive_prelu_slope_gradient(Trial<double (*)(const void *, const void *, std::size_t)> &trial)
{
    for (const std::size_t n : trial.lengths({.first = 0, .block = 16, .largest = core::moments_chunk})) {
        Case c(trial, formatted("n = %zu", n));
        const auto g = c.in("gradient", trial.random.floats<T>(n));
        const auto x = c.in("x", trial.random.floats<T>(n));
        c.run(n, [&](auto kernel, Role) { return kernel(g, x, n); });
    }
}

} // namespace

template <class T> void drive_dropout(Trial<core::DropoutKernel> &trial)
{
    for (const std::size_t n : trial.lengths({.first = 0, .block = 32})) {
        const std::uint32_t last_kept = trial.pick({0xE6666666U, 0U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU});
        const double scale = trial.pick({1 / 0.9, 1.0, 2.0, 0x1p33});
        Case c(trial, formatted("n = %zu, last_kept = %u, scale = %.17g", n, static_cast<unsigned>(last_kept), scale));
        const auto x = c.in("x", trial.random.floats<T>(n));
        std::vector<std::uint32_t> values = trial.random.words<std::uint32_t>(n);
        for (std::size_t i = 0; i < n; i += 5) {
            values[i] = last_kept + static_cast<std::uint32_t>(trial.random.below(3)) - 1;
        }
        const auto words = c.in("words", values);
        const auto y = c.out("y", Elements<T>{n});
        c.may_be(y, x);
        c.run_elementwise(n, [&](auto kernel, std::size_t i, std::size_t count) {
            kernel(x + i, words + i, y + i, count, last_kept, scale);
        });
    }
}
template void drive_dropout<float>(Trial<core::DropoutKernel> &);
template void drive_dropout<double>(Trial<core::DropoutKernel> &);
template void drive_dropout<Bf16>(Trial<core::DropoutKernel> &);
template void drive_dropout<F16>(Trial<core::DropoutKernel> &);

template <class T> void add_activations(Entries &entries, const std::string &name, const Access<Table> &at)
{
    static constexpr std::tuple rows{
        Row{"fence", &Table::fence, kernel(drive_fence)},
        Row{"relu", &Table::relu, kernel(drive_relu<T>)},
        Row{"leaky_relu", &Table::leaky_relu, kernel(drive_leaky_relu<T>)},
        Row{"prelu", &Table::prelu, kernel(drive_prelu<T>)},
        Row{"relu_gradient", &Table::relu_gradient, kernel(drive_relu_gradient<T>)},
        Row{"leaky_relu_gradient", &Table::leaky_relu_gradient, kernel(drive_leaky_relu_gradient<T>)},
        Row{"prelu_gradient", &Table::prelu_gradient, kernel(drive_prelu_gradient<T>)},
        Row{"prelu_slope_gradient", &Table::prelu_slope_gradient, kernel(drive_prelu_slope_gradient<T>)},
    };
    static_assert(has_a_row_for_each_member(rows));
    add_rows(entries, name, at, rows);
}
template void add_activations<float>(Entries &, const std::string &, const Access<Table> &);
template void add_activations<double>(Entries &, const std::string &, const Access<Table> &);
template void add_activations<Bf16>(Entries &, const std::string &, const Access<Table> &);
template void add_activations<F16>(Entries &, const std::string &, const Access<Table> &);

} // namespace checkkernels
