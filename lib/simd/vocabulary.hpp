// The vocabulary: what an instruction set's header (lib/simd/ops_*.hpp) must provide, and what each word means. Every
// unit that includes native.hpp checks its header against it, so a word that is missing or has another type is a
// compile error that names it; tests/check_vocabulary.sh shows that it is. Words are about one register and treat
// its lanes alike, except where they say how lanes move; floating-point operations are IEEE 754's, rounded once.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace unitvar {
namespace {

// clang-format off

// Memory at any address; a register of one value in every lane is R(value).
template <class R>
concept Register = requires(R a, const void *source, void *target, typename R::value_type value) {
    requires sizeof(R) == R::size * sizeof(value);
    R(value);
    { load_register<R>(source) } -> std::same_as<R>;
    { store_register(target, a) } -> std::same_as<void>;
    // Past the caches where has_streaming_stores; the target is aligned to the register. See stream_fence.
    { stream_register(target, a) } -> std::same_as<void>;
    // Zeros in the lanes whose bits are set in a std::uint64_t, counted from bit 0; not for floating-point lanes.
    requires std::floating_point<typename R::value_type> || requires {
        { zero_where(a, std::uint64_t{}) } -> std::same_as<R>;
    };
};

// U: lanes of F's width. Operations wrap around, shifts are logical.
template <class U>
concept IntegerRegister = Register<U> && requires(U a, int bits) {
    U(a + a);
    U(a - a);
    U(a & a);
    U(a | a);
    U(a ^ a);
    U(a << bits);
    U(a >> bits);
};

template <class F, class U>
concept FloatRegister = Register<F> && requires(F x, U w) {
    F(x + x);
    F(x - x);
    F(x * x);
    { divide(x, x) } -> std::same_as<F>;
    { square_root(x) } -> std::same_as<F>;
    // fused(a, b, c) = a b + c
    { fused(x, x, x) } -> std::same_as<F>;
    // minimum(x, y) = x < y ? x : y, with zeros and NaN as that says
    { minimum(x, x) } -> std::same_as<F>;
    // if_less(x, y, a, b) = x < y ? a : b, if_not_positive(x, a, b) = x <= 0 ? a : b; any_lane_less: is x < y anywhere?
    { if_less(x, x, x, x) } -> std::same_as<F>;
    { if_not_positive(x, x, x) } -> std::same_as<F>;
    { any_lane_less(x, x) } -> std::same_as<bool>;
    // if_bit<Bit>(w, a, b): a where bit Bit of w is set, else b; flip(x, w): x, its sign flipped where w's top bit is set
    { if_bit<0>(w, x, x) } -> std::same_as<F>;
    { flip(x, w) } -> std::same_as<F>;
    // if_below(v, w, a, b) = v < w ? a : b, of lanes of 32 bits without a sign
    requires sizeof(typename F::value_type) != 4 || requires {
        { if_below(w, w, x, x) } -> std::same_as<F>;
    };
    // The bits, and back.
    { to_bits(x) } -> std::same_as<U>;
    { from_bits(w) } -> std::same_as<F>;
    // Two's complement values, rounded to nearest even.
    { convert_signed(w) } -> std::same_as<F>;
};

// Between lanes of 32 and of 64 bits: F and U have 32, F64 and U64 have 64.
template <class F, class U, class F64, class U64>
concept MixedRegisters = requires(F x, U w, F64 y, U64 v, const void *source, void *target) {
    // The same bits; lane i of 64 bits is lanes 2i (low) and 2i + 1 (high) of 32.
    { pairs(w) } -> std::same_as<U64>;
    { halves(v) } -> std::same_as<U>;
    // Even lanes of 32 bits from the first, odd ones from the second.
    { even_odd(v, v) } -> std::same_as<U>;
    // The 64-bit product of the low halves of each lane.
    { multiply_low_halves(v, v) } -> std::same_as<U64>;
    // Lane by lane, counts 0 to 31.
    { rotate_right(w, w) } -> std::same_as<U>;
    // Bit i: is lane i of the first below that of the second, unsigned?
    { less_bits(w, w) } -> std::same_as<std::uint64_t>;
    // The significand as a number of [1/2, 1), of normal x whatever its sign.
    { half_mantissa(x) } -> std::same_as<F>;
    // n times 2 ln 2 rounded to f32 for x in [2^(31 - n), 2^(32 - n)), n from 0 to 31; 0 for negative x.
    { halvings_times_two_ln_2(x) } -> std::same_as<F>;
    // Towards zero, of magnitudes below 2^31.
    { truncate(x) } -> std::same_as<U>;
    // f32, bf16 and f16 in memory as f64, and f64 as f32 in memory.
    { load_widened(source) } -> std::same_as<F64>;
    { load_widened_bf16(source) } -> std::same_as<F64>;
    { load_widened_f16(source) } -> std::same_as<F64>;
    // f16 in memory as f32.
    { load_f16(source) } -> std::same_as<F>;
    // The second where the first is NaN, else the first.
    { unless_nan(x, x) } -> std::same_as<F>;
    { store_narrowed(target, y) } -> std::same_as<void>;
    // narrow(lower, upper): f64 as the lower and the upper half of f32. widen: the halves of signed integers as f64.
    { narrow(y, y) } -> std::same_as<F>;
    { widen_lower(w) } -> std::same_as<F64>;
    { widen_upper(w) } -> std::same_as<F64>;
    // The value of each lane's upper 53 bits.
    { convert_upper_53(v) } -> std::same_as<F64>;
    // table[index mod N], N a power of two; the table is aligned to 64 bytes.
    { look_up<16>(static_cast<const double *>(source), v) } -> std::same_as<F64>;
    { look_up<32>(static_cast<const double *>(source), v) } -> std::same_as<F64>;
    { look_up<128>(static_cast<const double *>(source), v) } -> std::same_as<F64>;
};

// To lanes of 16 bits, rounded to nearest even; the first register's come first.
template <class F, class U, class U16>
concept HalfRegisters = Register<U16> && requires(F x, U w, const void *source) {
    // The bits of f32, none of them a NaN's, to bf16.
    { round_to_upper(w, w) } -> std::same_as<U16>;
    // The same where the registers have the even and the odd elements, which takes no shuffle; of bf16 in memory and of
    // two registers, those.
    { round_even_odd(w, w) } -> std::same_as<U16>;
    { load_even_bf16(source) } -> std::same_as<F>;
    { load_odd_bf16(source) } -> std::same_as<F>;
    { even_of(x, x) } -> std::same_as<F>;
    { odd_of(x, x) } -> std::same_as<F>;
    // f32 to f16.
    { halve(x, x) } -> std::same_as<U16>;
};

// What only some instruction sets do well. has_multiply_u64 says which of the two products pcg32 is built from.
template <class U, class U64>
concept LowProducts = requires(U w, U64 v) {
    requires has_multiply_u64 || requires {
        { multiply_u32(w, w) } -> std::same_as<U>;
    };
    requires !has_multiply_u64 || requires {
        { multiply_u64(v, v) } -> std::same_as<U64>;
    };
};

// The first (second) halves of two registers. Where a register has the 16 elements of one of PyTorch's blocks of
// normals; in narrower ones the halves are registers of their own.
template <class F>
concept SplitRegister = requires(F x) {
    { first_halves(x, x) } -> std::same_as<F>;
    { second_halves(x, x) } -> std::same_as<F>;
};

// clang-format on

static_assert(FloatRegister<F32, U32> && IntegerRegister<U32>, "UNITVAR_OPS_HEADER lacks a word of the vocabulary");
static_assert(FloatRegister<F64, U64> && IntegerRegister<U64>, "UNITVAR_OPS_HEADER lacks a word of the vocabulary");
static_assert(MixedRegisters<F32, U32, F64, U64>, "UNITVAR_OPS_HEADER lacks a word of the vocabulary");
static_assert(HalfRegisters<F32, U32, U16>, "UNITVAR_OPS_HEADER lacks a word of the vocabulary");
static_assert(LowProducts<U32, U64>, "UNITVAR_OPS_HEADER lacks a product of the vocabulary");
static_assert(F32::size != 16 || SplitRegister<F32>,
              "UNITVAR_OPS_HEADER lacks first_halves or second_halves, which registers of 16 f32 need");

// Packs are whole numbers of registers of 128, 256 or 512 bits.
static_assert(F32::size == 4 || F32::size == 8 || F32::size == 16);
static_assert(U32::size == F32::size && U16::size == 2 * F32::size && 2 * F64::size == F32::size &&
              U64::size == F64::size);
// Streaming stores become visible to other threads after this.
static_assert(requires { stream_fence(); });
static_assert(std::same_as<decltype(has_streaming_stores), const bool>);
// Whether draws take their words from a buffer, so that engines share one copy of each.
static_assert(std::same_as<decltype(draws_from_memory), const bool>);
static_assert(std::same_as<decltype(has_multiply_u64), const bool>);
// How many registers the tiles of matrix products may count on.
static_assert(vector_registers >= 16);

} // namespace
} // namespace unitvar
