// unitvar_norm_calls: what a call of a norm costs beyond its elements, weights and biases, allocations, gathers; f32,
// one thread where nothing else is said, medians of 15 interleaved rounds. Prints figure, target and verdict; `--isa
// NAME` forces one.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#include "compare.hpp"
#include "unitvar.h"

namespace {

long allocations = 0;

void *counted(std::size_t bytes, std::size_t alignment)
{
    ++allocations;
    void *const memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}

} // namespace

void *operator new(std::size_t n)
{
    return counted(n, alignof(std::max_align_t));
}
void *operator new(std::size_t n, std::align_val_t a)
{
    return counted(n, static_cast<std::size_t>(a));
}
void operator delete(void *p) noexcept
{
    std::free(p);
}
void operator delete(void *p, std::size_t) noexcept
{
    std::free(p);
}
void operator delete(void *p, std::align_val_t) noexcept
{
    std::free(p);
}
void operator delete(void *p, std::size_t, std::align_val_t) noexcept
{
    std::free(p);
}

namespace {

using unitvar::bench::Clock;
using unitvar::bench::compare;
using unitvar::bench::Comparison;

constexpr int rounds = 15;

void check(std::int32_t status)
{
    if (status != UNITVAR_OK) {
        std::fprintf(stderr, "unitvar_norm_calls: %s\n", unitvar_last_error());
        std::exit(1);
    }
}

class Tensor {
public:
    explicit Tensor(std::vector<std::int64_t> shape) : shape_(std::move(shape))
    {
        std::size_t elements = 1;
        for (const std::int64_t length : shape_) {
            elements *= static_cast<std::size_t>(length);
        }
        values_.resize(elements);
        for (std::size_t i = 0; i < elements; ++i) {
            values_[i] = static_cast<float>(i % 97) / 32 - 1;
        }
        view_ = {values_.data(), {1, 0}, static_cast<std::int32_t>(shape_.size()), {2, 32, 1}, shape_.data(),
                 nullptr,        0};
    }
    operator unitvar_tensor *() { return &view_; }
    [[nodiscard]] double elements() const { return static_cast<double>(values_.size()); }

private:
    std::vector<std::int64_t> shape_;
    std::vector<float> values_;
    unitvar_tensor view_{};
};

void print(const char *what, double measured, const char *unit, double most)
{
    std::printf("%-52s %8.3f %s", what, measured, unit);
    if (most >= 0) {
        std::printf("  <= %5.2f  %s", most, measured <= most ? "met" : "NOT MET");
    }
    std::printf("\n");
    std::fflush(stdout);
}

template <class Call> void print_allocations(const char *what, const Call &call)
{
    call();
    allocations = 0;
    call();
    print(what, static_cast<double>(allocations), "allocations", 0);
}

void small_calls()
{
    Tensor row({1, 4096});
    Tensor row_y({1, 4096});
    Tensor weight({4096});
    const auto weighted = [&] { check(unitvar_rms_norm(row, 1, weight, 1e-5, row_y, nullptr)); };
    const auto plain = [&] { check(unitvar_rms_norm(row, 1, nullptr, 1e-5, row_y, nullptr)); };
    const Comparison rms = compare(rounds, plain, weighted);
    print("rms_norm 1x4096: with weight to without", rms.ratio, "x", 1.3);
    print("rms_norm 1x4096, with weight", rms.other * 1e9, "ns", -1);
    print_allocations("rms_norm 1x4096, with weight", weighted);

    Tensor eight({8, 768});
    Tensor eight_y({8, 768});
    Tensor seven({7, 768});
    Tensor seven_y({7, 768});
    Tensor w({768});
    Tensor b({768});
    const auto of_eight = [&] { check(unitvar_layer_norm(eight, 1, w, b, 1e-5, eight_y, nullptr, nullptr)); };
    const auto of_seven = [&] { check(unitvar_layer_norm(seven, 1, w, b, 1e-5, seven_y, nullptr, nullptr)); };
    const Comparison layer = compare(rounds, of_seven, of_eight);
    print("layer_norm 8x768: to 8/7 of 7x768", layer.ratio * 7 / 8, "x", 1.15);
    print("layer_norm 8x768, with weight and bias", layer.other * 1e9, "ns", -1);
    print_allocations("layer_norm 8x768, with weight and bias", of_eight);

    Tensor tiny({1, 16});
    Tensor tiny_y({1, 16});
    Tensor tiny_w({16});
    const auto of_tiny = [&] { check(unitvar_layer_norm(tiny, 1, tiny_w, tiny_w, 1e-5, tiny_y, nullptr, nullptr)); };
    print("layer_norm 1x16, with weight and bias", compare(rounds, of_tiny, of_tiny).own * 1e9, "ns", -1);
    print_allocations("layer_norm 1x16, with weight and bias", of_tiny);
}

void reductions()
{
    Tensor x({8, 4, 8, 56, 56});
    Tensor mean({4, 56});
    Tensor var({4, 56});
    const auto along = [&](std::vector<std::int32_t> axes, Tensor &first, Tensor &second) {
        return [&x, &first, &second, axes] {
            check(unitvar_mean_var(x, axes.data(), static_cast<std::int32_t>(axes.size()), 1, first, second));
        };
    };
    const auto rows = along({0, 2, 4}, mean, var);
    const auto columns = along({0, 2, 3}, mean, var);
    const Comparison c = compare(rounds, rows, columns);
    print("mean_var (8,4,8,56,56) over axes 0, 2, 4", c.own * 1e9 / x.elements(), "ns per element", 0.3);
    print("mean_var (8,4,8,56,56) over axes 0, 2, 3", c.other * 1e9 / x.elements(), "ns per element", -1);
}

void shared()
{
    Tensor x({32, 256, 56, 56});
    Tensor mean({32, 256, 56});
    Tensor var({32, 256, 56});
    const std::int32_t axis = 2;
    const auto with = [&](std::int32_t threads) {
        return [&, threads] {
            check(unitvar_set_num_threads(threads));
            check(unitvar_mean_var(x, &axis, 1, 1, mean, var));
        };
    };
    const Comparison c = compare(rounds, with(2), with(1), Clock::wall);
    print("mean_var (32,256,56,56) over axis 2, 1 thread to 2", c.ratio, "x", -1);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc == 3 && std::strcmp(argv[1], "--isa") == 0) {
        check(unitvar_set_isa(argv[2]));
    } else if (argc > 1) {
        std::printf("usage: %s [--isa NAME]\nPrints what calls of norms cost: medians of %d interleaved rounds, f32.\n",
                    argv[0], rounds);
        return std::strcmp(argv[1], "--help") == 0 ? 0 : 2;
    }
    std::printf("unitvar %s, %s, medians of %d interleaved rounds, f32\n\n", unitvar_version_string(), unitvar_isa(),
                rounds);
    check(unitvar_set_num_threads(1));
    small_calls();
    reductions();
    shared();
    return 0;
}
