// Draws: how 32 words become elements. Each specialisation of Draw says how many elements a group of 32 words makes
// and turns a group into packs; fill.hpp does the rest. DESIGN gives the formulas, capi/include/unitvar.h the
// promises.
#pragma once

#include "core/kernel_table.hpp"
#include "kernels/trunc_normal.hpp"
#include "simd/log.hpp"
#include "simd/normal_quantile.hpp"
#include "simd/sincos.hpp"

namespace unitvar {
namespace {

template <core::DrawIndex> struct Draw;

template <> struct Draw<core::DrawIndex::bits_u32> {
    using Element = std::uint32_t;
    UNITVAR_INLINE explicit Draw(const core::DrawParameters & /*unused*/) {}
    UNITVAR_INLINE U32x<32> operator()(const U32x<32> &words) const { return words; }
};

// Word 2i is the low half; where memory is little-endian, the words as they are.
template <> struct Draw<core::DrawIndex::bits_u64> {
    using Element = std::uint64_t;
    UNITVAR_INLINE explicit Draw(const core::DrawParameters & /*unused*/) {}
    UNITVAR_INLINE U64x<16> operator()(const U32x<32> &words) const { return as_u64(words); }
};

// x = fma(u, width, low), no more than limit; u = c 2^-Bits for whole numbers c below 2^Bits. Three operations with the
// shift and the conversion where 2^-Bits may be taken into the width without rounding it, and where the largest u gives
// no more than limit: x does not fall as u grows.
template <class F, int Bits> struct UniformTransform {
    F low;
    F width;
    F limit;
    F width_of_unit;
    bool plain;
    UNITVAR_INLINE explicit UniformTransform(const core::DrawParameters &p)
        : low(broadcast<F>(static_cast<Lane>(p.location))), width(broadcast<F>(static_cast<Lane>(p.scale))),
          limit(broadcast<F>(static_cast<Lane>(p.limit))),
          width_of_unit(broadcast<F>(static_cast<Lane>(p.scale) * unit)),
          // An empty range may be that of a negative zero.
          plain(static_cast<Lane>(p.scale) > 0 &&
                static_cast<Lane>(p.scale) * unit / unit == static_cast<Lane>(p.scale) &&
                !any_less(limit, fma(broadcast<F>(1 - unit), width, low)))
    {
    }
    UNITVAR_INLINE F operator()(const F &c) const
    {
        return plain ? fma(c, width_of_unit, low) : minimum(fma(c * broadcast<F>(unit), width, low), limit);
    }

private:
    using Lane = typename F::Lane;
    static constexpr Lane unit = 1 / static_cast<Lane>(std::uint64_t{1} << Bits);
};

template <> struct Draw<core::DrawIndex::uniform_f32> {
    using Element = float;
    UniformTransform<F32x<32>, 24> transform;
    UNITVAR_INLINE explicit Draw(const core::DrawParameters &p) : transform(p) {}
    UNITVAR_INLINE F32x<32> operator()(const U32x<32> &words) const
    {
        return transform(signed_to_float(shift_right<8>(words)));
    }
};

template <> struct Draw<core::DrawIndex::uniform_f64> {
    using Element = double;
    UniformTransform<F64x<16>, 53> transform;
    UNITVAR_INLINE explicit Draw(const core::DrawParameters &p) : transform(p) {}
    UNITVAR_INLINE F64x<16> operator()(const U32x<32> &words) const { return transform(upper_53(as_u64(words))); }
};

// Box and Muller (1958) on the two halves of a group.
template <class F> struct NormalTransform {
    F mean;
    F std;
    UNITVAR_INLINE explicit NormalTransform(const core::DrawParameters &p)
        : mean(broadcast<F>(static_cast<typename F::Lane>(p.location))),
          std(broadcast<F>(static_cast<typename F::Lane>(p.scale)))
    {
    }
    template <class U> UNITVAR_INLINE auto operator()(const U &words) const
    {
        const auto radius = box_muller_radius(lower(words));
        const auto direction = box_muller_direction(upper(words));
        return join(fma(radius * direction.first, std, mean), fma(radius * direction.second, std, mean));
    }
};

template <> struct Draw<core::DrawIndex::normal_f32> {
    using Element = float;
    NormalTransform<F32x<16>> transform;
    UNITVAR_INLINE explicit Draw(const core::DrawParameters &p) : transform(p) {}
    UNITVAR_INLINE F32x<32> operator()(const U32x<32> &words) const { return transform(words); }
};

template <> struct Draw<core::DrawIndex::normal_f64> {
    using Element = double;
    NormalTransform<F64x<8>> transform;
    UNITVAR_INLINE explicit Draw(const core::DrawParameters &p) : transform(p) {}
    UNITVAR_INLINE F64x<16> operator()(const U32x<32> &words) const { return transform(as_u64(words)); }
};

// A word is two signed distances: to the nearer end of the range of words, negative from the upper one, and to its
// middle. Adding the half keeps the relative precision of both.
template <class U> UNITVAR_INLINE auto distance_to_end(const U &word)
{
    const auto distance = signed_to_float(word);
    using F = decltype(distance);
    return distance + broadcast<std::remove_const_t<F>>(0.5F);
}
template <class U> UNITVAR_INLINE auto distance_to_middle(const U &word)
{
    return distance_to_end(word ^ broadcast<U>(typename U::Lane{1} << (8 * sizeof(typename U::Lane) - 1)));
}

// The distance to the nearer end again, such that the complement of a word has the same distance with the other sign:
// -(w | 1) = ~w | 1, and rounding is symmetric (f32); or by its magnitude (f64).
template <std::size_t K> UNITVAR_INLINE Pack<F32, K> symmetric_distance_to_end(const Pack<U32, K> &word)
{
    return signed_to_float(word | broadcast<Pack<U32, K>>(1));
}
template <std::size_t K> UNITVAR_INLINE Pack<F64, K> symmetric_distance_to_end(const Pack<U64, K> &word)
{
    using U = Pack<U64, K>;
    const U upper_half = broadcast<U>(0) - shift_right<63>(word);
    return flip_sign(signed_to_float(word ^ upper_half) + broadcast<Pack<F64, K>>(0.5), word);
}

// Inverse of the distribution function, Bits being those of a word. The complement of a word gives -z.
template <class F, int Bits> struct QuantileTransform {
    F mean;
    F std;
    UNITVAR_INLINE explicit QuantileTransform(const core::DrawParameters &p)
        : mean(broadcast<F>(static_cast<typename F::Lane>(p.location))),
          std(broadcast<F>(static_cast<typename F::Lane>(p.scale)))
    {
    }
    template <class U> UNITVAR_INLINE F operator()(const U &words) const
    {
        constexpr auto word = static_cast<typename F::Lane>(Bits == 32 ? 0x1p-32 : 0x1p-64);
        const U from_middle = words ^ broadcast<U>(typename U::Lane{1} << (Bits - 1));
        const F q = symmetric_distance_to_end(from_middle) * broadcast<F>(word);
        return fma(normal_quantile<Bits>(q, symmetric_distance_to_end(words)), std, mean);
    }
};

template <> struct Draw<core::DrawIndex::normal_icdf_f32> {
    using Element = float;
    QuantileTransform<F32x<32>, 32> transform;
    UNITVAR_INLINE explicit Draw(const core::DrawParameters &p) : transform(p) {}
    UNITVAR_CALLED F32x<32> operator()(const U32x<32> &words) const { return transform(words); }
};

template <> struct Draw<core::DrawIndex::normal_icdf_f64> {
    using Element = double;
    QuantileTransform<F64x<16>, 64> transform;
    UNITVAR_INLINE explicit Draw(const core::DrawParameters &p) : transform(p) {}
    UNITVAR_CALLED F64x<16> operator()(const U32x<32> &words) const { return transform(as_u64(words)); }
};

template <> struct Draw<core::DrawIndex::trunc_normal_f32> {
    using Element = float;
    // Five terms reach the precision of f32.
    TruncatedQuantile<F32x<32>, 5> direct;
    TruncatedNormal any;
    bool is_direct;
    std::uint32_t turned;
    UNITVAR_INLINE explicit Draw(const core::DrawParameters &p)
        : direct(p), any(p), is_direct(p.truncation->mode == core::TruncationMode::direct),
          turned(p.truncation->turned ? ~std::uint32_t{0} : 0)
    {
    }
    UNITVAR_INLINE F32x<32> operator()(const U32x<32> &words) const
    {
        const U32x<32> word = words ^ broadcast<U32x<32>>(turned);
        if (is_direct) {
            return direct.central(distance_to_end(word), distance_to_middle(word));
        }
        return join(wide(lower(word)), wide(upper(word)));
    }

private:
    UNITVAR_CALLED F32x<16> wide(const U32x<16> &word) const
    {
        const auto half = broadcast<F64x<16>>(0.5);
        const U32x<16> middle = word ^ broadcast<U32x<16>>(0x80000000U);
        return to_f32(any(signed_to_f64(word) + half, signed_to_f64(middle) + half));
    }
};

template <> struct Draw<core::DrawIndex::trunc_normal_f64> {
    using Element = double;
    TruncatedNormal transform;
    std::uint64_t turned;
    UNITVAR_INLINE explicit Draw(const core::DrawParameters &p)
        : transform(p), turned(p.truncation->turned ? ~std::uint64_t{0} : 0)
    {
    }
    UNITVAR_INLINE F64x<16> operator()(const U32x<32> &words) const
    {
        const U64x<16> word = as_u64(words) ^ broadcast<U64x<16>>(turned);
        return transform(distance_to_end(word), distance_to_middle(word));
    }
};

// A draw in f32, rounded once.
template <core::DrawIndex Wide> struct Bf16Draw {
    using Element = std::uint16_t;
    Draw<Wide> draw;
    UNITVAR_INLINE explicit Bf16Draw(const core::DrawParameters &p) : draw(p) {}
    UNITVAR_INLINE U16x<32> operator()(const U32x<32> &words) const { return to_bf16(draw(words)); }
};
template <core::DrawIndex Wide> struct F16Draw {
    using Element = std::uint16_t;
    Draw<Wide> draw;
    UNITVAR_INLINE explicit F16Draw(const core::DrawParameters &p) : draw(p) {}
    UNITVAR_INLINE U16x<32> operator()(const U32x<32> &words) const { return to_f16(draw(words)); }
};

template <> struct Draw<core::DrawIndex::uniform_bf16> : Bf16Draw<core::DrawIndex::uniform_f32> {
    using Bf16Draw::Bf16Draw;
};
template <> struct Draw<core::DrawIndex::uniform_f16> : F16Draw<core::DrawIndex::uniform_f32> {
    using F16Draw::F16Draw;
};
template <> struct Draw<core::DrawIndex::normal_bf16> : Bf16Draw<core::DrawIndex::normal_f32> {
    using Bf16Draw::Bf16Draw;
};
template <> struct Draw<core::DrawIndex::normal_f16> : F16Draw<core::DrawIndex::normal_f32> {
    using F16Draw::F16Draw;
};
template <> struct Draw<core::DrawIndex::trunc_normal_bf16> : Bf16Draw<core::DrawIndex::trunc_normal_f32> {
    using Bf16Draw::Bf16Draw;
};
template <> struct Draw<core::DrawIndex::trunc_normal_f16> : F16Draw<core::DrawIndex::trunc_normal_f32> {
    using F16Draw::F16Draw;
};

} // namespace
} // namespace unitvar
