// The list of entries. Each structure of kernels has its rows beside its drivers (activations.cpp for
// core::ActivationKernels, and so on; entries.cpp for those that hold the others), one row for each member. A member
// without a row, and a member with two, do not compile.
#ifndef UNITVAR_TESTS_KERNELS_ENTRIES_HPP
#define UNITVAR_TESTS_KERNELS_ENTRIES_HPP

#include "core/norm/kernels.hpp"
#include "core/torch/kernels.hpp"
#include "trial.hpp"

#include <functional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

namespace checkkernels {

struct Entry {
    std::string name; // norms_f32.activation.relu
    std::function<Outcome(const Options &, std::span<const KernelTable *const>)> run;
};
using Entries = std::vector<Entry>;

// Where a table keeps an M.
template <class M> using Access = std::function<const M &(const KernelTable &)>;

// add(entries, name, access) adds what the member leads to.
template <class Table, class M, class Add> struct Row {
    const char *name;
    M Table::*member;
    Add add;
};
template <class Table, class M, class Add> Row(const char *, M Table::*, Add) -> Row<Table, M, Add>;

// A kernel, driven by a function.
template <class Kernel> constexpr auto kernel(void (*driver)(Trial<Kernel> &))
{
    return [driver](Entries &entries, const std::string &name, const Access<Kernel> &at) {
        entries.push_back({name, [=](const Options &options, std::span<const KernelTable *const> tables) {
                               std::vector<Kernel> kernels;
                               for (const KernelTable *const table : tables)
                                   kernels.push_back(at(*table));
                               Trial<Kernel> trial(options, name, tables, kernels);
                               driver(trial);
                               return trial.outcome;
                           }});
    };
}
// The same where a table has it; elsewhere it is null.
template <bool Present, class Add> constexpr auto kernel_if([[maybe_unused]] Add add)
{
    if constexpr (Present)
        return add;
    else
        return [](Entries &, const std::string &, const auto &) {};
}
// A number or a name that the core reads: the drivers use it.
inline constexpr auto constant = [](Entries &, const std::string &, const auto &) {};
// A pointer to another structure, whose rows add() adds.
template <class Table> constexpr auto table(void (*add)(Entries &, const std::string &, const Access<Table> &))
{
    return [add](Entries &entries, const std::string &name, const Access<const Table *> &at) {
        add(entries, name, [at](const KernelTable &t) -> const Table & { return *at(t); });
    };
}

template <class A, class B> constexpr std::size_t is_member(A a, B b)
{
    if constexpr (std::is_same_v<A, B>)
        return a == b ? 1 : 0;
    return 0;
}
template <class Table, class... M, class... Add>
consteval bool has_a_row_for_each_member(const std::tuple<Row<Table, M, Add>...> &rows)
{
    const auto rows_of = [&](auto member) {
        return std::apply([&](const auto &...row) { return (is_member(row.member, member) + ...); }, rows);
    };
    const bool once = std::apply([&](const auto &...row) { return ((rows_of(row.member) == 1) && ...); }, rows);
    // Members are pointers and numbers of one size, without padding.
    return once && sizeof(Table) == (sizeof(M) + ...);
}

template <class Table, class... M, class... Add>
void add_rows(Entries &entries, const std::string &prefix, const Access<Table> &at,
              const std::tuple<Row<Table, M, Add>...> &rows)
{
    const auto add = [&](const auto &row) {
        const auto member = row.member;
        row.add(
            entries, prefix.empty() ? row.name : prefix + "." + row.name,
            [ at, member ](const KernelTable &t) -> const auto & { return at(t).*member; });
    };
    std::apply([&](const auto &...row) { (add(row), ...); }, rows);
}

// fills.cpp
void add_fills(Entries &, const std::string &name, const Access<const core::FillRow * [core::engine_count]> &);
void add_transforms(Entries &, const std::string &name, const Access<core::TransformRow> &);
// moments.cpp
template <class T> void drive_chunk_moments(Trial<core::MomentsKernel> &);
template <class T, class Sum> void drive_sum_of_squares(Trial<Sum (*)(const void *, std::size_t)> &);
template <class T> void add_moments(Entries &, const std::string &name, const Access<core::MomentKernels> &);
// norms.cpp
template <class T> void add_affine(Entries &, const std::string &name, const Access<core::AffineKernels> &);
template <class T> void add_conversions(Entries &, const std::string &name, const Access<core::ConvertKernels> &);
template <class T> void add_gradients(Entries &, const std::string &name, const Access<core::GradientKernels> &);
template <class T> void drive_local_response(Trial<core::LocalResponseKernel> &);
template <class T> void drive_local_response_gradient(Trial<core::LocalResponseGradientKernel> &);
// activations.cpp
template <class T> void add_activations(Entries &, const std::string &name, const Access<core::ActivationKernels> &);
template <class T> void drive_dropout(Trial<core::DropoutKernel> &);
// matrices.cpp
template <class T> void add_product(Entries &, const std::string &name, const Access<core::ProductKernels> &);
template <class T> void add_reflectors(Entries &, const std::string &name, const Access<core::ReflectorKernels> &);
// selection.cpp
void drive_round_to_bf16(Trial<core::RoundKernel> &);
void drive_round_to_f16(Trial<core::RoundKernel> &);
void add_selection(Entries &, const std::string &name, const Access<core::SelectionKernels> &);
// torch.cpp
void add_torch(Entries &, const std::string &name, const Access<core::TorchKernels> &);

// All of them, in the order of the table.
[[nodiscard]] Entries all_entries();

} // namespace checkkernels

#endif
