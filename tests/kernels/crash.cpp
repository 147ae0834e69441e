#include "crash.hpp"

#include <csetjmp>
#include <csignal>
#include <cstddef>

namespace checkkernels {
namespace {

struct Signal {
    int number;
    const char *name;
};
constexpr Signal signals[] = {
    {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGILL, "SIGILL"}, {SIGFPE, "SIGFPE"}, {SIGTRAP, "SIGTRAP"},
};

sigjmp_buf before_call;
volatile std::sig_atomic_t calling = 0;
Crash crash;

void handle(int number, siginfo_t *info, void * /*context*/)
{
    if (calling == 0) {
        std::signal(number, SIG_DFL);
        std::raise(number);
        return;
    }
    calling = 0;
    crash = {number, info->si_addr};
    siglongjmp(before_call, 1);
}

} // namespace

const char *Crash::name() const
{
    for (const Signal &one : signals)
        if (one.number == signal)
            return one.name;
    return "no signal";
}

void catch_crashes()
{
    // The handler must work where a kernel has run off its stack.
    static unsigned char stack[std::size_t{64} << 10U];
    stack_t alternative{};
    alternative.ss_sp = stack;
    alternative.ss_size = sizeof stack;
    sigaltstack(&alternative, nullptr);
    struct sigaction action {};
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (const Signal &one : signals)
        sigaction(one.number, &action, nullptr);
}

Crash call_guarded(const std::function<void()> &call)
{
    crash = {};
    if (sigsetjmp(before_call, 1) == 0) {
        calling = 1;
        call();
        calling = 0;
    }
    return crash;
}

} // namespace checkkernels
