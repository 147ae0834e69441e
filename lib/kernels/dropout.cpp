// Dropout: each element goes with a word, which decides whether it is kept; words come from a buffer in the first cache
// level. What is dropped is +0, whatever it was.
//
// For each register of f32, besides the words: two loads, a product, an exclusive or, a comparison, a selection and a
// store.
#include "kernels/norm_lanes.hpp"
#include "kernels/units.hpp"

namespace unitvar::UNITVAR_ISA {
namespace {

inline constexpr std::size_t block = 32;

template <class T>
UNITVAR_INLINE void drop_block(const T *x, const std::uint32_t *words, T *y, std::uint32_t last_kept, double scale)
{
    const auto last = broadcast<U32x<block>>(last_kept);
    const auto zero = broadcast<F32x<block>>(0.0F);
    if constexpr (sizeof(T) == sizeof(double)) {
        // All bits 0 where the element is dropped, else those of 1: integers again, and no less than 0.
        const auto kept = bits_of(select_below(last, load<U32x<block>>(words), zero, broadcast<F32x<block>>(1.0F)));
        const auto none = broadcast<F64x<block>>(0.0);
        const auto value = load<F64x<block>>(x) * broadcast<F64x<block>>(scale);
        store(y, select_less(none, signed_to_f64(kept), value, none));
    } else {
        const auto factor = broadcast<F32x<block>>(static_cast<float>(scale));
        if constexpr (is_half<T>) {
            // Words in the order of the lanes, as if they were f32: they are only moved.
            const auto word = bits_of(InFloat<T>::load_from(reinterpret_cast<const float *>(words)));
            InFloat<T>::store_to(y, select_below(last, word, zero, InFloat<T>::load_from(x) * factor));
        } else {
            store(y, select_below(last, load<U32x<block>>(words), zero, load<F32x<block>>(x) * factor));
        }
    }
}

template <class T>
void drop(const void *source, const std::uint32_t *words, void *target, std::size_t n, std::uint32_t last_kept,
          double scale)
{
    const auto *x = static_cast<const T *>(source);
    auto *y = static_cast<T *>(target);
    std::size_t i = 0;
    for (; i + block <= n; i += block) {
        drop_block<T>(x + i, words + i, y + i, last_kept, scale);
    }
    if (i != n) {
        ShortRun<T, block> rest(x + i, n - i);
        drop_block<T>(rest.lane, ShortRun<std::uint32_t, block>(words + i, n - i).lane, rest.lane, last_kept, scale);
        __builtin_memcpy(y + i, rest.lane, (n - i) * sizeof(T));
    }
}

} // namespace

#define UNITVAR_DROPOUT(name, T)                                                                                       \
    void dropout_##name(const void *x, const std::uint32_t *words, void *y, std::size_t n, std::uint32_t last_kept,    \
                        double scale)                                                                                  \
    {                                                                                                                  \
        drop<T>(x, words, y, n, last_kept, scale);                                                                     \
    }
UNITVAR_DROPOUT(f32, float)
UNITVAR_DROPOUT(f64, double)
UNITVAR_DROPOUT(bf16, core::Bf16Element)
UNITVAR_DROPOUT(f16, core::F16Element)

} // namespace unitvar::UNITVAR_ISA
