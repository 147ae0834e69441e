// Moments: sums whose order is a function of the shape alone, returned or written as double.
#include "entries.hpp"

namespace checkkernels {
namespace {

using core::ChunkMoments;
using core::Runs;
using Table = core::MomentKernels;

template <class T> void drive_moments(Trial<ChunkMoments (*)(const void *, const Runs &)> &trial)
{
    for (const std::size_t length : trial.lengths({.first = 1, .block = 16, .largest = core::moments_chunk})) {
        const std::size_t most = core::moments_chunk / length;
        const std::size_t count = trial.bench() ? 1 : trial.random.between(1, std::min<std::size_t>(most, 5));
        const Runs runs{length, count, length + trial.random.below(20)};
        Case c(trial, formatted("runs {%zu, %zu, %zu}", runs.length, runs.count, runs.stride));
        const auto x = c.in("x", trial.random.floats<T>(runs.stride * (count - 1) + length));
        c.every_offset(length == 21);
        c.run(length * count, [&](auto kernel, Role) { return kernel(x, runs); });
    }
}

template <class T>
void drive_column_moments(Trial<void (*)(const void *, std::size_t, std::size_t, std::size_t, ChunkMoments *)> &trial)
{
    // Columns in dense lengths, rows at random; then a column of every height.
    const auto check = [&](std::size_t rows, std::size_t columns) {
        const std::size_t stride = columns + trial.random.below(20);
        Case c(trial, formatted("%zu rows, %zu apart, %zu columns", rows, stride, columns));
        const auto x = c.in("x", trial.random.floats<T>(stride * (rows - 1) + columns));
        constexpr std::size_t doubles = sizeof(ChunkMoments) / sizeof(double);
        static_assert(sizeof(ChunkMoments) == doubles * sizeof(double));
        const auto result = c.out("result", Elements<double>{columns * doubles}, {.alignment = alignof(ChunkMoments)});
        c.run(rows * columns, [&](auto kernel, Role) {
            kernel(x, rows, stride, columns, reinterpret_cast<ChunkMoments *>(static_cast<double *>(result)));
        });
    };
    for (const std::size_t columns : trial.lengths({.first = 0, .block = 16, .largest = 1500, .bench = 256}))
        if (!trial.enough())
            check(trial.bench() ? 64 : trial.random.between(1, 10), columns);
    if (trial.bench())
        return;
    for (const std::size_t rows : trial.lengths({.first = 1, .block = 4, .largest = core::moments_chunk}))
        if (!trial.enough())
            check(rows, rows > 1000 ? trial.random.between(1, 20) : trial.random.between(1, 100));
}

} // namespace

template <class T> void drive_chunk_moments(Trial<core::MomentsKernel> &trial)
{
    for (const std::size_t n : trial.lengths({.first = 1, .block = 32, .largest = core::moments_chunk})) {
        Case c(trial, formatted("n = %zu", n));
        const auto x = c.in("x", trial.random.floats<T>(n));
        c.run(n, [&](auto kernel, Role) { return kernel(x, n); });
    }
}
template void drive_chunk_moments<float>(Trial<core::MomentsKernel> &);
template void drive_chunk_moments<double>(Trial<core::MomentsKernel> &);

template <class T, class Sum> void drive_sum_of_squares(Trial<Sum (*)(const void *, std::size_t)> &trial)
{
    for (const std::size_t n : trial.lengths({.first = 0, .block = 32, .largest = core::moments_chunk})) {
        Case c(trial, formatted("n = %zu", n));
        const auto x = c.in("x", trial.random.template floats<T>(n));
        c.run(n, [&](auto kernel, Role) { return kernel(x, n); });
    }
}
template void drive_sum_of_squares<float, double>(Trial<double (*)(const void *, std::size_t)> &);
template void drive_sum_of_squares<double, double>(Trial<double (*)(const void *, std::size_t)> &);

template <class T> void add_moments(Entries &entries, const std::string &name, const Access<Table> &at)
{
    static constexpr std::tuple rows{
        Row{"moments", &Table::moments, kernel(drive_moments<T>)},
        Row{"sum_of_squares", &Table::sum_of_squares, kernel(drive_sum_of_squares<T, core::ChunkSquares>)},
        Row{"column_moments", &Table::column_moments, kernel(drive_column_moments<T>)},
    };
    static_assert(has_a_row_for_each_member(rows));
    add_rows(entries, name, at, rows);
}
template void add_moments<float>(Entries &, const std::string &, const Access<Table> &);
template void add_moments<double>(Entries &, const std::string &, const Access<Table> &);
template void add_moments<Bf16>(Entries &, const std::string &, const Access<Table> &);
template void add_moments<F16>(Entries &, const std::string &, const Access<Table> &);

} // namespace checkkernels
