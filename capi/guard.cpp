// Status, last error and the checks that every entry point shares.
#include "guard.hpp"

#include <cstdio>
#include <string>

#include "core/layout.hpp"
#include "core/message.hpp"

namespace unitvar::capi {
namespace {

// A plain array: no allocation when memory is short, no destructor when the library is unloaded.
constinit thread_local char last_error[512] = "";

constexpr std::int32_t device_cpu = 1; // DLPack's kDLCPU
constexpr std::uint8_t code_float = 2; // DLPack's kDLFloat

DType dtype_of(const unitvar_dtype &dtype, const std::string &name)
{
    if (dtype.lanes != 1) {
        core::invalid_value(name + "->dtype.lanes", std::uint64_t{dtype.lanes}, "1");
    }
    if (dtype.code == code_float && dtype.bits == 32) {
        return DType::f32;
    }
    if (dtype.code == code_float && dtype.bits == 64) {
        return DType::f64;
    }
    throw Unsupported(core::message(name + "->dtype",
                                    "{code " + core::text(std::uint64_t{dtype.code}) + ", bits " +
                                        core::text(std::uint64_t{dtype.bits}) + "}",
                                    "f32 {2, 32} or f64 {2, 64}"));
}

} // namespace

void set_last_error(const char *message) noexcept
{
    std::snprintf(last_error, sizeof(last_error), "%s", message);
}

void refuse_null(const char *name)
{
    core::invalid(name, "NULL", "an address");
}

std::span<const std::int64_t> tensor_shape(const unitvar_tensor *t, const char *argument)
{
    require(t, argument);
    const std::string name(argument);
    if (t->ndim < 0 || t->ndim > static_cast<std::int32_t>(core::most_dimensions)) {
        core::invalid_value(name + "->ndim", std::int64_t{t->ndim},
                            "0 to " + core::text(std::uint64_t{core::most_dimensions}));
    }
    if (t->ndim != 0) {
        require(t->shape, (name + "->shape").c_str());
    }
    return {t->shape, static_cast<std::size_t>(t->ndim)};
}

TensorView tensor_view(const unitvar_tensor *t, const char *argument)
{
    const std::span<const std::int64_t> shape = tensor_shape(t, argument);
    const std::string name(argument);
    if (t->device.device_type != device_cpu) {
        throw Unsupported(core::message(name + "->device.device_type", core::text(std::int64_t{t->device.device_type}),
                                        "1, the CPU"));
    }
    if (t->device.device_id != 0) {
        throw Unsupported(
            core::message(name + "->device.device_id", core::text(std::int64_t{t->device.device_id}), "0"));
    }
    const DType dtype = dtype_of(t->dtype, name);
    if (t->byte_offset > static_cast<std::uint64_t>(PTRDIFF_MAX)) {
        core::invalid_value(name + "->byte_offset", t->byte_offset, "an offset below 2^63");
    }
    void *data = t->data == nullptr ? nullptr : static_cast<unsigned char *>(t->data) + t->byte_offset;
    return {data, dtype, shape,
            t->strides == nullptr ? std::span<const std::int64_t>{}
                                  : std::span<const std::int64_t>{t->strides, shape.size()}};
}

} // namespace unitvar::capi

extern "C" const char *unitvar_last_error(void)
{
    return unitvar::capi::last_error;
}
