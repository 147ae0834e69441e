// How the library's calls of pthread_create end: the linker lets this program have them (-Wl,--wrap=pthread_create).
#ifndef UNITVAR_TESTS_CORE_PTHREAD_CREATE_HPP
#define UNITVAR_TESTS_CORE_PTHREAD_CREATE_HPP

#include <atomic>

namespace support {

// While positive, calls succeed and count down; at 0 they fail with EAGAIN; negative: nothing fails.
extern std::atomic<int> threads_to_be_had;
// Calls so far.
extern std::atomic<int> threads_asked_for;

} // namespace support

#endif
