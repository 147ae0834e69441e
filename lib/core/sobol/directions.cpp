// Direction numbers: Bratley and Fox, "Algorithm 659: Implementing Sobol's quasirandom sequence generator", TOMS 14 (1988),
// from Joe and Kuo's table; scrambled by Matousek's random linear matrix and a digital shift, "On the L2-discrepancy for
// anchored boxes", J. Complexity 14 (1998), section 2.
#include "core/sobol/directions.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "core/counted/fill.hpp"
#include "core/engine.hpp"
#include "core/sobol/direction_numbers.hpp"

namespace unitvar::core {
namespace {

constexpr std::size_t digits = 64;
constexpr std::uint64_t first_digit = std::uint64_t{1} << (digits - 1);
using Digits = std::array<std::uint64_t, digits>;

// direction_numbers, bit by bit.
class BitReader {
public:
    [[nodiscard]] std::uint64_t read(std::size_t count) noexcept
    {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < count; ++i, ++at_) {
            value |= (direction_numbers[at_ / digits] >> at_ % digits & 1U) << i;
        }
        return value;
    }

private:
    std::size_t at_ = 0;
};

// m_j 2^-j as digits, for j = 1 to count.
void first_dimension(Digits &direction, std::size_t count) noexcept
{
    for (std::size_t j = 0; j < count; ++j) {
        direction[j] = first_digit >> j;
    }
}
void next_dimension(BitReader &table, Digits &direction, std::size_t count) noexcept
{
    const std::uint64_t polynomial = table.read(polynomial_bits);
    const auto degree = static_cast<std::size_t>(std::bit_width(polynomial)) - 1;
    for (std::size_t j = 0; j < degree; ++j) {
        const std::uint64_t m = table.read(j) << 1U | 1U;
        direction[j] = m << (digits - 1 - j);
    }
    for (std::size_t j = degree; j < count; ++j) {
        const std::uint64_t oldest = direction[j - degree];
        direction[j] = oldest ^ oldest >> degree;
        for (std::size_t k = 1; k < degree; ++k) {
            direction[j] ^= (polynomial >> (degree - k) & 1U) != 0 ? direction[j - k] : 0;
        }
    }
}

// The columns of a lower triangular matrix of digits with ones on its diagonal, times a direction.
std::uint64_t multiplied(const std::uint64_t *random, std::uint64_t direction) noexcept
{
    std::uint64_t product = 0;
    while (direction != 0) {
        const auto digit = static_cast<std::size_t>(std::countl_zero(direction));
        const std::uint64_t one = first_digit >> digit;
        product ^= one | (random[digit] & (one - 1));
        direction ^= one;
    }
    return product;
}

} // namespace

SobolDirections::SobolDirections(std::size_t dimensions, std::size_t bits, const Generator *scramble)
    : dimensions_(dimensions), directions_(bits * dimensions), shift_(dimensions)
{
    constexpr std::size_t words = scramble_blocks * words_per_block / 2;
    static_assert(words > digits);
    std::array<std::uint64_t, words> random;
    if (scramble != nullptr) {
        require_counted(*scramble, "scrambled Sobol points");
        require_blocks(*scramble, 0, scramble_blocks * dimensions);
    }
    BitReader table;
    Digits direction;
    for (std::size_t d = 0; d < dimensions; ++d) {
        d == 0 ? first_dimension(direction, bits) : next_dimension(table, direction, bits);
        if (scramble != nullptr) {
            const Fill fill(*scramble, DrawIndex::bits_u64, {}, words, scramble_blocks * d);
            fill.write(random.data(), 0, words, StoreMode::cached);
            shift_[d] = random[digits];
        }
        for (std::size_t j = 0; j < bits; ++j) {
            directions_[j * dimensions + d] =
                scramble == nullptr ? direction[j] : multiplied(random.data(), direction[j]);
        }
    }
}

void SobolDirections::point(std::uint64_t number, std::uint64_t *coordinate) const noexcept
{
    std::ranges::copy(shift_, coordinate);
    for (std::uint64_t gray = number ^ number >> 1U; gray != 0; gray &= gray - 1) {
        const std::uint64_t *const v = direction(static_cast<std::size_t>(std::countr_zero(gray)));
        for (std::size_t d = 0; d < dimensions_; ++d) {
            coordinate[d] ^= v[d];
        }
    }
}

} // namespace unitvar::core
