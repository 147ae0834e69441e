// The floating-point environment that everything is computed in: round to nearest, denormal numbers kept, exceptions
// masked. The caller may be in any other; it finds its own again, sticky flags included.
//
// Only what the library uses: MXCSR (Intel SDM volume 1, section 10.2.3) on x86, where no value is of the x87
// registers' type, FPCR and FPSR on AArch64 (Arm ARM, C5.2), and the one register that others have.
#pragma once

#include <bit>
#include <cstdint>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace unitvar::core {

#if defined(__SSE2__)

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

// One register with modes, which are all 0 by default, and sticky flags.
struct FloatingPointState {
    std::uint64_t control;

    void write() const noexcept;
    [[nodiscard]] static FloatingPointState read() noexcept;
    [[nodiscard]] FloatingPointState with_default_modes() const noexcept { return {control & flags}; }
    friend bool operator==(const FloatingPointState &, const FloatingPointState &) = default;

#if defined(__riscv)
    static constexpr std::uint64_t flags = 0x1F; // fcsr (RISC-V ISA, chapter F)
#elif defined(__s390x__)
    static constexpr std::uint64_t flags = 0xFFFF00; // FPC (z/Architecture Principles of Operation, chapter 9)
#elif defined(__powerpc64__)
    static constexpr std::uint64_t flags = 0xFFFFFF00; // FPSCR (Power ISA, section 4.2.2)
#elif defined(__arm__)
    static constexpr std::uint64_t flags = 0xF800009F; // FPSCR (Arm ARM, A2.5.3)
#else
    static constexpr std::uint64_t flags = 0;
#endif
};

inline FloatingPointState FloatingPointState::read() noexcept
{
    FloatingPointState state{};
#if defined(__riscv)
    asm volatile("frcsr %0" : "=r"(state.control)::"memory");
#elif defined(__s390x__)
    // The rest of the register stays what it was.
    std::uint32_t bits = 0;
    asm volatile("efpc %0" : "=r"(bits)::"memory");
    state.control = bits;
#elif defined(__powerpc64__)
    double bits = 0;
    asm volatile("mffs %0" : "=f"(bits)::"memory");
    state.control = std::bit_cast<std::uint64_t>(bits);
#elif defined(__arm__)
    std::uint32_t bits = 0;
    asm volatile("vmrs %0, fpscr" : "=r"(bits)::"memory");
    state.control = bits;
#endif
    return state;
}

inline void FloatingPointState::write() const noexcept
{
#if defined(__riscv)
    asm volatile("fscsr %0" ::"r"(control) : "memory");
#elif defined(__s390x__)
    asm volatile("sfpc %0" ::"r"(control) : "memory");
#elif defined(__powerpc64__)
    asm volatile("mtfsf 255, %0" ::"f"(std::bit_cast<double>(control)) : "memory");
#elif defined(__arm__)
    asm volatile("vmsr fpscr, %0" ::"r"(static_cast<std::uint32_t>(control)) : "memory");
#endif
}

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
