#include "model.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <numeric>
#include <optional>

namespace bench {
namespace {

using unitvar::InvalidArgument;

[[noreturn]] void invalid(const std::string &name, std::string_view value, const std::string &expected)
{
    throw InvalidArgument(name + " is '" + std::string(value) + "'; expected " + expected);
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(at + 1);
    }
}

template <class Number> std::optional<Number> number_of(std::string_view text)
{
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// A letter for each parameter of a rule: d double, g groups, f fan mode, n nonlinearity, s distribution.
std::string_view parameters_of(unitvar::InitKind kind)
{
    using unitvar::InitKind;
    switch (kind) {
    case InitKind::zeros:
    case InitKind::ones:
    case InitKind::eye:
        return "";
    case InitKind::dirac:
        return "g";
    case InitKind::uniform:
    case InitKind::normal:
    case InitKind::sparse:
        return "dd";
    case InitKind::trunc_normal:
        return "dddd";
    case InitKind::kaiming_uniform:
    case InitKind::kaiming_normal:
        return "dfn";
    case InitKind::variance_scaling:
        return "dfs";
    default:
        return "d";
    }
}

// The position of a name in a list; names of enumerations are numbered from 0.
template <class Enum, std::size_t n>
Enum named(const std::string &what, std::string_view text, const std::array<std::string_view, n> &names)
{
    const auto found = std::ranges::find(names, text);
    if (found == names.end()) {
        std::string expected;
        for (const std::string_view name : names) {
            expected += (expected.empty() ? "" : ", ") + std::string(name);
        }
        invalid(what, text, "one of " + expected);
    }
    return static_cast<Enum>(found - names.begin());
}

unitvar::Initializer parse_rule(std::string_view rule)
{
    const std::size_t open = rule.find('(');
    if (open != std::string_view::npos && rule.back() != ')') {
        invalid("rule", rule, "a name and its parameters in brackets");
    }
    unitvar::Initializer result = unitvar::default_initializer(unitvar::kind_from_name(rule.substr(0, open)));
    const std::string_view wanted = parameters_of(result.kind);
    std::vector<std::string_view> given;
    if (open != std::string_view::npos) {
        given = split(rule.substr(open + 1, rule.size() - open - 2), ',');
    }
    if (given.size() != wanted.size()) {
        invalid("rule", rule, std::to_string(wanted.size()) + " parameters");
    }
    std::size_t doubles = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const std::string what = "parameter " + std::to_string(i + 1) + " of rule '" + std::string(rule) + "'";
        switch (wanted[i]) {
        case 'f':
            result.fan_mode = named<unitvar::FanMode, 3>(what, given[i], {"fan_in", "fan_out", "fan_avg"});
            break;
        case 'n':
            result.nonlinearity = named<unitvar::Nonlinearity, 6>(
                what, given[i], {"linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"});
            break;
        case 's':
            result.distribution =
                named<unitvar::Distribution, 3>(what, given[i], {"uniform", "normal", "truncated_normal"});
            break;
        case 'g':
            result.groups = number_of<std::int64_t>(given[i]).value_or(0);
            if (result.groups < 1) {
                invalid(what, given[i], "a number of groups");
            }
            break;
        default:
            const std::optional<double> value = number_of<double>(given[i]);
            if (!value || std::isnan(*value)) {
                invalid(what, given[i], "a number");
            }
            result.p[doubles++] = *value;
        }
    }
    return result;
}

std::vector<std::int64_t> parse_shape(std::string_view text, std::size_t element_bytes)
{
    std::vector<std::int64_t> shape;
    if (text == "scalar") {
        return shape;
    }
    auto left = std::numeric_limits<std::int64_t>::max() / static_cast<std::int64_t>(element_bytes);
    for (const std::string_view digits : split(text, 'x')) {
        const std::optional<std::int64_t> length = number_of<std::int64_t>(digits);
        if (!length || *length < 1) {
            invalid("shape", text, "positive lengths, such as 768x3072, or scalar");
        }
        left /= *length;
        if (left == 0) {
            invalid("shape", text, "a shape that fits into memory");
        }
        shape.push_back(*length);
    }
    return shape;
}

// Columns are cut first and rows second, so that what lies between needs no communication; vocabularies are cut by words.
// Linear layers of Llama are [out, in], Conv1D of GPT-2 is [in, out].
std::int32_t cut_of(std::string_view name)
{
    struct Row {
        std::string_view ending;
        std::int32_t dimension;
    };
    constexpr std::array<Row, 15> rows{{{"embed_tokens.weight", 0},
                                        {".q_proj.weight", 0},
                                        {".k_proj.weight", 0},
                                        {".v_proj.weight", 0},
                                        {".o_proj.weight", 1},
                                        {".gate_proj.weight", 0},
                                        {".up_proj.weight", 0},
                                        {".down_proj.weight", 1},
                                        {"lm_head.weight", 0},
                                        {"wte.weight", 0},
                                        {".c_attn.weight", 1},
                                        {".c_attn.bias", 0},
                                        {".c_fc.weight", 1},
                                        {".c_fc.bias", 0},
                                        {".c_proj.weight", 0}}};
    const auto *const row = std::ranges::find_if(rows, [&](const Row &r) { return name.ends_with(r.ending); });
    return row == rows.end() ? -1 : row->dimension;
}

// The first component of a name that is a number.
std::optional<std::int64_t> layer_of(std::string_view name)
{
    for (const std::string_view part : split(name, '.')) {
        if (const std::optional<std::int64_t> number = number_of<std::int64_t>(part); number && *number >= 0) {
            return number;
        }
    }
    return std::nullopt;
}

} // namespace

