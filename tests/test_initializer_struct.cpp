// Keeps "any of the above as a value": unitvar_init does what the function of its kind does, names and defaults belong
// to all kinds, and a structure of the wrong size, version or kind is refused before anything is written.
#include "support/capi.hpp"
#include "support/kinds.hpp"
#include "support/tensors.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <set>
#include <string>
#include <vector>

using support::check_fails;
using support::Engine;
using support::f32_dtype;
using support::Generator;
using support::InitializerCase;
using support::Lengths;
using support::require_ok;
using support::Tensor;

namespace {

const std::vector<std::int32_t> unknown_kinds{
    0, -1, 99, 4711, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};

// A structure of a later version, with more behind what this one knows.
struct LaterInitializer {
    unitvar_initializer known;
    unsigned char more[13];
};

// unitvar_init and unitvar_init_shard both refuse it, by these words, and change nothing.
void check_refused(const unitvar_initializer *init, const std::string &argument, const std::string &value)
{
    Tensor tensor(f32_dtype, {6, 4});
    const Generator g(UNITVAR_PCG32, 1, 0, 5);
    const Lengths shape{6, 4};
    const Lengths offset{0, 0};
    check_fails(unitvar_init(g, init, tensor.view()), UNITVAR_INVALID_ARGUMENT, {argument, value});
    check_fails(unitvar_init_shard(g, init, tensor.view(), shape.data(), offset.data()), UNITVAR_INVALID_ARGUMENT,
                {argument, value});
    CHECK(tensor.untouched());
    CHECK(g.tell() == 5);
}

} // namespace

TEST_CASE("unitvar_init does what the function of its kind does")
{
    for (const InitializerCase &c : support::initializer_cases()) {
        CAPTURE(c.name);

        for (const Lengths &shape : support::accepted_shapes(c.init))
            for (const auto &dtype : support::dtypes())
                for (const Engine &engine : support::engines()) {
                    Tensor by_function(dtype.dtype, shape);
                    Tensor by_value(dtype.dtype, shape);
                    const Generator g(engine, 3, 2, 1);
                    const Generator h(engine, 3, 2, 1);
                    require_ok(support::call_function(c.init, g, by_function.view()));
                    require_ok(unitvar_init(h, &c.init, by_value.view()));
                    const bool equal = by_value.logical_bytes() == by_function.logical_bytes();
                    CHECK(equal);
                    CHECK(h.tell() == g.tell());
                }
    }
}

TEST_CASE("kinds are numbered from 1 without gaps, and names lead there and back")
{
    const std::vector<std::string> names{"constant",
                                         "zeros",
                                         "ones",
                                         "eye",
                                         "dirac",
                                         "uniform",
                                         "normal",
                                         "trunc_normal",
                                         "xavier_uniform",
                                         "xavier_normal",
                                         "kaiming_uniform",
                                         "kaiming_normal",
                                         "orthogonal",
                                         "delta_orthogonal",
                                         "sparse",
                                         "variance_scaling",
                                         "variance_scaling_fans",
                                         "orthogonal_axis",
                                         "delta_orthogonal_layout",
                                         "glorot_uniform",
                                         "glorot_normal",
                                         "he_uniform",
                                         "he_normal",
                                         "lecun_uniform",
                                         "lecun_normal"};
    REQUIRE(support::kinds().size() >= names.size());
    std::set<std::string> seen;
    for (const InitializerCase &kind : support::kinds()) {
        const std::string name = unitvar_initializer_name(kind.init.kind);
        CHECK(seen.insert(name).second);
        if (static_cast<std::size_t>(kind.init.kind) <= names.size())
            CHECK(name == names[static_cast<std::size_t>(kind.init.kind) - 1]);
        std::int32_t back = -77;
        require_ok(unitvar_initializer_from_name(name.c_str(), &back));
        CHECK(back == kind.init.kind);
    }
    for (const std::int32_t unknown : unknown_kinds)
        CHECK(unitvar_initializer_name(unknown) == nullptr);
}

TEST_CASE("names that are no kind's are refused, and nothing is written")
{
    std::int32_t out = -77;
    for (const char *const name : {"", "Constant", "constant ", "kaiming", "UNITVAR_INIT_EYE", "xavier_uniform_"}) {
        check_fails(unitvar_initializer_from_name(name, &out), UNITVAR_INVALID_ARGUMENT, {"name"});
        CHECK(std::string(unitvar_last_error()).find(name) != std::string::npos);
    }
    check_fails(unitvar_initializer_from_name(nullptr, &out), UNITVAR_INVALID_ARGUMENT, {"name", "NULL"});
    check_fails(unitvar_initializer_from_name("eye", nullptr), UNITVAR_INVALID_ARGUMENT, {"out", "NULL"});
    CHECK(out == -77);
}

