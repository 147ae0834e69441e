// Every sampler through the C API, once for all benchmarks: the rows of the draw registry, with default parameters.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "core/draws.hpp"
#include "unitvar.h"

namespace unitvar::bench {

struct Operation {
    core::DrawIndex draw;
    std::int32_t (*run)(unitvar_generator *g, void *target, std::size_t n);
    [[nodiscard]] constexpr const core::DrawRow &row() const { return core::row(draw); }
};

inline constexpr unitvar_dtype bf16{4, 16, 1};
inline constexpr unitvar_dtype f16{2, 16, 1};

namespace detail {

// A row's name and what is behind it, without the type of its elements.
struct NamedDraw {
    const char *kind;
    unitvar_dtype dtype;
};
#define UNITVAR_CODE_f32 2
#define UNITVAR_CODE_f64 2
#define UNITVAR_CODE_bf16 4
#define UNITVAR_CODE_f16 2
#define UNITVAR_CODE_i32 0
#define UNITVAR_CODE_i64 0
#define UNITVAR_CODE_u8 1
#define UNITVAR_CODE_u32 1
#define UNITVAR_CODE_u64 1
inline constexpr std::array<NamedDraw, core::draw_count> named_draws{{
#define UNITVAR_ROW(kind, type, bytes, ...) {#kind, {UNITVAR_CODE_##type, 8 * (bytes), 1}},
    UNITVAR_DRAWS(UNITVAR_ROW)
#undef UNITVAR_ROW
}};

template <std::size_t Index> std::int32_t run(unitvar_generator *g, void *target, std::size_t n)
{
    static const unitvar_draw draw = [] {
        unitvar_draw result{sizeof(unitvar_draw), 0, named_draws[Index].dtype, 0, {}, {}};
        std::int32_t kind = 0;
        unitvar_draw_from_name(named_draws[Index].kind, &kind);
        unitvar_draw_defaults(&result, kind);
        return result;
    }();
    return unitvar_sample(g, &draw, target, n);
}

} // namespace detail

inline constexpr std::array<Operation, core::draw_count> operations = []<std::size_t... I>(std::index_sequence<I...>)
{
    return std::array<Operation, core::draw_count>{{{static_cast<core::DrawIndex>(I), &detail::run<I>}...}};
}
(std::make_index_sequence<core::draw_count>{});

} // namespace unitvar::bench
