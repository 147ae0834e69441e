// The second half of norms of bf16 and f16, in f32 where that serves: x - mean and the products err by 2^-24 each, which is
// 2^-15 of an ulp of bf16 and 2^-12 of one of f16. Blocks of which a bias leaves too little are computed in double, and so
// are calls whose coefficients leave the range of f32.
//
// Port budget for 32 bf16 with AVX2: 4 operations to widen, 4 subtractions, 8 fma, 8 for NaN, 18 to round and join: 42 for
// 128 bytes, with a bias 20 more; in double they are 156.
#include "kernels/norm_affine.hpp"
#include "kernels/units.hpp"

namespace unitvar::UNITVAR_ISA {
namespace {

inline constexpr std::size_t block = core::half_block;

// Does a bias leave less of itself in some lane than keeps an element within 1/32 of an ulp beside rounding? Where y is 2^-p
// of the bias, the errors above are 3 (1 + 2^p) 2^-16 of an ulp of bf16, 3 (1 + 2^p) 2^-13 of one of f16.
template <class T, class Lanes> UNITVAR_INLINE bool cancels(const Lanes &y, const Lanes &bias)
{
    constexpr float least = std::is_same_v<T, core::Bf16Element> ? 0x1p-9F : 0x1p-6F;
    const auto left = fma(absolute(bias), broadcast<Lanes>(-least), absolute(y));
    return any_below(left, broadcast<Lanes>(0.0F));
}

// One block from x to y, `count` elements of which exist: f(i, lanes, rare) in f32, or f.in_double(i, x, y, count) where
// that finds the block rare. Which it is depends on the block alone, and what blocks there are on n.
template <class T, bool Streamed, class F>
UNITVAR_INLINE void one_block(const T *x, T *y, std::size_t i, std::size_t count, const F &f)
{
    bool rare = false;
    const auto value = f(i, InFloat<T>::load_from(x), rare);
    if (rare) {
        f.in_double(i, x, y, count);
    } else {
        InFloat<T>::template store_to<Streamed>(y, value);
    }
}

// The last block goes through a buffer where it is short: there are parameters for all of its lanes.
template <class T, bool Streamed, class F> UNITVAR_INLINE void blocks_of(const T *x, T *y, std::size_t n, const F &f)
{
    const T *const next = x + n;
    std::size_t i = 0;
    for (; i + block <= n; i += block) {
        __builtin_prefetch(next + i);
        one_block<T, Streamed>(x + i, y + i, i, block, f);
    }
    if (i != n) {
        ShortRun<T, block> run(x + i, n - i);
        one_block<T, false>(run.lane, run.lane, i, n - i, f);
        __builtin_memcpy(y + i, run.lane, (n - i) * sizeof(T));
    }
}

// Where all elements have the same parameters, the last block is the last 32 elements, read before any is replaced.
template <class T, bool Streamed, class F>
UNITVAR_INLINE void blocks_of_run(const T *x, T *y, std::size_t n, const F &f)
{
    if (n < block) {
        blocks_of<T, Streamed>(x, y, n, f);
        return;
    }
    alignas(64) T last[block];
    const std::size_t rest = n % block;
    if (rest != 0) {
        one_block<T, false>(x + n - block, last, n - block, block, f);
    }
    blocks_of<T, Streamed>(x, y, n - rest, f);
    if (rest != 0) {
        __builtin_memcpy(y + n - block, last, sizeof(last));
    }
}

template <class T, bool Biased> struct RunValue {
    using Lanes = typename InFloat<T>::Lanes;
    Coefficients<InFloat<T>> coefficients;
    Lanes bias;
    const core::Affine &affine;

    explicit RunValue(const core::Affine &a)
        : coefficients(a), bias(broadcast<Lanes>(static_cast<float>(a.bias))), affine(a)
    {
    }
    UNITVAR_INLINE Lanes operator()(std::size_t, const Lanes &x, bool &rare) const
    {
        const Lanes y = coefficients(x);
        rare = Biased && cancels<T>(y, bias);
        return y;
    }
    UNITVAR_CALLED void in_double(std::size_t, const T *x, T *y, std::size_t count) const
    {
        runs_in_double(x, y, {count, 1, 0}, affine, core::StoreMode::cached);
    }
};

template <class T, bool Biased>
void runs_in_float(const T *x, T *y, const core::Runs &runs, const core::Affine &affine, core::StoreMode mode)
{
    const RunValue<T, Biased> value(affine);
    const bool streamed = streams(y, runs.length, runs.stride, mode);
    for (std::size_t r = 0; r < runs.count; ++r, x += runs.stride, y += runs.stride) {
        if (streamed) {
            blocks_of_run<T, true>(x, y, runs.length, value);
        } else {
            blocks_of_run<T, false>(x, y, runs.length, value);
        }
    }
    if (streamed) {
        stream_fence();
    }
}

template <class T>
void affine_runs(const void *source, void *target, const core::Runs &runs, const core::Affine &affine,
                 core::StoreMode mode)
{
    const auto *x = static_cast<const T *>(source);
    auto *y = static_cast<T *>(target);
    if (!within_f32(affine.mean, affine.scale, affine.bias)) {
        runs_in_double(x, y, runs, affine, mode);
    } else if (affine.bias == 0) {
        runs_in_float<T, false>(x, y, runs, affine, mode);
    } else {
        runs_in_float<T, true>(x, y, runs, affine, mode);
    }
}

// Where element i of a block has its parameters.
template <class T> constexpr std::size_t place(std::size_t i)
{
    return InFloat<T>::even_odd ? i % 2 * (block / 2) + i / 2 : i;
}

// parameters, at any address, in the order of the elements; all `absent` where there are none.
template <class T> void take_out_of_order(const float *parameters, float absent, float *target)
{
    float lane[block];
    if (parameters != nullptr) {
        __builtin_memcpy(lane, parameters, sizeof(lane));
    }
    for (std::size_t i = 0; i < block; ++i) {
        target[i] = parameters != nullptr ? lane[place<T>(i)] : absent;
    }
}

template <class T>
void row_in_double(const T *x, T *y, std::size_t n, const core::Affine &affine, const float *weight, const float *bias)
{
    float weights[block];
    float biases[block];
    for (std::size_t first = 0; first < n; first += block) {
        const std::size_t count = n - first < block ? n - first : block;
        take_out_of_order<T>(weight != nullptr ? weight + first : nullptr, 1, weights);
        take_out_of_order<T>(bias != nullptr ? bias + first : nullptr, 0, biases);
        row_of(x + first, y + first, count, affine, weights, biases, core::StoreMode::cached);
    }
}

// What is not there is a one or a positive zero, which no sum with it leaves negative.
template <class T, bool Weighted, bool Biased> struct RowValue {
    using Lanes = typename InFloat<T>::Lanes;
    Coefficients<InFloat<T>> normalised;
    const core::Affine &affine;
    const float *weight;
    const float *bias;

    UNITVAR_INLINE Lanes operator()(std::size_t i, const Lanes &x, bool &rare) const
    {
        const Lanes factor = Weighted ? load<Lanes>(weight + i) : broadcast<Lanes>(1.0F);
        const Lanes summand = Biased ? load<Lanes>(bias + i) : broadcast<Lanes>(0.0F);
        const Lanes y = fma(normalised(x), factor, summand);
        rare = Biased && cancels<T>(y, summand);
        return y;
    }
    UNITVAR_CALLED void in_double(std::size_t i, const T *x, T *y, std::size_t count) const
    {
        row_in_double(x, y, count, affine, Weighted ? weight + i : nullptr, Biased ? bias + i : nullptr);
    }
};

template <class T, bool Weighted, bool Biased>
void row_in_float(const T *x, T *y, std::size_t n, const core::Affine &affine, const float *weight, const float *bias,
                  core::StoreMode mode)
{
    const RowValue<T, Weighted, Biased> value{Coefficients<InFloat<T>>::without_bias(affine), affine, weight, bias};
    if (streams(y, n, 0, mode)) {
        blocks_of<T, true>(x, y, n, value);
        stream_fence();
    } else {
        blocks_of<T, false>(x, y, n, value);
    }
}

template <class T>
void affine_row(const void *source, void *target, std::size_t n, const core::Affine &affine, const void *weights,
                const void *biases, core::StoreMode mode)
{
    const auto *x = static_cast<const T *>(source);
    auto *y = static_cast<T *>(target);
    const auto *weight = static_cast<const float *>(weights);
    const auto *bias = static_cast<const float *>(biases);
    if (!within_f32(affine.mean, affine.scale, affine.bias)) {
        row_in_double(x, y, n, affine, weight, bias);
    } else if (weight == nullptr) {
        row_in_float<T, false, true>(x, y, n, affine, weight, bias, mode);
    } else if (bias == nullptr) {
        row_in_float<T, true, false>(x, y, n, affine, weight, bias, mode);
    } else {
        row_in_float<T, true, true>(x, y, n, affine, weight, bias, mode);
    }
}

template <class T, class Source> void order_from(const Source *source, float *target, std::size_t n)
{
    std::size_t i = 0;
    for (; i + block <= n; i += block) {
        store(target + i, InFloat<T>::load_from(source + i));
    }
    if (i != n) {
        store(target + i, InFloat<T>::load_from(ShortRun<Source, block>(source + i, n - i).lane));
    }
}
template <class T> void order_parameters(const void *source, bool halves, float *target, std::size_t n)
{
    if (halves) {
        order_from<T>(static_cast<const T *>(source), target, n);
    } else {
        order_from<T>(static_cast<const float *>(source), target, n);
    }
}

bool columns_within_f32(const core::ColumnAffine &affine, std::size_t columns)
{
    const auto value = [](const double *x) { // at any address
        double result;
        __builtin_memcpy(&result, x, sizeof(result));
        return result;
    };
    std::uint64_t outside = 0;
    for (std::size_t c = 0; c < columns; ++c) {
        outside |= within_f32(value(affine.mean + c), value(affine.scale + c), value(affine.bias + c)) ? 0U : 1U;
    }
    return outside == 0;
}

// The coefficients of columns that share a visit, in the order of the lanes.
inline constexpr std::size_t columns_at_once = 512;
struct ColumnsInFloat {
    alignas(64) float mean[columns_at_once];
    alignas(64) float scale[columns_at_once];
    alignas(64) float bias[columns_at_once];
};

// Those of the columns from `first` on, `count` of them, at position i of c.
template <class T>
void round_columns(const core::ColumnAffine &affine, std::size_t first, std::size_t count, ColumnsInFloat &c,
                   std::size_t i)
{
    using Doubles = F64x<block>;
    const auto doubles = [=](const double *x) UNITVAR_INLINE_LAMBDA {
        return load<Doubles>(count == block ? x + first : ShortRun<double, block>(x + first, count).lane);
    };
    const auto ordered = [](float *target, const F32x<block> &x) UNITVAR_INLINE_LAMBDA {
        alignas(64) float lane[block];
        store(lane, x);
        store(target, InFloat<T>::load_from(lane));
    };
    const auto mean = doubles(affine.mean);
    const auto scale = doubles(affine.scale);
    const auto rounded = to_f32(mean);
    ordered(c.mean + i, rounded);
    ordered(c.scale + i, to_f32(scale));
    // The low part of the mean, as in Coefficients.
    ordered(c.bias + i, to_f32(fma(to_f64(rounded) - mean, scale, doubles(affine.bias))));
}

template <class T> struct ColumnValue {
    using Lanes = typename InFloat<T>::Lanes;
    const ColumnsInFloat &rounded;
    const core::ColumnAffine &affine;
    std::size_t first;

    UNITVAR_INLINE Lanes operator()(std::size_t i, const Lanes &x, bool &rare) const
    {
        const auto bias = load<Lanes>(rounded.bias + i);
        const Lanes y = fma(x - load<Lanes>(rounded.mean + i), load<Lanes>(rounded.scale + i), bias);
        rare = cancels<T>(y, bias);
        return y;
    }
    UNITVAR_CALLED void in_double(std::size_t i, const T *x, T *y, std::size_t count) const
    {
        const std::size_t at = first + i;
        columns_in_double(x, y, 1, 0, count, {affine.mean + at, affine.scale + at, affine.bias + at});
    }
};

template <class T>
void columns_in_float(const T *x, T *y, std::size_t rows, std::size_t row_stride, std::size_t columns,
                      const core::ColumnAffine &affine)
{
    ColumnsInFloat c;
    for (std::size_t first = 0; first < columns; first += columns_at_once) {
        const std::size_t width = columns - first < columns_at_once ? columns - first : columns_at_once;
        for (std::size_t i = 0; i < width; i += block) {
            round_columns<T>(affine, first + i, width - i < block ? width - i : block, c, i);
        }
        const ColumnValue<T> value{c, affine, first};
        for (std::size_t r = 0; r < rows; ++r) {
            blocks_of<T, false>(x + r * row_stride + first, y + r * row_stride + first, width, value);
        }
    }
}

template <class T>
void affine_columns(const void *source, void *target, std::size_t rows, std::size_t row_stride, std::size_t columns,
                    const core::ColumnAffine &affine)
{
    const auto *x = static_cast<const T *>(source);
    auto *y = static_cast<T *>(target);
    if (columns_within_f32(affine, columns)) {
        columns_in_float(x, y, rows, row_stride, columns, affine);
    } else {
        columns_in_double(x, y, rows, row_stride, columns, affine);
    }
}

// f32 has 24 bits, twice the 11 of f16 and 2 more, so that rounding twice is rounding once (Figueroa, "When is double
// rounding innocuous?", 1995).
template <class T> void add(const void *first, const void *second, void *target, std::size_t n)
{
    using A = InFloat<T>;
    const auto *x = static_cast<const T *>(first);
    const auto *r = static_cast<const T *>(second);
    auto *sum = static_cast<T *>(target);
    std::size_t i = 0;
    for (; i + block <= n; i += block) {
        A::store_to(sum + i, A::load_from(x + i) + A::load_from(r + i));
    }
    if (i != n) {
        ShortRun<T, block> run(x + i, n - i);
        const ShortRun<T, block> other(r + i, n - i);
        A::store_to(run.lane, A::load_from(run.lane) + A::load_from(other.lane));
        __builtin_memcpy(sum + i, run.lane, (n - i) * sizeof(T));
    }
}

template <class T>
constexpr core::AffineKernels affine_kernels{&affine_runs<T>,    &affine_row<T>, nullptr,
                                             &affine_columns<T>, &add<T>,        &order_parameters<T>};

} // namespace

constinit const core::AffineKernels affine_kernels_bf16 = affine_kernels<core::Bf16Element>;
constinit const core::AffineKernels affine_kernels_f16 = affine_kernels<core::F16Element>;

} // namespace unitvar::UNITVAR_ISA
