// unitvar_mpi_init: starts a model on the ranks of mpirun. It shows that the whole has the bytes that one process makes, writes
// checkpoints, and measures. usage() says how.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <unitvar/runtime.hpp>

#include "digest.hpp"
#include "files.hpp"
#include "model.hpp"
#include "traffic.hpp"

namespace {

namespace mpi = unitvar::mpi;
using bench::Table;
using unitvar::Generator;
using unitvar::InvalidArgument;

constexpr const char *help = R"(usage: mpirun -n RANKS unitvar_mpi_init [OPTION ...]

Initialises a model on all ranks, each its own slices, for one layout after the other, and compares the SHA-256 of the whole
with that of one process, which rank 0 is afterwards.

  --model NAME      gpt2-small (default), llama-7b, mlp, resnet50, or a file: a name, a shape and a rule on each line
  --dtype NAME      bf16 (default), f16, f32, f64
  --engine NAME     pcg32 (default), philox4x32, ars4x32, or all
  --seed N          default 42
  --layout NAME     tensor: columns and rows of matrices, as Megatron-LM cuts them; pipeline: by layer; sharded: rows of
                    everything; TxPxD: a grid of T x P x D ranks of the three; all (default): the three
  --out DIR         writes this rank's slices there, for one engine and layout, instead of comparing. A file has its name
                    when it is complete; files of the same run that are complete are not written again
  --format NAME     safetensors (default): a file for each rank, with an index where all tensors are whole; raw: a file for
                    each slice
  --time ROUNDS     instead measures 1 to RANKS ranks in turns
  --cost            instead measures what the cost model of bench/README.md counts: bytes on the wire, time for each byte
  --json            --time as JSON
  --quiet           no progress on standard error
  --help            this

Exit status: 0 done; 1 a digest differs; 2 a wrong option, table or directory, or ranks that do not have the same; 3 MPI or
the system failed. Ranks that have other options than rank 0 are found before anything is written.
)";

struct Options {
    std::string model = "gpt2-small";
    std::string dtype = "bf16";
    std::string engine = "pcg32";
    std::uint64_t seed = 42;
    std::string layout = "all";
    std::string out;
    std::string format = "safetensors";
    int rounds = 0;
    bool cost = false;
    bool json = false;
    bool quiet = false;
    bool help = false;
};

std::uint64_t number(const std::string &name, const std::string &text, std::uint64_t least, std::uint64_t most)
{
    std::size_t end = 0;
    std::uint64_t value = 0;
    try {
        value = text.starts_with('-') ? 0 : std::stoull(text, &end);
    } catch (const std::exception &) {
        end = 0;
    }
    if (end == 0 || end != text.size() || value < least || value > most) {
        throw InvalidArgument(name + " is '" + text + "'; expected a number from " + std::to_string(least) + " to " +
                              std::to_string(most));
    }
    return value;
}

Options parse(int argc, char **argv)
{
    Options o;
    const std::map<std::string, std::string *> texts{{"--model", &o.model},   {"--dtype", &o.dtype},
                                                     {"--engine", &o.engine}, {"--layout", &o.layout},
                                                     {"--out", &o.out},       {"--format", &o.format}};
    const std::map<std::string, bool *> flags{
        {"--cost", &o.cost}, {"--json", &o.json}, {"--quiet", &o.quiet}, {"--help", &o.help}, {"-h", &o.help}};
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        if (const auto flag = flags.find(name); flag != flags.end()) {
            *flag->second = true;
            continue;
        }
        const auto text = texts.find(name);
        if (text == texts.end() && name != "--seed" && name != "--time") {
            throw InvalidArgument("option is '" + name + "'; expected one of those that --help lists");
        }
        if (i + 1 == argc) {
            throw InvalidArgument(name + " is the last argument; expected its value after it");
        }
        const std::string value = argv[++i];
        if (text != texts.end()) {
            *text->second = value;
        } else if (name == "--seed") {
            o.seed = number(name, value, 0, UINT64_MAX);
        } else {
            o.rounds = static_cast<int>(number(name, value, 1, 1000));
        }
    }
    if (o.format != "safetensors" && o.format != "raw") {
        throw InvalidArgument("--format is '" + o.format + "'; expected safetensors or raw");
    }
    if (!o.out.empty() && (o.layout == "all" || o.engine == "all")) {
        throw InvalidArgument((o.layout == "all" ? "--layout" : "--engine") +
                              std::string(" is 'all'; expected one of them with --out"));
    }
    if ((o.out.empty() ? 0 : 1) + (o.rounds != 0 ? 1 : 0) + (o.cost ? 1 : 0) > 1) {
        throw InvalidArgument("--out, --time and --cost are given together; expected one of them");
    }
    return o;
}

