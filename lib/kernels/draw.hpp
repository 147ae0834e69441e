// Draws: how 32 words become elements. Each specialisation of Draw says how many elements a group of 32 words makes
// and turns a group into packs; fill.hpp does the rest. DESIGN gives the formulas, capi/include/unitvar.h the
// promises.
#pragma once

#include "core/kernel_table.hpp"
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

// Word 2i is the low half and little-endian memory keeps it first: the words as they are.
template <> struct Draw<core::DrawIndex::bits_u64> {
    using Element = std::uint64_t;
    UNITVAR_INLINE explicit Draw(const core::DrawParameters & /*unused*/) {}
    UNITVAR_INLINE U64x<16> operator()(const U32x<32> &words) const { return as_u64(words); }
};

// x = fma(u, width, low), no more than limit.
template <class F> struct UniformTransform {
    F low;
    F width;
    F limit;
    UNITVAR_INLINE explicit UniformTransform(const core::DrawParameters &p)
        : low(broadcast<F>(static_cast<typename F::Lane>(p.location))),
          width(broadcast<F>(static_cast<typename F::Lane>(p.scale))),
          limit(broadcast<F>(static_cast<typename F::Lane>(p.limit)))
    {
    }
    UNITVAR_INLINE F operator()(const F &u) const { return minimum(fma(u, width, low), limit); }
};

template <> struct Draw<core::DrawIndex::uniform_f32> {
    using Element = float;
    UniformTransform<F32x<32>> transform;
    UNITVAR_INLINE explicit Draw(const core::DrawParameters &p) : transform(p) {}
    UNITVAR_INLINE F32x<32> operator()(const U32x<32> &words) const
    {
        return transform(signed_to_float(shift_right<8>(words)) * broadcast<F32x<32>>(0x1p-24F));
    }
};

template <> struct Draw<core::DrawIndex::uniform_f64> {
    using Element = double;
    UniformTransform<F64x<16>> transform;
    UNITVAR_INLINE explicit Draw(const core::DrawParameters &p) : transform(p) {}
    UNITVAR_INLINE F64x<16> operator()(const U32x<32> &words) const
    {
        return transform(signed_to_float(shift_right<11>(as_u64(words))) * broadcast<F64x<16>>(0x1p-53));
    }
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
        const auto angle = cos_sin_turns(upper(words));
        return join(fma(radius * angle.cos, std, mean), fma(radius * angle.sin, std, mean));
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

// A word is two signed distances: to the nearer end of (0, 2^32), negative from the upper one, and to the middle.
// Adding the half keeps the relative precision of both.
template <std::size_t K> UNITVAR_INLINE Pack<F32, K> distance_to_end(const Pack<U32, K> &word)
{
    return signed_to_float(word) + broadcast<Pack<F32, K>>(0.5F);
}
template <std::size_t K> UNITVAR_INLINE Pack<F32, K> distance_to_middle(const Pack<U32, K> &word)
{
    return signed_to_float(word ^ broadcast<Pack<U32, K>>(0x80000000U)) + broadcast<Pack<F32, K>>(0.5F);
}

// Inverse of the distribution function.
template <> struct Draw<core::DrawIndex::normal_icdf_f32> {
    using Element = float;
    using F = F32x<32>;
    F mean;
    F std;
    UNITVAR_INLINE explicit Draw(const core::DrawParameters &p)
        : mean(broadcast<F>(static_cast<float>(p.location))), std(broadcast<F>(static_cast<float>(p.scale)))
    {
    }
    UNITVAR_INLINE F operator()(const U32x<32> &words) const
    {
        const F q = distance_to_middle(words) * broadcast<F>(0x1p-32F);
        return fma(normal_quantile<32>(q, distance_to_end(words)), std, mean);
    }
};

} // namespace
} // namespace unitvar
