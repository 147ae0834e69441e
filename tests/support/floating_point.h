/* Floating-point environments that a caller may be in, for C and C++: other rounding modes, denormal numbers flushed,
 * exceptions that trap, each with a sticky flag raised that nothing in the library raises alone. */
#ifndef UNITVAR_TESTS_SUPPORT_FLOATING_POINT_H
#define UNITVAR_TESTS_SUPPORT_FLOATING_POINT_H

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

enum { floating_point_environments = 6 };

static inline const char *floating_point_name(int environment)
{
    static const char *const names[floating_point_environments] = {
        "default", "upward", "downward", "toward zero", "denormals flushed", "exceptions trap"};
    return names[environment];
}

/* What the library must leave alone. */
struct floating_point_state {
    uint64_t modes;
    uint64_t flags;
};

static inline struct floating_point_state floating_point_now(void)
{
    struct floating_point_state state = {0, 0};
#if defined(__SSE2__)
    state.modes = _mm_getcsr(); /* both */
#elif defined(__aarch64__)
    __asm__ volatile("mrs %0, fpcr" : "=r"(state.modes));
    __asm__ volatile("mrs %0, fpsr" : "=r"(state.flags));
#elif defined(__riscv)
    __asm__ volatile("frcsr %0" : "=r"(state.modes)); /* both, as below */
#elif defined(__s390x__)
    uint32_t bits;
    __asm__ volatile("efpc %0" : "=r"(bits));
    state.modes = bits;
#elif defined(__powerpc64__)
    double bits;
    __asm__ volatile("mffs %0" : "=f"(bits));
    memcpy(&state.modes, &bits, sizeof bits);
    state.modes &= ~UINT64_C(0x7F000); /* without what the last operation was and gave */
#elif defined(__arm__)
    uint32_t bits;
    __asm__ volatile("vmrs %0, fpscr" : "=r"(bits));
    state.modes = bits & 0x0FFFFFFF; /* without the result of the last comparison */
#endif
    return state;
}

static inline int floating_point_equal(struct floating_point_state a, struct floating_point_state b)
{
    return a.modes == b.modes && a.flags == b.flags;
}

#if !defined(__SSE2__) && !defined(__aarch64__)
static inline void floating_point_write(uint32_t modes)
{
#if defined(__riscv)
    __asm__ volatile("fscsr %0" ::"r"((uint64_t)modes) : "memory");
#elif defined(__s390x__)
    __asm__ volatile("sfpc %0" ::"r"((uint64_t)modes) : "memory");
#elif defined(__powerpc64__)
    const uint64_t all = modes;
    double bits;
    memcpy(&bits, &all, sizeof bits);
    __asm__ volatile("mtfsf 255, %0" ::"f"(bits) : "memory");
#elif defined(__arm__)
    __asm__ volatile("vmsr fpscr, %0" ::"r"(modes) : "memory");
#else
    (void)modes;
#endif
}
#endif

/* For the code that follows; returns what it set. Registers are written without libm, which programs may not link. */
static inline struct floating_point_state floating_point_set(int environment)
{
    /* Nearest 0, up 1, down 2, toward zero 3, as Arm counts them. */
    static const uint32_t rounding[floating_point_environments] = {0, 1, 2, 3, 0, 0};
#if defined(__SSE2__)
    static const uint32_t intel[4] = {0, 2, 1, 3};
    const uint32_t underflow = 0x10, flush_to_zero = 0x8000, denormals_are_zero = 0x40, masks = 0x1F80;
    const uint32_t rounding_bits = intel[rounding[environment]];
    uint16_t x87 = (uint16_t)(0x37F | rounding_bits << 10);
    uint32_t mxcsr = masks | underflow | rounding_bits << 13;
    if (environment == 4)
        mxcsr |= flush_to_zero | denormals_are_zero;
    if (environment == 5)
        mxcsr &= ~masks;
    __asm__ volatile("fldcw %0" ::"m"(x87));
    _mm_setcsr(mxcsr);
#elif defined(__aarch64__)
    /* FZ, FZ16 and DN, which makes every NaN the same; then all traps, which processors may lack. */
    const uint64_t underflow = 8, flushing = UINT64_C(0x3080000), traps = 0x9F00;
    uint64_t modes = (uint64_t)rounding[environment] << 22;
    if (environment == 4)
        modes |= flushing;
    if (environment == 5)
        modes |= traps;
    __asm__ volatile("msr fpcr, %0" ::"r"(modes) : "memory");
    __asm__ volatile("msr fpsr, %0" ::"r"(underflow) : "memory");
#elif defined(__arm__)
    floating_point_write(rounding[environment] << 22 | (environment == 4 ? 1u << 24 : 0) | 8);
#else
    /* Nearest, up, down, toward zero as others count them; traps where a bit alone makes them. */
#if defined(__riscv)
    static const uint32_t modes[floating_point_environments] = {0x02, 0x62, 0x42, 0x22, 0x02, 0x02};
#elif defined(__s390x__)
    static const uint32_t modes[floating_point_environments] = {0x100000, 0x100002, 0x100003,
                                                                0x100001, 0x100000, 0xF8100000};
#elif defined(__powerpc64__)
    /* With the non-IEEE mode as the fifth. */
    static const uint32_t modes[floating_point_environments] = {0x08000000, 0x08000002, 0x08000003,
                                                                0x08000001, 0x08000004, 0x08000000};
#else
    static const uint32_t modes[floating_point_environments] = {0};
#endif
    floating_point_write(modes[environment]);
    (void)rounding;
#endif
    return floating_point_now();
}

static inline void floating_point_reset(void)
{
#if defined(__SSE2__)
    const uint16_t x87 = 0x37F;
    __asm__ volatile("fldcw %0" ::"m"(x87));
    _mm_setcsr(0x1F80);
#elif defined(__aarch64__)
    __asm__ volatile("msr fpcr, xzr" ::: "memory");
    __asm__ volatile("msr fpsr, xzr" ::: "memory");
#else
    floating_point_write(0);
#endif
}

#endif
