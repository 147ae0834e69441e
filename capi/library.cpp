// Section 3 of unitvar.h: version, status, instruction set, threads, constants by name.
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "core/message.hpp"
#include "guard.hpp"
#include "unitvar/generator.hpp"
#include "unitvar/runtime.hpp"

namespace {

using unitvar::capi::guard;
using unitvar::capi::require;

struct NamedValue {
    const char *name;
    std::int32_t value;
};

constexpr NamedValue statuses[]{
    // from unitvar.h by cmake/bindings.py: Status
    {"UNITVAR_OK", UNITVAR_OK},
    {"UNITVAR_INVALID_ARGUMENT", UNITVAR_INVALID_ARGUMENT},
    {"UNITVAR_UNSUPPORTED", UNITVAR_UNSUPPORTED},
    {"UNITVAR_OUT_OF_MEMORY", UNITVAR_OUT_OF_MEMORY},
    {"UNITVAR_CORRUPT_STATE", UNITVAR_CORRUPT_STATE},
    {"UNITVAR_STREAM_EXHAUSTED", UNITVAR_STREAM_EXHAUSTED},
    {"UNITVAR_INTERNAL", UNITVAR_INTERNAL},
    // end
};

constexpr NamedValue nonlinearities[]{
    // from unitvar.h by cmake/bindings.py: Nonlinearity
    {"linear", UNITVAR_LINEAR},
    {"sigmoid", UNITVAR_SIGMOID},
    {"tanh", UNITVAR_TANH},
    {"relu", UNITVAR_RELU},
    {"leaky_relu", UNITVAR_LEAKY_RELU},
    {"selu", UNITVAR_SELU},
    {"gelu", UNITVAR_GELU},
    {"silu", UNITVAR_SILU},
    {"elu", UNITVAR_ELU},
    {"softplus", UNITVAR_SOFTPLUS},
    {"mish", UNITVAR_MISH},
    {"gain", UNITVAR_GAIN},
    // end
    {"conv1d", UNITVAR_LINEAR},
    {"conv2d", UNITVAR_LINEAR},
    {"conv3d", UNITVAR_LINEAR},
    {"conv_transpose1d", UNITVAR_LINEAR},
    {"conv_transpose2d", UNITVAR_LINEAR},
    {"conv_transpose3d", UNITVAR_LINEAR},
};

constexpr NamedValue fan_modes[]{
    // from unitvar.h by cmake/bindings.py: FanMode
    {"fan_in", UNITVAR_FAN_IN},
    {"fan_out", UNITVAR_FAN_OUT},
    {"fan_avg", UNITVAR_FAN_AVG},
    {"fan_geo_avg", UNITVAR_FAN_GEO_AVG},
    // end
};

constexpr NamedValue weight_layouts[]{
    // from unitvar.h by cmake/bindings.py: WeightLayout
    {"out_in_k", UNITVAR_OUT_IN_K},
    {"k_in_out", UNITVAR_K_IN_OUT},
    {"in_out_k", UNITVAR_IN_OUT_K},
    // end
};

constexpr NamedValue distributions[]{
    // from unitvar.h by cmake/bindings.py: Distribution
    {"uniform", UNITVAR_UNIFORM},
    {"normal", UNITVAR_NORMAL},
    {"truncated_normal", UNITVAR_TRUNCATED_NORMAL},
    // end
};

void look_up(std::span<const NamedValue> table, const char *name, std::int32_t *out)
{
    require(name, "name");
    require(out, "out");
    std::string expected = "one of";
    for (const NamedValue &entry : table) {
        if (std::strcmp(entry.name, name) == 0) {
            *out = entry.value;
            return;
        }
        expected.append(" ").append(entry.name);
    }
    unitvar::core::invalid("name", unitvar::core::quoted(name), expected);
}

} // namespace

extern "C" {

uint32_t unitvar_version(void)
{
    return unitvar::version();
}

const char *unitvar_version_string(void)
{
    return unitvar::version_string();
}

uint32_t unitvar_stream_version(void)
{
    return unitvar::stream_version();
}

const char *unitvar_status_name(int32_t status)
{
    for (const NamedValue &entry : statuses) {
        if (entry.value == status) {
            return entry.name;
        }
    }
    return "unknown status";
}

const char *unitvar_isa(void)
{
    return unitvar::isa();
}

int32_t unitvar_set_isa(const char *name)
{
    return guard([&] { unitvar::set_isa(name == nullptr ? "auto" : name); });
}

int32_t unitvar_set_num_threads(int32_t n)
{
    return guard([&] { unitvar::set_num_threads(n); });
}

int32_t unitvar_num_threads(void)
{
    return unitvar::num_threads();
}

int32_t unitvar_engine_from_name(const char *name, int32_t *out)
{
    return guard([&] {
        require(name, "name");
        require(out, "out");
        *out = static_cast<std::int32_t>(unitvar::engine_from_name(name));
    });
}

int32_t unitvar_nonlinearity_from_name(const char *name, int32_t *out)
{
    return guard([&] { look_up(nonlinearities, name, out); });
}

int32_t unitvar_fan_mode_from_name(const char *name, int32_t *out)
{
    return guard([&] { look_up(fan_modes, name, out); });
}

int32_t unitvar_distribution_from_name(const char *name, int32_t *out)
{
    return guard([&] { look_up(distributions, name, out); });
}

int32_t unitvar_weight_layout_from_name(const char *name, int32_t *out)
{
    return guard([&] { look_up(weight_layouts, name, out); });
}

int32_t unitvar_status_from_name(const char *name, int32_t *out)
{
    return guard([&] { look_up(statuses, name, out); });
}

} // extern "C"
