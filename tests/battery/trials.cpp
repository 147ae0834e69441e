// The trials of the battery.
#include "trials.hpp"

#include "distributions.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>

namespace battery {
namespace {

using Words = std::span<const std::uint32_t>;

double equal_cells(const std::vector<double> &counts)
{
    const std::vector<double> probabilities(counts.size(), 1 / static_cast<double>(counts.size()));
    return chi_square_of_counts(counts, probabilities);
}

// How often a bit is set: the probability that the least likely of 32 is as unlikely.
double single_bits(Words words)
{
    std::array<double, 32> set{};
    for (const std::uint32_t word : words)
        for (unsigned bit = 0; bit < 32; ++bit)
            set[bit] += static_cast<double>(word >> bit & 1U);
    const auto n = static_cast<double>(words.size());
    double least = 1;
    for (const double count : set)
        least = std::min(least, normal_p_value((count - n / 2) / (std::sqrt(n) / 2)));
    return -std::expm1(32 * std::log1p(-least));
}

// A byte of all words: 256 cells.
double bytes(Words words, unsigned shift)
{
    std::vector<double> counts(256);
    for (const std::uint32_t word : words)
        counts[word >> shift & 0xFFU] += 1;
    return equal_cells(counts);
}

// Some bits of each of 2 or 3 words in a row.
double serial(Words words, std::size_t dimensions, unsigned bits, unsigned shift)
{
    std::vector<double> counts(std::size_t{1} << dimensions * bits);
    const std::uint32_t mask = (1U << bits) - 1;
    for (std::size_t i = 0; i + dimensions <= words.size(); i += dimensions) {
        std::size_t cell = 0;
        for (std::size_t d = 0; d < dimensions; ++d)
            cell = cell << bits | (words[i + d] >> shift & mask);
        counts[cell] += 1;
    }
    return equal_cells(counts);
}

// How many words lie between those of which four bits are zeros.
double gaps(Words words, unsigned shift)
{
    constexpr std::size_t longest = 200;
    std::vector<double> counts(longest + 1);
    std::vector<double> probabilities(longest + 1);
    double left = 1;
    for (std::size_t i = 0; i < longest; ++i) {
        probabilities[i] = left / 16;
        left -= probabilities[i];
    }
    probabilities[longest] = left;
    std::size_t gap = 0;
    for (const std::uint32_t word : words) {
        if ((word >> shift & 0xFU) != 0) {
            ++gap;
            continue;
        }
        counts[std::min(gap, longest)] += 1;
        gap = 0;
    }
    return chi_square_of_counts(counts, probabilities);
}

// How many of n words fall on a value of 24 bits that is taken: the mean and variance of empty cells, exactly.
double collisions(Words words, unsigned shift)
{
    constexpr std::size_t cells = std::size_t{1} << 24U;
    const std::size_t n = std::min<std::size_t>(words.size(), std::size_t{1} << 20U);
    std::vector<bool> taken(cells);
    double collided = 0;
    for (const std::uint32_t word : words.first(n)) {
        const std::size_t cell = word >> shift & (cells - 1);
        collided += taken[cell] ? 1 : 0;
        taken[cell] = true;
    }
    const auto m = static_cast<long double>(cells);
    const auto balls = static_cast<long double>(n);
    const long double one = std::exp(balls * std::log1p(-1 / m));
    const long double two = std::exp(balls * std::log1p(-2 / m));
    const long double mean = balls - m * (1 - one);
    const long double variance = m * (m - 1) * two + m * one - m * m * one * one;
    return normal_p_value(static_cast<double>((static_cast<long double>(collided) - mean) / std::sqrt(variance)));
}

// Marsaglia's birthday spacings: 4096 birthdays in a year of 2^32 days have spacings of which 4 are equal to another.
double birthdays(const std::vector<std::uint32_t> &days)
{
    constexpr std::size_t birthdays = 4096;
    double equal = 0;
    double mean = 0;
    for (std::size_t first = 0; first + birthdays <= days.size(); first += birthdays) {
        std::vector<std::uint32_t> day(days.begin() + static_cast<std::ptrdiff_t>(first),
                                       days.begin() + static_cast<std::ptrdiff_t>(first + birthdays));
        std::sort(day.begin(), day.end());
        for (std::size_t i = birthdays; i-- > 1;)
            day[i] -= day[i - 1];
        std::sort(day.begin(), day.end());
        for (std::size_t i = 1; i < birthdays; ++i)
            equal += day[i] == day[i - 1] ? 1 : 0;
        mean += 4;
    }
    return poisson_p_value(equal, mean);
}
std::vector<std::uint32_t> days_of(Words words, std::size_t dimensions, bool upper)
{
    const unsigned bits = 32 / static_cast<unsigned>(dimensions);
    const std::size_t most = std::min<std::size_t>(words.size(), std::size_t{1} << 20U);
    std::vector<std::uint32_t> days;
    for (std::size_t i = 0; i + dimensions <= most; i += dimensions) {
        std::uint32_t day = dimensions == 1 ? words[i] : 0;
        for (std::size_t d = 0; dimensions != 1 && d < dimensions; ++d)
            day = day << bits | (upper ? words[i + d] >> (32 - bits) : words[i + d] & ((1U << bits) - 1));
        days.push_back(day);
    }
    return days;
}

double binomial_32(int k)
{
    return std::exp(std::lgamma(33.0) - std::lgamma(k + 1.0) - std::lgamma(33.0 - k) - 32 * std::log(2.0));
}
int weight_class(std::uint32_t word)
{
    return std::clamp(std::popcount(word), 8, 24) - 8;
}
// How many bits of a word are set.
double hamming_weights(Words words)
{
    std::vector<double> counts(33);
    std::vector<double> probabilities(33);
    for (int k = 0; k <= 32; ++k)
        probabilities[static_cast<std::size_t>(k)] = binomial_32(k);
    for (const std::uint32_t word : words)
        counts[static_cast<std::size_t>(std::popcount(word))] += 1;
    return chi_square_of_counts(counts, probabilities);
}
// And of the next.
double hamming_pairs(Words words)
{
    constexpr std::size_t classes = 17;
    std::array<double, classes> probability{};
    for (int k = 0; k <= 32; ++k)
        probability[static_cast<std::size_t>(std::clamp(k, 8, 24) - 8)] += binomial_32(k);
    std::vector<double> counts(classes * classes);
    std::vector<double> probabilities;
    for (const double a : probability)
        for (const double b : probability)
            probabilities.push_back(a * b);
    for (std::size_t i = 0; i + 2 <= words.size(); i += 2)
        counts[static_cast<std::size_t>(weight_class(words[i])) * classes +
               static_cast<std::size_t>(weight_class(words[i + 1]))] += 1;
    return chi_square_of_counts(counts, probabilities);
}

// The largest correlation of a byte with that of 1 to 4096 words later, as the probability that the largest of so many is
// as large.
double correlations(Words words, unsigned shift)
{
    constexpr std::size_t lags = 4096;
    constexpr std::size_t n = std::size_t{1} << 14U;
    std::vector<std::int16_t> value(n + lags);
    for (std::size_t i = 0; i < value.size(); ++i)
        value[i] = static_cast<std::int16_t>(2 * static_cast<int>(words[i] >> shift & 0xFFU) - 255);
    std::int64_t largest = 0;
    for (std::size_t lag = 1; lag <= lags; ++lag) {
        std::int32_t sum = 0;
        for (std::size_t i = 0; i < n; ++i)
            sum += std::int32_t{value[i]} * value[i + lag];
        largest = std::max(largest, std::abs(std::int64_t{sum}));
    }
    const double variance = (65536.0 - 1) / 3; // of odd numbers from -255 to 255
    const double z = static_cast<double>(largest) / (std::sqrt(static_cast<double>(n)) * variance);
    return -std::expm1(static_cast<double>(lags) * std::log1p(-normal_p_value(z)));
}

// Ranks of matrices of 64 by 64 bits. Marsaglia and Tsay, "Matrices and the structure of random number sequences" (1985).
std::size_t rank_of(std::array<std::uint64_t, 64> rows)
{
    std::size_t rank = 0;
    for (std::uint64_t bit = std::uint64_t{1} << 63U; bit != 0 && rank < rows.size(); bit >>= 1U) {
        std::size_t pivot = rank;
        while (pivot < rows.size() && (rows[pivot] & bit) == 0)
            ++pivot;
        if (pivot == rows.size())
            continue;
        std::swap(rows[pivot], rows[rank]);
        for (std::size_t i = pivot + 1; i < rows.size(); ++i)
            rows[i] ^= (rows[i] & bit) != 0 ? rows[rank] : 0;
        ++rank;
    }
    return rank;
}
double ranks(Words words)
{
    // Deficits 0, 1, 2 and more.
    std::vector<double> counts(3);
    std::vector<double> probabilities(3);
    for (std::size_t deficit = 0; deficit < 2; ++deficit) {
        double p = std::ldexp(1.0, -static_cast<int>(deficit * deficit));
        for (std::size_t i = 0; i < 64 - deficit; ++i)
            p *= std::pow(1 - std::ldexp(1.0, static_cast<int>(i) - 64), 2) /
                 (1 - std::ldexp(1.0, static_cast<int>(i) - 64 + static_cast<int>(deficit)));
        probabilities[deficit] = p;
    }
    probabilities[2] = 1 - probabilities[0] - probabilities[1];
    const std::size_t most = std::min<std::size_t>(words.size(), std::size_t{1} << 19U);
    for (std::size_t first = 0; first + 128 <= most; first += 128) {
        std::array<std::uint64_t, 64> rows;
        for (std::size_t i = 0; i < rows.size(); ++i)
            rows[i] = std::uint64_t{words[first + 2 * i]} << 32U | words[first + 2 * i + 1];
        counts[std::min<std::size_t>(64 - rank_of(rows), 2)] += 1;
    }
    return chi_square_of_counts(counts, probabilities);
}

} // namespace

std::vector<Verdict> try_all(Words words)
{
    std::vector<Verdict> verdicts;
    const auto add = [&](std::string name, double p_value) { verdicts.push_back({std::move(name), p_value}); };
    add("single bits", single_bits(words));
    for (const unsigned shift : {0U, 8U, 16U, 24U})
        add("bytes >> " + std::to_string(shift), bytes(words, shift));
    add("serial, 2 words, high bits", serial(words, 2, 8, 24));
    add("serial, 2 words, low bits", serial(words, 2, 8, 0));
    add("serial, 3 words, high bits", serial(words, 3, 5, 27));
    add("serial, 3 words, low bits", serial(words, 3, 5, 0));
    add("gaps, high bits", gaps(words, 28));
    add("gaps, low bits", gaps(words, 0));
    add("collisions, high bits", collisions(words, 8));
    add("collisions, low bits", collisions(words, 0));
    add("birthday spacings", birthdays(days_of(words, 1, true)));
    add("birthday spacings, 2 words, high bits", birthdays(days_of(words, 2, true)));
    add("birthday spacings, 2 words, low bits", birthdays(days_of(words, 2, false)));
    add("birthday spacings, 4 words, high bits", birthdays(days_of(words, 4, true)));
    add("Hamming weights", hamming_weights(words));
    add("Hamming weights, 2 words", hamming_pairs(words));
    add("correlations to lag 4096, high byte", correlations(words, 24));
    add("correlations to lag 4096, low byte", correlations(words, 0));
    add("ranks of 64 x 64 bits", ranks(words));
    return verdicts;
}

} // namespace battery
