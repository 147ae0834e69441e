// The floating-point environment that everything is computed in: round to nearest, denormal numbers kept, exceptions
// masked. The caller may be in any other; it finds its own again, sticky flags included.
//
// Only what the library uses: MXCSR (Intel SDM volume 1, section 10.2.3) on x86-64, where no value is of the x87
// registers' type, FPCR and FPSR on AArch64 (Arm ARM, C5.2).
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace unitvar::core {

#if defined(__x86_64__)

struct FloatingPointState {
    std::uint32_t mxcsr;

    static constexpr std::uint32_t flags = 0x3F;
    static constexpr std::uint32_t default_modes = 0x1F80; // all exceptions masked

    [[nodiscard]] static FloatingPointState read() noexcept { return {_mm_getcsr()}; }
    void write() const noexcept { _mm_setcsr(mxcsr); }
    [[nodiscard]] FloatingPointState with_default_modes() const noexcept { return {default_modes | (mxcsr & flags)}; }
    friend bool operator==(const FloatingPointState &, const FloatingPointState &) = default;
};

#elif defined(__aarch64__)

struct FloatingPointState {
    std::uint64_t fpcr;
    std::uint64_t fpsr;

    [[nodiscard]] static FloatingPointState read() noexcept
    {
        FloatingPointState state{};
        asm volatile("mrs %0, fpcr" : "=r"(state.fpcr)::"memory");
        asm volatile("mrs %0, fpsr" : "=r"(state.fpsr)::"memory");
        return state;
    }
    void write() const noexcept
    {
        asm volatile("msr fpcr, %0" ::"r"(fpcr) : "memory");
        asm volatile("msr fpsr, %0" ::"r"(fpsr) : "memory");
    }
    [[nodiscard]] FloatingPointState with_default_modes() const noexcept { return {0, fpsr}; }
    friend bool operator==(const FloatingPointState &, const FloatingPointState &) = default;
};

#else

struct FloatingPointState {
    [[nodiscard]] static FloatingPointState read() noexcept { return {}; }
    void write() const noexcept {}
    [[nodiscard]] FloatingPointState with_default_modes() const noexcept { return {}; }
    friend bool operator==(const FloatingPointState &, const FloatingPointState &) = default;
};

#endif

// For the length of a call. Registers are written only where they differ, which is slower than to read them.
class DefaultFloatingPoint {
public:
    DefaultFloatingPoint() noexcept
    {
        if (const FloatingPointState ours = callers_.with_default_modes(); !(ours == callers_)) {
            ours.write();
        }
        keep_order();
    }
    ~DefaultFloatingPoint()
    {
        keep_order();
        if (!(FloatingPointState::read() == callers_)) {
            callers_.write();
        }
    }
    DefaultFloatingPoint(const DefaultFloatingPoint &) = delete;
    DefaultFloatingPoint &operator=(const DefaultFloatingPoint &) = delete;

    // A result that leaves the scope in a register and not in memory.
    [[nodiscard]] static double computed(double value) noexcept
    {
        asm volatile("" : "+m"(value));
        return value;
    }

private:
    // Compilers do not know that arithmetic depends on the registers: what goes through memory stays on its side.
    static void keep_order() noexcept { asm volatile("" ::: "memory"); }

    FloatingPointState callers_ = FloatingPointState::read();
};

} // namespace unitvar::core
