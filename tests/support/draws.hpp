// The draws of lib/kernels on words of the caller's choice, compiled into the program that includes this: a generator
// cannot be told its words.
#ifndef UNITVAR_TESTS_SUPPORT_DRAWS_HPP
#define UNITVAR_TESTS_SUPPORT_DRAWS_HPP

#include "kernels/draw.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

namespace support {

using unitvar::core::DrawIndex;
using unitvar::core::DrawParameters;

template <class T> using WordOf = std::conditional_t<sizeof(T) == sizeof(float), std::uint32_t, std::uint64_t>;

template <DrawIndex Index> class InjectedDraw {
public:
    using Element = typename unitvar::Draw<Index>::Element;
    using Word = WordOf<Element>;
    static constexpr std::size_t group = 128 / sizeof(Element);

    explicit InjectedDraw(const DrawParameters &parameters) : draw_(parameters) {}

    // One group of words.
    void operator()(const Word *words, Element *elements) const
    {
        unitvar::store(elements, draw_(unitvar::load<unitvar::U32x<32>>(words)));
    }
    std::vector<Element> operator()(const std::vector<Word> &words) const
    {
        std::vector<Element> elements(words.size());
        for (std::size_t done = 0; done < words.size(); done += group) {
            Word in[group] = {};
            Element out[group];
            const std::size_t count = std::min(group, words.size() - done);
            std::copy_n(words.data() + done, count, in);
            (*this)(in, out);
            std::copy_n(out, count, elements.data() + done);
        }
        return elements;
    }

private:
    unitvar::Draw<Index> draw_;
};

template <class Word> inline constexpr int bits_of_word = std::numeric_limits<Word>::digits;

// Words at distances of every exponent from both ends and from both sides of the middle, and all the nearest ones.
template <class Word> std::vector<Word> words_of_every_exponent(std::size_t per_exponent, Word nearest = 256)
{
    std::mt19937_64 random(1);
    std::vector<Word> distances;
    for (Word near = 0; near < nearest; ++near) {
        distances.push_back(near);
    }
    for (int bits = std::numeric_limits<Word>::digits - std::countl_zero(nearest); bits < bits_of_word<Word>; ++bits) {
        const Word top = Word{1} << (bits - 1);
        distances.push_back(top - 1);
        distances.push_back(top);
        for (std::size_t i = 0; i < per_exponent; ++i) {
            distances.push_back(top | (static_cast<Word>(random()) & (top - 1)));
        }
    }
    const Word middle = Word{1} << (bits_of_word<Word> - 1);
    std::vector<Word> words;
    for (const Word distance : distances) {
        for (const Word word : {distance, static_cast<Word>(middle + distance)}) {
            words.push_back(word);
            words.push_back(static_cast<Word>(~word));
        }
    }
    return words;
}

} // namespace support

#endif
