// The table of engines.
#include "core/engine.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/counted/engine.hpp"
#include "core/message.hpp"
#include "core/torch/row.hpp"
#include "unitvar/error.hpp"

namespace unitvar {
namespace core {
namespace {

constexpr EngineRow counted(Engine id, std::string_view name, const CountedEngine &engine)
{
    return {id, name, &GeneratorAccess::start_counted, &counted_samplers, &counted_sources, &engine, &counted_state};
}

constinit const std::array rows{
    counted(Engine::pcg32, "pcg32", pcg32_engine),
    counted(Engine::philox4x32, "philox4x32", philox4x32_engine),
    EngineRow{Engine::torch_mt19937, "torch_mt19937", &start_torch, &torch_samplers, &torch_sources, nullptr,
              &torch_state, &torch_original, "and PyTorch has no", "which is sequential and has no positions",
              "which cannot be forked: PyTorch has one sequence"},
    counted(Engine::ars4x32, "ars4x32", ars4x32_engine),
};

} // namespace

std::span<const EngineRow> engine_rows() noexcept
{
    return rows;
}

const EngineRow &engine_row(Engine engine)
{
    std::vector<std::string> known;
    for (const EngineRow &row : rows) {
        if (row.id == engine) {
            return row;
        }
        known.push_back(std::string(row.name) + " (" + text(static_cast<std::int64_t>(row.id)) + ")");
    }
    invalid_value("engine", static_cast<std::int64_t>(engine), one_of(known));
}

void refuse_engine(const EngineRow &row, std::string_view reason)
{
    std::vector<std::string> counted;
    for (const EngineRow &other : rows) {
        if (other.counted != nullptr) {
            counted.push_back(text(static_cast<std::int64_t>(other.id)));
        }
    }
    std::string message = "engine is " + text(static_cast<std::int64_t>(row.id));
    message.append(" (").append(row.name).append("), ").append(reason).append("; expected ").append(one_of(counted));
    throw Unsupported(message);
}

void refuse_draw(const EngineRow &row, std::string_view what)
{
    refuse_engine(row, std::string(row.no_draw).append(" ").append(what));
}

} // namespace core

std::string_view name_of(Engine engine) noexcept
{
    const auto *row = std::ranges::find(core::rows, engine, &core::EngineRow::id);
    return row == core::rows.end() ? std::string_view{} : row->name;
}

Engine engine_from_name(std::string_view name)
{
    std::string expected = "one of";
    for (const core::EngineRow &row : core::rows) {
        if (row.name == name) {
            return row.id;
        }
        expected.append(" ").append(row.name);
    }
    core::invalid("name", core::quoted(name), expected);
}

} // namespace unitvar
