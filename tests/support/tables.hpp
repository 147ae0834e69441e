// The instruction sets that can be forced on this machine, and guards that force one, or a number of threads, for
// the length of a scope. With UNITVAR_ISA in the environment only that instruction set and scalar are tested, so
// that a run under an emulator or a test label stays with what it names.
#ifndef UNITVAR_TESTS_SUPPORT_TABLES_HPP
#define UNITVAR_TESTS_SUPPORT_TABLES_HPP

#include "capi.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace support {

// What the process starts with: the name in UNITVAR_ISA, or the best.
inline std::string default_isa()
{
    const char *const value = std::getenv("UNITVAR_ISA");
    return value == nullptr || *value == '\0' ? "auto" : value;
}

class ForcedIsa {
public:
    explicit ForcedIsa(const std::string &name) { require_ok(unitvar_set_isa(name.c_str())); }
    ForcedIsa(const ForcedIsa &) = delete;
    ForcedIsa &operator=(const ForcedIsa &) = delete;
    ~ForcedIsa() { unitvar_set_isa(default_isa().c_str()); }
};

inline std::vector<std::string> find_isas()
{
    const std::string environment = default_isa();
    std::vector<std::string> found{"scalar"};
    for (const std::string name : {"avx2", "avx512", "neon"}) {
        if (environment != "auto" && environment != name)
            continue;
        if (unitvar_set_isa(name.c_str()) == UNITVAR_OK)
            found.push_back(name);
    }
    unitvar_set_isa(environment.c_str());
    return found;
}

// "scalar" first: it is the reference of the others.
inline const std::vector<std::string> &isas()
{
    static const std::vector<std::string> list = find_isas();
    return list;
}

class ForcedThreads {
public:
    explicit ForcedThreads(std::int32_t n) : before_(unitvar_num_threads()) { require_ok(unitvar_set_num_threads(n)); }
    ForcedThreads(const ForcedThreads &) = delete;
    ForcedThreads &operator=(const ForcedThreads &) = delete;
    ~ForcedThreads() { unitvar_set_num_threads(before_); }

private:
    std::int32_t before_;
};

} // namespace support

#endif
