// Keeps "a shard is a slice": whatever rectangular slice of a tensor is asked for, by whatever strides it is stored, on
// however many threads and with whatever instruction set, each of its elements has the bits that it has in the whole
// tensor, and the generator advances as for the whole. Slices that do not lie within the whole are refused.
#include "support/capi.hpp"
#include "support/kinds.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"
#include "support/tensors.hpp"

#include <pcg_random.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <unitvar/error.hpp>
#include <unitvar/init.hpp>

using support::check_fails;
using support::Engine;
using support::f32_dtype;
using support::Generator;
using support::InitializerCase;
using support::Lengths;
using support::NamedDtype;
using support::require_ok;
using support::Tensor;

namespace {

using Bytes = std::vector<unsigned char>;

const std::uint64_t start = 77; // the block at which everything here begins

struct Whole {
    Lengths shape;
    Bytes bytes; // row-major
    Bytes after; // the state of the generator
};

Generator begin(const Engine &engine)
{
    return engine.id == UNITVAR_TORCH_MT19937 ? Generator(engine, 31) : Generator(engine, 31, 4, start);
}

Whole whole(const InitializerCase &c, const Engine &engine, unitvar_dtype dtype, const Lengths &shape)
{
    Tensor tensor(dtype, shape);
    const Generator g = begin(engine);
    require_ok(unitvar_init(g, &c.init, tensor.view()));
    return {shape, tensor.logical_bytes(), g.save()};
}

std::int64_t product(const Lengths &lengths)
{
    std::int64_t result = 1;
    for (const std::int64_t length : lengths)
        result *= length;
    return result;
}

Bytes slice_of(const Whole &whole, std::size_t element_bytes, const Lengths &shape, const Lengths &offset)
{
    std::int64_t begin = 0;
    const Lengths strides = support::row_major_strides(whole.shape);
    for (std::size_t d = 0; d < shape.size(); ++d)
        begin += offset[d] * strides[d];
    Bytes result;
    for (const std::int64_t at : support::element_offsets(shape, strides)) {
        const auto element = whole.bytes.begin() + (begin + at) * static_cast<std::int64_t>(element_bytes);
        result.insert(result.end(), element, element + static_cast<std::int64_t>(element_bytes));
    }
    return result;
}

// Any order of the dimensions in memory, gaps between them, and any of them reversed; or row-major.
Lengths random_strides(const Lengths &shape, pcg32 &choose)
{
    if (choose(3) == 0)
        return support::row_major_strides(shape);
    std::vector<std::size_t> order(shape.size());
    for (std::size_t d = 0; d < order.size(); ++d)
        order[d] = d;
    for (std::size_t d = order.size(); d > 1; --d)
        std::swap(order[d - 1], order[choose(static_cast<std::uint32_t>(d))]);
    Lengths strides(shape.size());
    std::int64_t step = 1 + choose(2);
    for (const std::size_t d : order) {
        strides[d] = choose(2) == 0 ? step : -step;
        step = step * std::max<std::int64_t>(shape[d], 1) + choose(2);
    }
    return strides;
}

// The boundaries of 1 to 3 parts of a length; parts may be empty.
Lengths random_cuts(std::int64_t length, pcg32 &choose)
{
    Lengths cuts{0, length};
    for (std::uint32_t parts = 1 + choose(3); parts > 1; --parts)
        cuts.push_back(static_cast<std::int64_t>(choose(static_cast<std::uint32_t>(length + 1))));
    std::sort(cuts.begin(), cuts.end());
    return cuts;
}

void check_slice(const InitializerCase &c, const Engine &engine, unitvar_dtype dtype, const Whole &expected,
                 const Lengths &shape, const Lengths &offset, pcg32 &choose)
{
    Tensor local(dtype, shape, random_strides(shape, choose), choose(4));
    const Generator g = begin(engine);
    require_ok(unitvar_init_shard(g, &c.init, local.view(), expected.shape.data(), offset.data()));
    const bool equal = local.logical_bytes() == slice_of(expected, dtype.bits / 8u, shape, offset);
    CHECK(equal);
    CHECK(local.untouched_between_elements());
    CHECK(g.save() == expected.after);
}

// Every slice of the grid that cuts each dimension at random.
void check_grid(const InitializerCase &c, const Engine &engine, unitvar_dtype dtype, const Whole &expected,
                pcg32 &choose)
{
    const std::size_t ndim = expected.shape.size();
    std::vector<Lengths> cuts;
    for (const std::int64_t length : expected.shape)
        cuts.push_back(random_cuts(length, choose));
    std::vector<std::size_t> index(ndim, 0);
    std::int64_t covered = 0;
    for (bool more = true; more;) {
        Lengths shape(ndim);
        Lengths offset(ndim);
        for (std::size_t d = 0; d < ndim; ++d) {
            offset[d] = cuts[d][index[d]];
            shape[d] = cuts[d][index[d] + 1] - offset[d];
        }
        check_slice(c, engine, dtype, expected, shape, offset, choose);
        covered += product(shape);
        more = false;
        for (std::size_t d = ndim; d-- > 0 && !more;) {
            more = ++index[d] + 1 < cuts[d].size();
            index[d] = more ? index[d] : 0;
        }
    }
    CHECK(covered == product(expected.shape));
}

// A contiguous slice of a large tensor, compared in place: no index at a time.
struct LargeCase {
    Lengths shape;
    Lengths offset;
    Lengths slice;
};

// Two long runs of some `bytes` bytes each, in tensors of few rows; one long run of complete rows. The few rows are
// left out where a kind would need far more memory or time for them than for few columns.
std::vector<LargeCase> large_cases(const InitializerCase &c, std::size_t bytes, std::size_t element_bytes)
{
    const auto n = static_cast<std::int64_t>(bytes / element_bytes);
    std::vector<LargeCase> cases{{{n / 32 + 4, 32}, {3, 0}, {n / 32, 32}}};
    if (c.init.kind != UNITVAR_INIT_ORTHOGONAL && c.init.kind != UNITVAR_INIT_SPARSE) {
        cases.push_back({{3, n + 100}, {1, 37}, {2, n}});
        cases.push_back({{3, 3, n / 2 + 9}, {1, 0, 0}, {2, 3, n / 2 + 9}});
    }
    return cases;
}

void check_large(const InitializerCase &c, const Engine &engine, unitvar_dtype dtype, const LargeCase &large,
                 const std::vector<std::int32_t> &threads)
{
    const std::size_t element_bytes = dtype.bits / 8u;
    const auto tensor = [&](std::vector<unsigned char> &bytes, Lengths &shape) {
        unitvar_tensor t{};
        t.data = bytes.data();
        t.device = {1, 0};
        t.ndim = static_cast<std::int32_t>(shape.size());
        t.dtype = dtype;
        t.shape = shape.data();
        return t;
    };
    Lengths shape = large.shape;
    Lengths slice = large.slice;
    static Bytes all; // kept, because new pages cost more than the fills
    static Bytes part;
    all.resize(static_cast<std::size_t>(product(shape)) * element_bytes);
    part.resize(static_cast<std::size_t>(product(slice)) * element_bytes);
    unitvar_tensor t = tensor(all, shape);
    const Generator whole_generator(engine, 5, 6, start);
    {
        const support::ForcedThreads one(1);
        if (unitvar_init(whole_generator, &c.init, &t) != UNITVAR_OK)
            return; // not a shape of this kind
    }
    // The slices are runs of the whole dimensions behind the first that is cut last.
    const Lengths strides = support::row_major_strides(shape);
    const std::int64_t run = slice.size() == 2 ? slice[1] : slice[1] * slice[2];
    const std::int64_t begin = large.offset[0] * strides[0] + large.offset[1] * strides[1];
    for (const std::int32_t n : threads) {
        const support::ForcedThreads forced(n);
        std::fill(part.begin(), part.end(), static_cast<unsigned char>(0x5A));
        unitvar_tensor local = tensor(part, slice);
        const Generator g(engine, 5, 6, start);
        require_ok(unitvar_init_shard(g, &c.init, &local, shape.data(), large.offset.data()));
        CAPTURE(n);
        CHECK(g.tell() == whole_generator.tell());
        for (std::int64_t row = 0; row < slice[0]; ++row) {
            const std::size_t bytes = static_cast<std::size_t>(run) * element_bytes;
            const std::size_t from = static_cast<std::size_t>(begin + row * strides[0]) * element_bytes;
            CHECK(std::memcmp(part.data() + static_cast<std::size_t>(row) * bytes, all.data() + from, bytes) == 0);
        }
    }
}

} // namespace

