// PyTorch's generator.
#include "core/torch/engine.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/message.hpp"
#include "core/torch/row.hpp"
#include "unitvar/error.hpp"

namespace unitvar {
namespace core {
namespace {

constexpr std::uint32_t tempered(std::uint32_t y) noexcept
{
    y ^= y >> 11U;
    y ^= (y << 7U) & 0x9D2C5680U;
    y ^= (y << 15U) & 0xEFC60000U;
    return y ^ (y >> 18U);
}

// On [0, 1), 53 bits, the first word being the upper half.
double uniform_of(const std::uint32_t *pair) noexcept
{
    const std::uint64_t bits = std::uint64_t{pair[0]} << 32U | pair[1];
    return static_cast<double>(bits & ((std::uint64_t{1} << 53U) - 1)) * 0x1p-53;
}

constexpr std::uint32_t has_normal_flag = 1;
constexpr std::uint32_t has_float_flag = 2;
constexpr std::uint32_t seeded_now_flag = 4;

} // namespace

TorchEngine::TorchEngine(std::uint32_t seed, TorchDialect dialect) noexcept
    : dialect_(dialect), rules_(rules_of(dialect))
{
    std::uint32_t x = seed;
    state_.word[0] = x;
    for (std::uint32_t j = 1; j < mt19937_words; ++j) {
        x = 1812433253U * (x ^ (x >> 30U)) + j;
        state_.word[j] = x;
    }
}

void TorchEngine::words(const TorchKernels &kernels, std::uint32_t *target, std::size_t n) noexcept
{
    const std::size_t rest = std::min(n, mt19937_words - used_);
    if (rest != 0) {
        kernels.temper(state_.word + used_, target, rest);
        used_ += static_cast<std::uint32_t>(rest);
        target += rest;
        n -= rest;
    }
    if (n == 0) {
        return;
    }
    seeded_now_ = false;
    if (const std::size_t periods = n / mt19937_words; periods != 0) {
        kernels.generate(state_, target, periods);
        target += periods * mt19937_words;
        n -= periods * mt19937_words;
    }
    if (n != 0) {
        kernels.regenerate(state_);
        kernels.temper(state_.word, target, n);
        used_ = static_cast<std::uint32_t>(n);
    }
}

std::uint32_t TorchEngine::word(const TorchKernels &kernels) noexcept
{
    if (used_ == mt19937_words) {
        kernels.regenerate(state_);
        used_ = 0;
        seeded_now_ = false;
    }
    return tempered(state_.word[used_++]);
}

void TorchEngine::skip(const TorchKernels &kernels, std::uint64_t n) noexcept
{
    for (; n > mt19937_words - used_; used_ = 0) {
        n -= mt19937_words - used_;
        kernels.regenerate(state_);
        seeded_now_ = false;
    }
    used_ += static_cast<std::uint32_t>(n);
}

double TorchEngine::uniform(const TorchKernels &kernels) noexcept
{
    const std::uint32_t high = word(kernels);
    const std::uint32_t pair[] = {high, word(kernels)};
    return uniform_of(pair);
}

void TorchEngine::normals(const TorchKernels &kernels, double *target, std::size_t n) noexcept
{
    if (n != 0 && has_normal_) {
        has_normal_ = false;
        *target++ = std::exchange(normal_, 0);
        --n;
    }
    constexpr std::size_t most = 256; // pairs at a time
    alignas(64) std::uint32_t word[4 * most];
    alignas(64) double radius[most + torch_read_ahead];
    alignas(64) double angle[most + torch_read_ahead];
    alignas(64) double sine[most + torch_read_ahead];
    while (n != 0) {
        const std::size_t pairs = std::min((n + 1) / 2, most);
        words(kernels, word, 4 * pairs);
        for (std::size_t i = 0; i < pairs; ++i) {
            angle[i] = 2.0 * std::numbers::pi * uniform_of(word + 4 * i);
            const double u = uniform_of(word + 4 * i + 2);
            radius[i] = rules_.log1p ? -u : 1.0 - u;
        }
        std::fill_n(radius + pairs, torch_read_ahead, 0);
        std::fill_n(angle + pairs, torch_read_ahead, 0);
        (rules_.log1p ? kernels.log1p_f64 : kernels.log_f64)(radius, pairs);
        kernels.cos_sin_f64(angle, sine, pairs);
        for (std::size_t i = 0; i < pairs; ++i, target += 2) {
            const double r = std::sqrt(-2.0 * radius[i]);
            target[0] = r * angle[i];
            if (n == 1) {
                normal_ = r * sine[i];
                has_normal_ = true;
                return;
            }
            target[1] = r * sine[i];
            n -= 2;
        }
    }
}

void TorchEngine::write(ByteWriter &writer) const noexcept
{
    writer.put(used_);
    writer.put((has_normal_ ? has_normal_flag : 0U) | (has_float_ ? has_float_flag : 0U) |
               (seeded_now_ ? seeded_now_flag : 0U));
    writer.put(std::bit_cast<std::uint64_t>(normal_));
    writer.put(std::bit_cast<std::uint32_t>(float_));
    writer.put(dialect_word(dialect_));
    for (std::size_t i = 0; i < mt19937_words; ++i) {
        writer.put(state_.word[i]);
    }
}

void TorchEngine::read(ByteReader &reader)
{
    used_ = reader.get<std::uint32_t>();
    const auto flags = reader.get<std::uint32_t>();
    has_normal_ = (flags & has_normal_flag) != 0;
    has_float_ = (flags & has_float_flag) != 0;
    seeded_now_ = (flags & seeded_now_flag) != 0;
    normal_ = std::bit_cast<double>(reader.get<std::uint64_t>());
    float_ = std::bit_cast<float>(reader.get<std::uint32_t>());
    set_dialect(dialect_of_word(reader.get<std::uint32_t>()));
    for (std::size_t i = 0; i < mt19937_words; ++i) {
        state_.word[i] = reader.get<std::uint32_t>();
    }
    if (used_ == 0 || used_ > mt19937_words || flags > 7 || (seeded_now_ && used_ != mt19937_words)) {
        throw CorruptState("buf holds a position or flags that no generator of torch_mt19937 has");
    }
}

// PyTorch counts in two ways: left, from 624 to 1 within a period, and next, the index of the word to come. Both say
// the same, except that a generator just seeded has left = 1 and next = 0.
void TorchEngine::write_torch(std::uint64_t seed, ByteWriter &writer) const noexcept
{
    writer.put(seed);
    writer.put(used_ == mt19937_words ? 1U : static_cast<std::uint32_t>(mt19937_words) + 1 - used_);
    writer.put(std::uint32_t{1}); // seeded
    writer.put(std::uint64_t{seeded_now_ ? 0 : used_});
    for (std::size_t i = 0; i < mt19937_words; ++i) {
        writer.put(std::uint64_t{state_.word[i]});
    }
    writer.put(std::uint64_t{0}); // the other normal of the pair and its radius, of versions before 1.3
    writer.put(std::bit_cast<std::uint64_t>(normal_));
    writer.put(std::uint64_t{0});
    writer.put(std::uint64_t{has_normal_ ? 1U : 0U}); // 4 bytes and 4 of padding
    writer.put(std::bit_cast<std::uint32_t>(float_));
    writer.put(std::uint32_t{has_float_ ? 1U : 0U}); // 1 byte and 3 of padding
}

void TorchEngine::read_torch(ByteReader &reader)
{
    const auto left = reader.get<std::uint32_t>();
    const auto seeded = reader.get<std::uint32_t>();
    const auto next = reader.get<std::uint64_t>();
    seeded_now_ = left == 1 && next == 0;
    if (seeded != 1 || left == 0 || left > mt19937_words || (next + left != mt19937_words + 1 && !seeded_now_)) {
        throw CorruptState("buf holds left = " + text(std::uint64_t{left}) +
                           ", seeded = " + text(std::uint64_t{seeded}) + " and next = " + text(next) +
                           "; expected PyTorch's state, seeded = 1 and left + next = 625, or 1 and 0");
    }
    used_ = static_cast<std::uint32_t>(mt19937_words + 1 - left);
    for (std::size_t i = 0; i < mt19937_words; ++i) {
        const auto word = reader.get<std::uint64_t>();
        if (word > UINT32_MAX) {
            throw CorruptState("buf holds a state word of " + text(word) +
                               "; expected PyTorch's state, words below 2^32");
        }
        state_.word[i] = static_cast<std::uint32_t>(word);
    }
    static_cast<void>(reader.get<std::uint64_t>());
    const auto normal = std::bit_cast<double>(reader.get<std::uint64_t>());
    static_cast<void>(reader.get<std::uint64_t>());
    has_normal_ = reader.get<std::uint32_t>() != 0;
    normal_ = has_normal_ ? normal : 0;
    static_cast<void>(reader.get<std::uint32_t>());
    const auto single = std::bit_cast<float>(reader.get<std::uint32_t>());
    has_float_ = (reader.get<std::uint32_t>() & 0xFFU) != 0;
    float_ = has_float_ ? single : 0;
}

namespace {

void write_state(const Generator &generator, ByteWriter &writer)
{
    TorchEngine::of(generator).write(writer);
}

void read_state(Generator &generator, ByteReader &reader)
{
    TorchEngine::of(generator).read(reader);
}

void write_original(const Generator &generator, ByteWriter &writer)
{
    TorchEngine::of(generator).write_torch(generator.seed(), writer);
}

Generator read_original(ByteReader &reader)
{
    Generator generator = Generator::torch(reader.get<std::uint64_t>());
    TorchEngine::of(generator).read_torch(reader);
    return generator;
}

} // namespace

void start_torch(Generator &generator)
{
    if (generator.stream() != 0) {
        invalid_value("stream", generator.stream(), "0, the only stream of torch_mt19937");
    }
    GeneratorAccess::set_sequential(
        generator, std::make_unique<TorchEngine>(static_cast<std::uint32_t>(generator.seed()), checked_dialect({})));
}

constinit const StateForm torch_state{TorchEngine::state_bytes, &write_state, &read_state};
constinit const OriginalForm torch_original{Generator::torch_state_bytes, &write_original, &read_original};

} // namespace core

Generator Generator::torch(std::uint64_t seed, TorchDialect dialect)
{
    const TorchDialect known = core::checked_dialect(dialect);
    Generator generator(Engine::torch_mt19937, seed);
    core::TorchEngine::of(generator).set_dialect(known);
    return generator;
}

Generator Generator::load_torch(std::span<const std::byte> bytes, TorchDialect dialect)
{
    const TorchDialect known = core::checked_dialect(dialect);
    if (bytes.size() != torch_state_bytes) {
        throw CorruptState(
            core::message("size", core::text(std::uint64_t{bytes.size()}),
                          core::text(std::uint64_t{torch_state_bytes}) + ", that of torch.get_rng_state()"));
    }
    Generator generator = load(bytes);
    core::TorchEngine::of(generator).set_dialect(known);
    return generator;
}

TorchDialect Generator::torch_dialect() const
{
    if (engine() != Engine::torch_mt19937) {
        throw Unsupported(core::message("engine", core::text(static_cast<std::int64_t>(engine())),
                                        "3 (torch_mt19937), the one that has dialects"));
    }
    return core::TorchEngine::of(*this).dialect();
}

} // namespace unitvar
