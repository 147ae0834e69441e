// The probes that support/environment.hpp describes: one child process per value of an environment variable, which
// sends what it saw through a pipe. The parent's own use of the library starts only afterwards.
#include "support/environment.hpp"

#include <unitvar.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace support {
namespace {

std::vector<EnvironmentProbe> probes{
    {"UNITVAR_ISA", "scalar", {}},       {"UNITVAR_ISA", "sse9", {}},       {"UNITVAR_ISA", "neon", {}},
    {"UNITVAR_ISA", "avx2", {}},         {"UNITVAR_NUM_THREADS", "3", {}},  {"UNITVAR_NUM_THREADS", "1024", {}},
    {"UNITVAR_NUM_THREADS", "1025", {}}, {"UNITVAR_NUM_THREADS", "-1", {}}, {"UNITVAR_NUM_THREADS", "many", {}},
    {"UNITVAR_NUM_THREADS", "4x", {}},
};

EnvironmentReport observe()
{
    EnvironmentReport report{};
    std::snprintf(report.isa, sizeof report.isa, "%s", unitvar_isa());
    report.num_threads = unitvar_num_threads();
    // What was reported is the choice: nothing that the environment says from now on changes it.
    if (std::strcmp(report.isa, "none") != 0)
        setenv("UNITVAR_ISA", "sse9", 1);
    std::snprintf(report.isa_afterwards, sizeof report.isa_afterwards, "%s", unitvar_isa());

    unitvar_generator *generator = nullptr;
    if (unitvar_generator_create(UNITVAR_PCG32, 42, 0, &generator) != UNITVAR_OK)
        return report;
    float sampled = -7.0f;
    float initialized = -7.0f;
    unitvar_moments moments{0.0, 0.0, 0.0};
    unitvar_tensor tensor{};
    tensor.data = &initialized;
    tensor.device = {1, 0};
    tensor.dtype = {2, 32, 1};
    report.sampler_status = unitvar_uniform_f32(generator, &sampled, 1, 0.0, 1.0);
    report.initializer_status = unitvar_init_uniform(generator, &tensor, 0.0, 1.0);
    const float datum = 1.0f;
    report.moments_status = unitvar_moments_update_f32(&moments, &datum, 1);
    std::snprintf(report.message, sizeof report.message, "%s", unitvar_last_error());
    report.outputs_untouched = sampled == -7.0f && initialized == -7.0f && moments.count == 0.0;
    report.finished = unitvar_generator_tell(generator, &report.position) == UNITVAR_OK;
    unitvar_generator_destroy(generator);
    return report;
}

[[noreturn]] void run_child(const EnvironmentProbe &probe, int output)
{
    unsetenv("UNITVAR_ISA");
    unsetenv("UNITVAR_NUM_THREADS");
    setenv(probe.variable.c_str(), probe.value.c_str(), 1);
    const EnvironmentReport report = observe();
    const bool sent = write(output, &report, sizeof report) == static_cast<ssize_t>(sizeof report);
    _exit(sent ? 0 : 1);
}

EnvironmentReport run(const EnvironmentProbe &probe)
{
    EnvironmentReport report{};
    int ends[2];
    if (pipe(ends) != 0)
        return report;
    const pid_t child = fork();
    if (child == 0)
        run_child(probe, ends[1]);
    close(ends[1]);
    EnvironmentReport received{};
    if (child > 0) {
        const bool complete = read(ends[0], &received, sizeof received) == static_cast<ssize_t>(sizeof received);
        int state = 0;
        const bool exited = waitpid(child, &state, 0) == child && WIFEXITED(state) && WEXITSTATUS(state) == 0;
        if (complete && exited)
            report = received;
    }
    close(ends[0]);
    return report;
}

} // namespace

void run_environment_probes()
{
    for (EnvironmentProbe &probe : probes)
        probe.report = run(probe);
}

const std::vector<EnvironmentProbe> &environment_probes()
{
    return probes;
}

} // namespace support
