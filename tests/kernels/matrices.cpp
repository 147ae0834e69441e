// Tiles of matrix products, and Householder reflectors. Tables have tiles and strips of their own width, so operands are
// laid out for each table and compared element by element of the matrix.
#include "entries.hpp"

namespace checkkernels {
namespace {

using core::panel_group;
using core::panel_width;
using core::ProductKernels;
using core::ReflectorKernels;

template <class T> const ProductKernels &product_of(const KernelTable &table)
{
    return *(sizeof(T) == sizeof(float) ? table.norms_f32 : table.norms_f64)->product;
}
template <class T> const ReflectorKernels &reflectors_of(const KernelTable &table)
{
    return *(sizeof(T) == sizeof(float) ? table.reflectors_f32 : table.reflectors_f64);
}
std::size_t up_to(std::size_t n, std::size_t multiple)
{
    return (n + multiple - 1) / multiple * multiple;
}
std::size_t up_to_group(std::size_t n)
{
    return up_to(n, panel_group);
}

// C += A B for all of a matrix, tile by tile; what pads the tiles of A and B is arbitrary.
template <class T>
void drive_product(
    Trial<void (*)(const void *, const void *, std::size_t, void *, std::size_t, std::size_t, std::size_t)> &trial)
{
    Random &random = trial.random;
    const auto tile = [&](Role role) -> const ProductKernels & { return product_of<T>(trial.table(role)); };
    const Role candidate = trial.roles() - 1;
    for (const std::size_t depth :
         trial.lengths({.first = 0, .block = 4, .largest = core::product_depth, .bench = 256}))
        for (const bool whole : {true, false}) {
            // At times exactly the tiles of the table on trial, else any number of rows and columns.
            const std::size_t rows = trial.bench() ? 12
                                     : whole       ? tile(candidate).tile_rows * random.between(1, 2)
                                                   : random.between(1, 30);
            const std::size_t columns = trial.bench() ? 64
                                        : whole       ? tile(candidate).tile_columns * random.between(1, 2)
                                                      : random.between(1, 70);
            const std::size_t stride = columns + random.below(9);
            Case c(trial, formatted("depth %zu, %zu rows, %zu columns, %zu apart", depth, rows, columns, stride));
            // Element (r, k) of A in panels of interleaved rows, element (k, j) of B in panels of columns.
            const Demands panels_of_a{.alignment = alignof(T),
                                      .count = [=](Role role) { return up_to(rows, tile(role).tile_rows) * depth; },
                                      .position =
                                          [=](Role role, std::size_t i) {
                                              const std::size_t height = tile(role).tile_rows;
                                              const std::size_t r = i / depth;
                                              return r / height * height * depth + i % depth * height + r % height;
                                          }};
            const Demands panels_of_b{
                .alignment = alignof(T),
                .count = [=](Role role) { return up_to(columns, tile(role).tile_columns) * depth; },
                .position =
                    [=](Role role, std::size_t i) {
                        const std::size_t width = tile(role).tile_columns;
                        const std::size_t j = i % columns;
                        return j / width * width * depth + i / columns * width + j % width;
                    }};
            const auto a = c.in("A", random.floats<T>(rows * depth), panels_of_a);
            const auto b = c.in("B", random.floats<T>(depth * columns), panels_of_b);
            const auto result = c.in_out("C", random.floats<T>(stride * (rows - 1) + columns));
            c.run(rows * columns * depth, [&](auto kernel, Role role) {
                const std::size_t height = tile(role).tile_rows;
                const std::size_t width = tile(role).tile_columns;
                for (std::size_t r = 0; r < rows; r += height)
                    for (std::size_t j = 0; j < columns; j += width)
                        kernel(a + r * depth, b + j * depth, depth, result + r * stride + j, stride,
                               std::min(height, rows - r), std::min(width, columns - j));
            });
            if (trial.bench() || trial.enough())
                return;
        }
}

// V of some reflectors: lower trapezoidal, the rest zeros.
template <class T> struct Panel {
    std::size_t rows;
    std::size_t count;
    std::vector<T> v;
    std::vector<double> squares; // v^T v of each

    Panel(Session &session)
    {
        Random &random = session.random;
        rows = session.bench() ? 192 : random.between(1, 3 * panel_width);
        count = session.bench() ? panel_width : random.between(1, std::min(rows, panel_width));
        if (!session.bench() && random.one_in(2))
            count = std::min({rows, panel_width, up_to_group(count)});
        v.assign(up_to_group(rows) * panel_width, T(0));
        squares.assign(count, 0);
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t i = 0; i < count && i <= r; ++i) {
                const T x = random.tame<T>() + (r == i ? T(3) : T(0));
                v[r * panel_width + i] = x;
                squares[i] += static_cast<double>(x) * static_cast<double>(x);
            }
    }
    [[nodiscard]] std::string text() const { return formatted("%zu rows, %zu reflectors", rows, count); }
};

constexpr std::size_t panels_tried = 12;
std::size_t panels_of(const Session &session)
{
    return session.bench() ? 1 : session.quick() ? panels_tried / 4 : panels_tried;
}

template <class T>
void drive_factor(Trial<void (*)(const void *, std::size_t, std::size_t, const double *, double *, void *)> &trial)
{
    for (std::size_t i = 0; i < panels_of(trial); ++i) {
        const Panel<T> panel(trial);
        Case c(trial, panel.text());
        const auto v = c.in("V", panel.v, {.alignment = 64});
        const auto squares = c.in("squares", panel.squares, {.alignment = alignof(double)});
        const auto workspace = c.scratch("workspace", Elements<double>{panel_width * panel_width}, {.alignment = 64});
        const std::size_t edge = up_to_group(panel.count);
        const auto t = c.out("-T", Elements<T>{panel_width * panel_width},
                             {.alignment = 64, .defined = [edge](std::size_t element) {
                                  return element / panel_width < edge && element % panel_width < edge;
                              }});
        c.run(panel.rows * panel.count * panel.count,
              [&](auto kernel, Role) { kernel(v, panel.rows, panel.count, squares, workspace, t); });
    }
}

// Applied to a matrix of panel_width columns, strip by strip.
template <class T>
void drive_apply(
    Trial<void (*)(const void *, const void *, std::size_t, std::size_t, std::size_t, std::size_t, void *)> &trial)
{
    Random &random = trial.random;
    for (std::size_t i = 0; i < panels_of(trial); ++i) {
        const Panel<T> panel(trial);
        // T stands for any upper triangle here; what is outside of it is zero up to the next group.
        std::vector<T> triangle(panel_width * panel_width, T(0));
        for (std::size_t r = 0; r < panel.count; ++r)
            for (std::size_t j = r; j < panel.count; ++j)
                triangle[r * panel_width + j] = random.tame<T>() / T(16);
        const std::size_t height = up_to_group(panel.rows);
        const std::size_t first = trial.bench() ? 0 : random.below(panel.rows);
        const std::size_t last = trial.bench() ? panel.rows : random.between(first + 1, panel.rows);
        std::vector<T> matrix(height * panel_width, T(0));
        for (std::size_t r = first; r < last; ++r)
            for (std::size_t j = 0; j < panel_width; ++j)
                matrix[r * panel_width + j] = random.tame<T>();
        const auto width_of = [&trial](Role role) { return reflectors_of<T>(trial.table(role)).strip_width; };
        Case c(trial, panel.text() + formatted(", strip from row %zu to %zu", first, last));
        const auto v = c.in("V", panel.v, {.alignment = 64});
        const auto t = c.in("-T", triangle, {.alignment = 64});
        const auto strips =
            c.in_out("strips", matrix, {.alignment = 64, .position = [=](Role role, std::size_t element) {
                                            const std::size_t width = width_of(role);
                                            const std::size_t column = element % panel_width;
                                            return column / width * width * height + element / panel_width * width +
                                                   column % width;
                                        }});
        c.run(panel.rows * panel.count * panel_width, [&](auto kernel, Role role) {
            const std::size_t width = width_of(role);
            for (std::size_t column = 0; column < panel_width; column += width)
                kernel(v, t, panel.rows, panel.count, first, last, strips + column * height);
        });
        if (trial.enough())
            return;
    }
}

} // namespace

