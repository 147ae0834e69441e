// Keeps the word of mpi.hpp on init_sharded: whatever the grid, ranks together have every element of every parameter once, with
// the bits that initialize_all writes on one machine; and ranks that do not fit each other all stop with one error, before
// anything is written.
#include "support.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

using namespace unitvar;
using support::FirstRanks;
using support::Lengths;
using support::world_rank;
using support::world_size;

namespace {

std::size_t product(const Lengths &shape)
{
    return static_cast<std::size_t>(std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>()));
}

using Table = std::vector<mpi::ShardedParameter>;

Table model(int stages, DType dtype)
{
    const auto initializer = [](InitKind kind) { return default_initializer(kind); };
    Table table;
    const auto add = [&](const char *name, Lengths shape, InitKind kind, std::int32_t cut) {
        const auto stage = static_cast<std::int32_t>(table.size()) % stages;
        table.push_back({name, std::move(shape), dtype, initializer(kind), cut, stage});
    };
    add("embedding", {129, 64}, InitKind::normal, 0);
    add("rows", {70, 33}, InitKind::kaiming_uniform, 0);
    add("columns", {70, 133}, InitKind::xavier_normal, 1);
    add("convolution", {12, 10, 3, 3}, InitKind::trunc_normal, 1);
    add("inner", {4, 3, 26}, InitKind::uniform, 2);
    add("orthogonal", {40, 24}, InitKind::orthogonal, 0);
    add("sparse", {50, 20}, InitKind::sparse, 1);
    add("norm", {64}, InitKind::ones, -1);
    add("bias", {3}, InitKind::zeros, 0); // fewer than ranks
    add("scalar", {}, InitKind::constant, -1);
    add("nothing", {0, 5}, InitKind::normal, 0);
    table[6].initializer.p = {0.25, 0.5};
    table[9].initializer.p = {3};
    return table;
}

template <class T> void check_grid(MPI_Comm comm, const mpi::ProcessGrid &grid, const Generator &generator)
{
    const Table table = model(grid.pipeline, dtype_of<T>);
    // On one machine.
    std::vector<std::vector<T>> whole;
    std::vector<NamedTensor> named;
    for (const auto &p : table)
        whole.emplace_back(product(p.shape));
    for (std::size_t i = 0; i < table.size(); ++i)
        named.push_back({table[i].name, table[i].initializer, view(whole[i].data(), table[i].shape)});
    initialize_all(generator, named);

    std::vector<std::vector<T>> own(table.size());
    std::vector<std::optional<mpi::Slice>> slices;
    std::vector<TensorView> locals;
    for (std::size_t i = 0; i < table.size(); ++i) {
        slices.push_back(mpi::slice_of(grid, mpi::rank_of(comm), table[i]));
        if (slices[i])
            own[i].resize(product(slices[i]->shape));
    }
    for (std::size_t i = 0; i < table.size(); ++i)
        locals.push_back(slices[i] ? view(own[i].data(), slices[i]->shape) : TensorView{nullptr, DType::f32, {}, {}});
    mpi::init_sharded(comm, grid, generator, table, locals);

    std::vector<int> had; // of every element: by this rank, where no lower one has it
    for (std::size_t i = 0; i < table.size(); ++i) {
        CAPTURE(table[i].name);
        const std::size_t begin = had.size();
        had.resize(begin + whole[i].size());
        if (!slices[i])
            continue;
        const mpi::Slice &slice = *slices[i];
        bool same = true;
        for (std::size_t e = 0; e < own[i].size(); ++e) {
            std::size_t rest = e, at = 0, step = 1;
            for (std::size_t d = slice.shape.size(); d-- > 0;) {
                const auto length = static_cast<std::size_t>(slice.shape[d]);
                at += (rest % length + static_cast<std::size_t>(slice.offset[d])) * step;
                rest /= length;
                step *= static_cast<std::size_t>(table[i].shape[d]);
            }
            same = same && std::memcmp(&own[i][e], &whole[i][at], sizeof(T)) == 0;
            had[begin + at] += slice.first ? 1 : 0;
        }
        CHECK(same);
    }
    MPI_Allreduce(MPI_IN_PLACE, had.data(), static_cast<int>(had.size()), MPI_INT, MPI_SUM, comm);
    CHECK(std::ranges::all_of(had, [](int n) { return n == 1; }));
}

