// The releases of PyTorch and what each changed in its CPU samplers.
#include "core/torch/dialect.hpp"

#include <algorithm>
#include <array>

#include "core/message.hpp"

namespace unitvar::core {
namespace {

// 1.13, then 2.0 to the newest.
constexpr std::int32_t first_release = 113;
constexpr std::int32_t second_release = 200;
constexpr std::int32_t newest_release = 213;

constexpr std::array libms{228, 241}; // the glibc that each begins with

constexpr TorchDialect before_dialects{113, 228};

struct Change {
    std::int32_t release;
    bool TorchRules::*rule;
};

constexpr std::array changes{
    Change{200, &TorchRules::log1p},
    Change{200, &TorchRules::single_race},
    Change{201, &TorchRules::every_f16_operation},
    Change{201, &TorchRules::f16_trunc_normal},
    Change{201, &TorchRules::wide_scalars},
    Change{206, &TorchRules::wide_permutation},
    Change{207, &TorchRules::wide_integers},
    Change{212, &TorchRules::op_math},
    Change{212, &TorchRules::upper_becomes_lower},
    Change{212, &TorchRules::rejection},
    Change{213, &TorchRules::f32_blocks},
};

} // namespace

TorchDialect checked_dialect(TorchDialect dialect)
{
    if (dialect.release == 0) {
        dialect.release = newest_release;
    }
    if (dialect.libm == 0) {
        dialect.libm = libms.back();
    }
    if (dialect.release != first_release && (dialect.release < second_release || dialect.release > newest_release)) {
        invalid_value("release", static_cast<std::int64_t>(dialect.release),
                      "0, 113 or 200 to " + text(static_cast<std::int64_t>(newest_release)) +
                          ", PyTorch's major * 100 + minor");
    }
    if (std::ranges::find(libms, dialect.libm) == libms.end()) {
        invalid_value("libm", static_cast<std::int64_t>(dialect.libm),
                      "0, 228 (glibc 2.28 to 2.40) or 241 (2.41 and later)");
    }
    return dialect;
}

TorchRules rules_of(TorchDialect dialect) noexcept
{
    TorchRules rules;
    for (const Change &change : changes) {
        rules.*change.rule = dialect.release >= change.release;
    }
    return rules;
}

std::uint32_t dialect_word(TorchDialect dialect) noexcept
{
    return dialect == before_dialects
               ? 0
               : static_cast<std::uint32_t>(dialect.release) | static_cast<std::uint32_t>(dialect.libm) << 16U;
}

TorchDialect dialect_of_word(std::uint32_t word)
{
    if (word == 0) {
        return before_dialects;
    }
    const TorchDialect dialect{static_cast<std::int32_t>(word & 0xFFFFU), static_cast<std::int32_t>(word >> 16U)};
    if (dialect.release == 0 || dialect.libm == 0 || dialect == before_dialects) {
        invalid_value("the dialect of buf", std::uint64_t{word}, "one that save writes");
    }
    return checked_dialect(dialect);
}

} // namespace unitvar::core