std::vector<std::string> layouts_of(const Options &o)
{
    return o.layout == "all" ? std::vector<std::string>{"tensor", "pipeline", "sharded"} : std::vector{o.layout};
}

std::vector<unitvar::Engine> engines_of(const Options &o)
{
    using unitvar::Engine;
    if (o.engine == "all") {
        return {Engine::pcg32, Engine::philox4x32, Engine::ars4x32};
    }
    const Engine engine = unitvar::engine_from_name(o.engine);
    if (engine == Engine::torch_mt19937) {
        throw InvalidArgument(
            "--engine is 'torch_mt19937'; expected an engine with positions: pcg32, philox4x32 or ars4x32");
    }
    return {engine};
}

std::filesystem::path path_of(const std::string &model)
{
    const std::filesystem::path known = std::filesystem::path(UNITVAR_MODELS) / (model + ".tsv");
    return std::filesystem::exists(known) ? known : std::filesystem::path(model);
}

double now()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Of all threads of this process: what a rank costs, however many share a processor.
double processor_seconds()
{
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// Memory for the largest slice that a rank has, touched, so that no page fault is timed.
class SliceMemory {
public:
    SliceMemory(const mpi::ProcessGrid &grid, int rank, const Table &table)
    {
        std::size_t most = 0;
        for (const auto &p : table) {
            if (const auto slice = mpi::slice_of(grid, rank, p)) {
                most = std::max<std::size_t>(most, bench::elements_of(slice->shape) * unitvar::element_bytes(p.dtype));
            }
        }
        bytes_.resize(most);
    }
    unitvar::TensorView view(const mpi::ShardedParameter &p, const mpi::Slice &slice)
    {
        return {bytes_.data(), p.dtype, slice.shape, {}};
    }
    [[nodiscard]] std::span<const unsigned char> bytes(const mpi::ShardedParameter &p, const mpi::Slice &slice) const
    {
        return std::span(bytes_).first(bench::elements_of(slice.shape) * unitvar::element_bytes(p.dtype));
    }

private:
    std::vector<unsigned char> bytes_;
};

std::uint64_t bytes_of_rank(const mpi::ProcessGrid &grid, int rank, const Table &table)
{
    std::uint64_t bytes = 0;
    for (const auto &p : table) {
        const auto slice = mpi::slice_of(grid, rank, p);
        bytes += slice ? bench::elements_of(slice->shape) * unitvar::element_bytes(p.dtype) : 0;
    }
    return bytes;
}

// Percents of the table, by bytes, on rank 0's standard error.
class Progress {
public:
    Progress(std::string what, const Table &table, bool shown) : what_(std::move(what)), shown_(shown)
    {
        for (const auto &p : table) {
            total_ += bench::elements_of(p.shape) * unitvar::element_bytes(p.dtype);
        }
    }
    void add(const mpi::ShardedParameter &p)
    {
        done_ += bench::elements_of(p.shape) * unitvar::element_bytes(p.dtype);
        const auto percent = static_cast<int>(static_cast<double>(done_) / static_cast<double>(total_) * 100);
        if (shown_ && percent / 10 != last_ / 10) {
            std::fprintf(stderr, "mpi_init: %s: %d %%\n", what_.c_str(), percent);
        }
        last_ = percent;
    }

private:
    std::string what_;
    bool shown_;
    std::uint64_t total_ = 0;
    std::uint64_t done_ = 0;
    int last_ = 0;
};

// Waits for the others without taking a processor from them, as MPI_Barrier may.
void quiet_barrier(MPI_Comm comm)
{
    MPI_Request request = MPI_REQUEST_NULL;
    mpi::check(MPI_Ibarrier(comm, &request), "MPI_Ibarrier");
    for (int done = 0; done == 0;) {
        mpi::check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "MPI_Test");
        if (done == 0) {
            const timespec moment{0, 500'000};
            nanosleep(&moment, nullptr);
        }
    }
}

class Program {
public:
    Program(Options options, int rank, int ranks) : o_(std::move(options)), rank_(rank), ranks_(ranks) {}

    int run()
    {
        Table table;
        // What this rank understands by its options; each rank's error is every rank's.
        mpi::detail::agree(MPI_COMM_WORLD, mpi::detail::failure_of([&] {
                               table = bench::read_table(path_of(o_.model), bench::dtype_from_name(o_.dtype));
                               for (const std::string &layout : layouts_of(o_)) {
                                   (void)bench::grid_of(layout, ranks_);
                               }
                               (void)engines_of(o_);
                           }));
        if (o_.rounds != 0) {
            return time(table);
        }
        if (o_.cost) {
            return cost(table);
        }
        return o_.out.empty() ? compare(table) : write(table);
    }

private:
    [[nodiscard]] bool shown() const { return rank_ == 0 && !o_.quiet; }
    [[nodiscard]] std::string name_of(const std::string &layout, const Generator &generator) const
    {
        return layout + ", " + std::string(unitvar::name_of(generator.engine()));
    }

    int compare(Table &table)
    {
        bool same = true;
        for (const unitvar::Engine engine : engines_of(o_)) {
            const Generator generator(engine, o_.seed);
            std::vector<std::string> digests;
            for (const std::string &layout : layouts_of(o_)) {
                const mpi::ProcessGrid grid = bench::grid_of(layout, ranks_);
                bench::set_stages(table, grid.pipeline);
                mpi::check_start(MPI_COMM_WORLD, grid, generator, table);
                SliceMemory memory(grid, rank_, table);
                bench::StreamedDigest digest(MPI_COMM_WORLD, grid);
                Progress progress(name_of(layout, generator), table, shown());
                for (const auto &p : table) {
                    std::span<const unsigned char> own;
                    if (const auto slice = mpi::slice_of(grid, rank_, p)) {
                        mpi::write_slice(generator, p, *slice, memory.view(p, *slice));
                        own = memory.bytes(p, *slice);
                    }
                    digest.add(p, own);
                    progress.add(p);
                }
                digests.push_back(digest.hex());
            }
            int equal = 1;
            if (rank_ == 0) {
                const std::string expected = bench::digest_of_one_process(generator, table);
                for (std::size_t i = 0; i < digests.size(); ++i) {
                    const bool right = digests[i] == expected;
                    std::printf("%s, %s, %s, %d ranks: %s, %s one process's\n", o_.model.c_str(), o_.dtype.c_str(),
                                name_of(layouts_of(o_)[i], generator).c_str(), ranks_, digests[i].c_str(),
                                right ? "equal to" : ("not " + expected + ",").c_str());
                    equal = equal != 0 && right ? 1 : 0;
                }
            }
            quiet_barrier(MPI_COMM_WORLD);
            mpi::check(MPI_Bcast(&equal, 1, MPI_INT, 0, MPI_COMM_WORLD), "MPI_Bcast");
            same = same && equal != 0;
        }
        return same ? 0 : 1;
    }

    int write(Table &table)
    {
        const Generator generator(engines_of(o_)[0], o_.seed);
        const mpi::ProcessGrid grid = bench::grid_of(o_.layout, ranks_);
        bench::set_stages(table, grid.pipeline);
        mpi::check_start(MPI_COMM_WORLD, grid, generator, table);
        std::unique_ptr<bench::Output> output;
        mpi::detail::agree(MPI_COMM_WORLD, mpi::detail::failure_of([&] {
                               output = bench::open_output(o_.out, o_.format, {grid, generator, table, rank_, ranks_});
                           }));
        std::uint64_t written = 0;
        mpi::detail::agree(MPI_COMM_WORLD, mpi::detail::failure_of([&] {
                               SliceMemory memory(grid, rank_, table);
                               Progress progress(name_of(o_.layout, generator), table, shown());
                               for (std::size_t i = 0; i < table.size(); ++i) {
                                   const auto slice = mpi::slice_of(grid, rank_, table[i]);
                                   if (slice && output->wants(i)) {
                                       mpi::write_slice(generator, table[i], *slice, memory.view(table[i], *slice));
                                       output->put(i, memory.bytes(table[i], *slice));
                                       written += memory.bytes(table[i], *slice).size();
                                   }
                                   progress.add(table[i]);
                               }
                               output->finish();
                           }));
        mpi::check(MPI_Allreduce(MPI_IN_PLACE, &written, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD), "MPI_Allreduce");
        if (rank_ == 0) {
            std::printf("%s: %s\n", o_.out.c_str(),
                        written == 0 ? "complete already" : (std::to_string(written) + " bytes written").c_str());
        }
        return 0;
    }

    // Seconds of the slowest of comm's ranks.
    double seconds(MPI_Comm comm, const mpi::ProcessGrid &grid, const Generator &generator, const Table &table)
    {
        const int rank = mpi::rank_of(comm);
        SliceMemory memory(grid, rank, table);
        mpi::check(MPI_Barrier(comm), "MPI_Barrier");
        const double begin = now();
        const double processor_begin = processor_seconds();
        for (const auto &p : table) {
            if (const auto slice = mpi::slice_of(grid, rank, p)) {
                mpi::write_slice(generator, p, *slice, memory.view(p, *slice));
            }
        }
        double slowest = now() - begin;
        own_processor_seconds_ = processor_seconds() - processor_begin;
        mpi::check(MPI_Allreduce(MPI_IN_PLACE, &slowest, 1, MPI_DOUBLE, MPI_MAX, comm), "MPI_Allreduce");
        return slowest;
    }

    int time(Table &table)
    {
        struct Row {
            std::string layout;
            int ranks;
            std::uint64_t bytes;
            std::vector<double> seconds;
        };
        const Generator generator(engines_of(o_)[0], o_.seed);
        std::vector<MPI_Comm> comms;
        std::vector<Row> rows;
        for (int ranks = 1; ranks <= ranks_; ++ranks) {
            MPI_Comm comm = MPI_COMM_NULL;
            mpi::check(MPI_Comm_split(MPI_COMM_WORLD, rank_ < ranks ? 0 : MPI_UNDEFINED, rank_, &comm),
                       "MPI_Comm_split");
            comms.push_back(comm);
        }
        for (const std::string &layout : layouts_of(o_)) {
            for (int ranks = 1; ranks <= ranks_; ++ranks) {
                const mpi::ProcessGrid grid = bench::grid_of(layout, ranks);
                bench::set_stages(table, grid.pipeline);
                std::uint64_t bytes = 0;
                for (int r = 0; r < ranks; ++r) {
                    bytes = std::max(bytes, bytes_of_rank(grid, r, table));
                }
                rows.push_back({layout, ranks, bytes, {}});
            }
        }
        for (int round = 0; round < o_.rounds; ++round) {
            for (Row &row : rows) {
                const mpi::ProcessGrid grid = bench::grid_of(row.layout, row.ranks);
                bench::set_stages(table, grid.pipeline);
                MPI_Comm comm = comms[static_cast<std::size_t>(row.ranks - 1)];
                if (comm != MPI_COMM_NULL) {
                    mpi::check_start(comm, grid, generator, table);
                    row.seconds.push_back(seconds(comm, grid, generator, table));
                }
                quiet_barrier(MPI_COMM_WORLD);
            }
        }
        for (MPI_Comm &comm : comms) {
            if (comm != MPI_COMM_NULL) {
                MPI_Comm_free(&comm);
            }
        }
        if (rank_ != 0) {
            return 0;
        }
        if (o_.json) {
            std::ostringstream text;
            text << "{\"model\": \"" << o_.model << "\", \"dtype\": \"" << o_.dtype << "\", \"engine\": \""
                 << unitvar::name_of(generator.engine()) << "\", \"isa\": \"" << unitvar::isa()
                 << "\", \"threads\": " << unitvar::num_threads() << ", \"rows\": [";
            for (std::size_t i = 0; i < rows.size(); ++i) {
                text << (i == 0 ? "" : ", ") << "{\"layout\": \"" << rows[i].layout
                     << "\", \"ranks\": " << rows[i].ranks << ", \"bytes\": " << rows[i].bytes << ", \"seconds\": [";
                for (std::size_t k = 0; k < rows[i].seconds.size(); ++k) {
                    text << (k == 0 ? "" : ", ") << rows[i].seconds[k];
                }
                text << "]}";
            }
            std::cout << text.str() << "]}\n";
            return 0;
        }
        std::printf("%s, %s, %s, %s, %d threads a rank; medians of %d rounds\n", o_.model.c_str(), o_.dtype.c_str(),
                    std::string(unitvar::name_of(generator.engine())).c_str(), unitvar::isa(), unitvar::num_threads(),
                    o_.rounds);
        std::printf("%-10s %6s %16s %10s %16s\n", "layout", "ranks", "bytes of a rank", "seconds", "times faster");
        for (const Row &row : rows) {
            const Row &one = *std::ranges::find(rows, row.layout, &Row::layout);
            std::vector<double> ratios;
            for (std::size_t k = 0; k < row.seconds.size(); ++k) {
                ratios.push_back(one.seconds[k] / row.seconds[k]);
            }
            std::printf("%-10s %6d %16llu %10.3f %16.2f\n", row.layout.c_str(), row.ranks,
                        static_cast<unsigned long long>(row.bytes), median(row.seconds), median(ratios));
        }
        return 0;
    }

    static double median(std::vector<double> values)
    {
        std::ranges::sort(values);
        return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
    }

    int cost(Table &table)
    {
        const Generator generator(engines_of(o_)[0], o_.seed);
        double least = 0; // ns for each byte, by layout
        double most = 0;
        for (const std::string &layout : layouts_of(o_)) {
            const mpi::ProcessGrid grid = bench::grid_of(layout, ranks_);
            bench::set_stages(table, grid.pipeline);
            const std::uint64_t before = bench::bytes_sent();
            mpi::check_start(MPI_COMM_WORLD, grid, generator, table);
            const std::uint64_t checked = bench::bytes_sent();
            double best = 0;
            std::uint64_t during = 0;
            for (int round = 0; round < 3; ++round) {
                const std::uint64_t begin = bench::bytes_sent();
                (void)seconds(MPI_COMM_WORLD, grid, generator, table);
                during = bench::bytes_sent() - begin - sizeof(double); // that of the slowest rank's time
                best = round == 0 ? own_processor_seconds_ : std::min(best, own_processor_seconds_);
            }
            const std::uint64_t bytes = bytes_of_rank(grid, rank_, table);
            struct Line {
                std::uint64_t bytes, start, during;
                double seconds;
            };
            const Line own{bytes, checked - before, during, best};
            std::vector<Line> lines(static_cast<std::size_t>(ranks_));
            mpi::check(MPI_Gather(&own, sizeof own, MPI_BYTE, lines.data(), sizeof own, MPI_BYTE, 0, MPI_COMM_WORLD),
                       "MPI_Gather");
            if (rank_ != 0) {
                continue;
            }
            for (std::size_t r = 0; r < lines.size(); ++r) {
                const double each = lines[r].seconds * 1e9 / static_cast<double>(lines[r].bytes);
                least = least == 0 ? each : std::min(least, each);
                most = std::max(most, each);
                std::printf("%-10s rank %zu: %12llu bytes, %8.3f s of a processor, %6.3f ns a byte; sent %llu at the "
                            "start, %llu after\n",
                            layout.c_str(), r, static_cast<unsigned long long>(lines[r].bytes), lines[r].seconds, each,
                            static_cast<unsigned long long>(lines[r].start),
                            static_cast<unsigned long long>(lines[r].during));
            }
        }
        statistics();
        if (rank_ == 0) {
            std::printf("processor time for a byte differs by %.2f times between ranks and layouts\n", most / least);
            // Of a 10^12-parameter model, bf16, on 1024 hosts, at the slowest rate above.
            const double bytes = 2e12 / 1024;
            std::printf(
                "10^12 parameters of bf16 on 1024 hosts: %.2f GB a host, %.1f s by one processor of each, %.3f s "
                "by 64\n",
                bytes / 1e9, bytes * most * 1e-9, bytes * most * 1e-9 / 64);
        }
        return 0;
    }

    // What sync_batch_norm sends, beside what mpi.hpp says of it.
    void statistics()
    {
        constexpr std::int64_t channels = 256;
        constexpr std::int64_t images = 8;
        const std::vector<std::int64_t> shape{images, channels, 7, 7};
        const std::vector<std::int64_t> one{channels};
        std::vector<float> x(bench::elements_of(shape));
        std::vector<float> y(x.size());
        std::vector<double> mean(channels);
        std::vector<double> rstd(channels);
        Generator data(unitvar::Engine::pcg32, 1, static_cast<std::uint64_t>(rank_));
        unitvar::normal(data, x);
        const auto xv = unitvar::view(x.data(), shape);
        const auto yv = unitvar::view(y.data(), shape);
        const auto mv = unitvar::view(mean.data(), one);
        const auto rv = unitvar::view(rstd.data(), one);
        for (const std::int64_t images_per_chunk : {std::int64_t{1}, images}) {
            constexpr std::uint64_t head = 40;
            const std::int64_t own_channels = mpi::detail::range_of(channels, ranks_, rank_).count;
            const auto model = [&](std::int64_t part, std::int64_t whole) {
                return head +
                       static_cast<std::uint64_t>(part * channels * (images / images_per_chunk) + whole * own_channels);
            };
            const std::uint64_t begin = bench::bytes_sent();
            mpi::sync_batch_norm(MPI_COMM_WORLD, xv, nullptr, nullptr, {}, 1e-5, yv, &mv, &rv, images_per_chunk);
            const std::uint64_t forward = bench::bytes_sent() - begin;
            mpi::sync_batch_norm_backward(MPI_COMM_WORLD, xv, xv, mv, rv, nullptr, {&yv, nullptr, nullptr},
                                          images_per_chunk);
            const std::uint64_t backward = bench::bytes_sent() - begin - forward;
            if (rank_ == 0) {
                std::printf(
                    "sync_batch_norm of %lld images of %lld channels in chunks of %lld: rank 0 sent %llu bytes, by the "
                    "model %llu; backward %llu, %llu\n",
                    static_cast<long long>(images), static_cast<long long>(channels),
                    static_cast<long long>(images_per_chunk), static_cast<unsigned long long>(forward),
                    static_cast<unsigned long long>(model(32, 40)), static_cast<unsigned long long>(backward),
                    static_cast<unsigned long long>(model(16, 24)));
            }
        }
    }

    Options o_;
    int rank_;
    int ranks_;
    double own_processor_seconds_ = 0;
};

int run(int argc, char **argv)
{
    const int rank = mpi::rank_of(MPI_COMM_WORLD);
    try {
        Options options;
        mpi::detail::agree(MPI_COMM_WORLD, mpi::detail::failure_of([&] { options = parse(argc, argv); }));
        int asked = options.help ? 1 : 0;
        mpi::check(MPI_Allreduce(MPI_IN_PLACE, &asked, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD), "MPI_Allreduce");
        if (asked != 0) {
            std::fputs(rank == 0 ? help : "", stdout);
            return 0;
        }
        return Program(options, rank, mpi::size_of(MPI_COMM_WORLD)).run();
    } catch (const unitvar::Error &error) {
        std::fprintf(stderr, "mpi_init, on rank %d: %s\n", rank, error.what());
        return error.status() == unitvar::Status::invalid_argument ? 2 : 3;
    } catch (const std::exception &error) {
        // Of this rank alone: the others may wait for it.
        std::fprintf(stderr, "mpi_init, on rank %d: %s\n", rank, error.what());
        MPI_Abort(MPI_COMM_WORLD, 3);
        return 3;
    }
}

} // namespace

int main(int argc, char **argv)
{
    if (MPI_Init(&argc, &argv) != MPI_SUCCESS) {
        std::fputs("mpi_init: MPI_Init failed\n", stderr);
        return 3;
    }
    const int status = run(argc, argv);
    MPI_Finalize();
    return status;
}
