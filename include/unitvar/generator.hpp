// A generator is (engine, seed, stream) and a position in blocks of 64 words of 32 bits; capi/include/unitvar.h,
// section 4, defines the words of each engine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace unitvar {

enum class Engine : std::int32_t {
    pcg32 = 1,      // PCG-XSH-RR 64/32; the default choice and the fastest
    philox4x32 = 2, // Philox4x32-10, counter-based
};

namespace core {
struct GeneratorAccess;
}

// A value: copies are independent and equal. One thread at a time.
class Generator {
public:
    // The number of bytes that save() gives.
    static constexpr std::size_t saved_bytes = 56;

    // At block 0. Throws InvalidArgument for an unknown engine.
    explicit Generator(Engine engine, std::uint64_t seed, std::uint64_t stream = 0);

    [[nodiscard]] Engine engine() const noexcept { return engine_; }
    [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
    [[nodiscard]] std::uint64_t stream() const noexcept { return stream_; }

    // How many blocks the engine has: 2^58 for pcg32, 2^60 for philox4x32.
    [[nodiscard]] std::uint64_t block_count() const noexcept;

    // The position in blocks, 0 to block_count(). Seeking costs O(log block).
    // Throws InvalidArgument beyond it.
    void seek(std::uint64_t block);
    [[nodiscard]] std::uint64_t tell() const noexcept { return block_; }

    // A generator of its own for a name, at block 0: a function of engine, seed, stream and name alone. Names that
    // differ, and forks of forks, give unrelated sequences.
    [[nodiscard]] Generator fork(std::string_view name) const;

    // The complete state, the same bytes on every machine. load throws CorruptState for any other bytes.
    [[nodiscard]] std::array<std::byte, saved_bytes> save() const noexcept;
    [[nodiscard]] static Generator load(std::span<const std::byte> bytes);

private:
    friend struct core::GeneratorAccess;

    Engine engine_;
    std::uint64_t seed_;
    std::uint64_t stream_;
    std::uint64_t block_ = 0;
    std::uint64_t origin_ = 0;    // pcg32: the state at block 0; philox4x32: unused
    std::uint64_t increment_ = 0; // pcg32 only
    std::uint64_t position_ = 0;  // pcg32: the state at block_; philox4x32: the counter at block_
};

} // namespace unitvar
