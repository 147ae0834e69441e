// What tests on several ranks share: the first ranks of the world as a communicator, data that all ranks know, and errors that
// must be the same everywhere.
#ifndef UNITVAR_TESTS_MPI_SUPPORT_HPP
#define UNITVAR_TESTS_MPI_SUPPORT_HPP

#include <doctest/doctest.h>

#include <unitvar/mpi.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace support {

using Lengths = std::vector<std::int64_t>;

inline int world_size()
{
    return unitvar::mpi::size_of(MPI_COMM_WORLD);
}
inline int world_rank()
{
    return unitvar::mpi::rank_of(MPI_COMM_WORLD);
}

// Numbers of ranks to try; one is the reference. Larger worlds leave out what smaller ones show.
inline std::vector<int> rank_counts()
{
    switch (world_size()) {
    case 1:
        return {1};
    case 4:
        return {2, 3, 4};
    default:
        return {2, world_size()};
    }
}

// The first `count` ranks; the others have none.
class FirstRanks {
public:
    explicit FirstRanks(int count) : comm_(MPI_COMM_NULL)
    {
        MPI_Comm_split(MPI_COMM_WORLD, world_rank() < count ? 0 : MPI_UNDEFINED, world_rank(), &comm_);
    }
    FirstRanks(const FirstRanks &) = delete;
    FirstRanks &operator=(const FirstRanks &) = delete;
    ~FirstRanks()
    {
        if (comm_ != MPI_COMM_NULL)
            MPI_Comm_free(&comm_);
    }
    explicit operator bool() const { return comm_ != MPI_COMM_NULL; }
    operator MPI_Comm() const { return comm_; }

private:
    MPI_Comm comm_;
};

template <class T> bool same_bits(const std::vector<T> &a, const std::vector<T> &b)
{
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

// Calls it on every rank of comm, checks that all throw E with one message, and returns that.
template <class E, class Call> std::string same_error(MPI_Comm comm, const Call &call)
{
    std::string message = "no exception";
    try {
        call();
    } catch (const E &error) {
        message = error.what();
    }
    std::array<char, 1024> first{};
    message.copy(first.data(), first.size() - 1);
    MPI_Bcast(first.data(), static_cast<int>(first.size()), MPI_CHAR, 0, comm);
    CHECK(message == std::string(first.data()));
    return message;
}

} // namespace support

#endif
