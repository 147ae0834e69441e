// The trials of the battery: each asks one thing of a sequence of 32-bit words and gives a probability, that of words as
// unlike random ones or more so. Knuth, The Art of Computer Programming, volume 2, section 3.3.2, has most of them.
#ifndef UNITVAR_TESTS_BATTERY_TRIALS_HPP
#define UNITVAR_TESTS_BATTERY_TRIALS_HPP

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace battery {

struct Verdict {
    std::string trial;
    double p_value;
};

// All of them. 2^16 words at least; more make every trial sharper but correlations, which look at the first 2^14 + 4096.
[[nodiscard]] std::vector<Verdict> try_all(std::span<const std::uint32_t> words);

} // namespace battery

#endif
