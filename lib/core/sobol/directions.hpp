// The direction numbers of a call: what bit j of the Gray code of a point's number adds to each of its coordinates, of 64
// binary digits each, scrambled where a generator is given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "unitvar/generator.hpp"

namespace unitvar::core {

// What scrambles a coordinate: 64 words of 64 bits for the matrix and one for the shift, in whole blocks.
inline constexpr std::uint64_t scramble_blocks = 3;

class SobolDirections {
public:
    // For points below 2^bits. Throws StreamExhausted.
    SobolDirections(std::size_t dimensions, std::size_t bits, const Generator *scramble);

    [[nodiscard]] std::size_t dimensions() const noexcept { return dimensions_; }
    // Of all coordinates.
    [[nodiscard]] const std::uint64_t *direction(std::size_t bit) const noexcept
    {
        return directions_.data() + bit * dimensions_;
    }
    // The point of a number.
    void point(std::uint64_t number, std::uint64_t *coordinate) const noexcept;

private:
    std::size_t dimensions_;
    std::vector<std::uint64_t> directions_;
    std::vector<std::uint64_t> shift_;
};

} // namespace unitvar::core