const std::vector<Engine> engines{Engine::pcg32, Engine::philox4x32, Engine::ars4x32};

} // namespace

TEST_CASE("ranks of every grid have each element once, with the bits of one machine")
{
    for (const int ranks : support::rank_counts()) {
        const FirstRanks comm(ranks);
        if (!comm)
            continue;
        for (int tensor = 1; tensor <= ranks; ++tensor) {
            for (int pipeline = 1; pipeline * tensor <= ranks; ++pipeline) {
                if (ranks % (tensor * pipeline) != 0)
                    continue;
                CAPTURE(tensor);
                CAPTURE(pipeline);
                CAPTURE(ranks);
                const mpi::ProcessGrid grid{tensor, pipeline, ranks / tensor / pipeline};
                for (const Engine engine : engines)
                    check_grid<float>(comm, grid, Generator(engine, 42, 7));
                if (world_size() > 4)
                    continue;
                check_grid<bfloat16>(comm, grid, Generator(Engine::pcg32, 42));
                check_grid<double>(comm, grid, Generator(Engine::ars4x32, 43));
            }
        }
    }
}

TEST_CASE("the slices of one dimension differ by one at most and the larger come first")
{
    const mpi::ShardedParameter p{"p", {10, 3}, DType::f32, {}, 0, 0};
    std::vector<std::int64_t> lengths, offsets;
    for (int r = 0; r < 4; ++r) {
        const auto slice = mpi::slice_of({4, 1, 1}, r, p);
        REQUIRE(slice);
        lengths.push_back(slice->shape[0]);
        offsets.push_back(slice->offset[0]);
    }
    CHECK(lengths == Lengths{3, 3, 2, 2});
    CHECK(offsets == Lengths{0, 3, 6, 8});
    // Tensor ranks first, then what is left among the data ranks.
    const auto slice = mpi::slice_of({2, 1, 2}, 3, p);
    REQUIRE(slice);
    CHECK(slice->shape == Lengths{2, 3});
    CHECK(slice->offset == Lengths{8, 0});
}

TEST_CASE("a rank with another seed, stream, engine, grid, table or version is named to every rank")
{
    const int last = world_size() - 1;
    const bool odd = last != 0 && world_rank() == last;
    const std::string who = "rank " + std::to_string(last) + ": ";
    const mpi::ProcessGrid grid{1, 1, world_size()};
    const Table table = model(1, DType::f32);
    const auto error_of = [&](const mpi::Start &start) {
        return support::same_error<InvalidArgument>(MPI_COMM_WORLD, [&] { mpi::check_start(MPI_COMM_WORLD, start); });
    };
    const mpi::Start good = mpi::start_of(grid, Generator(Engine::pcg32, 42), table);
    CHECK_NOTHROW(mpi::check_start(MPI_COMM_WORLD, good));
    if (last == 0)
        return;
    const auto with = [&](std::uint64_t mpi::Start::*field, std::uint64_t value) {
        mpi::Start start = good;
        if (odd)
            start.*field = value;
        return error_of(start);
    };
    CHECK(with(&mpi::Start::version, 7) ==
          who + "the library's version is 7; expected " + std::to_string(version()) + ", which rank 0 has");
    CHECK(with(&mpi::Start::stream_version, 1) ==
          who + "the stream version is 1; expected " + std::to_string(stream_version()) + ", which rank 0 has");
    CHECK(with(&mpi::Start::seed, 43) == who + "seed is 43; expected 42, which rank 0 has");
    CHECK(with(&mpi::Start::stream, 1) == who + "stream is 1; expected 0, which rank 0 has");
    CHECK(with(&mpi::Start::engine, 4) == who + "engine is 4; expected 1, which rank 0 has");
    CHECK(with(&mpi::Start::data, 1) ==
          who + "grid.data is 1; expected " + std::to_string(world_size()) + ", which rank 0 has");
    // Every member of a parameter counts.
    const auto changed = [&](const auto &change) {
        Table own = table;
        if (odd)
            change(own);
        return error_of(mpi::start_of(grid, Generator(Engine::pcg32, 42), own));
    };
    const std::string another = who +
                                "the table of parameters is another; expected names, shapes, types, initialisers, "
                                "cuts and stages that rank 0 has";
    CHECK(changed([](Table &t) { t[3].name += "x"; }) == another);
    CHECK(changed([](Table &t) { t[3].shape[1] = 11; }) == another);
    CHECK(changed([](Table &t) { t[3].dtype = DType::bf16; }) == another);
    CHECK(changed([](Table &t) { t[3].initializer.kind = InitKind::normal; }) == another);
    CHECK(changed([](Table &t) { t[3].initializer.p[1] += 1e-16; }) != another); // 1 + 1e-16 is 1
    CHECK(changed([](Table &t) { t[3].initializer.p[0] = -0.0; }) == another);
    CHECK(changed([](Table &t) { t[3].cut = 0; }) == another);
    CHECK(changed([](Table &t) { t[3].stage = 1; }) == another);
    CHECK(changed([](Table &t) { std::swap(t[1], t[2]); }) == another);
    CHECK(changed([](Table &t) { t.pop_back(); }) == another);
}

