// Slices as files, each complete or not there: written under another name, synchronised and renamed. Files of the same run that
// are there already are not written again, so that a run that was cut off goes on where it was.
//
// safetensors: a file for each rank, as https://github.com/huggingface/safetensors describes the format: 8 bytes of length, a
// JSON header, the elements. Where every tensor is whole in one file, an index makes them a checkpoint of Hugging Face's;
// else the header's metadata say where slices lie. raw: a file for each slice, elements alone, and manifest.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model.hpp"

namespace bench {

struct Run {
    const unitvar::mpi::ProcessGrid &grid;
    const unitvar::Generator &generator;
    const Table &table;
    int rank;
    int ranks;
};

class Output {
public:
    virtual ~Output() = default;
    // Whether the rank's slice of parameter i is to be made; calls go by rising i.
    [[nodiscard]] virtual bool wants(std::size_t i) const = 0;
    virtual void put(std::size_t i, std::span<const unsigned char> slice) = 0;
    virtual void finish() = 0;
};

// format: safetensors or raw. Throws InvalidArgument where the directory holds files of another run.
[[nodiscard]] std::unique_ptr<Output> open_output(const std::filesystem::path &directory, std::string_view format,
                                                  const Run &run);

} // namespace bench
