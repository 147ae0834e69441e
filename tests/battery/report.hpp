// What the battery's programs have in common: their command line, and a line for each sample with the least probability
// of its trials. Below 1e-9 is an alarm: less than one false one in a million runs of all some thousand trials. Samples
// that are broken on purpose must give one.
#ifndef UNITVAR_TESTS_BATTERY_REPORT_HPP
#define UNITVAR_TESTS_BATTERY_REPORT_HPP

#include "trials.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace battery {

struct Engine {
    const char *name;
    std::int32_t id;
};
// The counted ones, and PyTorch's.
[[nodiscard]] std::span<const Engine> counted_engines();
[[nodiscard]] std::span<const Engine> all_engines();

struct CommandLine {
    std::vector<Engine> engines;
    std::size_t size;      // of each sample
    std::string_view only; // one sample, or all where it is empty
    bool verbose = false;
};

// How a program names its options.
struct Options {
    const char *usage;
    std::string_view size; // "--words"; its value is digits, or thousands, millions, billions: 300k, 20M, 1G
    std::size_t least_size;
    std::string_view only; // "--draw", or empty where the program has none
};

// Reads the options over defaults. Ends the program after --help, and with the usage and status 2 where it does not know one.
[[nodiscard]] CommandLine command_line(int argc, char **argv, const Options &options, CommandLine defaults);

class Report {
public:
    explicit Report(bool verbose) : verbose_(verbose) {}

    void add(const std::string &name, std::span<const Verdict> verdicts, bool broken = false);
    // Of samples that are not broken.
    [[nodiscard]] std::size_t samples() const noexcept { return samples_; }
    // The line that ends a run, and the status of the program.
    [[nodiscard]] int end(const std::string &size) const;

private:
    bool verbose_;
    std::size_t samples_ = 0;
    std::size_t trials_ = 0;
    std::size_t alarms_ = 0;
    Verdict least_{"", 1};
};

} // namespace battery

#endif
