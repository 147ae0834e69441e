// The second half of norms of f32 and f64, in double, and conversions of all types.
#include "kernels/norm_affine.hpp"
#include "kernels/units.hpp"

namespace unitvar::UNITVAR_ISA {
namespace {

template <class T>
void affine_runs(const void *x, void *y, const core::Runs &runs, const core::Affine &affine, core::StoreMode mode)
{
    runs_in_double(static_cast<const T *>(x), static_cast<T *>(y), runs, affine, mode);
}

template <class T>
void affine_row(const void *x, void *y, std::size_t n, const core::Affine &affine, const void *weight, const void *bias,
                core::StoreMode mode)
{
    row_of(static_cast<const T *>(x), static_cast<T *>(y), n, affine, static_cast<const T *>(weight),
           static_cast<const T *>(bias), mode);
}

template <class T>
void affine_row_of_doubles(const void *x, void *y, std::size_t n, const core::Affine &affine, const double *weight,
                           const double *bias, core::StoreMode mode)
{
    row_of(static_cast<const T *>(x), static_cast<T *>(y), n, affine, weight, bias, mode);
}

template <class T>
void affine_columns(const void *x, void *y, std::size_t rows, std::size_t row_stride, std::size_t columns,
                    const core::ColumnAffine &affine)
{
    columns_in_double(static_cast<const T *>(x), static_cast<T *>(y), rows, row_stride, columns, affine);
}

template <class T> void add(const void *first, const void *second, void *target, std::size_t n)
{
    const auto *x = static_cast<const T *>(first);
    const auto *r = static_cast<const T *>(second);
    auto *sum = static_cast<T *>(target);
    if (n < norm_lanes) {
        ShortRun<T> run(x, n);
        const ShortRun<T> other(r, n);
        store_from_f64<T>(run.lane, load_as_f64<Wide, T>(run.lane) + load_as_f64<Wide, T>(other.lane));
        __builtin_memcpy(sum, run.lane, n * sizeof(T));
        return;
    }
    const std::size_t rest = n - norm_lanes;
    const Wide last = load_as_f64<Wide, T>(x + rest) + load_as_f64<Wide, T>(r + rest);
    for (std::size_t i = 0; i + norm_lanes <= n; i += norm_lanes) {
        store_from_f64<T>(sum + i, load_as_f64<Wide, T>(x + i) + load_as_f64<Wide, T>(r + i));
    }
    store_from_f64<T>(sum + rest, last);
}

template <class T> void widen(const void *source, double *target, std::size_t n)
{
    const auto *x = static_cast<const T *>(source);
    std::size_t i = 0;
    for (; i + norm_lanes <= n; i += norm_lanes) {
        store(target + i, load_as_f64<Wide, T>(x + i));
    }
    if (i != n) {
        const ShortRun<T> run(x + i, n - i);
        alignas(64) double lane[norm_lanes];
        store(lane, load_as_f64<Wide, T>(run.lane));
        __builtin_memcpy(target + i, lane, (n - i) * sizeof(double));
    }
}

template <class T> void narrow(const double *x, void *target, std::size_t n)
{
    auto *y = static_cast<T *>(target);
    std::size_t i = 0;
    for (; i + norm_lanes <= n; i += norm_lanes) {
        store_from_f64<T>(y + i, load<Wide>(x + i));
    }
    if (i != n) {
        const ShortRun<double> run(x + i, n - i);
        alignas(64) T lane[norm_lanes];
        store_from_f64<T>(lane, load<Wide>(run.lane));
        __builtin_memcpy(y + i, lane, (n - i) * sizeof(T));
    }
}

template <class T>
constexpr core::AffineKernels affine_kernels{&affine_runs<T>,    &affine_row<T>, &affine_row_of_doubles<T>,
                                             &affine_columns<T>, &add<T>,        nullptr};
template <class T> constexpr core::ConvertKernels convert_kernels{&widen<T>, &narrow<T>};

} // namespace

constinit const core::AffineKernels affine_kernels_f32 = affine_kernels<float>;
constinit const core::AffineKernels affine_kernels_f64 = affine_kernels<double>;
constinit const core::ConvertKernels convert_kernels_f32 = convert_kernels<float>;
constinit const core::ConvertKernels convert_kernels_f64 = convert_kernels<double>;
constinit const core::ConvertKernels convert_kernels_bf16 = convert_kernels<core::Bf16Element>;
constinit const core::ConvertKernels convert_kernels_f16 = convert_kernels<core::F16Element>;

} // namespace unitvar::UNITVAR_ISA
