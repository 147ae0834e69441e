// Distributions: their parameters, and what draws them.
#include "core/distributions.hpp"

#include <array>
#include <string>

#include "core/message.hpp"
#include "core/parameters.hpp"
#include "core/truncation.hpp"
#include "unitvar/error.hpp"

namespace unitvar {
namespace core {
namespace {

// How a distribution's parameters are checked and become those of kernels, and their values where nobody gives any.
struct ParameterRule {
    DrawParameters (*make)(DType, const Draw &, Truncation &);
    std::array<double, 4> p;
    std::array<std::int64_t, 2> k;
};

// 1 / shape, a power, is finite, and 0 and infinity are what overflow makes.
constexpr double least_shape = 0x1p-20;

double scale_parameter(DType dtype, std::string_view name, double value)
{
    if (value < 0) {
        invalid_value(name, value, "a number >= 0");
    }
    return rounded_parameter(dtype, name, value);
}

// Named as in UNITVAR_DRAWS.
constexpr ParameterRule none{[](DType, const Draw &, Truncation &) { return DrawParameters{}; }, {}, {}};
constexpr ParameterRule low_high{[](DType dtype, const Draw &draw, Truncation &) {
                                     return uniform_parameters(dtype, draw.p[0], draw.p[1], {"low", "high"});
                                 },
                                 {0, 1},
                                 {}};
constexpr ParameterRule mean_std{[](DType dtype, const Draw &draw, Truncation &) {
                                     return normal_parameters(dtype, draw.p[0], draw.p[1], {"mean", "std"});
                                 },
                                 {0, 1},
                                 {}};
constexpr ParameterRule mean_std_bounds{[](DType dtype, const Draw &draw, Truncation &truncation) {
                                            return trunc_normal_parameters(dtype, draw.p[0], draw.p[1], draw.p[2],
                                                                           draw.p[3], truncation);
                                        },
                                        {0, 1, -2, 2},
                                        {}};
constexpr ParameterRule scale{[](DType dtype, const Draw &draw, Truncation &) {
                                  return DrawParameters{0, scale_parameter(dtype, "scale", draw.p[0]), 0};
                              },
                              {1},
                              {}};

constexpr ParameterRule location_scale{[](DType dtype, const Draw &draw, Truncation &) {
                                           const double first = rounded_parameter(dtype, "location", draw.p[0]);
                                           return DrawParameters{first, scale_parameter(dtype, "scale", draw.p[1]), 0};
                                       },
                                       {0, 1},
                                       {}};
constexpr ParameterRule shape_scale{[](DType dtype, const Draw &draw, Truncation &) {
                                        DrawParameters result{0, scale_parameter(dtype, "scale", draw.p[1]), 0};
                                        result.shape = rounded_parameter(dtype, "shape", draw.p[0]);
                                        if (!(result.shape >= least_shape)) {
                                            invalid_value("shape", draw.p[0], "a number >= " + text(least_shape));
                                        }
                                        return result;
                                    },
                                    {1, 1},
                                    {}};
constexpr ParameterRule low_below{[](DType, const Draw &draw, Truncation &) {
                                      if (draw.k[0] >= draw.k[1]) {
                                          throw InvalidArgument("low is " + text(draw.k[0]) + " and high is " +
                                                                text(draw.k[1]) + "; expected low < high");
                                      }
                                      DrawParameters result{};
                                      result.low = static_cast<std::uint64_t>(draw.k[0]);
                                      result.range = static_cast<std::uint64_t>(draw.k[1]) - result.low;
                                      return result;
                                  },
                                  {},
                                  {0, 2}};
constexpr ParameterRule probability{[](DType, const Draw &draw, Truncation &) {
                                        if (!(draw.p[0] >= 0 && draw.p[0] <= 1)) {
                                            invalid_value("p", draw.p[0], "a number of [0, 1]");
                                        }
                                        const std::uint64_t limit = successes_below(draw.p[0]);
                                        DrawParameters result{};
                                        result.low = limit & 0xFFFFFFFF;
                                        result.range = limit > 0xFFFFFFFF ? ~std::uint64_t{0} : 0;
                                        return result;
                                    },
                                    {0.5},
                                    {}};

struct Row {
    DrawKind kind;
    std::string_view name; // of a literal
    ElementType type;
    const ParameterRule &rule;
};
constexpr std::array<Row, draw_count> rows{{
#define UNITVAR_ROW(kind, type, bytes, words, paired, kernels, parameters)                                             \
    {DrawKind::kind, #kind, ElementType::type, parameters},
    UNITVAR_DRAWS(UNITVAR_ROW)
#undef UNITVAR_ROW
}};

constexpr const Row &row_of(DrawIndex draw) noexcept
{
    return rows[static_cast<std::size_t>(draw)];
}

// Any row of the kind; null where there is none.
const Row *find(DrawKind kind) noexcept
{
    for (const Row &row : rows) {
        if (row.kind == kind) {
            return &row;
        }
    }
    return nullptr;
}

const Row &known(DrawKind kind)
{
    const Row *const row = find(kind);
    if (row == nullptr) {
        invalid_value("kind", static_cast<std::int64_t>(kind),
                      "1 (bits) to " + text(static_cast<std::int64_t>(rows.back().kind)) + " (" +
                          std::string(rows.back().name) + ")");
    }
    return *row;
}

// The type that is computed in and rounded to; integers have no such parameters.
DType dtype_of(ElementType type) noexcept
{
    switch (type) {
    case ElementType::f64:
        return DType::f64;
    case ElementType::bf16:
        return DType::bf16;
    case ElementType::f16:
        return DType::f16;
    default:
        return DType::f32;
    }
}

constexpr std::array<std::string_view, 9> type_names{"f32", "f64", "bf16", "f16", "i32", "i64", "u8", "u32", "u64"};

} // namespace

std::uint64_t successes_below(double p) noexcept
{
    return static_cast<std::uint64_t>(p * 0x1p32 + 0.5);
}

std::string_view distribution_name(DrawIndex draw) noexcept
{
    return row_of(draw).name;
}

DrawIndex draw_index(DrawKind kind, ElementType type)
{
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].kind == kind && rows[i].type == type) {
            return static_cast<DrawIndex>(i);
        }
    }
    std::string types;
    for (const Row &row : rows) {
        if (row.kind == kind) {
            types.append(types.empty() ? "" : " or ").append(type_names[static_cast<std::size_t>(row.type)]);
        }
    }
    throw Unsupported(message("the type of dst", type_names[static_cast<std::size_t>(type)],
                              types + ", which " + std::string(known(kind).name) + " writes"));
}

