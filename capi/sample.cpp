// Section 5 of unitvar.h: samplers.
#include "unitvar/sample.hpp"

#include <algorithm>

#include "core/message.hpp"
#include "guard.hpp"
#include "unitvar/error.hpp"

using unitvar::capi::buffer;
using unitvar::capi::generator;
using unitvar::capi::guard;
using unitvar::capi::require;

namespace {

using unitvar::ElementType;

// Arrays of 16-bit numbers are bits to C.
template <class T> std::span<T> halves(std::uint16_t *data, std::size_t n)
{
    static_assert(sizeof(T) == sizeof(std::uint16_t));
    const std::span<std::uint16_t> bits = buffer(data, n, "dst");
    return {reinterpret_cast<T *>(bits.data()), bits.size()};
}

// No version's structure will be larger: a number that was never set must not be taken for a length.
constexpr std::uint64_t most_draw_bytes = 256;

void check_size(const unitvar_draw *draw)
{
    require(draw, "draw");
    if (draw->struct_size < sizeof(unitvar_draw) || draw->struct_size > most_draw_bytes) {
        unitvar::core::invalid_value("draw->struct_size", std::uint64_t{draw->struct_size},
                                     unitvar::core::text(std::uint64_t{sizeof(unitvar_draw)}) +
                                         ", the size of unitvar_draw, or up to " +
                                         unitvar::core::text(most_draw_bytes) + " of a later version");
    }
}

unitvar::Draw value_of(const unitvar_draw *draw)
{
    check_size(draw);
    const auto *bytes = reinterpret_cast<const unsigned char *>(draw);
    if (!std::all_of(bytes + sizeof(unitvar_draw), bytes + draw->struct_size, [](unsigned char b) { return b == 0; })) {
        unitvar::core::invalid_value("draw->struct_size", std::uint64_t{draw->struct_size},
                                     unitvar::core::text(std::uint64_t{sizeof(unitvar_draw)}) +
                                         ", or zeros behind what this version knows");
    }
    if (draw->reserved != 0) {
        unitvar::core::invalid_value("draw->reserved", std::int64_t{draw->reserved}, "0");
    }
    unitvar::Draw result;
    result.kind = static_cast<unitvar::DrawKind>(draw->kind);
    std::ranges::copy(draw->p, result.p.begin());
    std::ranges::copy(draw->k, result.k.begin());
    return result;
}

struct TypeCode {
    std::uint8_t code;
    std::uint8_t bits;
    ElementType type;
};
constexpr TypeCode type_codes[] = {
    {2, 32, ElementType::f32}, {2, 64, ElementType::f64}, {4, 16, ElementType::bf16},
    {2, 16, ElementType::f16}, {0, 32, ElementType::i32}, {0, 64, ElementType::i64},
    {1, 8, ElementType::u8},   {1, 32, ElementType::u32}, {1, 64, ElementType::u64},
};

unitvar::SampleBuffer target_of(const unitvar_draw *draw, void *dst, std::size_t n)
{
    const unitvar_dtype &dtype = draw->dtype;
    const auto *const known = std::ranges::find_if(
        type_codes, [&dtype](const TypeCode &t) { return t.code == dtype.code && t.bits == dtype.bits; });
    if (known == std::end(type_codes) || dtype.lanes != 1) {
        throw unitvar::Unsupported(unitvar::core::message("draw->dtype",
                                                          "{" + unitvar::core::text(std::uint64_t{dtype.code}) + ", " +
                                                              unitvar::core::text(std::uint64_t{dtype.bits}) + ", " +
                                                              unitvar::core::text(std::uint64_t{dtype.lanes}) + "}",
                                                          "a type that samplers write, with 1 lane"));
    }
    if (n != 0) {
        require(dst, "dst");
    }
    return {known->type, dst, n};
}

} // namespace

