// Trials of a sample against the distribution that it should have, one pass over any number of elements: Kolmogorov and
// Smirnov's distance, chi-square and moments over all, Anderson and Darling's statistic of blocks, counts far out in both
// tails, pairs, and correlations of neighbours. A sample comes as its probability integral transform, uniform on (0, 1).
#ifndef UNITVAR_TESTS_BATTERY_DRAW_TRIALS_HPP
#define UNITVAR_TESTS_BATTERY_DRAW_TRIALS_HPP

#include "trials.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace battery {

// A tail: elements below `below` of the transform (or, of the upper one, above 1 - below) have this probability.
struct Tail {
    std::string name;
    double below;
    double probability;
};

class ContinuousTrials {
public:
    // Blocks of this many elements, which are whole pairs and have an Anderson-Darling statistic each.
    static constexpr std::size_t block = std::size_t{1} << 16U;

    // Chi-square's cells, a power of two to `cells`. An element is off by its rounding, so a cell by a part d of it, where d
    // is an ulp at its ends over its width: n elements in c cells have a chi-square that is larger by about n d^2 / 6, of a
    // deviation of sqrt(2 c). At the steepest of f32, Rayleigh's 0.6 at 1, d is c 2^-24: in 65536 cells 1e9 numbers in f32
    // are 4 deviations off where they are exactly rounded, and 5 to 9 within the library's 3 ulp; in 4096 cells 0.1.
    static constexpr std::size_t cells = std::size_t{1} << 16U;
    static constexpr std::size_t cells_of_rounded_f32 = std::size_t{1} << 12U;

    ContinuousTrials(std::vector<Tail> tails, std::size_t chi_square_cells);

    // Uniform on (0, 1), a whole block.
    void add(std::span<const double> u);
    // Raw moments 1 to 8 of the same block, where its elements should be standard normal.
    void add_normal_moments(std::span<const double> z);
    [[nodiscard]] std::vector<Verdict> verdicts() const;

private:
    void add_legendre(std::span<const double> u);

    static constexpr std::size_t pair_cells = 64;
    static constexpr std::size_t moments = 8;
    static constexpr std::size_t lags = 32;
    static constexpr std::size_t whole = block - lags; // products of a block, for every lag as many

    std::vector<Tail> tails_;
    std::size_t chi_square_cells_;
    std::vector<std::uint64_t> count_ = std::vector<std::uint64_t>(cells);
    std::vector<std::uint64_t> pairs_ = std::vector<std::uint64_t>(pair_cells * pair_cells);
    std::vector<double> anderson_darling_; // of each block
    std::array<double, moments> legendre_{};
    std::array<double, moments> power_{}; // zeros where nobody gave normals
    std::array<double, lags> correlation_{};
    std::vector<std::array<std::uint64_t, 2>> beyond_;

    // Of the block at hand.
    std::vector<std::uint32_t> ends_ = std::vector<std::uint32_t>(cells);
    std::vector<double> sorted_ = std::vector<double>(block);
    std::vector<double> centered_ = std::vector<double>(block);
};

// Values 0, 1 and so on of these probabilities: counts, and pairs of neighbours.
class DiscreteTrials {
public:
    explicit DiscreteTrials(std::vector<double> probabilities);
    void add(std::span<const std::uint32_t> values);
    [[nodiscard]] std::vector<Verdict> verdicts() const;

private:
    std::vector<double> probability_;
    std::vector<double> count_;
    std::vector<double> pairs_; // of values that follow one another, folded to few cells
    std::size_t folds_;
};

} // namespace battery

#endif
