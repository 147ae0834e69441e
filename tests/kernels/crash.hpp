// Calls that may crash: the signals of wild pointers, unknown instructions and impossible divisions end the call, not
// the program.
#ifndef UNITVAR_TESTS_KERNELS_CRASH_HPP
#define UNITVAR_TESTS_KERNELS_CRASH_HPP

#include <functional>

namespace checkkernels {

struct Crash {
    int signal = 0;                // 0: there was none
    const void *address = nullptr; // what the access was to
    [[nodiscard]] const char *name() const;
};

// To be called once, before the first call.
void catch_crashes();
// Objects that the call makes are lost where it crashes.
[[nodiscard]] Crash call_guarded(const std::function<void()> &call);

} // namespace checkkernels

#endif
