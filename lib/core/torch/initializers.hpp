// Initialisers of engine 3: torch.nn.init on PyTorch's own words. The makers of lib/core/init hand over to these.
//
// A whole tensor is filled in PyTorch's order, that of memory. For a slice the whole is made in working memory, as
// PyTorch would make it row-major, and the slice copied.
#pragma once

#include "core/fill.hpp"
#include "core/init/source.hpp"
#include "core/torch/sample.hpp"

namespace unitvar::core {

// Whether the request draws from engine 3.
[[nodiscard]] inline bool is_torch(const InitRequest &request) noexcept
{
    return request.generator != nullptr && is_torch(*request.generator);
}

[[nodiscard]] SourcePointer make_torch_uniform(const InitRequest &request, double low, double high,
                                               ParameterNames names);
[[nodiscard]] SourcePointer make_torch_normal(const InitRequest &request, double mean, double std,
                                              ParameterNames names);
[[nodiscard]] SourcePointer make_torch_trunc_normal(const InitRequest &request, double mean, double std, double a,
                                                    double b);
// zeros of each column's elements, chosen by randperm, one column after the other.
[[nodiscard]] SourcePointer make_torch_sparse(const InitRequest &request, std::uint64_t zeros, double std);
// A matrix of rows, the rest of the shape flattened; not for 16-bit types.
[[nodiscard]] SourcePointer make_torch_orthogonal(const InitRequest &request, std::uint64_t rows, double gain);

} // namespace unitvar::core
