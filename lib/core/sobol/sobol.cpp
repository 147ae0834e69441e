// Sobol's points: the words of draws that take one for each element. Coordinates follow one another by the Gray code of
// their number (Antonov and Saleev, 1979), so that each point is the last one and one direction; a share of a call starts
// from its first number alone.
#include "unitvar/sobol.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "core/distributions.hpp"
#include "core/draws.hpp"
#include "core/floating_point.hpp"
#include "core/message.hpp"
#include "core/parallel.hpp"
#include "core/runtime.hpp"
#include "core/sharing.hpp"
#include "core/sobol/direction_numbers.hpp"
#include "core/sobol/directions.hpp"

namespace unitvar {
namespace {

constexpr std::uint64_t most_points = std::uint64_t{1} << 63U;
constexpr std::size_t group_words = core::words_per_block / 2;

// Words on their way to a target, a draw being made of each buffer that is full.
class WordBuffer {
public:
    WordBuffer(core::DrawIndex draw, const core::DrawParameters &parameters, unsigned char *target) noexcept
        : row_(core::row(draw)), parameters_(parameters),
          transform_(core::kernels().transform->draw[static_cast<std::size_t>(draw)]), target_(target)
    {
    }

    // One element for each of the coordinates.
    void add(const std::uint64_t *coordinate, std::size_t count) noexcept
    {
        while (count != 0) {
            const std::size_t left = words - used_;
            const std::size_t n = std::min(count, row_.words_per_element == 1 ? left : left / 2);
            std::uint32_t *word = word_.data() + used_;
            if (row_.words_per_element == 1) {
                for (std::size_t i = 0; i < n; ++i) {
                    word[i] = static_cast<std::uint32_t>(coordinate[i] >> 32U);
                }
            } else {
                for (std::size_t i = 0; i < n; ++i) {
                    word[2 * i] = static_cast<std::uint32_t>(coordinate[i]);
                    word[2 * i + 1] = static_cast<std::uint32_t>(coordinate[i] >> 32U);
                }
            }
            used_ += n * row_.words_per_element;
            coordinate += n;
            count -= n;
            if (used_ == words) {
                transform_(word_.data(), parameters_, target_, words / group_words);
                target_ += words / row_.words_per_element * row_.element_bytes;
                used_ = 0;
            }
        }
    }
    // What is left.
    void finish() noexcept
    {
        std::array<double, words / 2> element;
        static_assert(sizeof(element) >= words * sizeof(float));
        std::fill(word_.begin() + used_, word_.end(), 0U);
        transform_(word_.data(), parameters_, element.data(), words / group_words);
        std::memcpy(target_, element.data(), used_ / row_.words_per_element * row_.element_bytes);
    }

private:
    static constexpr std::size_t words = 1024;
    const core::DrawRow &row_;
    const core::DrawParameters &parameters_;
    core::TransformKernel transform_;
    unsigned char *target_;
    std::size_t used_ = 0;
    std::array<std::uint32_t, words> word_;
};

// Of a draw that takes a word, or a pair of words, for each element.
void fill(const Draw &values, const Generator *scramble, const SampleBuffer &target, std::size_t dimensions,
          std::uint64_t first)
{
    const core::DefaultFloatingPoint environment;
    const core::DrawIndex draw = core::draw_index(values.kind, target.type);
    core::Truncation truncation;
    const core::DrawParameters parameters = core::draw_parameters(draw, values, truncation);
    if (dimensions < 1 || dimensions > core::sobol_dimensions) {
        core::invalid_value("dimensions", std::uint64_t{dimensions},
                            "1 to " + core::text(std::uint64_t{core::sobol_dimensions}));
    }
    if (target.count % dimensions != 0) {
        core::invalid_value("target", std::uint64_t{target.count}, "elements of whole points");
    }
    const std::size_t points = target.count / dimensions;
    if (first > most_points || points > most_points - first) {
        core::invalid_value("first", first, "at most 2^63 less the number of points");
    }
    if (points == 0) {
        return;
    }
    const core::SobolDirections directions(dimensions, static_cast<std::size_t>(std::bit_width(first + points - 1)),
                                           scramble);
    const std::size_t bytes = dimensions * core::row(draw).element_bytes;
    core::parallel_for(points, core::grain_of(dimensions), [&](std::size_t begin, std::size_t end) {
        // Some points at once, each from the one before.
        std::array<std::uint64_t, 2 * core::sobol_dimensions> coordinate;
        const std::size_t at_once = std::max<std::size_t>(1, core::sobol_dimensions / dimensions);
        WordBuffer words(draw, parameters, static_cast<unsigned char *>(target.data) + begin * bytes);
        directions.point(first + begin, coordinate.data());
        for (std::size_t i = begin; i < end;) {
            const std::size_t count = std::min(at_once, end - i);
            std::uint64_t *point = coordinate.data();
            for (const std::size_t last = i + count; i < last; point += dimensions) {
                ++i;
                if (i == end) {
                    break;
                }
                const auto bit = static_cast<std::size_t>(std::countr_zero(first + i));
                const std::uint64_t *const direction = directions.direction(bit);
                for (std::size_t d = 0; d < dimensions; ++d) {
                    point[dimensions + d] = point[d] ^ direction[d];
                }
            }
            words.add(coordinate.data(), count * dimensions);
            std::copy_n(coordinate.data() + count * dimensions, dimensions, coordinate.data());
        }
        words.finish();
    });
}

} // namespace

void sobol(const Generator *scramble, std::span<float> target, std::size_t dimensions, std::uint64_t first)
{
    fill({DrawKind::uniform, {0, 1}}, scramble, target, dimensions, first);
}
void sobol(const Generator *scramble, std::span<double> target, std::size_t dimensions, std::uint64_t first)
{
    fill({DrawKind::uniform, {0, 1}}, scramble, target, dimensions, first);
}
void sobol_normal(const Generator *scramble, std::span<float> target, std::size_t dimensions, std::uint64_t first,
                  double mean, double std)
{
    fill({DrawKind::normal_icdf, {mean, std}}, scramble, target, dimensions, first);
}
void sobol_normal(const Generator *scramble, std::span<double> target, std::size_t dimensions, std::uint64_t first,
                  double mean, double std)
{
    fill({DrawKind::normal_icdf, {mean, std}}, scramble, target, dimensions, first);
}

} // namespace unitvar
