// Several ranks start one model, each with its own rows of a layer, and normalise a batch of which each has some images:
// mpirun -n 4 mpi. The rows are those that one machine would have, and the batch's statistics those of all images.
#include <array>
#include <cstdint>
#include <iostream>
#include <vector>

#include <unitvar/mpi.hpp>

namespace mpi = unitvar::mpi;

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    const int ranks = mpi::size_of(MPI_COMM_WORLD);
    const int rank = mpi::rank_of(MPI_COMM_WORLD);
    bool same = true;
    try {
        // The layer: 1024 rows, which the ranks share.
        const unitvar::Generator g(unitvar::Engine::pcg32, 42);
        const unitvar::Initializer kaiming = unitvar::default_initializer(unitvar::InitKind::kaiming_normal);
        const std::vector<mpi::ShardedParameter> table{{"weight", {1024, 768}, unitvar::DType::f32, kaiming, 0, 0}};
        const mpi::ProcessGrid grid{ranks, 1, 1};
        const auto slice = mpi::slice_of(grid, rank, table[0]);
        std::vector<float> rows(slice ? static_cast<std::size_t>(slice->shape[0] * slice->shape[1]) : 0);
        const std::vector<unitvar::TensorView> locals{
            unitvar::view(rows.data(), slice ? slice->shape : table[0].shape)};
        mpi::init_sharded(MPI_COMM_WORLD, grid, g, table, locals);

        std::vector<float> whole(1024UL * 768);
        unitvar::initialize_all(
            g, std::array{unitvar::NamedTensor{"weight", kaiming, unitvar::view(whole.data(), table[0].shape)}});
        for (std::size_t i = 0; i < rows.size(); ++i) {
            same = same && rows[i] == whole[static_cast<std::size_t>(slice->offset[0]) * 768 + i];
        }

        // The batch: 2 images of 8 channels and 100 positions on each rank.
        const std::array<std::int64_t, 3> shape{2, 8, 100};
        std::vector<float> x(2UL * 8 * 100), y(x.size());
        unitvar::Generator data(unitvar::Engine::pcg32, 1, static_cast<std::uint64_t>(rank));
        unitvar::normal(data, x, 3, 2);
        mpi::sync_batch_norm(MPI_COMM_WORLD, unitvar::view(x.data(), shape), nullptr, nullptr, {}, 1e-5,
                             unitvar::view(y.data(), shape));
    } catch (const unitvar::Error &error) {
        std::cerr << "rank " << rank << ": " << error.what() << '\n';
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    if (rank == 0) {
        std::cout << (same ? "the slice is the slice\n" : "the slice differs\n");
    }
    MPI_Finalize();
    return same ? 0 : 1;
}
