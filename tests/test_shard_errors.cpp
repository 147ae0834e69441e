// Keeps the errors of shards: a slice that does not lie within the whole tensor, a shape that overflows, and everything
// that the whole tensor would be refused for give the documented status and an explanation with the argument and its
// value; not a byte is written and the generator stays where it is.
#include "support/capi.hpp"
#include "support/kinds.hpp"
#include "support/tensors.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <unitvar/error.hpp>
#include <unitvar/init.hpp>

using support::check_fails;
using support::Engine;
using support::f32_dtype;
using support::f64_dtype;
using support::Generator;
using support::InitializerCase;
using support::Lengths;
using support::require_ok;
using support::Tensor;

namespace {

const std::int64_t smallest = std::numeric_limits<std::int64_t>::min();
const std::int64_t largest = std::numeric_limits<std::int64_t>::max();
const std::int64_t two_to_31 = std::int64_t{1} << 31;

struct BadSlice {
    Lengths shape;
    Lengths global_shape;
    Lengths offset;
    std::string argument;
    std::string value;
};

const std::vector<BadSlice> bad_slices{
    {{2, 3}, {4, 6}, {-1, 0}, "offset", "-1"},
    {{2, 3}, {4, 6}, {0, smallest}, "offset", "-9223372036854775808"},
    {{2, 3}, {4, 6}, {3, 0}, "offset", "3"},
    {{2, 3}, {4, 6}, {0, 4}, "offset", "4"},
    {{2, 3}, {4, 6}, {largest, 0}, "offset", "9223372036854775807"},
    {{0, 3}, {4, 6}, {5, 0}, "offset", "5"},
    {{0, 3}, {4, 6}, {0, 7}, "offset", "7"},
    {{5, 3}, {4, 6}, {0, 0}, "shape", "5"},
    {{2, 7}, {4, 6}, {0, 0}, "shape", "7"},
    {{2, 7}, {4, 6}, {0, -1}, "shape", "7"},
    {{2, 3}, {0, 6}, {0, 0}, "shape", "2"},
    {{2, 3}, {-4, 6}, {0, 0}, "global_shape", "-4"},
    {{2, 3}, {4, smallest}, {0, 0}, "global_shape", "-9223372036854775808"},
    {{0, 3}, {0, -6}, {0, 0}, "global_shape", "-6"},
    {{2, 3}, {2 * two_to_31, two_to_31}, {0, 0}, "global_shape", "2147483648"},
    {{2, 3}, {largest, 3}, {0, 0}, "global_shape", "9223372036854775807"},
    {{2, 3}, {largest, largest}, {5, 5}, "global_shape", "9223372036854775807"},
};

std::int32_t shard(const Generator &g, const InitializerCase &c, Tensor &local, const Lengths &global_shape,
                   const Lengths &offset)
{
    return unitvar_init_shard(g, &c.init, local.view(), global_shape.data(), offset.data());
}

} // namespace

TEST_CASE("a slice that does not lie within the whole is refused for every kind, and nothing changes")
{
    for (const InitializerCase &c : support::kinds())
        for (const BadSlice &bad : bad_slices)
            for (const Engine &engine : support::engines()) {
                CAPTURE(c.name);
                CAPTURE(bad.argument);
                Tensor local(f32_dtype, bad.shape);
                const Generator g(engine, 1, 0, 5);
                check_fails(shard(g, c, local, bad.global_shape, bad.offset), UNITVAR_INVALID_ARGUMENT, {bad.value});
                CHECK(std::string(unitvar_last_error()).find(bad.argument) != std::string::npos);
                CHECK(local.untouched());
                CHECK(g.tell() == 5);
            }
}

TEST_CASE("a whole of more than 2^63 - 1 bytes is refused as the whole tensor would be")
{
    for (const InitializerCase &c : support::kinds()) {
        CAPTURE(c.name);
        for (const Lengths &shape : support::accepted_shapes(c.init)) {
            if (shape.empty())
                continue;
            Lengths global_shape = shape;
            std::int64_t others = 1;
            for (std::size_t d = 1; d < shape.size(); ++d)
                others *= shape[d];
            global_shape[0] = (std::int64_t{1} << 62) / others / 9 * 9; // 2^65 bytes, and still in 3 groups
            Tensor local(f64_dtype, shape);
            const Generator g(UNITVAR_PHILOX4X32, 1, 0, 5);
            check_fails(shard(g, c, local, global_shape, Lengths(shape.size(), 0)), UNITVAR_INVALID_ARGUMENT,
                        {"global_shape"});
            CHECK(local.untouched());
            CHECK(g.tell() == 5);
        }
    }
}

