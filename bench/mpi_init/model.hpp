// Tables of bench/models as parameters that ranks share: names, shapes and rules from the file, where tensors are cut from
// names of Hugging Face's Llama and GPT-2, in the manner of Megatron-LM (Shoeybi et al. 2019), stages from layer numbers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <unitvar/mpi.hpp>

namespace bench {

using Table = std::vector<unitvar::mpi::ShardedParameter>;

// A table by its file. Throws unitvar::InvalidArgument that names file, line, what stands there and what was expected.
[[nodiscard]] Table read_table(const std::filesystem::path &path, unitvar::DType dtype);

// Deals the layers out to the stages of a pipeline: what stands before the first goes to the first stage, what stands after the
// last to the last.
void set_stages(Table &table, std::int32_t stages);

[[nodiscard]] unitvar::DType dtype_from_name(std::string_view name);
[[nodiscard]] std::uint64_t elements_of(const std::vector<std::int64_t> &shape) noexcept;

// A grid by the name of a layout, tensor, pipeline or sharded, or as TxPxD.
[[nodiscard]] unitvar::mpi::ProcessGrid grid_of(std::string_view layout, int ranks);

} // namespace bench
