// Keeps section 8's word on tensors: their moments are those of the elements in the order of their indices, for any dtype
// and strides.
#include "oracle/norms.hpp"
#include "support/any_tensor.hpp"
#include "support/arrays.hpp"
#include "support/capi.hpp"

#include <cmath>
#include <cstdint>

using support::AnyTensor;
using support::bf16_dtype;
using support::element_count;
using support::f16_dtype;
using support::f32_dtype;
using support::f64_dtype;
using support::Layout;
using support::Lengths;
using support::random_values;
using support::require_ok;
using support::rounded;
using support::same_dtype;
using support::Values;

TEST_CASE("moments of a tensor are those of its elements in their order, whatever its dtype and strides")
{
    for (const unitvar_dtype dtype : {f32_dtype, f64_dtype, bf16_dtype, f16_dtype})
        for (const std::int64_t width : {1, 7, 100, 90000}) {
            const Lengths shape{3, width};
            const Values x = rounded(dtype, random_values<double>(element_count(shape), 98, 100, 2));
            const oracle::MeanVar definition = oracle::mean_var(support::wide(x));
            unitvar_moments first{};
            for (const Layout layout : {Layout::row_major, Layout::reversed, Layout::gaps, Layout::backwards}) {
                AnyTensor t(dtype, shape, layout, x);
                unitvar_moments m{};
                unitvar_wide_moments w{};
                require_ok(unitvar_moments_update(&m, t.view()));
                require_ok(unitvar_wide_moments_update(&w, t.view()));
                first = layout == Layout::row_major ? m : first;
                CHECK((m.count == first.count && m.mean == first.mean && m.m2 == first.m2));
                CHECK((m.count == static_cast<double>(x.size()) && w.count == m.count && w.m2 == m.m2));
                CHECK(std::abs(static_cast<double>(m.mean - definition.mean)) <= 1e-13 * 100);
                CHECK(std::abs(static_cast<double>(m.m2 - definition.m2)) <=
                      1e-12 * static_cast<double>(definition.m2));
            }
            if (same_dtype(dtype, f64_dtype)) {
                unitvar_moments m{};
                require_ok(unitvar_moments_update_f64(&m, x.data(), x.size()));
                CHECK((m.mean == first.mean && m.m2 == first.m2));
            }
        }
    unitvar_moments m{1, 2, 3};
    AnyTensor none(bf16_dtype, {0, 3}, Layout::row_major, {});
    require_ok(unitvar_moments_update(&m, none.view()));
    CHECK((m.count == 1 && m.mean == 2 && m.m2 == 3));
    m.count = -1;
    support::check_fails(unitvar_moments_update(&m, none.view()), UNITVAR_INVALID_ARGUMENT, {"count", "-1"});
    support::check_fails(unitvar_moments_update(&m, nullptr), UNITVAR_INVALID_ARGUMENT, {"x", "NULL"});
}