TEST_CASE("shards of random cuts are the slices of the whole, for every kind, dtype and engine")
{
    pcg32 choose(20240301, 1);
    for (const InitializerCase &c : support::initializer_cases())
        for (const Lengths &shape : support::accepted_shapes(c.init))
            for (const NamedDtype &dtype : support::dtypes())
                for (const Engine &engine : support::engines()) {
                    if (support::quick() && choose(5) != 0)
                        continue;
                    CAPTURE(c.name);
                    CAPTURE(dtype.name);
                    CAPTURE(engine.name);
                    CAPTURE(shape.size());
                    check_grid(c, engine, dtype.dtype, whole(c, engine, dtype.dtype, shape), choose);
                }
}

TEST_CASE("shards of what PyTorch's engine writes are slices of it, and leave the generator as the whole does")
{
    const Engine torch{UNITVAR_TORCH_MT19937, "torch_mt19937", 0};
    pcg32 choose(20240301, 5);
    std::size_t checked = 0;
    for (const InitializerCase &c : support::initializer_cases())
        for (const Lengths &shape : support::accepted_shapes(c.init))
            for (const NamedDtype &dtype : support::dtypes()) {
                Tensor tensor(dtype.dtype, shape);
                if (product(shape) > 1000 || unitvar_init(begin(torch), &c.init, tensor.view()) == UNITVAR_UNSUPPORTED)
                    continue;
                CAPTURE(c.name);
                CAPTURE(dtype.name);
                CAPTURE(shape.size());
                check_grid(c, torch, dtype.dtype, whole(c, torch, dtype.dtype, shape), choose);
                ++checked;
            }
    CHECK(checked > (support::quick() ? 30 : 300));
}

