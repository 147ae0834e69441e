// How the kernels of engine 3 write: whole packs in place, the last one through a buffer.
#pragma once

#include "core/kernel_table.hpp"
#include "simd/pack.hpp"

namespace unitvar {
namespace {

// Writes n elements, make(i) being the pack of elements i to i + P::lanes - 1. Streaming stores need a target that is
// aligned to a line, and
// TorchKernels::fence after the last of them: a fence here would wait for memory once for every piece of a fill.
template <class P, class Make>
UNITVAR_INLINE void store_elements(void *target, std::size_t n, core::StoreMode mode, const Make &make)
{
    constexpr std::size_t pack_bytes = sizeof(typename P::Lane) * P::lanes;
    constexpr std::size_t line_bytes = 64;
    auto *out = static_cast<unsigned char *>(target);
    const std::size_t whole = n / P::lanes * P::lanes;
    std::size_t i = 0;
    if (mode == core::StoreMode::streaming && reinterpret_cast<std::uintptr_t>(out) % line_bytes == 0) {
        for (; i < whole; i += P::lanes, out += pack_bytes) {
            stream(out, make(i));
        }
    }
    for (; i < whole; i += P::lanes, out += pack_bytes) {
        store(out, make(i));
    }
    if (i < n) {
        alignas(64) unsigned char buffer[pack_bytes];
        store(buffer, make(i));
        __builtin_memcpy(out, buffer, (n - i) * sizeof(typename P::Lane));
    }
}

} // namespace
} // namespace unitvar
