// Elements as a little-endian processor has them in memory: what golden sums are of.
#ifndef UNITVAR_TESTS_SUPPORT_LITTLE_ENDIAN_HPP
#define UNITVAR_TESTS_SUPPORT_LITTLE_ENDIAN_HPP

#include <algorithm>
#include <bit>
#include <cstddef>
#include <vector>

namespace support {

inline std::vector<unsigned char> little_endian(std::vector<unsigned char> bytes, std::size_t element_bytes)
{
    if constexpr (std::endian::native == std::endian::big)
        for (auto element = bytes.begin(); element != bytes.end();
             element += static_cast<std::ptrdiff_t>(element_bytes))
            std::reverse(element, element + static_cast<std::ptrdiff_t>(element_bytes));
    return bytes;
}

} // namespace support

#endif
