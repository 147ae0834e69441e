// A generator is (engine, seed, stream) and a position in blocks of 64 words of 32 bits; capi/include/unitvar.h,
// section 4, defines the words of each engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace unitvar {

enum class Engine : std::int32_t {
    pcg32 = 1,         // PCG-XSH-RR 64/32; the default choice
    philox4x32 = 2,    // Philox4x32-10, counter-based
    torch_mt19937 = 3, // PyTorch's CPU generator; sequential: it has no positions, and its stream is 0
    ars4x32 = 4,       // ARS with 7 rounds of AES, counter-based; the fastest where a processor has AES instructions
};

// "pcg32", "philox4x32", "torch_mt19937", "ars4x32"; empty for an unknown engine. engine_from_name throws
// InvalidArgument for an unknown name.
[[nodiscard]] std::string_view name_of(Engine engine) noexcept;
[[nodiscard]] Engine engine_from_name(std::string_view name);

// Which PyTorch a generator of torch_mt19937 follows. release: major * 100 + minor, 113 or 200 to 213; libm: the glibc
// whose float functions that PyTorch called, 228 for 2.28 to 2.40 and 241 for 2.41 and later. 0 is the newest known.
struct TorchDialect {
    std::int32_t release = 0;
    std::int32_t libm = 0;
    [[nodiscard]] friend bool operator==(const TorchDialect &, const TorchDialect &) = default;
};

namespace core {
struct EngineRow;
struct GeneratorAccess;
class SequentialState;

// Owns the state of a sequential engine, or nothing. Copies are deep.
class SequentialStateOwner {
public:
    SequentialStateOwner() noexcept;
    explicit SequentialStateOwner(std::unique_ptr<SequentialState> state) noexcept;
    SequentialStateOwner(const SequentialStateOwner &other);
    SequentialStateOwner(SequentialStateOwner &&other) noexcept;
    SequentialStateOwner &operator=(const SequentialStateOwner &other);
    SequentialStateOwner &operator=(SequentialStateOwner &&other) noexcept;
    ~SequentialStateOwner();
    [[nodiscard]] SequentialState &operator*() const noexcept { return *state_; }

private:
    std::unique_ptr<SequentialState> state_;
};
} // namespace core

// A value: copies are independent and equal. One thread at a time. One that was moved from may only be assigned to or
// destroyed.
class Generator {
public:
    // The number of bytes of PyTorch's own state of a generator, torch.get_rng_state().
    static constexpr std::size_t torch_state_bytes = 5056;

    // At block 0. Throws InvalidArgument for an unknown engine, and for torch_mt19937 with a stream other than 0.
    // A generator of torch_mt19937 follows the newest dialect.
    explicit Generator(Engine engine, std::uint64_t seed, std::uint64_t stream = 0);

    // Of torch_mt19937. Throws InvalidArgument for an unknown dialect.
    [[nodiscard]] static Generator torch(std::uint64_t seed, TorchDialect dialect = {});

    [[nodiscard]] Engine engine() const noexcept;
    [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
    [[nodiscard]] std::uint64_t stream() const noexcept { return stream_; }

    // How many blocks the engine has: 2^58 for pcg32, 2^60 for philox4x32 and ars4x32. Throws Unsupported for
    // torch_mt19937.
    [[nodiscard]] std::uint64_t block_count() const;

    // The position in blocks, 0 to block_count(). Seeking costs O(log block).
    // Throws InvalidArgument beyond it, and Unsupported for torch_mt19937.
    void seek(std::uint64_t block);
    [[nodiscard]] std::uint64_t tell() const;

    // A generator of its own for a name, at block 0: a function of engine, seed, stream and name alone. Names that
    // differ, and forks of forks, give unrelated sequences. Throws Unsupported for torch_mt19937.
    [[nodiscard]] Generator fork(std::string_view name) const;

    // The complete state, the same bytes on every machine, a dialect included. load also takes PyTorch's own state,
    // which it knows by its length and which then goes on in the newest dialect, and throws CorruptState for any other
    // bytes.
    [[nodiscard]] std::vector<std::byte> save() const;
    [[nodiscard]] static Generator load(std::span<const std::byte> bytes);

    // The state as torch.set_rng_state() takes it. Throws Unsupported for engines other than torch_mt19937.
    [[nodiscard]] std::vector<std::byte> save_torch() const;
    // PyTorch's own state in a dialect. Throws CorruptState for other bytes, InvalidArgument for an unknown dialect.
    [[nodiscard]] static Generator load_torch(std::span<const std::byte> bytes, TorchDialect dialect = {});

    // Never 0. Throws Unsupported for engines other than torch_mt19937.
    [[nodiscard]] TorchDialect torch_dialect() const;

private:
    friend struct core::GeneratorAccess;

    const core::EngineRow *row_;
    std::uint64_t seed_;
    std::uint64_t stream_;
    // Counted engines: the block, and where the engine stands at block 0 and at that block, under a key of its own.
    std::uint64_t block_ = 0;
    std::uint64_t origin_ = 0;
    std::uint64_t position_ = 0;
    std::uint64_t key_ = 0;
    core::SequentialStateOwner sequential_; // all that others have
};

} // namespace unitvar
