// Bodies that run in a forked child, since they end it, or need a process that has not yet used the library.
#ifndef UNITVAR_TESTS_CORE_CHILD_HPP
#define UNITVAR_TESTS_CORE_CHILD_HPP

#include <doctest/doctest.h>

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace support {

// The status that the child ended with: what body gave to exit, or what it returns. -1: it was killed.
template <class Body> int status_of_child(const Body &body)
{
    std::fflush(nullptr); // what is buffered is the parent's to write
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        std::exit(body());
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace support

#endif
