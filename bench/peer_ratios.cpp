// unitvar_peers: samplers against MKL, the C++ standard library, pcg-cpp and memory itself, in one process, one thread,
// each row the median of interleaved rounds. Of MKL each row takes the engine and method that is fastest here. --json
// gives them to a program: `sh cmake/dev.sh bench-check` compares the ratios with bench/baseline, `report` draws rows.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "compare.hpp"
#include "memory.hpp"
#include "mkl.hpp"
#include "operations.hpp"
#include "peers.hpp"
#include "unitvar.h"

namespace {

using unitvar::bench::Clock;
using unitvar::bench::Comparison;
using unitvar::bench::Mkl;
using unitvar::bench::MklEngine;
using unitvar::core::DrawIndex;

constexpr int rounds = 21;

struct Engine {
    const char *name;
    std::int32_t id;
};
constexpr Engine pcg{"pcg32", UNITVAR_PCG32};
constexpr Engine philox{"philox4x32", UNITVAR_PHILOX4X32};
constexpr Engine ars{"ars4x32", UNITVAR_ARS4X32};

using Fill = std::function<void()>;

void check(std::int32_t status)
{
    if (status != UNITVAR_OK) {
        std::fprintf(stderr, "unitvar_peers: %s\n", unitvar_last_error());
        std::exit(1);
    }
}

class Generator {
public:
    explicit Generator(const Engine &engine) { check(unitvar_generator_create(engine.id, 42, 0, &g_)); }
    Generator(const Generator &) = delete;
    Generator &operator=(const Generator &) = delete;
    ~Generator() { unitvar_generator_destroy(g_); }
    [[nodiscard]] unitvar_generator *get() const { return g_; }

private:
    unitvar_generator *g_ = nullptr;
};

class Report {
public:
    Report(void *target, std::size_t n, bool json) : target_(target), n_(n), json_(json)
    {
        if (json_) {
            std::printf("{\n  \"isa\": \"%s\",\n  \"n\": %zu,\n  \"ratios\": {", unitvar_isa(), n_);
        } else {
            std::printf("%-30s %-56s %8s %8s %8s %7s\n", "unitvar", "peer", "ns", "peer ns", "faster", "spread");
        }
    }
    ~Report()
    {
        if (json_) {
            std::printf("\n  },\n  \"rows\": [%s\n  ]\n}\n", rows_.c_str());
        }
    }
    Report(const Report &) = delete;
    Report &operator=(const Report &) = delete;

    // which: of several that the peer offers, for a reader; not part of the row's name.
    void row(DrawIndex draw, const Engine &engine, const std::string &peer, const Fill &other,
             const std::string &which = {})
    {
        const Generator generator(engine);
        const auto &operation = unitvar::bench::operations[static_cast<std::size_t>(draw)];
        const auto own = [&] { check(operation.run(generator.get(), target_, n_)); };
        print(std::string(unitvar::core::row(draw).name) + ", " + engine.name, peer, which,
              unitvar::bench::compare(rounds, own, other));
    }

private:
    void print(const std::string &what, const std::string &peer, const std::string &which, const Comparison &c)
    {
        const double scale = 1e9 / static_cast<double>(n_);
        if (json_) {
            std::printf("%s\n    \"%s against %s\": %.4f", first_ ? "" : ",", what.c_str(), peer.c_str(), c.ratio);
            char figures[160];
            std::snprintf(figures, sizeof figures,
                          "\"ns\": %.5g, \"peer_ns\": %.5g, \"ratio\": %.4f, \"spread\": %.4f}", c.own * scale,
                          c.other * scale, c.ratio, c.spread);
            rows_.append(first_ ? "" : ",").append("\n    {\"what\": \"" + what + "\", \"peer\": \"" + peer);
            rows_.append("\", \"which\": \"" + which + "\", " + figures);
        } else {
            std::printf("%-30s %-56s %8.3f %8.3f %7.2fx %6.1f%%\n", what.c_str(),
                        (which.empty() ? peer : peer + ": " + which).c_str(), c.own * scale, c.other * scale, c.ratio,
                        c.spread * 100);
        }
        std::fflush(stdout);
        first_ = false;
    }

