// The boundary: everything that is thrown behind it becomes a status and this thread's last error.
#pragma once

#include <cstdint>
#include <exception>
#include <new>
#include <optional>
#include <span>

#include "unitvar.h"
#include "unitvar/error.hpp"
#include "unitvar/generator.hpp"
#include "unitvar/tensor.hpp"

struct unitvar_generator {
    unitvar::Generator value;
};

namespace unitvar::capi {

// Keeps the message for unitvar_last_error. Long ones are cut.
void set_last_error(const char *message) noexcept;

template <class Body> [[nodiscard]] std::int32_t guard(Body &&body) noexcept
{
    try {
        body();
        return UNITVAR_OK;
    } catch (const Error &error) {
        set_last_error(error.what());
        return static_cast<std::int32_t>(error.status());
    } catch (const std::bad_alloc &) {
        set_last_error("the system has no memory left");
        return UNITVAR_OUT_OF_MEMORY;
    } catch (const std::exception &error) {
        set_last_error(error.what());
        return UNITVAR_INTERNAL;
    } catch (...) {
        set_last_error("an unknown exception");
        return UNITVAR_INTERNAL;
    }
}

[[noreturn]] void refuse_null(const char *name);
// Throws InvalidArgument where the pointer is NULL.
inline void require(const void *pointer, const char *name)
{
    if (pointer == nullptr) {
        refuse_null(name);
    }
}

// A buffer of n elements; NULL only where n is 0.
template <class T> [[nodiscard]] std::span<T> buffer(T *data, std::size_t n, const char *name)
{
    if (n != 0) {
        require(data, name);
    }
    return {data, n};
}

[[nodiscard]] inline Generator &generator(unitvar_generator *g)
{
    require(g, "g");
    return g->value;
}

// The view of a tensor, its device, dtype and dimension count checked; what views cannot express is refused. The name
// is the caller's argument, for messages.
[[nodiscard]] TensorView tensor_view(const unitvar_tensor *t, const char *name = "t");
// Its shape alone, which needs no data.
[[nodiscard]] std::span<const std::int64_t> tensor_shape(const unitvar_tensor *t, const char *name = "t");

// A tensor that may be absent.
class OptionalTensor {
public:
    OptionalTensor(const unitvar_tensor *t, const char *argument)
    {
        if (t != nullptr) {
            view_ = tensor_view(t, argument);
        }
    }
    operator const TensorView *() const noexcept { return view_ ? &*view_ : nullptr; }

private:
    std::optional<TensorView> view_;
};

} // namespace unitvar::capi
