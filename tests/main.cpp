// Entry of the test program. The probes of the environment run first: they fork, and each child must be the first
// user of the library in its process.
#define DOCTEST_CONFIG_IMPLEMENT
#include "support/environment.hpp"

#include <doctest/doctest.h>

#include <unitvar.h>

#include <cstdio>
#include <cstdlib>

int main(int argc, char **argv)
{
    support::run_environment_probes();
    // An instruction set that this machine does not have is the runner's to skip.
    if (const char *isa = std::getenv("UNITVAR_ISA"); isa != nullptr && unitvar_set_isa(isa) == UNITVAR_UNSUPPORTED) {
        std::fprintf(stderr, "%s\n", unitvar_last_error());
        return 77;
    }
    doctest::Context context(argc, argv);
    return context.run();
}
