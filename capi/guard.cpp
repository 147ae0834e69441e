// Status, last error and the checks that every entry point shares.
#include "guard.hpp"

#include <array>
#include <cstdio>
#include <string>

#include "core/message.hpp"
#include "core/tensor.hpp"

namespace unitvar::capi {
namespace {

// A plain array: no allocation when memory is short, no destructor when the library is unloaded.
constinit thread_local char last_error[512] = "";

constexpr std::int32_t device_cpu = 1; // DLPack's kDLCPU

// Codes are DLPack's: kDLFloat, kDLBfloat, kDLInt, kDLUInt and kDLBool.
struct NamedDType {
    std::uint8_t code;
    std::uint8_t bits;
    DType dtype;
};
constexpr std::array<NamedDType, 10> dtypes{{
    {2, 32, DType::f32},
    {2, 64, DType::f64},
    {4, 16, DType::bf16},
    {2, 16, DType::f16},
    {0, 8, DType::i8},
    {0, 16, DType::i16},
    {0, 32, DType::i32},
    {0, 64, DType::i64},
    {1, 8, DType::u8},
    {6, 8, DType::boolean},
}};

std::string field(const char *name, const char *member)
{
    return std::string(name) + "->" + member;
}

DType dtype_of(const unitvar_dtype &dtype, const char *name, core::Numbers numbers)
{
    if (dtype.lanes != 1) {
        core::invalid_value(field(name, "dtype.lanes"), std::uint64_t{dtype.lanes}, "1");
    }
    for (const NamedDType &known : dtypes) {
        if (known.code == dtype.code && known.bits == dtype.bits &&
            (numbers == core::Numbers::all || core::is_floating(known.dtype))) {
            return known.dtype;
        }
    }
    throw Unsupported(core::message(
        field(name, "dtype"),
        "{code " + core::text(std::uint64_t{dtype.code}) + ", bits " + core::text(std::uint64_t{dtype.bits}) + "}",
        numbers == core::Numbers::floating ? "f32 {2, 32}, f64 {2, 64}, bf16 {4, 16} or f16 {2, 16}"
                                           : "f32 {2, 32}, f64 {2, 64}, bf16 {4, 16}, f16 {2, 16}, i8 to i64 {0, 8 to "
                                             "64}, u8 {1, 8} or bool {6, 8}"));
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

void refuse_second_thread()
{
    throw InvalidArgument("g is in use by another thread, expected a generator that is this thread's own");
}

std::span<const std::int64_t> tensor_shape(const unitvar_tensor *t, const char *name)
{
    require(t, name);
    if (t->ndim < 0 || t->ndim > static_cast<std::int32_t>(core::most_dimensions)) {
        core::invalid_value(field(name, "ndim"), std::int64_t{t->ndim},
                            "0 to " + core::text(std::uint64_t{core::most_dimensions}));
    }
    if (t->ndim != 0 && t->shape == nullptr) {
        refuse_null(field(name, "shape").c_str());
    }
    return {t->shape, static_cast<std::size_t>(t->ndim)};
}

namespace {

TensorView view_of(const unitvar_tensor *t, const char *name, core::Numbers numbers)
{
    const std::span<const std::int64_t> shape = tensor_shape(t, name);
    if (t->device.device_type != device_cpu) {
        throw Unsupported(core::message(field(name, "device.device_type"),
                                        core::text(std::int64_t{t->device.device_type}), "1, the CPU"));
    }
    if (t->device.device_id != 0) {
        throw Unsupported(
            core::message(field(name, "device.device_id"), core::text(std::int64_t{t->device.device_id}), "0"));
    }
    const DType dtype = dtype_of(t->dtype, name, numbers);
    if (t->byte_offset > static_cast<std::uint64_t>(PTRDIFF_MAX)) {
        core::invalid_value(field(name, "byte_offset"), t->byte_offset, "an offset below 2^63");
    }
    void *data = t->data == nullptr ? nullptr : static_cast<unsigned char *>(t->data) + t->byte_offset;
    return {data, dtype, shape,
            t->strides == nullptr ? std::span<const std::int64_t>{}
                                  : std::span<const std::int64_t>{t->strides, shape.size()}};
}

} // namespace

TensorView tensor_view(const unitvar_tensor *t, const char *name)
{
    return view_of(t, name, core::Numbers::floating);
}

TensorView number_view(const unitvar_tensor *t, const char *name)
{
    return view_of(t, name, core::Numbers::all);
}

} // namespace unitvar::capi

extern "C" const char *unitvar_last_error(void)
{
    return unitvar::capi::last_error;
}
