// By MPI's profiling interface: these functions stand before the library's, which have names with P as well.
#include "traffic.hpp"

#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

namespace {

std::uint64_t total = 0;

void add(std::int64_t count, MPI_Datatype type)
{
    int size = 0;
    PMPI_Type_size(type, &size);
    total += static_cast<std::uint64_t>(count * size);
}

} // namespace

namespace bench {

std::uint64_t bytes_sent() noexcept
{
    return total;
}

} // namespace bench

int MPI_Allreduce(const void *from, void *to, int count, MPI_Datatype type, MPI_Op op, MPI_Comm comm)
{
    add(count, type);
    return PMPI_Allreduce(from, to, count, type, op, comm);
}

int MPI_Bcast(void *data, int count, MPI_Datatype type, int root, MPI_Comm comm)
{
    int rank = 0;
    PMPI_Comm_rank(comm, &rank);
    add(rank == root ? count : 0, type);
    return PMPI_Bcast(data, count, type, root, comm);
}

int MPI_Allgather(const void *from, int count, MPI_Datatype type, void *to, int to_count, MPI_Datatype to_type,
                  MPI_Comm comm)
{
    add(count, type);
    return PMPI_Allgather(from, count, type, to, to_count, to_type, comm);
}

// In place, as mpi.hpp calls it: what a rank contributes stands in its part of the result.
int MPI_Allgatherv(const void *from, int count, MPI_Datatype type, void *to, const int counts[], const int offsets[],
                   MPI_Datatype to_type, MPI_Comm comm)
{
    int rank = 0;
    PMPI_Comm_rank(comm, &rank);
    if (from == MPI_IN_PLACE) {
        add(counts[rank], to_type);
    } else {
        add(count, type);
    }
    return PMPI_Allgatherv(from, count, type, to, counts, offsets, to_type, comm);
}

int MPI_Alltoallv(const void *from, const int counts[], const int offsets[], MPI_Datatype type, void *to,
                  const int to_counts[], const int to_offsets[], MPI_Datatype to_type, MPI_Comm comm)
{
    int ranks = 0;
    PMPI_Comm_size(comm, &ranks);
    for (int r = 0; r < ranks; ++r) {
        add(counts[r], type);
    }
    return PMPI_Alltoallv(from, counts, offsets, type, to, to_counts, to_offsets, to_type, comm);
}