TEST_CASE("the whole has to suit the kind, not the slice")
{
    for (const InitializerCase &c : support::initializer_cases())
        for (const Lengths &shape : support::offered_shapes()) {
            if (support::accepts(c.init, f32_dtype, shape))
                continue;
            CAPTURE(c.name);
            CAPTURE(shape.size());
            Lengths small = shape;
            for (std::int64_t &length : small)
                length = 1;
            Tensor local(f32_dtype, small);
            const Generator g(UNITVAR_PCG32, 1, 0, 5);
            check_fails(shard(g, c, local, shape, Lengths(shape.size(), 0)), UNITVAR_INVALID_ARGUMENT, {});
            CHECK(local.untouched());
            CHECK(g.tell() == 5);
        }
}

TEST_CASE("the whole has to fit into the stream, not the slice")
{
    for (const InitializerCase &c : support::kinds())
        for (const Engine &engine : support::engines()) {
            if (!c.draws)
                continue;
            for (const Lengths &shape : support::accepted_shapes(c.init)) {
                Tensor whole(f32_dtype, shape);
                const Generator used(engine, 1);
                require_ok(unitvar_init(used, &c.init, whole.view()));
                if (used.tell() < 2)
                    continue;
                CAPTURE(c.name);
                CAPTURE(engine.name);
                Tensor local(f32_dtype, Lengths(shape.size(), 1));
                const Lengths first(shape.size(), 0);
                const std::uint64_t late = engine.blocks - used.tell() + 1;
                const Generator g(engine, 1, 0, late);
                check_fails(shard(g, c, local, shape, first), UNITVAR_STREAM_EXHAUSTED, {});
                CHECK(local.untouched());
                CHECK(g.tell() == late);
                const Generator fits(engine, 1, 0, late - 1);
                require_ok(shard(fits, c, local, shape, first));
                CHECK(fits.tell() == engine.blocks);
            }
        }
}

TEST_CASE("missing arguments of shards are refused by name")
{
    const unitvar_initializer zeros = support::default_initializer(UNITVAR_INIT_ZEROS);
    Tensor local(f32_dtype, {2, 3});
    const Lengths global_shape{4, 6};
    const Lengths offset{0, 0};
    const Generator g(UNITVAR_PCG32, 1, 0, 5);
    check_fails(unitvar_init_shard(g, nullptr, local.view(), global_shape.data(), offset.data()),
                UNITVAR_INVALID_ARGUMENT, {"init", "NULL"});
    check_fails(unitvar_init_shard(g, &zeros, nullptr, global_shape.data(), offset.data()), UNITVAR_INVALID_ARGUMENT,
                {"local", "NULL"});
    check_fails(unitvar_init_shard(g, &zeros, local.view(), nullptr, offset.data()), UNITVAR_INVALID_ARGUMENT,
                {"global_shape", "NULL"});
    check_fails(unitvar_init_shard(g, &zeros, local.view(), global_shape.data(), nullptr), UNITVAR_INVALID_ARGUMENT,
                {"offset", "NULL"});
    local.view()->dtype.lanes = 3;
    check_fails(unitvar_init_shard(g, &zeros, local.view(), global_shape.data(), offset.data()),
                UNITVAR_INVALID_ARGUMENT, {"local->dtype.lanes", "3"});
    local.view()->dtype = {0, 32, 1};
    check_fails(unitvar_init_shard(g, &zeros, local.view(), global_shape.data(), offset.data()), UNITVAR_UNSUPPORTED,
                {"local->dtype"});
    CHECK(local.untouched());
    CHECK(g.tell() == 5);
}

TEST_CASE("a scalar needs neither a global shape nor an offset")
{
    const unitvar_initializer ones = support::default_initializer(UNITVAR_INIT_ONES);
    Tensor local(f32_dtype, {});
    require_ok(unitvar_init_shard(nullptr, &ones, local.view(), nullptr, nullptr));
    CHECK(local.logical_values<float>() == std::vector<float>{1.0f});
}

TEST_CASE("in C++ the numbers of lengths and offsets are those of the local tensor")
{
    std::vector<float> memory(6, 7.0f);
    const Lengths shape{2, 3};
    const unitvar::TensorView local = unitvar::view(memory.data(), shape);
    const unitvar::Initializer zeros;
    const auto refused = [&](const Lengths &global_shape, const Lengths &offset, const std::string &value) {
        try {
            unitvar::initialize_shard(nullptr, zeros, local, global_shape, offset);
        } catch (const unitvar::InvalidArgument &error) {
            return support::mentions(error.what(), value);
        }
        return false;
    };
    CHECK(refused({4}, {0, 0}, "1"));
    CHECK(refused({4, 6, 8}, {0, 0}, "3"));
    CHECK(refused({4, 6}, {0}, "1"));
    CHECK(refused({4, 6}, {0, 0, 0}, "3"));
    CHECK(refused({}, {}, "0"));
    CHECK(memory == std::vector<float>(6, 7.0f));
}
