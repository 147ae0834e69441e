// CPU detection. A vector instruction set counts only where the operating system saves its registers: XCR0 must hold
// 0x6 for ymm and 0xE6 for zmm registers (Intel SDM volume 1, sections 14.3 and 15.2).
#include "core/cpu.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
#include <atomic>

#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace unitvar::core {
namespace {

#if defined(__x86_64__)

struct Registers {
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
};

Registers cpuid(unsigned leaf) noexcept
{
    Registers r;
    if (__get_cpuid_count(leaf, 0, &r.eax, &r.ebx, &r.ecx, &r.edx) == 0) {
        return {};
    }
    return r;
}

constexpr unsigned osxsave = 1U << 27U;
constexpr std::uint64_t ymm_state = 0x6;
constexpr std::uint64_t zmm_state = 0xE6;

// Only where CPUID reports OSXSAVE.
std::uint64_t xcr0() noexcept
{
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return std::uint64_t{high} << 32U | low;
}

struct Feature {
    std::string_view name;
    unsigned leaf;
    unsigned Registers::*reg;
    unsigned bit;
    std::uint64_t state;
};

constexpr std::array<Feature, 11> features{{
    {"aes", 1, &Registers::ecx, 25, ymm_state}, // asked for with AVX alone
    {"fma", 1, &Registers::ecx, 12, ymm_state},
    {"avx", 1, &Registers::ecx, 28, ymm_state},
    {"f16c", 1, &Registers::ecx, 29, ymm_state},
    {"avx2", 7, &Registers::ebx, 5, ymm_state},
    {"avx512f", 7, &Registers::ebx, 16, zmm_state},
    {"avx512dq", 7, &Registers::ebx, 17, zmm_state},
    {"avx512cd", 7, &Registers::ebx, 28, zmm_state},
    {"avx512bw", 7, &Registers::ebx, 30, zmm_state},
    {"avx512vl", 7, &Registers::ebx, 31, zmm_state},
    {"vaes", 7, &Registers::ecx, 9, ymm_state},
}};

constexpr unsigned asked = 1U << features.size();

// A bit for each feature, and asked.
unsigned ask() noexcept
{
    const Registers general = cpuid(1);
    const Registers extended = cpuid(7);
    const std::uint64_t saved = (general.ecx & osxsave) != 0 ? xcr0() : 0;
    unsigned result = asked;
    for (std::size_t i = 0; i < features.size(); ++i) {
        const Feature &feature = features[i];
        const Registers &leaf = feature.leaf == 1 ? general : extended;
        const bool there = (saved & feature.state) == feature.state && (leaf.*feature.reg >> feature.bit & 1U) != 0;
        result |= there ? 1U << i : 0;
    }
    return result;
}

bool has(std::string_view name) noexcept
{
    // Once: in a virtual machine each CPUID leaves it, which takes longer than a small fill. Threads find the same.
    static constinit std::atomic<unsigned> answer{0};
    unsigned found = answer.load(std::memory_order_relaxed);
    if (found == 0) {
        found = ask();
        answer.store(found, std::memory_order_relaxed);
    }
    for (std::size_t i = 0; i < features.size(); ++i) {
        if (features[i].name == name) {
            return (found >> i & 1U) != 0;
        }
    }
    return false;
}

#elif defined(__aarch64__)

bool has(std::string_view name) noexcept
{
#if defined(__linux__)
    const unsigned long features = getauxval(AT_HWCAP);
    return (name == "asimd" && (features & HWCAP_ASIMD) != 0) || (name == "aes" && (features & HWCAP_AES) != 0);
#else
    return name == "asimd"; // part of every AArch64 that other systems run on
#endif
}

#else

bool has(std::string_view /*name*/) noexcept
{
    return false;
}

#endif

} // namespace

bool cpu_has(std::string_view list) noexcept
{
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        if (!has(list.substr(0, comma))) {
            return false;
        }
        list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    }
    return true;
}

} // namespace unitvar::core
