// The boundary: everything that is thrown behind it becomes a status and this thread's last error.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <type_traits>

#include "unitvar.h"
#include "unitvar/error.hpp"
#include "unitvar/generator.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar::capi {

// Whether a call is in a generator. Debug and sanitized builds look (UNITVAR_CHECK_THREADS), others trust the caller.
// NOLINTNEXTLINE(cppcoreguidelines-special-member-functions): copying is all that it is for
class Occupancy {
public:
    Occupancy() noexcept = default;
    // NOLINTNEXTLINE(modernize-use-equals-default): a copy is a generator of its own, which nobody is in
    Occupancy(const Occupancy &) noexcept {}
    Occupancy &operator=(const Occupancy &) = delete;
#ifdef UNITVAR_CHECK_THREADS
    [[nodiscard]] bool enter() noexcept
    {
        return !taken_.exchange(true, std::memory_order_acquire);
    }
    void leave() noexcept
    {
        taken_.store(false, std::memory_order_release);
    }

private:
    std::atomic<bool> taken_{false};
#else
    [[nodiscard]] static constexpr bool enter() noexcept
    {
        return true;
    }
    static constexpr void leave() noexcept {}
#endif
};

} // namespace unitvar::capi

struct unitvar_generator {
    unitvar::Generator value;
    [[no_unique_address]] mutable unitvar::capi::Occupancy occupancy{};
};

namespace unitvar::capi {

// Keeps the message for unitvar_last_error. Long ones are cut.
void set_last_error(const char *message) noexcept;

[[nodiscard]] inline std::int32_t out_of_memory() noexcept
{
    set_last_error("the system has no memory left");
    return UNITVAR_OUT_OF_MEMORY;
}

template <class Body> [[nodiscard]] std::int32_t guard(Body &&body) noexcept
{
    try {
        body();
        return UNITVAR_OK;
    } catch (const Error &error) {
        set_last_error(error.what());
        return static_cast<std::int32_t>(error.status());
    } catch (const std::bad_alloc &) {
        return out_of_memory();
    } catch (const std::length_error &) { // a container larger than the address space
        return out_of_memory();
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

[[noreturn]] void refuse_second_thread();

// A generator for the length of a call, which is alone in it. G: Generator or const Generator.
template <class G> class GeneratorUse {
    using Handle = std::conditional_t<std::is_const_v<G>, const unitvar_generator, unitvar_generator>;

public:
    GeneratorUse() noexcept = default; // of none
    explicit GeneratorUse(Handle *g) : g_(g)
    {
        require(g, "g");
        if (!g->occupancy.enter()) {
            refuse_second_thread();
        }
    }
    ~GeneratorUse()
    {
        if (g_ != nullptr) {
            g_->occupancy.leave();
        }
    }
    GeneratorUse(const GeneratorUse &) = delete;
    GeneratorUse(GeneratorUse &&) = delete;
    GeneratorUse &operator=(const GeneratorUse &) = delete;
    GeneratorUse &operator=(GeneratorUse &&) = delete;

    // NOLINTNEXTLINE(google-explicit-constructor): an argument of the core's functions
    operator G &() const noexcept { return g_->value; }
    [[nodiscard]] G *operator->() const noexcept { return &g_->value; }
    [[nodiscard]] G *get() const noexcept { return g_ == nullptr ? nullptr : &g_->value; }

private:
    Handle *g_ = nullptr;
};

[[nodiscard]] inline GeneratorUse<Generator> generator(unitvar_generator *g)
{
    return GeneratorUse<Generator>(g);
}
[[nodiscard]] inline GeneratorUse<const Generator> generator(const unitvar_generator *g)
{
    return GeneratorUse<const Generator>(g);
}
// NULL stands for no generator.
[[nodiscard]] inline GeneratorUse<Generator> generator_or_none(unitvar_generator *g)
{
    return g == nullptr ? GeneratorUse<Generator>() : GeneratorUse<Generator>(g);
}
[[nodiscard]] inline GeneratorUse<const Generator> generator_or_none(const unitvar_generator *g)
{
    return g == nullptr ? GeneratorUse<const Generator>() : GeneratorUse<const Generator>(g);
}

// The view of a tensor, its device, dtype and dimension count checked; what views cannot express is refused. The name
// is the caller's argument, for messages.
[[nodiscard]] TensorView tensor_view(const unitvar_tensor *t, const char *name = "t");
// The same where integers are taken too.
[[nodiscard]] TensorView number_view(const unitvar_tensor *t, const char *name = "t");
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