TEST_CASE("the defaults are PyTorch's and Keras'")
{
    const auto p = [](std::int32_t kind) {
        const unitvar_initializer init = support::default_initializer(kind);
        CHECK(init.struct_size == sizeof(init));
        CHECK(init.kind == kind);
        CHECK(init.reserved == 0);
        CHECK(init.fan_mode == UNITVAR_FAN_IN);
        CHECK(init.nonlinearity == UNITVAR_LEAKY_RELU);
        CHECK(init.distribution == UNITVAR_TRUNCATED_NORMAL);
        CHECK(init.groups == 1);
        return std::vector<double>(init.p, init.p + 4);
    };
    CHECK(p(UNITVAR_INIT_CONSTANT)[0] == 0.0);
    CHECK(p(UNITVAR_INIT_UNIFORM) == std::vector<double>{0, 1, 0, 0});
    CHECK(p(UNITVAR_INIT_NORMAL) == std::vector<double>{0, 1, 0, 0});
    CHECK(p(UNITVAR_INIT_TRUNC_NORMAL) == std::vector<double>{0, 1, -2, 2});
    for (const std::int32_t kind : {UNITVAR_INIT_XAVIER_UNIFORM, UNITVAR_INIT_XAVIER_NORMAL, UNITVAR_INIT_ORTHOGONAL,
                                    UNITVAR_INIT_DELTA_ORTHOGONAL, UNITVAR_INIT_VARIANCE_SCALING})
        CHECK(p(kind)[0] == 1.0);
    for (const std::int32_t kind : {UNITVAR_INIT_KAIMING_UNIFORM, UNITVAR_INIT_KAIMING_NORMAL})
        CHECK(p(kind)[0] == 0.0);
    CHECK(p(UNITVAR_INIT_SPARSE) == std::vector<double>{0.1, 0.01, 0, 0});
}

TEST_CASE("defaults of an unknown kind or into a structure that is too small are refused, and nothing is written")
{
    unitvar_initializer init{};
    std::memset(&init, 0x5A, sizeof(init));
    init.struct_size = sizeof(init);
    unitvar_initializer before = init;
    for (const std::int32_t unknown : unknown_kinds) {
        check_fails(unitvar_initializer_defaults(&init, unknown), UNITVAR_INVALID_ARGUMENT,
                    {"kind", std::to_string(unknown)});
        CHECK(std::memcmp(&init, &before, sizeof(init)) == 0);
    }
    for (const std::uint32_t size : {std::uint32_t{0}, static_cast<std::uint32_t>(sizeof(init)) - 1}) {
        init.struct_size = size;
        before.struct_size = size;
        check_fails(unitvar_initializer_defaults(&init, UNITVAR_INIT_EYE), UNITVAR_INVALID_ARGUMENT,
                    {"struct_size", std::to_string(size)});
        CHECK(std::memcmp(&init, &before, sizeof(init)) == 0);
    }
    check_fails(unitvar_initializer_defaults(nullptr, UNITVAR_INIT_EYE), UNITVAR_INVALID_ARGUMENT, {"init", "NULL"});
}

TEST_CASE("a structure that is too small, reserved or of an unknown kind is refused")
{
    for (const InitializerCase &kind : support::kinds()) {
        unitvar_initializer init = kind.init;
        for (const std::uint32_t size : {std::uint32_t{0}, static_cast<std::uint32_t>(sizeof(init)) - 1}) {
            init.struct_size = size;
            check_refused(&init, "struct_size", std::to_string(size));
        }
        init = kind.init;
        for (const std::int32_t reserved : {-4711, 1, 4711}) {
            init.reserved = reserved;
            check_refused(&init, "reserved", std::to_string(reserved));
        }
    }
    for (const std::int32_t unknown : unknown_kinds) {
        unitvar_initializer init = support::default_initializer(UNITVAR_INIT_ZEROS);
        init.kind = unknown;
        check_refused(&init, "kind", std::to_string(unknown));
    }
    check_refused(nullptr, "init", "NULL");
}

