// The vectors of tests/golden/torch_dialect_b.json, which PyTorch wrote: bit patterns by the name of what they are.
#ifndef UNITVAR_TESTS_SUPPORT_TORCH_GOLDEN_HPP
#define UNITVAR_TESTS_SUPPORT_TORCH_GOLDEN_HPP

#include <doctest/doctest.h>

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace support {

// The file is a list of "name": [ "hex", ... ], numbers where values are integers.
inline std::map<std::string, std::vector<std::uint64_t>> torch_golden()
{
    std::ifstream file(UNITVAR_TORCH_GOLDEN);
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

} // namespace support

#endif
