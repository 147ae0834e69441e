// All draws from words that lie in memory: for elements whose words do not follow one another, and for fills of the draws
// that engines share. A group of words gives the bits that it gives in a fill, as it goes through the same Draw.
#include "kernels/distributions.hpp"
#include "kernels/draw.hpp"
#include "kernels/units.hpp"

namespace unitvar::UNITVAR_ISA {
namespace {

template <core::DrawIndex Index>
void transform_words(const std::uint32_t *words, const core::DrawParameters &parameters, void *target,
                     std::size_t groups)
{
    constexpr std::size_t group_words = core::words_per_block / 2;
    constexpr std::size_t group_bytes = core::row(Index).elements_per_block() / 2 * core::row(Index).element_bytes;
    static_assert(sizeof(typename Draw<Index>::Element) == core::row(Index).element_bytes);
    const Draw<Index> draw(parameters);
    auto *out = static_cast<unsigned char *>(target);
    for (; groups != 0; --groups, words += group_words, out += group_bytes) {
        store(out, draw(load<U32x<32>>(words)));
    }
}

template <std::size_t... Index> consteval core::TransformRow transform_row(std::index_sequence<Index...> /*draws*/)
{
    return {{&transform_words<static_cast<core::DrawIndex>(Index)>...}};
}

} // namespace

constinit const core::TransformRow transform = transform_row(std::make_index_sequence<core::draw_count>{});

} // namespace unitvar::UNITVAR_ISA
