// MT19937 (Matsumoto and Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudo-random number
// generator", 1998) in SIMD, and PyTorch's uniform transforms of its words.
//
// x[k + 624] = x[k + 397] ^ twist(x[k], x[k + 1]) looks back at least 227 words, so up to 227 lanes are independent.
// A period is 13 steps of 48 lanes, written over the one before it. Reads that would wrap around find the first step's
// words again behind the end.
#include "kernels/torch_store.hpp"
#include "kernels/torch_uniform.hpp"
#include "kernels/torch_units.hpp"

namespace unitvar::UNITVAR_ISA {
namespace {

using core::mt19937_words;
using Words = U32x<48>;

inline constexpr std::size_t middle = 397;

static_assert(mt19937_words % Words::lanes == 0 && Words::lanes < core::torch_read_ahead);

UNITVAR_INLINE Words twist(const std::uint32_t *x, const std::uint32_t *ahead)
{
    const auto next = load<Words>(x + 1);
    const auto joined = (load<Words>(x) & broadcast<Words>(0x80000000U)) | (next & broadcast<Words>(0x7FFFFFFFU));
    const auto odd = broadcast<Words>(0) - (next & broadcast<Words>(1));
    return load<Words>(ahead) ^ shift_right<1>(joined) ^ (odd & broadcast<Words>(0x9908B0DFU));
}

UNITVAR_INLINE Words tempered(Words y)
{
    y = y ^ shift_right<11>(y);
    y = y ^ (shift_left<7>(y) & broadcast<Words>(0x9D2C5680U));
    y = y ^ (shift_left<15>(y) & broadcast<Words>(0xEFC60000U));
    return y ^ shift_right<18>(y);
}

// Calls take(k, words k to k + 47 of the new state) for each step.
template <class Take> UNITVAR_INLINE void next_period(core::Mt19937State &state, const Take &take)
{
    std::uint32_t *const x = state.word;
    const auto first = twist(x, x + middle);
    store(x, first);
    store(x + mt19937_words, first);
    take(0, first);
    std::size_t k = Words::lanes;
    for (; k < mt19937_words - middle; k += Words::lanes) {
        const auto y = twist(x + k, x + k + middle);
        store(x + k, y);
        take(k, y);
    }
    for (; k < mt19937_words; k += Words::lanes) {
        const auto y = twist(x + k, x + k + middle - mt19937_words);
        store(x + k, y);
        take(k, y);
    }
}

void fence()
{
    stream_fence();
}

void regenerate(core::Mt19937State &state)
{
    next_period(state, [](std::size_t, const Words &) UNITVAR_INLINE_LAMBDA {});
}

void generate(core::Mt19937State &state, std::uint32_t *words, std::size_t periods)
{
    for (; periods != 0; --periods, words += mt19937_words) {
        next_period(state,
                    [words](std::size_t k, const Words &y) UNITVAR_INLINE_LAMBDA { store(words + k, tempered(y)); });
    }
}

void temper(const std::uint32_t *state, std::uint32_t *words, std::size_t n)
{
    store_elements<Words>(words, n, core::StoreMode::cached,
                          [state](std::size_t i) UNITVAR_INLINE_LAMBDA { return tempered(load<Words>(state + i)); });
}

void uniform_f32(const std::uint32_t *words, double low, double width, void *target, std::size_t n,
                 core::StoreMode mode)
{
    using F = F32x<48>;
    const auto a = broadcast<F>(static_cast<float>(low));
    const auto d = broadcast<F>(static_cast<float>(width));
    store_elements<F>(target, n, mode, [&](std::size_t i) UNITVAR_INLINE_LAMBDA {
        const auto u = signed_to_float(load<Words>(words + i) & broadcast<Words>(0xFFFFFF));
        return fma(u * broadcast<F>(0x1p-24F), d, a);
    });
}

void uniform_f64(const std::uint32_t *words, double low, double width, void *target, std::size_t n,
                 core::StoreMode mode)
{
    using F = F64x<24>;
    const auto a = broadcast<F>(low);
    const auto d = broadcast<F>(width);
    store_elements<F>(target, n, mode, [&](std::size_t i) UNITVAR_INLINE_LAMBDA {
        return fma(unit_of_53_bits<F>(words + 2 * i), d, a);
    });
}

} // namespace

constinit const core::TorchKernels torch = {
    &fence,
    &regenerate,
    &generate,
    &temper,
    &uniform_f32,
    &uniform_f64,
    &torch_normal_f32,
    &torch_normal_f64,
    &torch_log_f64,
    &torch_log1p_f64,
    &torch_exp_f64,
    &torch_cos_sin_f64,
    &torch_erfinv_f32,
    &torch_erfinv_241_f32,
    &torch_truncate_f32,
};

} // namespace unitvar::UNITVAR_ISA