extern "C" {

int32_t unitvar_bits_u32(unitvar_generator *g, uint32_t *dst, size_t n)
{
    return guard([&] { unitvar::bits(generator(g), buffer(dst, n, "dst")); });
}

int32_t unitvar_bits_u64(unitvar_generator *g, uint64_t *dst, size_t n)
{
    return guard([&] { unitvar::bits(generator(g), buffer(dst, n, "dst")); });
}

int32_t unitvar_uniform_f32(unitvar_generator *g, float *dst, size_t n, double low, double high)
{
    return guard([&] { unitvar::uniform(generator(g), buffer(dst, n, "dst"), low, high); });
}

int32_t unitvar_uniform_f64(unitvar_generator *g, double *dst, size_t n, double low, double high)
{
    return guard([&] { unitvar::uniform(generator(g), buffer(dst, n, "dst"), low, high); });
}

int32_t unitvar_normal_f32(unitvar_generator *g, float *dst, size_t n, double mean, double std)
{
    return guard([&] { unitvar::normal(generator(g), buffer(dst, n, "dst"), mean, std); });
}

int32_t unitvar_normal_f64(unitvar_generator *g, double *dst, size_t n, double mean, double std)
{
    return guard([&] { unitvar::normal(generator(g), buffer(dst, n, "dst"), mean, std); });
}

int32_t unitvar_normal_icdf_f32(unitvar_generator *g, float *dst, size_t n, double mean, double std)
{
    return guard([&] { unitvar::normal_icdf(generator(g), buffer(dst, n, "dst"), mean, std); });
}

int32_t unitvar_normal_icdf_f64(unitvar_generator *g, double *dst, size_t n, double mean, double std)
{
    return guard([&] { unitvar::normal_icdf(generator(g), buffer(dst, n, "dst"), mean, std); });
}

int32_t unitvar_permutation_i64(unitvar_generator *g, int64_t *dst, size_t n)
{
    return guard([&] { unitvar::permutation(generator(g), buffer(dst, n, "dst")); });
}

int32_t unitvar_trunc_normal_f32(unitvar_generator *g, float *dst, size_t n, double mean, double std, double a,
                                 double b)
{
    return guard([&] { unitvar::trunc_normal(generator(g), buffer(dst, n, "dst"), mean, std, a, b); });
}

int32_t unitvar_trunc_normal_f64(unitvar_generator *g, double *dst, size_t n, double mean, double std, double a,
                                 double b)
{
    return guard([&] { unitvar::trunc_normal(generator(g), buffer(dst, n, "dst"), mean, std, a, b); });
}

int32_t unitvar_choice_i64(unitvar_generator *g, int64_t *dst, size_t n, uint64_t population)
{
    return guard([&] { unitvar::choice(generator(g), buffer(dst, n, "dst"), population); });
}

/* from unitvar.h by cmake/bindings.py: samplers */
int32_t unitvar_exponential_f32(unitvar_generator *g, float *dst, size_t n, double scale)
{
    return guard([&] { unitvar::exponential(generator(g), buffer(dst, n, "dst"), scale); });
}

int32_t unitvar_exponential_f64(unitvar_generator *g, double *dst, size_t n, double scale)
{
    return guard([&] { unitvar::exponential(generator(g), buffer(dst, n, "dst"), scale); });
}

int32_t unitvar_laplace_f32(unitvar_generator *g, float *dst, size_t n, double location, double scale)
{
    return guard([&] { unitvar::laplace(generator(g), buffer(dst, n, "dst"), location, scale); });
}

int32_t unitvar_laplace_f64(unitvar_generator *g, double *dst, size_t n, double location, double scale)
{
    return guard([&] { unitvar::laplace(generator(g), buffer(dst, n, "dst"), location, scale); });
}

int32_t unitvar_logistic_f32(unitvar_generator *g, float *dst, size_t n, double location, double scale)
{
    return guard([&] { unitvar::logistic(generator(g), buffer(dst, n, "dst"), location, scale); });
}

int32_t unitvar_logistic_f64(unitvar_generator *g, double *dst, size_t n, double location, double scale)
{
    return guard([&] { unitvar::logistic(generator(g), buffer(dst, n, "dst"), location, scale); });
}

int32_t unitvar_gumbel_f32(unitvar_generator *g, float *dst, size_t n, double location, double scale)
{
    return guard([&] { unitvar::gumbel(generator(g), buffer(dst, n, "dst"), location, scale); });
}

int32_t unitvar_gumbel_f64(unitvar_generator *g, double *dst, size_t n, double location, double scale)
{
    return guard([&] { unitvar::gumbel(generator(g), buffer(dst, n, "dst"), location, scale); });
}

int32_t unitvar_cauchy_f32(unitvar_generator *g, float *dst, size_t n, double location, double scale)
{
    return guard([&] { unitvar::cauchy(generator(g), buffer(dst, n, "dst"), location, scale); });
}

int32_t unitvar_cauchy_f64(unitvar_generator *g, double *dst, size_t n, double location, double scale)
{
    return guard([&] { unitvar::cauchy(generator(g), buffer(dst, n, "dst"), location, scale); });
}

int32_t unitvar_weibull_f32(unitvar_generator *g, float *dst, size_t n, double shape, double scale)
{
    return guard([&] { unitvar::weibull(generator(g), buffer(dst, n, "dst"), shape, scale); });
}

int32_t unitvar_weibull_f64(unitvar_generator *g, double *dst, size_t n, double shape, double scale)
{
    return guard([&] { unitvar::weibull(generator(g), buffer(dst, n, "dst"), shape, scale); });
}

int32_t unitvar_rayleigh_f32(unitvar_generator *g, float *dst, size_t n, double scale)
{
    return guard([&] { unitvar::rayleigh(generator(g), buffer(dst, n, "dst"), scale); });
}

int32_t unitvar_rayleigh_f64(unitvar_generator *g, double *dst, size_t n, double scale)
{
    return guard([&] { unitvar::rayleigh(generator(g), buffer(dst, n, "dst"), scale); });
}

int32_t unitvar_log_normal_f32(unitvar_generator *g, float *dst, size_t n, double mean, double std)
{
    return guard([&] { unitvar::log_normal(generator(g), buffer(dst, n, "dst"), mean, std); });
}

int32_t unitvar_log_normal_f64(unitvar_generator *g, double *dst, size_t n, double mean, double std)
{
    return guard([&] { unitvar::log_normal(generator(g), buffer(dst, n, "dst"), mean, std); });
}

int32_t unitvar_integers_i32(unitvar_generator *g, int32_t *dst, size_t n, int64_t low, int64_t high)
{
    return guard([&] { unitvar::integers(generator(g), buffer(dst, n, "dst"), low, high); });
}

int32_t unitvar_integers_i64(unitvar_generator *g, int64_t *dst, size_t n, int64_t low, int64_t high)
{
    return guard([&] { unitvar::integers(generator(g), buffer(dst, n, "dst"), low, high); });
}

int32_t unitvar_bernoulli_u8(unitvar_generator *g, uint8_t *dst, size_t n, double p)
{
    return guard([&] { unitvar::bernoulli(generator(g), buffer(dst, n, "dst"), p); });
}

int32_t unitvar_uniform_bf16(unitvar_generator *g, uint16_t *dst, size_t n, double low, double high)
{
    return guard([&] { unitvar::uniform(generator(g), halves<unitvar::bfloat16>(dst, n), low, high); });
}

int32_t unitvar_uniform_f16(unitvar_generator *g, uint16_t *dst, size_t n, double low, double high)
{
    return guard([&] { unitvar::uniform(generator(g), halves<unitvar::float16>(dst, n), low, high); });
}

int32_t unitvar_normal_bf16(unitvar_generator *g, uint16_t *dst, size_t n, double mean, double std)
{
    return guard([&] { unitvar::normal(generator(g), halves<unitvar::bfloat16>(dst, n), mean, std); });
}

int32_t unitvar_normal_f16(unitvar_generator *g, uint16_t *dst, size_t n, double mean, double std)
{
    return guard([&] { unitvar::normal(generator(g), halves<unitvar::float16>(dst, n), mean, std); });
}

int32_t unitvar_trunc_normal_bf16(unitvar_generator *g, uint16_t *dst, size_t n, double mean, double std, double a,
                                  double b)
{
    return guard([&] { unitvar::trunc_normal(generator(g), halves<unitvar::bfloat16>(dst, n), mean, std, a, b); });
}

int32_t unitvar_trunc_normal_f16(unitvar_generator *g, uint16_t *dst, size_t n, double mean, double std, double a,
                                 double b)
{
    return guard([&] { unitvar::trunc_normal(generator(g), halves<unitvar::float16>(dst, n), mean, std, a, b); });
}

/* end */

int32_t unitvar_bernoulli_bits(unitvar_generator *g, uint8_t *dst, size_t n, double p)
{
    return guard(
        [&] { unitvar::bernoulli_bits(generator(g), buffer(dst, n / 8 + (n % 8 != 0 ? 1 : 0), "dst"), n, p); });
}

const char *unitvar_draw_name(int32_t kind)
{
    // Names are literals, so they end with a 0.
    return unitvar::name_of(static_cast<unitvar::DrawKind>(kind)).data();
}

int32_t unitvar_draw_from_name(const char *name, int32_t *out)
{
    return guard([&] {
        require(name, "name");
        require(out, "out");
        *out = static_cast<int32_t>(unitvar::draw_from_name(name));
    });
}

int32_t unitvar_draw_defaults(unitvar_draw *draw, int32_t kind)
{
    return guard([&] {
        check_size(draw);
        const unitvar::Draw defaults = unitvar::default_draw(static_cast<unitvar::DrawKind>(kind));
        draw->kind = kind;
        draw->reserved = 0;
        std::ranges::copy(defaults.p, draw->p);
        std::ranges::copy(defaults.k, draw->k);
    });
}

int32_t unitvar_sample(unitvar_generator *g, const unitvar_draw *draw, void *dst, size_t n)
{
    return guard([&] {
        const unitvar::Draw value = value_of(draw);
        unitvar::sample(generator(g), value, target_of(draw, dst, n));
    });
}

int32_t unitvar_sample_at(const unitvar_generator *g, const unitvar_draw *draw, uint64_t first, void *dst, size_t n)
{
    return guard([&] {
        const unitvar::Draw value = value_of(draw);
        unitvar::sample_at(generator(g), value, first, target_of(draw, dst, n));
    });
}

} // extern "C"