unitvar::DType dtype_from_name(std::string_view name)
{
    return std::array{unitvar::DType::f32, unitvar::DType::f64, unitvar::DType::bf16,
                      unitvar::DType::f16}[named<std::size_t, 4>("--dtype", name, {"f32", "f64", "bf16", "f16"})];
}

std::uint64_t elements_of(const std::vector<std::int64_t> &shape) noexcept
{
    return static_cast<std::uint64_t>(
        std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>()));
}

Table read_table(const std::filesystem::path &path, unitvar::DType dtype)
{
    std::ifstream file(path);
    if (!file) {
        invalid("--model", path.string(), "gpt2-small, llama-7b, mlp, resnet50, or a file that can be read");
    }
    Table table;
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        if (line.empty() || line[0] == '#') {
            continue;
        }
        try {
            const std::vector<std::string_view> fields = split(line, '\t');
            if (fields.size() != 3 || fields[0].empty()) {
                invalid("the line", line, "a name, a shape and a rule, separated by tabs");
            }
            table.push_back({std::string(fields[0]), parse_shape(fields[1], unitvar::element_bytes(dtype)), dtype,
                             parse_rule(fields[2]), cut_of(fields[0]), 0});
        } catch (const InvalidArgument &error) {
            throw InvalidArgument(path.string() + ":" + std::to_string(number) + ": " + error.what());
        }
    }
    if (table.empty()) {
        invalid("--model", path.string(), "a file with a line for each tensor");
    }
    return table;
}

void set_stages(Table &table, std::int32_t stages)
{
    std::int64_t layers = 0;
    for (const auto &parameter : table) {
        layers = std::max(layers, layer_of(parameter.name).value_or(-1) + 1);
    }
    bool seen = false;
    for (auto &parameter : table) {
        const std::optional<std::int64_t> layer = layer_of(parameter.name);
        seen = seen || layer;
        parameter.stage = layer ? static_cast<std::int32_t>(*layer * stages / layers) : seen ? stages - 1 : 0;
    }
}

unitvar::mpi::ProcessGrid grid_of(std::string_view layout, int ranks)
{
    if (layout == "tensor") {
        return {ranks, 1, 1};
    }
    if (layout == "pipeline") {
        return {1, ranks, 1};
    }
    if (layout == "sharded") {
        return {1, 1, ranks};
    }
    std::vector<std::int32_t> lengths;
    for (const std::string_view digits : split(layout, 'x')) {
        lengths.push_back(number_of<std::int32_t>(digits).value_or(0));
    }
    if (lengths.size() != 3 || std::ranges::any_of(lengths, [](std::int32_t n) { return n < 1; })) {
        invalid("--layout", layout,
                "tensor, pipeline, sharded, all, or a grid such as 2x1x2 (tensor x pipeline x data)");
    }
    return {lengths[0], lengths[1], lengths[2]};
}

} // namespace bench
