// unitvar_norm_targets: norms, activations and linear against memory and against oneDNN and a BLAS where they are
// installed, in interleaved rounds, f32. Prints measured ratio, target and verdict; `--isa NAME` forces one.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "compare.hpp"
#include "memory.hpp"
#include "norm_peers.hpp"
#include "unitvar.h"

namespace {

using unitvar::bench::compare;
using unitvar::bench::Comparison;
using unitvar::bench::Peer;
using unitvar::bench::Shape;

constexpr int rounds = 9;
constexpr std::size_t most_elements = std::size_t{1} << 24U;

void check(std::int32_t status)
{
    if (status != UNITVAR_OK) {
        std::fprintf(stderr, "unitvar_norm_targets: %s\n", unitvar_last_error());
        std::exit(1);
    }
}

// A row-major f32 tensor of somebody else's memory.
class Tensor {
public:
    Tensor(float *data, Shape shape) : shape_(std::move(shape))
    {
        view_ = {data, {1, 0}, static_cast<std::int32_t>(shape_.size()), {2, 32, 1}, shape_.data(), nullptr, 0};
    }
    operator unitvar_tensor *() { return &view_; }
    [[nodiscard]] std::size_t elements() const
    {
        std::size_t product = 1;
        for (const std::int64_t length : shape_) {
            product *= static_cast<std::size_t>(length);
        }
        return product;
    }

private:
    Shape shape_;
    unitvar_tensor view_{};
};

struct Memory {
    unitvar::bench::Pages x = unitvar::bench::touched_pages(most_elements * sizeof(float));
    unitvar::bench::Pages y = unitvar::bench::touched_pages(most_elements * sizeof(float));
    unitvar::bench::Pages weight = unitvar::bench::touched_pages(most_elements);
    unitvar::bench::Pages small[4] = {
        unitvar::bench::touched_pages(1U << 16U), unitvar::bench::touched_pages(1U << 16U),
        unitvar::bench::touched_pages(1U << 16U), unitvar::bench::touched_pages(1U << 16U)};
    static float *floats(const unitvar::bench::Pages &pages) { return reinterpret_cast<float *>(pages.get()); }
    [[nodiscard]] unitvar::bench::PeerBuffers buffers() const
    {
        return {floats(x), floats(y), floats(weight), floats(small[0]), floats(small[1]), floats(small[2])};
    }
};

volatile float sink;

void print_row(const char *what, double measured, double target)
{
    const char *verdict = target <= 0 ? "" : measured >= target ? "met" : "NOT MET";
    std::printf("%-58s %8.2f x", what, measured);
    if (target > 0) {
        std::printf("  >= %5.2f  %s", target, verdict);
    }
    std::printf("\n");
    std::fflush(stdout);
}

template <class Own> void against(const std::string &what, const Own &own, const Peer &peer, double target)
{
    if (!peer) {
        std::printf("%-58s not in this build\n", what.c_str());
        return;
    }
    print_row(what.c_str(), compare(rounds, own, peer).ratio, target);
}

// The rate of own relative to copying x, or to reading it.
template <class Own>
void against_memcpy(const std::string &what, const Own &own, const Memory &m, std::size_t n, double target)
{
    const Comparison c = compare(rounds, own, [&] { std::memcpy(m.y.get(), m.x.get(), n * sizeof(float)); });
    print_row((what + ": rate of memcpy").c_str(), c.ratio, target);
    std::printf("%-58s %8.3f ms, memcpy %.3f ms (%.1f GB/s read)\n", "", c.own * 1e3, c.other * 1e3,
                static_cast<double>(n * sizeof(float)) / c.other * 1e-9);
}

template <class Own>
void against_read(const std::string &what, const Own &own, const Memory &m, std::size_t n, double target)
{
    const Comparison c = compare(rounds, own, [&] { sink = unitvar::bench::read_sum(Memory::floats(m.x), n); });
    print_row((what + ": rate of a read-sum").c_str(), c.ratio, target);
    std::printf("%-58s %8.3f ms, read-sum %.3f ms (%.1f GB/s)\n", "", c.own * 1e3, c.other * 1e3,
                static_cast<double>(n * sizeof(float)) / c.other * 1e-9);
}

template <class Own> void against_one_thread(const std::string &what, const Own &own, double target)
{
    const auto with = [&](std::int32_t threads) {
        return [&own, threads] {
            check(unitvar_set_num_threads(threads));
            own();
        };
    };
    print_row((what + ": 2 threads to 1").c_str(), compare(rounds, with(2), with(1), unitvar::bench::Clock::wall).ratio,
              target);
    check(unitvar_set_num_threads(1));
}

void moments(const Memory &m)
{
    constexpr std::int64_t side = 4096;
    Tensor x(Memory::floats(m.x), {side, side});
    Tensor scalar_mean(Memory::floats(m.small[0]), {});
    Tensor scalar_var(Memory::floats(m.small[1]), {});
    Tensor mean(Memory::floats(m.small[0]), {side});
    Tensor var(Memory::floats(m.small[1]), {side});
    const auto all = [&] { check(unitvar_mean_var(x, nullptr, 0, 1, scalar_mean, scalar_var)); };
    const auto along = [&](std::int32_t axis) {
        return [&, axis] { check(unitvar_mean_var(x, &axis, 1, 1, mean, var)); };
    };
    against_read("mean_var 4096x4096, all", all, m, x.elements(), 0.85);
    against_read("mean_var 4096x4096, rows", along(1), m, x.elements(), 0.85);
    against_read("mean_var 4096x4096, columns", along(0), m, x.elements(), 0.85);
    against_one_thread("mean_var 4096x4096, all", all, 1.7);
    against_one_thread("mean_var 4096x4096, columns", along(0), 1.7);
}

void layer_norm(const Memory &m, std::int64_t rows, std::int64_t columns)
{
    Tensor x(Memory::floats(m.x), {rows, columns});
    Tensor y(Memory::floats(m.y), {rows, columns});
    Tensor weight(Memory::floats(m.weight), {columns});
    Tensor bias(Memory::floats(m.small[0]), {columns});
    Tensor mean(Memory::floats(m.small[1]), {rows});
    Tensor rstd(Memory::floats(m.small[2]), {rows});
    const auto own = [&] { check(unitvar_layer_norm(x, 1, weight, bias, 1e-5, y, mean, rstd)); };
    const std::string what = "layer_norm " + std::to_string(rows) + "x" + std::to_string(columns);
    against_memcpy(what, own, m, x.elements(), 0.9);
    against(what + ": times oneDNN", own, unitvar::bench::onednn_layer_norm({rows, columns}, m.buffers()), 1);
    against_one_thread(what, own, 1.7);
    const auto rms = [&] { check(unitvar_rms_norm(x, 1, weight, 1e-5, y, rstd)); };
    against_memcpy("rms_norm " + std::to_string(rows) + "x" + std::to_string(columns), rms, m, x.elements(), 0);
}

void batch_norm(const Memory &m, const Shape &shape, const std::string &name)
{
    Tensor x(Memory::floats(m.x), shape);
    Tensor y(Memory::floats(m.y), shape);
    Tensor weight(Memory::floats(m.weight), {shape[1]});
    Tensor bias(Memory::floats(m.small[0]), {shape[1]});
    Tensor mean(Memory::floats(m.small[1]), {shape[1]});
    Tensor rstd(Memory::floats(m.small[2]), {shape[1]});
    const auto own = [&] {
        check(unitvar_batch_norm(x, weight, bias, nullptr, nullptr, nullptr, 1, 0.1, 1e-5, y, mean, rstd));
    };
    against_memcpy("batch_norm " + name, own, m, x.elements(), 0);
    against("batch_norm " + name + ": times oneDNN", own, unitvar::bench::onednn_batch_norm(shape, m.buffers()), 3);
    against_one_thread("batch_norm " + name, own, 1.7);
}

void images(const Memory &m)
{
    {
        Tensor x(Memory::floats(m.x), {32, 256, 28, 28});
        Tensor y(Memory::floats(m.y), {32, 256, 28, 28});
        Tensor weight(Memory::floats(m.weight), {256});
        Tensor bias(Memory::floats(m.small[0]), {256});
        const auto own = [&] { check(unitvar_group_norm(x, 32, weight, bias, 1e-5, y, nullptr, nullptr)); };
        against_memcpy("group_norm(32) 32x256x28x28", own, m, x.elements(), 0);
        against_one_thread("group_norm(32) 32x256x28x28", own, 1.7);
    }
    {
        Tensor x(Memory::floats(m.x), {8, 64, 128, 128});
        Tensor y(Memory::floats(m.y), {8, 64, 128, 128});
        const auto own = [&] { check(unitvar_instance_norm(x, nullptr, nullptr, nullptr, nullptr, 1, 0.1, 1e-5, y)); };
        against_memcpy("instance_norm 8x64x128x128", own, m, x.elements(), 0);
    }
    {
        const Shape shape{32, 64, 56, 56};
        Tensor x(Memory::floats(m.x), shape);
        Tensor y(Memory::floats(m.y), shape);
        const auto own = [&] { check(unitvar_local_response_norm(x, 5, 1e-4, 0.75, 1, y)); };
        against_memcpy("local_response_norm(5) 32x64x56x56", own, m, x.elements(), 0);
        against("local_response_norm(5) 32x64x56x56: times oneDNN", own,
                unitvar::bench::onednn_local_response_norm(shape, 5, m.buffers()), 2);
        const auto power = [&] { check(unitvar_local_response_norm(x, 5, 1e-4, 0.7, 1, y)); };
        against_memcpy("local_response_norm(5), beta 0.7", power, m, x.elements(), 0);
        const auto relu = [&] { check(unitvar_relu(x, y)); };
        against_memcpy("relu 32x64x56x56", relu, m, x.elements(), 0);
    }
}

void linear(const Memory &m, std::int64_t batch)
{
    constexpr std::int64_t side = 2048;
    Tensor x(Memory::floats(m.x), {batch, side});
    Tensor y(Memory::floats(m.y), {batch, side});
    Tensor weight(Memory::floats(m.weight), {side, side});
    const auto own = [&] { check(unitvar_linear(x, weight, nullptr, y)); };
    const std::string what = "linear, batch " + std::to_string(batch) + ", 2048x2048";
    against(what + ": rate of BLAS sgemm", own, unitvar::bench::blas_linear(batch, side, side, m.buffers()),
            batch == 256 ? 0.7 : 0);
    against_one_thread(what, own, 1.7);
}

// Largest error of y in ulps, against (x - mean) / sqrt(var + eps) * weight + bias in long double for statistics over
// `count` runs of `run` elements, `stride` apart; the weight and bias of element i are those of parameter(i).
template <class Parameter>
double worst_ulps(const Memory &m, std::size_t first, std::size_t count, std::size_t run, std::size_t stride,
                  const Parameter &parameter)
{
    const float *x = Memory::floats(m.x) + first;
    const float *y = Memory::floats(m.y) + first;
    const auto n = static_cast<long double>(count * run);
    const auto sum = [&](auto term) {
        long double total = 0;
        for (std::size_t i = 0; i < count * run; ++i) {
            total += term(static_cast<long double>(x[i / run * stride + i % run]));
        }
        return total;
    };
    const long double mean = sum([](long double v) { return v; }) / n;
    const long double var = sum([mean](long double v) { return (v - mean) * (v - mean); }) / n;
    const long double scale = 1 / std::sqrt(var + static_cast<long double>(1e-5F));
    double worst = 0;
    for (std::size_t i = 0; i < count * run; ++i) {
        const std::size_t at = i / run * stride + i % run;
        const std::size_t p = parameter(i);
        const long double exact = (x[at] - mean) * scale * Memory::floats(m.weight)[p] + Memory::floats(m.small[0])[p];
        const float size = std::abs(static_cast<float>(exact));
        const float ulp = std::nextafter(size, HUGE_VALF) - size;
        worst = std::max(worst, static_cast<double>(std::abs(y[at] - exact) / ulp));
    }
    return worst;
}

void fill(const unitvar::bench::Pages &pages, std::size_t n, double mean);

// The largest errors of unitvar and of oneDNN on the same data.
void errors(const Memory &m)
{
    std::printf("\nlargest error in ulps, against long double\n%-34s %-12s %12s %12s\n", "", "data", "unitvar",
                "oneDNN");
    for (const double mean : {0.0, 1e3, 1e6}) {
        fill(m.x, most_elements, mean);
        char data[32];
        std::snprintf(data, sizeof(data), "N(%g, 1)", mean);
        const auto row = [&](const char *what, const auto &own, const Peer &peer, const auto &worst) {
            own();
            const double ours = worst();
            std::printf("%-34s %-12s %12.2f ", what, data, ours);
            if (peer) {
                peer();
                std::printf("%12.4g\n", worst());
            } else {
                std::printf("%12s\n", "-");
            }
        };
        {
            Tensor x(Memory::floats(m.x), {256, 4096});
            Tensor y(Memory::floats(m.y), {256, 4096});
            Tensor weight(Memory::floats(m.weight), {4096});
            Tensor bias(Memory::floats(m.small[0]), {4096});
            row(
                "layer_norm 256x4096",
                [&] { check(unitvar_layer_norm(x, 1, weight, bias, 1e-5, y, nullptr, nullptr)); },
                unitvar::bench::onednn_layer_norm({256, 4096}, m.buffers()),
                [&] {
                    double worst = 0;
                    for (std::size_t r = 0; r < 256; ++r) {
                        worst = std::max(worst, worst_ulps(m, r * 4096, 1, 4096, 0, [](std::size_t i) { return i; }));
                    }
                    return worst;
                });
        }
        Tensor x(Memory::floats(m.x), {16, 16, 64, 64});
        Tensor y(Memory::floats(m.y), {16, 16, 64, 64});
        Tensor weight(Memory::floats(m.weight), {16});
        Tensor bias(Memory::floats(m.small[0]), {16});
        row(
            "batch_norm 16x16x64x64",
            [&] {
                check(
                    unitvar_batch_norm(x, weight, bias, nullptr, nullptr, nullptr, 1, 0.1, 1e-5, y, nullptr, nullptr));
            },
            unitvar::bench::onednn_batch_norm({16, 16, 64, 64}, m.buffers()),
            [&] {
                double worst = 0;
                for (std::size_t c = 0; c < 16; ++c) {
                    worst =
                        std::max(worst, worst_ulps(m, c * 4096, 16, 4096, 16 * 4096, [c](std::size_t) { return c; }));
                }
                return worst;
            });
    }
}

void fill(const unitvar::bench::Pages &pages, std::size_t n, double mean)
{
    unitvar_generator *g = nullptr;
    check(unitvar_generator_create(UNITVAR_PCG32, 42, 0, &g));
    check(unitvar_normal_f32(g, Memory::floats(pages), n, mean, 1));
    unitvar_generator_destroy(g);
}

} // namespace