TEST_CASE("whole and shard have the same bits on every instruction set and number of threads")
{
    pcg32 choose(20240301, 2);
    for (const InitializerCase &c : support::initializer_cases()) {
        const std::vector<Lengths> shapes = support::accepted_shapes(c.init);
        const Lengths &shape = *std::max_element(
            shapes.begin(), shapes.end(), [](const Lengths &a, const Lengths &b) { return product(a) < product(b); });
        for (const NamedDtype &dtype : support::dtypes())
            for (const Engine &engine : support::engines()) {
                if (support::quick() && choose(5) != 0)
                    continue;
                Whole reference;
                {
                    const support::ForcedIsa scalar("scalar");
                    const support::ForcedThreads one(1);
                    reference = whole(c, engine, dtype.dtype, shape);
                }
                for (const std::string &isa : support::isas()) {
                    const support::ForcedIsa forced(isa);
                    CAPTURE(c.name);
                    CAPTURE(dtype.name);
                    CAPTURE(isa);
                    const bool equal = whole(c, engine, dtype.dtype, shape).bytes == reference.bytes;
                    CHECK(equal);
                    const support::ForcedThreads threads(4);
                    check_grid(c, engine, dtype.dtype, reference, choose);
                }
            }
    }
}

TEST_CASE("long runs, shared by threads, are the bits of the whole")
{
    // Longer than the output for which a thread starts, and, for one kind, than what is stored past the caches. Two
    // threads or three cut a run elsewhere than four; engines and threads alternate.
    const std::size_t bytes = (std::size_t{2} << 20U) + 4321 * 8;
    std::size_t number = 0;
    for (const InitializerCase &c : support::kinds())
        for (const NamedDtype &dtype : support::dtypes()) {
            ++number;
            const bool cheapest = c.init.kind == UNITVAR_INIT_UNIFORM && dtype.dtype.bits == 64;
            if (support::quick() ? !cheapest : support::slow() && number % 17 != 0)
                continue;
            CAPTURE(c.name);
            CAPTURE(dtype.name);
            const std::vector<std::int32_t> threads =
                number % 2 == 0 ? std::vector<std::int32_t>{1, 4} : std::vector<std::int32_t>{2, 3};
            for (const LargeCase &large : large_cases(c, bytes, dtype.dtype.bits / 8u))
                check_large(c, support::engines()[number / 2 % 2], dtype.dtype, large, threads);
        }
    if (support::slow())
        return;
    for (const InitializerCase &c : support::kinds())
        if (c.init.kind == UNITVAR_INIT_NORMAL)
            for (const NamedDtype &dtype : support::dtypes())
                check_large(c, support::engines()[0], dtype.dtype,
                            large_cases(c, std::size_t{9} << 20U, dtype.dtype.bits / 8u).front(), {1, 3});
}

