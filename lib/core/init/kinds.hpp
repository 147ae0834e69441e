// The makers of element sources, one for each kind of initialiser. registry.cpp lists them.
#pragma once

#include "core/init/source.hpp"

namespace unitvar::core {

[[nodiscard]] SourcePointer make_constant(const InitRequest &request);
[[nodiscard]] SourcePointer make_zeros(const InitRequest &request);
[[nodiscard]] SourcePointer make_ones(const InitRequest &request);
[[nodiscard]] SourcePointer make_eye(const InitRequest &request);
[[nodiscard]] SourcePointer make_dirac(const InitRequest &request);
[[nodiscard]] SourcePointer make_uniform(const InitRequest &request);
[[nodiscard]] SourcePointer make_normal(const InitRequest &request);
[[nodiscard]] SourcePointer make_trunc_normal(const InitRequest &request);
[[nodiscard]] SourcePointer make_xavier_uniform(const InitRequest &request);
[[nodiscard]] SourcePointer make_xavier_normal(const InitRequest &request);
[[nodiscard]] SourcePointer make_kaiming_uniform(const InitRequest &request);
[[nodiscard]] SourcePointer make_kaiming_normal(const InitRequest &request);
[[nodiscard]] SourcePointer make_orthogonal(const InitRequest &request);
[[nodiscard]] SourcePointer make_delta_orthogonal(const InitRequest &request);
[[nodiscard]] SourcePointer make_sparse(const InitRequest &request);
[[nodiscard]] SourcePointer make_variance_scaling(const InitRequest &request);

} // namespace unitvar::core