    void *target_;
    std::size_t n_;
    bool json_;
    std::string rows_;
    bool first_ = true;
};

struct Candidate {
    std::string name;
    Fill fill;
};

// The fastest of three tries each.
const Candidate &fastest(const std::vector<Candidate> &candidates)
{
    const Candidate *best = nullptr;
    double least = 0;
    for (const Candidate &candidate : candidates) {
        const int repeat = unitvar::bench::repetitions_for(candidate.fill, Clock::thread);
        for (int i = 0; i < 3; ++i) {
            const double time = unitvar::bench::seconds(candidate.fill, repeat, Clock::thread);
            if (best == nullptr || time < least) {
                best = &candidate;
                least = time;
            }
        }
    }
    return *best;
}

class MklPeers {
public:
    explicit MklPeers(const Mkl &mkl) : mkl_(mkl)
    {
        for (const MklEngine &engine : unitvar::bench::mkl_engines()) {
            if (Mkl::Stream stream = mkl.make(engine)) {
                streams_.push_back({engine, stream});
            }
        }
    }
    MklPeers(const MklPeers &) = delete;
    MklPeers &operator=(const MklPeers &) = delete;
    ~MklPeers()
    {
        for (const auto &[engine, stream] : streams_) {
            mkl_.destroy(stream);
        }
    }

    template <class T>
    [[nodiscard]] Candidate uniform(T *target, std::size_t n, const char *engine = nullptr, bool good = false) const
    {
        std::vector<Candidate> all;
        for (const auto &[own, stream] : streams_) {
            if (fits(own, engine, good)) {
                all.push_back({own.name, [this, s = stream, target, n] { mkl_.uniform(s, target, n); }});
            }
        }
        return fastest(all);
    }
    template <class T>
    [[nodiscard]] Candidate normal(T *target, std::size_t n, const char *engine = nullptr, bool icdf_only = false) const
    {
        std::vector<Candidate> all;
        for (const auto &[own, stream] : streams_) {
            for (const auto &[method, name] :
                 {std::pair{Mkl::Normal::box_muller, "Box-Muller"},
                  std::pair{Mkl::Normal::box_muller_2, "Box-Muller 2"}, std::pair{Mkl::Normal::icdf, "ICDF"}}) {
                if (fits(own, engine, false) && (!icdf_only || method == Mkl::Normal::icdf)) {
                    all.push_back({std::string(own.name) + ", " + name,
                                   [this, m = method, s = stream, target, n] { mkl_.normal(m, s, target, n); }});
                }
            }
        }
        return fastest(all);
    }

private:
    struct Own {
        MklEngine engine;
        Mkl::Stream stream;
    };
    static bool fits(const MklEngine &own, const char *engine, bool good)
    {
        return (engine == nullptr || std::strcmp(engine, own.name) == 0) && (!good || own.passes_big_crush);
    }

