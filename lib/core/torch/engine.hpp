// Engine 3: PyTorch's CPU generator. MT19937 as std::mt19937 seeds it, from the low 32 bits of the seed, and the second
// value of PyTorch's scalar normal, which waits here for its turn; and the dialect in which it is drawn from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/engine.hpp"
#include "core/torch/dialect.hpp"
#include "core/torch/kernels.hpp"

namespace unitvar::core {

class TorchEngine final : public SequentialState {
public:
    // The dialect is one that was checked.
    TorchEngine(std::uint32_t seed, TorchDialect dialect) noexcept;
    [[nodiscard]] std::unique_ptr<SequentialState> clone() const override
    {
        return std::make_unique<TorchEngine>(*this);
    }

    // That of a generator of torch_mt19937.
    [[nodiscard]] static TorchEngine &of(const Generator &generator) noexcept
    {
        return static_cast<TorchEngine &>(GeneratorAccess::sequential(generator));
    }

    [[nodiscard]] TorchDialect dialect() const noexcept { return dialect_; }
    [[nodiscard]] const TorchRules &rules() const noexcept { return rules_; }
    void set_dialect(TorchDialect dialect) noexcept
    {
        dialect_ = dialect;
        rules_ = rules_of(dialect);
    }

    // The next n words.
    void words(const TorchKernels &kernels, std::uint32_t *target, std::size_t n) noexcept;
    [[nodiscard]] std::uint32_t word(const TorchKernels &kernels) noexcept;
    void skip(const TorchKernels &kernels, std::uint64_t n) noexcept;

    // On [0, 1), 53 bits.
    [[nodiscard]] double uniform(const TorchKernels &kernels) noexcept;
    // n standard normals in PyTorch's scalar form, which makes two and keeps the second.
    void normals(const TorchKernels &kernels, double *target, std::size_t n) noexcept;

    // The saved form of the state, and PyTorch's of a generator (torch.get_rng_state, 1.1 to 2.13), which has no dialect
    // in it. Readers throw CorruptState, and InvalidArgument for the dialect.
    static constexpr std::size_t state_bytes = 8 + 8 + 8 + 4 * mt19937_words;
    void write(ByteWriter &writer) const noexcept;
    void read(ByteReader &reader);
    void write_torch(std::uint64_t seed, ByteWriter &writer) const noexcept;
    void read_torch(ByteReader &reader); // from behind the seed on

private:
    Mt19937State state_{};
    TorchDialect dialect_;
    TorchRules rules_;
    std::uint32_t used_ = mt19937_words; // words of this period that are gone
    bool seeded_now_ = true;             // no word drawn yet, which PyTorch's blob tells from a period used up
    bool has_normal_ = false;
    bool has_float_ = false; // PyTorch keeps such a value, but its CPU samplers never make one
    double normal_ = 0;      // 0 where there is none
    float float_ = 0;
};

} // namespace unitvar::core
