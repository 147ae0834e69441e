// Keeps the word of mpi.hpp on datatypes and operations: what is sent is as long as it says, parts are merged in the order of
// the ranks, and what has no moments is seen at the end.
#include "support.hpp"

#include <cmath>
#include <cstddef>

using namespace unitvar;
using support::world_rank;
using support::world_size;

namespace {

template <class T> void check_datatypes(int bytes)
{
    const mpi::Datatype whole = mpi::datatype<T>();
    const mpi::Datatype bare = mpi::datatype_without_count<T>();
    int size = 0;
    MPI_Aint low = 0, extent = 0;
    MPI_Type_size(whole, &size);
    CHECK(size == bytes);
    MPI_Type_get_extent(whole, &low, &extent);
    CHECK((low == 0 && extent == bytes));
    MPI_Type_size(bare, &size);
    CHECK(size == bytes - 8);
    MPI_Type_get_extent(bare, &low, &extent);
    CHECK((low == 0 && extent == bytes));
}

// Rank r has elements r * 100 to r * 100 + 99 - r.
WideMoments moments_of_rank(int rank)
{
    std::vector<double> x;
    for (int i = 0; i < 100 - rank; ++i)
        x.push_back(rank * 100 + i);
    WideMoments m;
    m.update(x);
    return m;
}

} // namespace

TEST_CASE("datatypes have every member, or all but the count, and lie as arrays do")
{
    check_datatypes<Moments>(24);
    check_datatypes<WideMoments>(40);
    check_datatypes<BatchGradientSums>(24);
}

TEST_CASE("a reduction merges the moments of all ranks, and a scan those of the ranks before")
{
    const mpi::Datatype type = mpi::datatype<WideMoments>();
    const mpi::Merge merge = mpi::Merge::of<WideMoments>();
    int commutative = 1;
    MPI_Op_commutative(merge, &commutative);
    CHECK(commutative == 0);

    const WideMoments own = moments_of_rank(world_rank());
    const auto check = [](const WideMoments &got, int ranks) {
        long double n = 0, sum = 0, squares = 0;
        for (int r = 0; r < ranks; ++r)
            for (int i = 0; i < 100 - r; ++i)
                n += 1, sum += r * 100 + i;
        for (int r = 0; r < ranks; ++r)
            for (int i = 0; i < 100 - r; ++i)
                squares += (r * 100 + i - sum / n) * (r * 100 + i - sum / n);
        CHECK(got.count == static_cast<double>(n));
        CHECK(std::abs(got.average() - static_cast<double>(sum / n)) <= 1e-12 * static_cast<double>(sum / n));
        CHECK(std::abs(got.variance(0) - static_cast<double>(squares / n)) <= 1e-12 * static_cast<double>(squares / n));
    };
    WideMoments all, before;
    REQUIRE(MPI_Allreduce(&own, &all, 1, type, merge, MPI_COMM_WORLD) == MPI_SUCCESS);
    check(all, world_size());
    REQUIRE(MPI_Scan(&own, &before, 1, type, merge, MPI_COMM_WORLD) == MPI_SUCCESS);
    check(before, world_rank() + 1);
}

TEST_CASE("moments merged in order have the bits of one process, however the parts are dealt out")
{
    std::vector<WideMoments> parts;
    for (int i = 0; i < 25; ++i) {
        std::vector<float> x(static_cast<std::size_t>(40 + i));
        Generator g(Engine::pcg32, 5, static_cast<std::uint64_t>(i));
        normal(g, x, 1e4 * i, 1);
        parts.emplace_back().update(x);
    }
    WideMoments expected;
    for (const WideMoments &part : parts)
        expected.merge(part);
    // As many as another each, and all with the last rank.
    const auto [begin, count] = mpi::detail::range_of(25, world_size(), world_rank());
    const auto dealt =
        std::span<const WideMoments>(parts).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(count));
    const std::span<const WideMoments> last =
        world_rank() == world_size() - 1 ? std::span<const WideMoments>(parts) : std::span<const WideMoments>();
    for (const auto &own : {dealt, last}) {
        const WideMoments got = mpi::merge_in_order(MPI_COMM_WORLD, own);
        CHECK(std::memcmp(&got, &expected, sizeof got) == 0);
    }
    const WideMoments none = mpi::merge_in_order(MPI_COMM_WORLD, std::span<const WideMoments>());
    CHECK(none.count == 0);

    const std::vector<Moments> broken{{world_rank() == world_size() - 1 ? -1.0 : 5.0, 1, 1}};
    CHECK(support::same_error<InvalidArgument>(MPI_COMM_WORLD, [&] {
              (void)mpi::merge_in_order(MPI_COMM_WORLD, std::span<const Moments>(broken));
          }).starts_with("other's count is -1"));
}

TEST_CASE("a reduction of sums adds each member, and one with a broken part has no count")
{
    const mpi::Datatype type = mpi::datatype<BatchGradientSums>();
    const mpi::Merge add = mpi::Merge::of<BatchGradientSums>();
    const BatchGradientSums own{1, 2, static_cast<double>(world_rank())};
    BatchGradientSums all;
    REQUIRE(MPI_Allreduce(&own, &all, 1, type, add, MPI_COMM_WORLD) == MPI_SUCCESS);
    const double n = world_size();
    CHECK((all.count == n && all.gradient == 2 * n && all.product == n * (n - 1) / 2));

    const mpi::Datatype moments = mpi::datatype<Moments>();
    const mpi::Merge merge = mpi::Merge::of<Moments>();
    const Moments broken{world_rank() == world_size() - 1 ? -1.0 : 5.0, 1, 1};
    Moments result;
    REQUIRE(MPI_Allreduce(&broken, &result, 1, moments, merge, MPI_COMM_WORLD) == MPI_SUCCESS);
    if (world_size() > 1)
        CHECK(std::isnan(result.count));
}
