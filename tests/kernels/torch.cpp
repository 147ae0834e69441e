// Engine 3: MT19937 and PyTorch's transforms of its words.
#include "entries.hpp"

#include <numbers>
#include <type_traits>

namespace checkkernels {
namespace {

using core::mt19937_words;
using core::Mt19937State;
using core::torch_read_ahead;
using Table = core::TorchKernels;

void drive_fence(Trial<void (*)()> &trial)
{
    Case c(trial, "");
    c.run(1, [](auto kernel, Role) { kernel(); });
}

// The state's padding belongs to the kernels.
const Demands state_demands{.alignment = alignof(Mt19937State), .beyond = torch_read_ahead};

void drive_regenerate(Trial<void (*)(Mt19937State &)> &trial)
{
    for (int i = 0; i < (trial.bench() ? 1 : 20); ++i) {
        Case c(trial, "");
        const auto state = c.in_out("state", trial.random.words<std::uint32_t>(mt19937_words), state_demands);
        c.run(mt19937_words, [&](auto kernel, Role) {
            kernel(*reinterpret_cast<Mt19937State *>(static_cast<std::uint32_t *>(state)));
        });
    }
}

void drive_generate(Trial<void (*)(Mt19937State &, std::uint32_t *, std::size_t)> &trial)
{
    for (const std::size_t periods : trial.lengths({.first = 0, .block = 2, .largest = 6, .bench = 4})) {
        Case c(trial, formatted("%zu periods", periods));
        const auto state = c.in_out("state", trial.random.words<std::uint32_t>(mt19937_words), state_demands);
        const auto words = c.out("words", Elements<std::uint32_t>{periods * mt19937_words});
        c.run(periods * mt19937_words, [&](auto kernel, Role) {
            kernel(*reinterpret_cast<Mt19937State *>(static_cast<std::uint32_t *>(state)), words, periods);
        });
    }
}

const Demands words_demands{.alignment = alignof(std::uint32_t), .beyond = torch_read_ahead};

void drive_temper(Trial<void (*)(const std::uint32_t *, std::uint32_t *, std::size_t)> &trial)
{
    for (const std::size_t n : trial.lengths({.first = 0, .block = 48, .largest = mt19937_words, .bench = 624})) {
        Case c(trial, formatted("n = %zu", n));
        const auto state = c.in("state", trial.random.words<std::uint32_t>(n), words_demands);
        const auto words = c.out("words", Elements<std::uint32_t>{n});
        c.every_offset(n == 53);
        c.run_elementwise(n,
                          [&](auto kernel, std::size_t i, std::size_t count) { kernel(state + i, words + i, count); });
    }
}

// The transform makes an element of T of some words, in whole blocks of elements.
template <class T, std::size_t WordsPerElement, std::size_t Block, class Kernel>
void drive_transform(Trial<Kernel> &trial, std::size_t pack, const Session::Lengths &lengths)
{
    for (const std::size_t blocks : trial.lengths(lengths))
        for (const StoreMode mode : trial.modes()) {
            Random &random = trial.random;
            const std::size_t n = blocks * Block;
            const double first = random.one_in(2) ? 0 : random.tame<double>();
            const double second = random.one_in(2) ? 1 : random.tame<double>();
            // All bits of a word set or none: the ends of the range.
            const auto word = [&] {
                return random.one_in(16) ? (random.one_in(2) ? ~0U : 0U) : static_cast<std::uint32_t>(random.next());
            };
            Case c(trial, formatted("n = %zu, parameters {%.17g, %.17g}, %s", n, first, second, name_of(mode)));
            const auto words = c.in("words", random.values<std::uint32_t>(n * WordsPerElement, word), words_demands);
            const auto y = c.out("target", Elements<T>{n});
            c.every_offset(n == pack + Block);
            c.run(n, [&](auto kernel, Role role) {
                if (role != reference || trial.bench()) {
                    kernel(words, first, second, y, n, mode);
                    return;
                }
                for (std::size_t i = 0; i < n; i += Block)
                    kernel(words + i * WordsPerElement, first, second, y + i, Block, StoreMode::cached);
            });
        }
}

using Transform = void (*)(const std::uint32_t *, double, double, void *, std::size_t, StoreMode);
void drive_uniform_f32(Trial<Transform> &trial)
{
    drive_transform<float, 1, 1>(trial, 48, {.first = 0, .block = 48});
}
void drive_uniform_f64(Trial<Transform> &trial)
{
    drive_transform<double, 2, 1>(trial, 24, {.first = 0, .block = 24});
}
void drive_normal_f32(Trial<Transform> &trial)
{
    drive_transform<float, 1, core::torch_normal_block>(trial, 64,
                                                        {.first = 0, .block = 4, .largest = 300, .bench = 256});
}

void drive_normal_f64(Trial<Transform> &trial)
{
    drive_transform<double, 2, core::torch_normal_block>(trial, 16,
                                                         {.first = 0, .block = 4, .largest = 100, .bench = 78});
}

// Arguments that uniforms of 53 bits lead to, small ones often: from one end on.
template <class Kernel, class Argument> void drive_function(Trial<Kernel> &trial, const Argument &argument)
{
    for (const std::size_t n : trial.lengths({.first = 0, .block = 16, .largest = 500})) {
        Case c(trial, formatted("n = %zu", n));
        Random &random = trial.random;
        const auto value = [&] {
            const std::uint64_t bits = random.next() >> 11U;
            return argument(random, static_cast<double>(random.one_in(2) ? bits : bits >> random.below(53)) * 0x1p-53);
        };
        const Demands demands{.alignment = 64, .beyond = torch_read_ahead};
        const auto x = c.in_out("x", random.values<double>(n, value), demands);
        if constexpr (std::is_invocable_v<Kernel, double *, double *, std::size_t>) {
            const auto sines = c.in_out("sines", random.values<double>(n, value), demands);
            c.run(n, [&](auto kernel, Role) { kernel(x, sines, n); });
        } else {
            c.run(n, [&](auto kernel, Role) { kernel(x, n); });
        }
    }
}
using Function = void (*)(double *, std::size_t);
void drive_log_f64(Trial<Function> &trial)
{
    drive_function(trial, [](Random &random, double u) { return random.one_in(2) ? 1 - u : u + 0x1p-53; });
}
void drive_log1p_f64(Trial<Function> &trial)
{
    drive_function(trial, [](Random &, double u) { return -u; });
}
void drive_exp_f64(Trial<Function> &trial)
{
    drive_function(trial, [](Random &random, double u) { return (random.one_in(2) ? -1 : 1) * 511 * u; });
}
void drive_cos_sin_f64(Trial<void (*)(double *, double *, std::size_t)> &trial)
{
    drive_function(trial, [](Random &, double u) { return 2 * std::numbers::pi * u; });
}

// In [-1, 1], with the ends and the borders between the kernel's formulas frequent.
std::vector<float> uniforms(Random &random, std::size_t n)
{
    return random.values<float>(n, [&]() -> float {
        const float sign = random.one_in(2) ? 1.0F : -1.0F;
        switch (random.below(8)) {
        case 0:
            return sign * (random.one_in(2) ? 1.0F : 1.0F - static_cast<float>(random.below(100)) * 0x1p-24F);
        case 1:
            return sign * (random.one_in(2) ? 0.7F : 0.92F) + static_cast<float>(random.below(5)) * 0x1p-24F - 0x1p-23F;
        case 2:
            return sign * static_cast<float>(random.below(100)) * 0x1p-24F;
        default:
            return static_cast<float>(random.signed_unit());
        }
    });
}

void drive_erfinv_f32(Trial<void (*)(float *, std::size_t)> &trial)
{
    for (const std::size_t n : trial.lengths({.first = 0, .block = 48, .largest = 3000})) {
        Case c(trial, formatted("n = %zu", n));
        const auto y = c.in_out("y", uniforms(trial.random, n), {.alignment = 64, .beyond = torch_read_ahead});
        c.run(n, [&](auto kernel, Role) { kernel(y, n); });
    }
}

void drive_truncate_f32(
    Trial<void (*)(const float *, const core::TorchTruncation &, void *, std::size_t, StoreMode)> &trial)
{
    for (const std::size_t n : trial.lengths({.first = 0, .block = 48}))
        for (const StoreMode mode : trial.modes()) {
            Random &random = trial.random;
            const double low = -std::abs(random.tame<double>());
            const core::TorchTruncation truncation{1 + random.unit(), random.tame<double>(), low,
                                                   low + 2 * random.unit()};
            Case c(trial, formatted("n = %zu, truncation {%.17g, %.17g, %.17g, %.17g}, %s", n, truncation.scale,
                                    truncation.offset, truncation.low, truncation.high, name_of(mode)));
            const auto y =
                c.in("y", random.floats<float>(n), {.alignment = alignof(float), .beyond = torch_read_ahead});
            const auto target = c.out("target", Elements<float>{n});
            c.run_elementwise(n, [&](auto kernel, std::size_t i, std::size_t count) {
                kernel(y + i, truncation, target + i, count, mode);
            });
        }
}

} // namespace

void add_torch(Entries &entries, const std::string &name, const Access<Table> &at)
{
    static constexpr std::tuple rows{
        Row{"fence", &Table::fence, kernel(drive_fence)},
        Row{"regenerate", &Table::regenerate, kernel(drive_regenerate)},
        Row{"generate", &Table::generate, kernel(drive_generate)},
        Row{"temper", &Table::temper, kernel(drive_temper)},
        Row{"uniform_f32", &Table::uniform_f32, kernel(drive_uniform_f32)},
        Row{"uniform_f64", &Table::uniform_f64, kernel(drive_uniform_f64)},
        Row{"normal_f32", &Table::normal_f32, kernel(drive_normal_f32)},
        Row{"normal_f64", &Table::normal_f64, kernel(drive_normal_f64)},
        Row{"log_f64", &Table::log_f64, kernel(drive_log_f64)},
        Row{"log1p_f64", &Table::log1p_f64, kernel(drive_log1p_f64)},
        Row{"exp_f64", &Table::exp_f64, kernel(drive_exp_f64)},
        Row{"cos_sin_f64", &Table::cos_sin_f64, kernel(drive_cos_sin_f64)},
        Row{"erfinv_f32", &Table::erfinv_f32, kernel(drive_erfinv_f32)},
        Row{"erfinv_241_f32", &Table::erfinv_241_f32, kernel(drive_erfinv_f32)},
        Row{"truncate_f32", &Table::truncate_f32, kernel(drive_truncate_f32)},
    };
    static_assert(has_a_row_for_each_member(rows));
    add_rows(entries, name, at, rows);
}

} // namespace checkkernels