    const Mkl &mkl_;
    std::vector<Own> streams_;
};

void compare_with_mkl(Report &report, const Mkl &mkl, unsigned char *memory, std::size_t n)
{
    auto *const floats = reinterpret_cast<float *>(memory);
    auto *const doubles = reinterpret_cast<double *>(memory);
    const MklPeers peers(mkl);
    const auto row = [&](DrawIndex draw, const Engine &engine, const Candidate &peer, const char *kind) {
        report.row(draw, engine, std::string("MKL") + kind, peer.fill, peer.name);
    };
    const Candidate uniform = peers.uniform(floats, n);
    row(DrawIndex::uniform_f32, ars, uniform, "'s best");
    row(DrawIndex::uniform_f32, pcg, uniform, "'s best");
    row(DrawIndex::uniform_f64, ars, peers.uniform(doubles, n, nullptr, true), "'s best that passes BigCrush");
    row(DrawIndex::uniform_f64, ars, peers.uniform(doubles, n, "MCG59"), " MCG59");
    row(DrawIndex::uniform_f32, philox, peers.uniform(floats, n, "PHILOX4X32X10"), " Philox");
    const Candidate normal = peers.normal(floats, n);
    row(DrawIndex::normal_f32, ars, normal, "'s best");
    row(DrawIndex::normal_f32, pcg, normal, "'s best");
    row(DrawIndex::normal_f32, philox, peers.normal(floats, n, "PHILOX4X32X10"), " Philox");
    const Candidate normal64 = peers.normal(doubles, n);
    row(DrawIndex::normal_f64, ars, normal64, "'s best");
    row(DrawIndex::normal_f64, pcg, normal64, "'s best");
    row(DrawIndex::normal_icdf_f32, ars, peers.normal(floats, n, nullptr, true), "'s best ICDF");
    row(DrawIndex::normal_icdf_f32, pcg, peers.normal(floats, n, nullptr, true), "'s best ICDF");
    row(DrawIndex::normal_icdf_f64, ars, peers.normal(doubles, n, nullptr, true), "'s best ICDF");

    // The function alone, without an engine, by accuracy.
    const auto uniforms = unitvar::bench::touched_pages(n * sizeof(float));
    auto *const u = reinterpret_cast<float *>(uniforms.get());
    check(unitvar_uniform_f32(Generator(pcg).get(), u, n, 0x1p-24, 1));
    for (const auto &[accuracy, name] :
         {std::pair{Mkl::Accuracy::high, "MKL CdfNormInv, high accuracy"},
          std::pair{Mkl::Accuracy::low, "MKL CdfNormInv, low accuracy"},
          std::pair{Mkl::Accuracy::enhanced_performance, "MKL CdfNormInv, enhanced performance"}}) {
        mkl.set_accuracy(accuracy);
        report.row(DrawIndex::normal_icdf_f32, ars, name, [&] { mkl.quantile(u, floats, n); });
    }
}

void compare_with_the_rest(Report &report, unsigned char *memory, std::size_t n)
{
    auto *const floats = reinterpret_cast<float *>(memory);
    auto *const doubles = reinterpret_cast<double *>(memory);
    pcg32 generator(42, 54);
    report.row(DrawIndex::uniform_f32, pcg, "pcg-cpp", [&] { unitvar::bench::pcg_uniform(generator, floats, n); });
    report.row(DrawIndex::normal_f32, pcg, "std::normal_distribution of pcg-cpp",
               [&] { unitvar::bench::std_normal(generator, floats, n); });
    report.row(DrawIndex::normal_f64, pcg, "std::normal_distribution of pcg-cpp",
               [&] { unitvar::bench::std_normal(generator, doubles, n); });
    const auto set = [&](std::size_t bytes) { return [=] { std::memset(memory, 1, bytes); }; };
    for (const DrawIndex draw : {DrawIndex::uniform_f32, DrawIndex::normal_f32, DrawIndex::normal_bf16}) {
        report.row(draw, ars, "memset", set(n * unitvar::core::row(draw).element_bytes));
    }
}

} // namespace

int main(int argc, char **argv)
{
    std::size_t n = 65536;
    bool json = false;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--json") == 0) {
            json = true;
        } else if (std::strcmp(argv[i], "--n") == 0 && i + 1 < argc) {
            n = std::strtoull(argv[++i], nullptr, 10);
        } else {
            const bool help = std::strcmp(argv[i], "--help") == 0;
            std::fprintf(
                help ? stdout : stderr,
                "usage: %s [--n ELEMENTS] [--json]\n"
                "Samplers against MKL (MKL_RT=libmkl_rt.so.N or MKLROOT; UNITVAR_MKL_ANY_VENDOR=1 answers its\n"
                "question for an Intel processor), std and pcg-cpp: medians of %d interleaved rounds of n\n"
                "elements (default 65536), one thread, thread CPU time.\n",
                argv[0], rounds);
            return help ? 0 : 2;
        }
    }
    if (n == 0 || n > (std::size_t{1} << 30U)) {
        std::fprintf(stderr, "%s: --n must be 1 to 2^30\n", argv[0]);
        return 2;
    }
    unitvar_set_num_threads(1);
    const auto memory = unitvar::bench::touched_pages(n * sizeof(double));
    const Mkl *const mkl = Mkl::find();
    if (!json) {
        std::printf("unitvar %s, %s; %s\n\n", unitvar_version_string(), unitvar_isa(),
                    mkl != nullptr ? mkl->version().c_str() : "no MKL");
    }
    Report report(memory.get(), n, json);
    if (mkl != nullptr) {
        compare_with_mkl(report, *mkl, memory.get(), n);
    }
    compare_with_the_rest(report, memory.get(), n);
    return 0;
}