TEST_CASE("many short runs, shared by threads, are the bits of the whole")
{
    const std::int64_t side = support::quick() ? 100 : 700;
    pcg32 choose(20240301, 3);
    for (const InitializerCase &c : support::kinds()) {
        const Lengths shape{side, side};
        if (c.init.kind == UNITVAR_INIT_ORTHOGONAL || !support::accepts(c.init, f32_dtype, shape))
            continue;
        CAPTURE(c.name);
        const Engine &engine = support::engines()[0];
        const Whole expected = whole(c, engine, support::bf16_dtype, shape);
        for (const std::int32_t n : {1, 3}) {
            const support::ForcedThreads forced(n);
            check_slice(c, engine, support::bf16_dtype, expected, {side - 3, side - 13}, {2, 5}, choose);
        }
    }
}

TEST_CASE("a column shard of one column, the last element and the whole are slices")
{
    pcg32 choose(20240301, 4);
    for (const InitializerCase &c : support::initializer_cases())
        for (const Lengths &shape : support::accepted_shapes(c.init)) {
            CAPTURE(c.name);
            const Engine &engine = support::engines()[1];
            const Whole expected = whole(c, engine, support::f16_dtype, shape);
            Lengths last = shape;
            for (std::int64_t &length : last)
                --length;
            const Lengths none(shape.size(), 0);
            check_slice(c, engine, support::f16_dtype, expected, Lengths(shape.size(), 1), last, choose);
            check_slice(c, engine, support::f16_dtype, expected, shape, none, choose);
            if (shape.empty())
                continue;
            Lengths column = shape;
            column.back() = 1;
            Lengths offset = none;
            offset.back() = shape.back() / 2;
            check_slice(c, engine, support::f16_dtype, expected, column, offset, choose);
        }
}

TEST_CASE("shards of a few columns are slices of the whole, for every kind, dtype and engine")
{
    // Rows whose length is a multiple of what a group of words makes, and rows whose length is not; more elements than
    // are looked up at a time; runs up to those that go by blocks again, and runs at more than one distance.
    const std::vector<Lengths> shapes{{1100, 37}, {1030, 64}, {90, 5, 21}, {40, 6, 3, 25}, {12, 3, 5, 4, 7}};
    pcg32 choose(20240301, 6);
    for (const InitializerCase &c : support::initializer_cases()) {
        std::size_t taken = 0;
        for (const Lengths &shape : shapes) {
            if (!support::accepts(c.init, f32_dtype, shape))
                continue;
            ++taken;
            for (const NamedDtype &dtype : support::dtypes())
                for (const Engine &engine : support::engines()) {
                    if (choose(support::slow() ? 10 : 1) != 0)
                        continue;
                    CAPTURE(c.name);
                    CAPTURE(dtype.name);
                    CAPTURE(engine.name);
                    CAPTURE(shape.size());
                    const Whole expected = whole(c, engine, dtype.dtype, shape);
                    for (const std::int64_t width : {1, 2, 3, 8, 9, 16, 17}) {
                        if (width > shape.back())
                            continue;
                        Lengths slice = shape;
                        Lengths offset(shape.size(), 0);
                        const auto cut = [&](std::size_t d, std::int64_t length) {
                            slice[d] = length;
                            offset[d] = choose(static_cast<std::uint32_t>(shape[d] - length + 1));
                        };
                        cut(shape.size() - 1, width);
                        for (std::size_t d = 0; d + 1 < shape.size(); ++d)
                            if (choose(2) == 0)
                                cut(d, 1 + choose(static_cast<std::uint32_t>(shape[d])));
                        CAPTURE(width);
                        check_slice(c, engine, dtype.dtype, expected, slice, offset, choose);
                    }
                }
        }
        CHECK(taken != 0);
    }
}