int main(int argc, char **argv)
{
    // Peers read the number of threads when they are loaded.
    if (std::getenv("OMP_NUM_THREADS") == nullptr) {
        setenv("OMP_NUM_THREADS", "1", 1);
        setenv("OPENBLAS_NUM_THREADS", "1", 1);
        execv("/proc/self/exe", argv);
    }
    if (argc == 3 && std::strcmp(argv[1], "--isa") == 0) {
        check(unitvar_set_isa(argv[2]));
    } else if (argc > 1) {
        std::printf("usage: %s [--isa NAME]\nPrints what norms reach of memory's speed and against peers: medians of "
                    "%d interleaved rounds, f32, one thread where nothing else is said.\n",
                    argv[0], rounds);
        return std::strcmp(argv[1], "--help") == 0 ? 0 : 2;
    }
    check(unitvar_set_num_threads(1));
    std::printf("unitvar %s, %s, medians of %d interleaved rounds, f32\n\n", unitvar_version_string(), unitvar_isa(),
                rounds);
    const Memory memory;
    fill(memory.x, most_elements, 0);
    fill(memory.weight, most_elements / sizeof(float), 0);
    fill(memory.small[0], 1U << 14U, 0);
    moments(memory);
    layer_norm(memory, 4096, 768);
    layer_norm(memory, 4096, 4096);
    batch_norm(memory, {32, 64, 56, 56}, "32x64x56x56");
    batch_norm(memory, {32, 512, 7, 7}, "32x512x7x7");
    images(memory);
    linear(memory, 256);
    linear(memory, 1);
    errors(memory);
    return 0;
}