TEST_CASE(
    "a table that no rank could initialise, and locals of one rank that do not fit, stop every rank before it writes")
{
    const int ranks = world_size();
    const Generator g(Engine::pcg32, 42);
    const mpi::ProcessGrid grid{1, 1, ranks};
    const auto error_of = [&](const mpi::ProcessGrid &shape, const auto &change) {
        Table table = model(1, DType::f32);
        change(table);
        return support::same_error<InvalidArgument>(MPI_COMM_WORLD,
                                                    [&] { mpi::init_sharded(MPI_COMM_WORLD, shape, g, table, {}); });
    };
    const auto nothing = [](Table &) {};
    CHECK(error_of({0, 1, ranks}, nothing) == "rank 0: grid.tensor is 0; expected a number >= 1");
    CHECK(error_of({2, 1, ranks}, nothing) == "rank 0: the size of the grid is " + std::to_string(2 * ranks) +
                                                  "; expected " + std::to_string(ranks) + ", the number of ranks");
    CHECK(error_of(grid, [](Table &t) { t[1].name = t[0].name; }) ==
          "rank 0: name is 'embedding'; expected a name that no other parameter has");
    CHECK(error_of(grid, [](Table &t) { t[0].cut = 2; }) ==
          "rank 0: parameter 'embedding': cut is 2; expected a dimension, 0 to 2 - 1, or -1");
    CHECK(error_of(grid, [](Table &t) { t[0].stage = 1; }) ==
          "rank 0: parameter 'embedding': stage is 1; expected 0 to 0");
    CHECK(error_of(grid, [](Table &t) {
              t[0].initializer.p[1] = -1;
          }).starts_with("rank 0: parameter 'embedding': std is -1"));
    CHECK(error_of(grid, nothing) == "rank 0: the number of locals is 0; expected 11, one for each parameter");

    const Table table = {{"p", {20, 3}, DType::f32, default_initializer(InitKind::normal), 0, 0}};
    const auto slice = mpi::slice_of(grid, world_rank(), table[0]);
    REQUIRE(slice);
    std::vector<float> own(60, 7.0F);
    Lengths shape = slice->shape;
    const int last = ranks - 1;
    shape[0] += world_rank() == last ? 1 : 0;
    const std::vector<TensorView> locals{view(own.data(), shape)};
    CHECK(support::same_error<InvalidArgument>(MPI_COMM_WORLD,
                                               [&] { mpi::init_sharded(MPI_COMM_WORLD, grid, g, table, locals); }) ==
          "rank " + std::to_string(last) +
              ": parameter 'p': local has another type or shape; expected those of the rank's slice");
    CHECK(std::ranges::all_of(own, [](float x) { return x == 7; }));
}

TEST_CASE("engines without positions are refused by every rank")
{
    const Table table = model(1, DType::f32);
    CHECK(support::same_error<Unsupported>(MPI_COMM_WORLD, [&] {
              mpi::init_sharded(MPI_COMM_WORLD, {1, 1, world_size()}, Generator(Engine::torch_mt19937, 42), table, {});
          }).starts_with("rank 0: parameter 'embedding': engine is 3"));
}