TEST_CASE("columns that are shared by threads are the bits of the whole, on every instruction set")
{
    const std::int64_t rows = support::slow() ? 9000 : 70000;
    const std::int64_t columns = 33;
    Bytes all;
    Bytes part;
    std::size_t number = 0;
    for (const InitializerCase &c : support::kinds())
        for (const NamedDtype &dtype : support::dtypes()) {
            if (!c.draws || c.init.kind == UNITVAR_INIT_ORTHOGONAL ||
                !support::accepts(c.init, f32_dtype, {40, columns}))
                continue;
            ++number;
            if (support::quick() && number % 5 != 0)
                continue;
            const Engine &engine = support::engines()[number / 2 % 2];
            const std::int64_t width = number % 3 == 0 ? 5 : 1;
            const std::size_t element_bytes = dtype.dtype.bits / 8u;
            const std::size_t run_bytes = static_cast<std::size_t>(width) * element_bytes;
            CAPTURE(c.name);
            CAPTURE(dtype.name);
            CAPTURE(engine.name);
            Lengths shape{rows, columns};
            Lengths slice{rows, width};
            const Lengths offset{0, static_cast<std::int64_t>(number) % (columns - width)};
            const auto tensor = [&](Bytes &bytes, Lengths &lengths) {
                bytes.assign(static_cast<std::size_t>(product(lengths)) * element_bytes, 0x5A);
                unitvar_tensor t{};
                t.data = bytes.data();
                t.device = {1, 0};
                t.ndim = 2;
                t.dtype = dtype.dtype;
                t.shape = lengths.data();
                return t;
            };
            unitvar_tensor t = tensor(all, shape);
            require_ok(unitvar_init(begin(engine), &c.init, &t));
            for (const std::string &isa : support::isas()) {
                if (isa == "scalar" && support::isas().size() > 1 && number % 4 != 0)
                    continue;
                const support::ForcedIsa forced(isa);
                const support::ForcedThreads threads(number % 2 == 0 ? 3 : 1);
                unitvar_tensor local = tensor(part, slice);
                require_ok(unitvar_init_shard(begin(engine), &c.init, &local, shape.data(), offset.data()));
                CAPTURE(isa);
                std::int64_t wrong = 0;
                for (std::int64_t row = 0; row < rows; ++row) {
                    const std::size_t from = static_cast<std::size_t>(row * columns + offset[1]) * element_bytes;
                    const std::size_t to = static_cast<std::size_t>(row) * run_bytes;
                    wrong += std::memcmp(part.data() + to, all.data() + from, run_bytes) != 0 ? 1 : 0;
                }
                CHECK(wrong == 0);
            }
        }
    CHECK(number >= 4 * 9);
}

TEST_CASE("an empty slice moves the generator as the whole does, and needs no data")
{
    for (const InitializerCase &c : support::kinds())
        for (const Lengths &shape : support::accepted_shapes(c.init)) {
            if (shape.empty())
                continue;
            CAPTURE(c.name);
            const Whole expected = whole(c, support::engines()[0], f32_dtype, shape);
            Lengths empty = shape;
            empty[0] = 0;
            Lengths offset(shape.size(), 0);
            offset[0] = shape[0];
            unitvar_tensor local{};
            local.device = {1, 0};
            local.dtype = f32_dtype;
            local.ndim = static_cast<std::int32_t>(shape.size());
            local.shape = empty.data();
            const Generator g = begin(support::engines()[0]);
            require_ok(unitvar_init_shard(g, &c.init, &local, shape.data(), offset.data()));
            CHECK(g.save() == expected.after);
        }
}
