// Keeps section 3 of unitvar.h: versions, names of constants in both directions, the choice of the instruction set,
// the number of threads, the explanation of the latest failure per thread, and the two environment variables.
#include "support/capi.hpp"
#include "support/environment.hpp"
#include "support/tables.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <thread>
#include <vector>

using support::check_fails;
using support::require_ok;

namespace {

using FromName = std::int32_t (*)(const char *, std::int32_t *);

struct Name {
    std::string text;
    std::int32_t value;
};
using Names = std::vector<Name>;

const Names status_names{
    {"UNITVAR_OK", 0},
    {"UNITVAR_INVALID_ARGUMENT", 10},
    {"UNITVAR_UNSUPPORTED", 20},
    {"UNITVAR_OUT_OF_MEMORY", 30},
    {"UNITVAR_CORRUPT_STATE", 40},
    {"UNITVAR_STREAM_EXHAUSTED", 50},
    {"UNITVAR_INTERNAL", 90},
};

struct LookUp {
    std::string function;
    FromName from_name;
    Names names;
};

const std::vector<LookUp> &look_ups()
{
    static const std::vector<LookUp> list{
        {"engine_from_name",
         unitvar_engine_from_name,
         {{"pcg32", 1}, {"philox4x32", 2}, {"torch_mt19937", 3}, {"ars4x32", 4}}},
        {"nonlinearity_from_name",
         unitvar_nonlinearity_from_name,
         {{"linear", 0},
          {"conv1d", 0},
          {"conv2d", 0},
          {"conv3d", 0},
          {"conv_transpose1d", 0},
          {"conv_transpose2d", 0},
          {"conv_transpose3d", 0},
          {"sigmoid", 1},
          {"tanh", 2},
          {"relu", 3},
          {"leaky_relu", 4},
          {"selu", 5},
          {"gelu", 6},
          {"silu", 7},
          {"elu", 8},
          {"softplus", 9},
          {"mish", 10},
          {"gain", 11}}},
        {"fan_mode_from_name",
         unitvar_fan_mode_from_name,
         {{"fan_in", 0}, {"fan_out", 1}, {"fan_avg", 2}, {"fan_geo_avg", 3}}},
        {"status_from_name", unitvar_status_from_name, status_names},
    };
    return list;
}

} // namespace

TEST_CASE("the version number and the version string are the same version")
{
    unsigned major = 0;
    unsigned minor = 0;
    unsigned patch = 0;
    char rest = '\0';
    REQUIRE(std::sscanf(unitvar_version_string(), "%u.%u.%u%c", &major, &minor, &patch, &rest) == 3);
    CHECK(unitvar_version() == major * 10000 + minor * 100 + patch);
    CHECK(minor < 100);
    CHECK(patch < 100);
    CHECK(unitvar_stream_version() >= 1);
}

TEST_CASE("every status has its name and every other number is an unknown status")
{
    for (const Name &name : status_names)
        CHECK(unitvar_status_name(name.value) == name.text);
    for (const std::int32_t other :
         {1, 9, 11, 51, 89, 91, -1, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()})
        CHECK(unitvar_status_name(other) == std::string("unknown status"));
}

TEST_CASE("every name gives its constant")
{
    for (const LookUp &look_up : look_ups())
        for (const Name &name : look_up.names) {
            CAPTURE(look_up.function);
            CAPTURE(name.text);
            std::int32_t out = -77;
            require_ok(look_up.from_name(name.text.c_str(), &out));
            CHECK(out == name.value);
        }
}

TEST_CASE("a name that is not exact is an error that names it and leaves the output alone")
{
    for (const LookUp &look_up : look_ups()) {
        CAPTURE(look_up.function);
        const std::string good = look_up.names.back().text;
        std::string other_case = good;
        other_case[0] = static_cast<char>(other_case[0] ^ 0x20);
        for (const std::string &bad : {std::string("no_such_name"), other_case, good + " ", " " + good,
                                       good.substr(0, good.size() - 1), good + good}) {
            CAPTURE(bad);
            std::int32_t out = -77;
            check_fails(look_up.from_name(bad.c_str(), &out), UNITVAR_INVALID_ARGUMENT, {"name", bad});
            CHECK(out == -77);
        }
        std::int32_t out = -77;
        check_fails(look_up.from_name("", &out), UNITVAR_INVALID_ARGUMENT, {"name"});
        check_fails(look_up.from_name(nullptr, &out), UNITVAR_INVALID_ARGUMENT, {"name", "NULL"});
        CHECK(out == -77);
        check_fails(look_up.from_name(good.c_str(), nullptr), UNITVAR_INVALID_ARGUMENT, {"out", "NULL"});
    }
}

TEST_CASE("an instruction set that is forced is the one in use")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        CHECK(unitvar_isa() == isa);
    }
}

TEST_CASE("auto and NULL choose the same instruction set, one that this machine has")
{
    const support::ForcedIsa forced("scalar");
    require_ok(unitvar_set_isa("auto"));
    const std::string best = unitvar_isa();
    CHECK((best == "scalar" || best == "avx2" || best == "avx512" || best == "neon"));
    require_ok(unitvar_set_isa("scalar"));
    CHECK(unitvar_isa() == std::string("scalar"));
    require_ok(unitvar_set_isa(nullptr));
    CHECK(unitvar_isa() == best);
    require_ok(unitvar_set_isa(best.c_str()));
}