TEST_CASE("a larger structure is accepted with zeros behind what is known, and refused with anything else")
{
    LaterInitializer later{};
    later.known = support::default_initializer(UNITVAR_INIT_NORMAL);
    later.known.struct_size = sizeof(later);
    Tensor expected(f32_dtype, {6, 4});
    Tensor tensor(f32_dtype, {6, 4});
    require_ok(unitvar_init_normal(Generator(UNITVAR_PCG32, 1), expected.view(), 0.0, 1.0));
    require_ok(unitvar_init(Generator(UNITVAR_PCG32, 1), &later.known, tensor.view()));
    CHECK(tensor.logical_bytes() == expected.logical_bytes());
    for (const std::size_t i : {std::size_t{0}, sizeof(later.more) / 2, sizeof(later.more) - 1}) {
        later.more[i] = 1;
        check_refused(&later.known, "struct_size", std::to_string(sizeof(later)));
        later.more[i] = 0;
    }
    later.more[7] = 1; // not part of it then
    later.known.struct_size = sizeof(later.known) + 7;
    require_ok(unitvar_init(Generator(UNITVAR_PCG32, 1), &later.known, tensor.view()));
    require_ok(unitvar_initializer_defaults(&later.known, UNITVAR_INIT_EYE));
    CHECK(later.more[7] == 1);
    CHECK(later.known.struct_size == sizeof(later.known) + 7);
}

TEST_CASE("a structure of a size that none has is refused without a look behind it")
{
    // It ends with a page behind which nothing may be read.
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    void *const pages = mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(pages != MAP_FAILED);
    unsigned char *const end = static_cast<unsigned char *>(pages) + page;
    REQUIRE(mprotect(end, page, PROT_NONE) == 0);
    auto *const init = reinterpret_cast<unitvar_initializer *>(end - sizeof(unitvar_initializer));
    for (const std::uint32_t size : {257u, 4096u, 0x80000000u, 0xFFFFFFFFu}) {
        *init = support::default_initializer(UNITVAR_INIT_NORMAL);
        init->struct_size = size;
        check_refused(init, "struct_size", std::to_string(size));
        check_fails(unitvar_initializer_defaults(init, UNITVAR_INIT_EYE), UNITVAR_INVALID_ARGUMENT,
                    {"struct_size", std::to_string(size)});
        CHECK(init->kind == UNITVAR_INIT_NORMAL);
    }
    munmap(pages, 2 * page);
}

TEST_CASE("kinds that draw need a generator, the others look at none")
{
    for (const InitializerCase &c : support::kinds()) {
        CAPTURE(c.name);
        if (c.init.kind <= UNITVAR_INIT_VARIANCE_SCALING)
            CHECK(c.draws == (c.init.kind > UNITVAR_INIT_DIRAC));
        for (const Lengths &shape : support::accepted_shapes(c.init)) {
            Tensor tensor(f32_dtype, shape);
            if (c.draws) {
                check_fails(unitvar_init(nullptr, &c.init, tensor.view()), UNITVAR_INVALID_ARGUMENT, {"g", "NULL"});
                CHECK(tensor.untouched());
                continue;
            }
            require_ok(unitvar_init(nullptr, &c.init, tensor.view()));
            Tensor with_generator(f32_dtype, shape);
            const Generator g(UNITVAR_PCG32, 1, 0, 5);
            require_ok(unitvar_init(g, &c.init, with_generator.view()));
            CHECK(with_generator.logical_bytes() == tensor.logical_bytes());
            CHECK(g.tell() == 5);
        }
    }
}

TEST_CASE("a kind looks only at what its function takes")
{
    for (const InitializerCase &c : support::kinds()) {
        CAPTURE(c.name);
        unitvar_initializer odd = c.init;
        const bool kaiming = c.init.kind == UNITVAR_INIT_KAIMING_UNIFORM || c.init.kind == UNITVAR_INIT_KAIMING_NORMAL;
        const bool scaling = c.init.kind == UNITVAR_INIT_VARIANCE_SCALING;
        if (c.init.kind > UNITVAR_INIT_VARIANCE_SCALING)
            continue; // what it takes is not known here
        if (!kaiming && !scaling)
            odd.fan_mode = 4711;
        if (!kaiming)
            odd.nonlinearity = 4711;
        if (!scaling)
            odd.distribution = 4711;
        if (c.init.kind != UNITVAR_INIT_DIRAC)
            odd.groups = -4711;
        const std::vector<std::size_t> numbers{0, 1, 0, 0, 0, 0, 2, 2, 4, 1, 1, 1, 1, 1, 1, 2, 1};
        for (std::size_t i = numbers[static_cast<std::size_t>(c.init.kind)]; i < 4; ++i)
            odd.p[i] = std::numeric_limits<double>::quiet_NaN();
        const Lengths shape = support::accepted_shapes(c.init).front();
        Tensor expected(f32_dtype, shape);
        Tensor tensor(f32_dtype, shape);
        require_ok(unitvar_init(Generator(UNITVAR_PCG32, 1), &c.init, expected.view()));
        require_ok(unitvar_init(Generator(UNITVAR_PCG32, 1), &odd, tensor.view()));
        CHECK(tensor.logical_bytes() == expected.logical_bytes());
    }
}
