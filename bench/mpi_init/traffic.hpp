// How many bytes this rank handed to MPI's collective functions that mpi.hpp calls: what it sends, by their arguments.
#pragma once

#include <cstdint>

namespace bench {

[[nodiscard]] std::uint64_t bytes_sent() noexcept;

} // namespace bench
