#include "entries.hpp"

namespace checkkernels {
namespace {

// What makes a forgotten member a compile error.
struct Pair {
    void (*one)();
    void (*other)();
};
static_assert(has_a_row_for_each_member(std::tuple{Row{"", &Pair::one, constant}, Row{"", &Pair::other, constant}}));
static_assert(!has_a_row_for_each_member(std::tuple{Row{"", &Pair::one, constant}}));
static_assert(!has_a_row_for_each_member(std::tuple{Row{"", &Pair::one, constant}, Row{"", &Pair::one, constant}}));

template <class T> void add_norms(Entries &entries, const std::string &name, const Access<core::NormKernels> &at)
{
    using Table = core::NormKernels;
    static constexpr std::tuple rows{
        Row{"moments", &Table::moments, table(add_moments<T>)},
        Row{"affine", &Table::affine, table(add_affine<T>)},
        Row{"convert", &Table::convert, table(add_conversions<T>)},
        Row{"gradient", &Table::gradient, table(add_gradients<T>)},
        Row{"activation", &Table::activation, table(add_activations<T>)},
        Row{"product", &Table::product, table(add_product<Parameter<T>>)},
        Row{"local_response", &Table::local_response, kernel(drive_local_response<T>)},
        Row{"local_response_gradient", &Table::local_response_gradient, kernel(drive_local_response_gradient<T>)},
        Row{"dropout", &Table::dropout, kernel(drive_dropout<T>)},
    };
    static_assert(has_a_row_for_each_member(rows));
    add_rows(entries, name, at, rows);
}

} // namespace

Entries all_entries()
{
    using Table = KernelTable;
    static constexpr std::tuple rows{
        Row{"name", &Table::name, constant},
        Row{"fill", &Table::fill, add_fills},
        Row{"transform", &Table::transform, table(add_transforms)},
        Row{"moments_f32", &Table::moments_f32, kernel(drive_chunk_moments<float>)},
        Row{"moments_f64", &Table::moments_f64, kernel(drive_chunk_moments<double>)},
        Row{"reflectors_f32", &Table::reflectors_f32, table(add_reflectors<float>)},
        Row{"reflectors_f64", &Table::reflectors_f64, table(add_reflectors<double>)},
        Row{"round_to_bf16", &Table::round_to_bf16, kernel(drive_round_to_bf16)},
        Row{"round_to_f16", &Table::round_to_f16, kernel(drive_round_to_f16)},
        Row{"selection", &Table::selection, table(add_selection)},
        Row{"torch", &Table::torch, table(add_torch)},
        Row{"norms_f32", &Table::norms_f32, table(add_norms<float>)},
        Row{"norms_f64", &Table::norms_f64, table(add_norms<double>)},
        Row{"norms_bf16", &Table::norms_bf16, table(add_norms<Bf16>)},
        Row{"norms_f16", &Table::norms_f16, table(add_norms<F16>)},
    };
    static_assert(has_a_row_for_each_member(rows));
    Entries entries;
    add_rows<KernelTable>(
        entries, "", [](const KernelTable &t) -> const KernelTable & { return t; }, rows);
    return entries;
}

} // namespace checkkernels