Draw standard_draw(DrawIndex draw) noexcept
{
    const Row &row = row_of(draw);
    return {row.kind, row.rule.p, row.rule.k};
}

DrawParameters draw_parameters(DrawIndex draw, const Draw &values, Truncation &truncation)
{
    const Row &row = row_of(draw);
    if (row.type == ElementType::i32) {
        constexpr std::int64_t end = std::int64_t{1} << 31;
        if (values.k[0] < -end || values.k[1] > end) {
            throw InvalidArgument("low is " + text(values.k[0]) + " and high is " + text(values.k[1]) +
                                  "; expected numbers of 32 bits, or 2^31 as high");
        }
    }
    return row.rule.make(dtype_of(row.type), values, truncation);
}

} // namespace core

Draw default_draw(DrawKind kind)
{
    const core::ParameterRule &rule = core::known(kind).rule;
    return {kind, rule.p, rule.k};
}

std::string_view name_of(DrawKind kind) noexcept
{
    const core::Row *const row = core::find(kind);
    return row == nullptr ? std::string_view{} : row->name;
}

DrawKind draw_from_name(std::string_view name)
{
    std::string expected = "one of";
    for (const core::Row &row : core::rows) {
        if (row.name == name) {
            return row.kind;
        }
        if (core::find(row.kind) == &row) {
            expected.append(" ").append(row.name);
        }
    }
    core::invalid("name", core::quoted(name), expected);
}

} // namespace unitvar
