// What the library does under other values of UNITVAR_ISA and UNITVAR_NUM_THREADS. It reads both once, at first
// use, so each value needs a fresh process: main() forks the probes before anything else has called the library,
// and the tests look at the reports.
#ifndef UNITVAR_TESTS_SUPPORT_ENVIRONMENT_HPP
#define UNITVAR_TESTS_SUPPORT_ENVIRONMENT_HPP

#include <cstdint>
#include <string>
#include <vector>

namespace support {

struct EnvironmentReport {
    bool finished; // false: the process died or could not be started
    char isa[32];
    char isa_afterwards[32]; // after UNITVAR_ISA became unusable, unless it was
    std::int32_t num_threads;
    std::int32_t sampler_status;
    std::int32_t initializer_status;
    std::int32_t moments_status;
    bool outputs_untouched;
    std::uint64_t position;
    char message[512];
};

struct EnvironmentProbe {
    std::string variable;
    std::string value;
    EnvironmentReport report;
};

void run_environment_probes();
const std::vector<EnvironmentProbe> &environment_probes();

} // namespace support

#endif