template <class T> void add_product(Entries &entries, const std::string &name, const Access<ProductKernels> &at)
{
    static constexpr std::tuple rows{
        Row{"tile_rows", &ProductKernels::tile_rows, constant},
        Row{"tile_columns", &ProductKernels::tile_columns, constant},
        Row{"multiply", &ProductKernels::multiply, kernel(drive_product<T>)},
    };
    static_assert(has_a_row_for_each_member(rows));
    add_rows(entries, name, at, rows);
}
template void add_product<float>(Entries &, const std::string &, const Access<ProductKernels> &);
template void add_product<double>(Entries &, const std::string &, const Access<ProductKernels> &);

template <class T> void add_reflectors(Entries &entries, const std::string &name, const Access<ReflectorKernels> &at)
{
    static constexpr std::tuple rows{
        Row{"strip_width", &ReflectorKernels::strip_width, constant},
        Row{"sum_of_squares", &ReflectorKernels::sum_of_squares, kernel(drive_sum_of_squares<T, double>)},
        Row{"factor", &ReflectorKernels::factor, kernel(drive_factor<T>)},
        Row{"apply", &ReflectorKernels::apply, kernel(drive_apply<T>)},
        Row{"apply_transposed", &ReflectorKernels::apply_transposed, kernel(drive_apply<T>)},
    };
    static_assert(has_a_row_for_each_member(rows));
    add_rows(entries, name, at, rows);
}
template void add_reflectors<float>(Entries &, const std::string &, const Access<ReflectorKernels> &);
template void add_reflectors<double>(Entries &, const std::string &, const Access<ReflectorKernels> &);

} // namespace checkkernels
