// The tests of unitvar::mpi: every rank runs all of them, since what they call is collective. A failed check is printed by
// the rank that sees it, and any rank's makes the run fail.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <unitvar/mpi.hpp>

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    doctest::Context context(argc, argv);
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    context.setOption("minimal", rank != 0);
    const int status = context.run();
    MPI_Finalize();
    return status;
}
