// The vectors of tests/golden/torch_*.json, which PyTorch wrote: bit patterns by the name of what they are.
#ifndef UNITVAR_TESTS_SUPPORT_TORCH_GOLDEN_HPP
#define UNITVAR_TESTS_SUPPORT_TORCH_GOLDEN_HPP

#include "kinds.hpp"
#include "reference_libm.hpp"
#include "tensors.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace support {

// The file is a list of "name": [ "hex", ... ], numbers where values are integers.
inline std::map<std::string, std::vector<std::uint64_t>> torch_golden(const std::string &path = UNITVAR_TORCH_GOLDEN_DIR
                                                                      "/torch_dialect_b.json")
{
    std::ifstream file(path);
    REQUIRE(file.good());
    std::map<std::string, std::vector<std::uint64_t>> vectors;
    std::string line;
    std::string name;
    while (std::getline(file, line)) {
        const std::size_t quote = line.find('"');
        if (line.find('[') != std::string::npos && line.find("\": [") != std::string::npos) {
            name = line.substr(quote + 1, line.find("\": [") - quote - 1);
            vectors[name];
        } else if (quote != std::string::npos) {
            vectors[name].push_back(std::stoull(line.substr(quote + 1), nullptr, 16));
        } else if (!line.empty() && std::isdigit(static_cast<unsigned char>(line[0])) != 0) {
            vectors[name].push_back(std::stoull(line));
        }
    }
    return vectors;
}

// What the names of vectors say of their tensors.
inline unitvar_dtype dtype_in(const std::string &name)
{
    if (name.find(" int64") != std::string::npos)
        return {0, 64, 1};
    if (name.find(" int32") != std::string::npos)
        return {0, 32, 1};
    if (name.find(" uint8") != std::string::npos)
        return {1, 8, 1};
    if (name.find("bfloat16") != std::string::npos)
        return bf16_dtype;
    if (name.find("float16") != std::string::npos)
        return f16_dtype;
    return name.find("float64") != std::string::npos ? f64_dtype : f32_dtype;
}

// "name [4,5] float32|seed=0" has a shape, "name x20 float32|seed=0" a length.
inline Lengths shape_in(const std::string &name, std::size_t count)
{
    const std::size_t bracket = name.find('[');
    if (bracket == std::string::npos)
        return {static_cast<std::int64_t>(count)};
    Lengths shape;
    for (std::size_t at = bracket; name[at] != ']'; at = name.find_first_of(",]", at + 1))
        shape.push_back(std::stoll(name.substr(at + 1)));
    return shape;
}

// Equal bits; with another C library than the reference's, whose log, erf, exp and tan golden f64 trunc_normal and cauchy
// hold, f64 values equal to a few units of the last place.
inline bool same_as_golden(const std::vector<unsigned char> &got, const std::vector<std::uint64_t> &expected,
                           std::size_t element_bytes)
{
    if (got.size() != expected.size() * element_bytes)
        return false;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        std::uint64_t bits = 0;
        for (std::size_t k = 0; k < element_bytes; ++k)
            bits |= std::uint64_t{got[i * element_bytes + k]} << (8 * k);
        if (bits == expected[i])
            continue;
        const auto value = std::bit_cast<double>(bits);
        const auto golden = std::bit_cast<double>(expected[i]);
        if (element_bytes != sizeof(double) || has_reference_libm() ||
            !(std::abs(value - golden) <= 1e-13 * std::abs(golden)))
            return false;
    }
    return true;
}

} // namespace support

#endif
