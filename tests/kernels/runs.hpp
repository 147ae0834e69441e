// Runs for the kernels that take them.
#ifndef UNITVAR_TESTS_KERNELS_RUNS_HPP
#define UNITVAR_TESTS_KERNELS_RUNS_HPP

#include "core/norm/kernels.hpp"
#include "trial.hpp"

namespace checkkernels {

using core::Runs;

// Some runs of a length: their distance is at times a whole number of lines, which streaming stores ask for.
template <class T> Runs runs_of(Session &session, std::size_t length, std::size_t most = 5)
{
    constexpr std::size_t line = 64 / sizeof(T);
    const std::size_t count = session.bench() ? 1 : session.random.between(1, most);
    const std::size_t gap = session.random.below(20);
    return {length, count, session.random.one_in(2) ? (length + gap + line - 1) / line * line : length + gap};
}
inline std::size_t elements_of(const Runs &runs)
{
    return runs.stride * (runs.count - 1) + runs.length;
}

} // namespace checkkernels

#endif