TEST_CASE("an instruction set that is unknown or absent is an error and changes nothing")
{
    for (const std::string &isa : support::isas()) {
        const support::ForcedIsa forced(isa);
        for (const std::string unknown : {"sse9", "SCALAR", "avx512 ", "avx", "none"}) {
            check_fails(unitvar_set_isa(unknown.c_str()), UNITVAR_INVALID_ARGUMENT, {"name", unknown});
            CHECK(unitvar_isa() == isa);
        }
        check_fails(unitvar_set_isa(""), UNITVAR_INVALID_ARGUMENT, {"name"});
        CHECK(unitvar_isa() == isa);
#if defined(__aarch64__)
        const std::string foreign = "avx2";
#else
        const std::string foreign = "neon";
#endif
        check_fails(unitvar_set_isa(foreign.c_str()), UNITVAR_UNSUPPORTED, {"name", foreign});
        CHECK(unitvar_isa() == isa);
    }
}

TEST_CASE("the number of threads is the one that was set, and 0 is at least one")
{
    const support::ForcedThreads before(0);
    CHECK(unitvar_num_threads() >= 1);
    CHECK(unitvar_num_threads() <= 1024);
    for (const std::int32_t n : {1, 2, 7, 1024}) {
        require_ok(unitvar_set_num_threads(n));
        CHECK(unitvar_num_threads() == n);
    }
}

TEST_CASE("a number of threads out of range is an error and changes nothing")
{
    const support::ForcedThreads five(5);
    for (const std::int32_t n :
         {-1, 1025, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()}) {
        check_fails(unitvar_set_num_threads(n), UNITVAR_INVALID_ARGUMENT, {"n", std::to_string(n)});
        CHECK(unitvar_num_threads() == 5);
    }
}

TEST_CASE("a thread without a failure has an empty message, and each thread keeps its own")
{
    check_fails(unitvar_set_isa("mine"), UNITVAR_INVALID_ARGUMENT, {"mine"});
    std::string before;
    std::string first;
    std::string second;
    std::thread([&] {
        before = unitvar_last_error();
        unitvar_set_isa("theirs");
        first = unitvar_last_error();
    }).join();
    std::thread([&] {
        unitvar_set_num_threads(4711);
        second = unitvar_last_error();
    }).join();
    CHECK(before == "");
    CHECK(support::mentions(first, "theirs"));
    CHECK(support::mentions(second, "4711"));
    CHECK(support::mentions(unitvar_last_error(), "mine"));
}

TEST_CASE("a success does not clear the message of the latest failure")
{
    check_fails(unitvar_set_num_threads(-5), UNITVAR_INVALID_ARGUMENT, {"-5"});
    std::int32_t out = 0;
    require_ok(unitvar_engine_from_name("pcg32", &out));
    CHECK(support::mentions(unitvar_last_error(), "-5"));
    check_fails(unitvar_engine_from_name("other", &out), UNITVAR_INVALID_ARGUMENT, {"other"});
    CHECK_FALSE(support::mentions(unitvar_last_error(), "-5"));
}

TEST_CASE("a usable environment variable is obeyed")
{
    for (const support::EnvironmentProbe &probe : support::environment_probes()) {
        const bool is_scalar = probe.value == "scalar";
        if (!is_scalar && probe.value != "3" && probe.value != "1024")
            continue;
        CAPTURE(probe.variable);
        CAPTURE(probe.value);
        REQUIRE(probe.report.finished);
        CHECK(probe.report.sampler_status == UNITVAR_OK);
        CHECK(probe.report.initializer_status == UNITVAR_OK);
        CHECK(probe.report.moments_status == UNITVAR_OK);
        CHECK_FALSE(probe.report.outputs_untouched);
        CHECK(probe.report.isa_afterwards == std::string(probe.report.isa));
        if (is_scalar)
            CHECK(probe.report.isa == std::string("scalar"));
        else
            CHECK(std::to_string(probe.report.num_threads) == probe.value);
    }
}

TEST_CASE("an unusable environment variable is an error of every computation, never a crash")
{
    const std::vector<std::string> &available = support::isas();
    for (const support::EnvironmentProbe &probe : support::environment_probes()) {
        const bool usable = probe.value == "3" || probe.value == "1024" || probe.value == "scalar" ||
                            std::find(available.begin(), available.end(), probe.value) != available.end();
        // With UNITVAR_ISA set for this run, which other instruction sets exist is not known here.
        const bool unknown = (probe.value == "avx2" || probe.value == "neon") && support::default_isa() != "auto";
        if (usable || unknown)
            continue;
        CAPTURE(probe.variable);
        CAPTURE(probe.value);
        CAPTURE(probe.report.message);
        REQUIRE(probe.report.finished);
        for (const std::int32_t status :
             {probe.report.sampler_status, probe.report.initializer_status, probe.report.moments_status})
            CHECK((status == UNITVAR_INVALID_ARGUMENT || status == UNITVAR_UNSUPPORTED));
        CHECK(probe.report.outputs_untouched);
        CHECK(probe.report.position == 0);
        CHECK(support::mentions(probe.report.message, probe.variable));
        CHECK(support::mentions(probe.report.message, probe.value));
        if (probe.variable == "UNITVAR_ISA")
            CHECK(probe.report.isa == std::string("none"));
        CHECK(probe.report.num_threads >= 1);
    }
}
