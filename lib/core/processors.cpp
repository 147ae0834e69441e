// Affinity by sched_getaffinity of every thread in /proc/self/task; quotas as cgroups(7) and the kernel's
// Documentation/admin-guide/cgroup-v2.rst describe them, the mounts by proc_pid_mountinfo(5).
#include "core/processors.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <memory>
#include <new>
#include <string_view>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <dirent.h>
#include <sched.h>
#endif

#include "core/not_cancelled.hpp"

namespace unitvar::core {
namespace {

struct Close {
    void operator()(std::FILE *file) const noexcept { static_cast<void>(std::fclose(file)); }
#if defined(__linux__)
    void operator()(DIR *directory) const noexcept
    {
        static_cast<void>(closedir(directory));
    }
#endif
};

// The whole file, or nothing where it cannot be read.
std::optional<std::string> contents(const std::string &path)
{
    const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "re"));
    if (file == nullptr) {
        return std::nullopt;
    }
    std::string text;
    char part[1024];
    for (std::size_t n = 0; (n = std::fread(part, 1, sizeof(part), file.get())) != 0;) {
        text.append(part, n);
    }
    return text;
}

// The parts between separators; a last empty one is left out.
std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

bool contains(const std::vector<std::string_view> &parts, std::string_view part)
{
    return std::ranges::find(parts, part) != parts.end();
}

std::optional<std::int64_t> number(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end != text.data() ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> number_in(const std::string &path)
{
    const std::optional<std::string> text = contents(path);
    return text ? number(*text) : std::nullopt;
}

// mountinfo writes space, tab, newline and backslash as \ and three octal digits.
std::string unescaped(std::string_view text)
{
    const auto octal = [](char c) { return c >= '0' && c <= '7'; };
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size() && octal(text[i + 1]) && octal(text[i + 2]) && octal(text[i + 3])) {
            result += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
            i += 3;
        } else {
            result += text[i];
        }
    }
    return result;
}

// A hierarchy of control groups as it is mounted.
struct Hierarchy {
    bool unified;      // version 2
    std::string root;  // the group that the mount point shows
    std::string mount; // where
};

// Those that can limit processor time.
std::vector<Hierarchy> hierarchies(std::string_view mountinfo)
{
    std::vector<Hierarchy> result;
    for (const std::string_view line : split(mountinfo, '\n')) {
        // id, parent, device, root, mount point, options, optional fields, "-", type, source, options of the type
        const std::vector<std::string_view> fields = split(line, ' ');
        const auto dash = std::ranges::find(fields, "-");
        if (fields.end() - dash < 4 || dash - fields.begin() < 6) {
            continue;
        }
        const bool unified = dash[1] == "cgroup2";
        if (unified || (dash[1] == "cgroup" && contains(split(dash[3], ','), "cpu"))) {
            result.push_back({unified, unescaped(fields[3]), unescaped(fields[4])});
        }
    }
    return result;
}

// The path of this process's group in the hierarchy, of lines such as "4:cpu,cpuacct:/path" and "0::/path".
std::optional<std::string_view> group_path(std::string_view cgroup, bool unified)
{
    for (const std::string_view line : split(cgroup, '\n')) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (first == std::string_view::npos || second == std::string_view::npos) {
            continue;
        }
        const std::string_view controllers = line.substr(first + 1, second - first - 1);
        if (unified ? controllers.empty() : contains(split(controllers, ','), "cpu")) {
            return line.substr(second + 1);
        }
    }
    return std::nullopt;
}

// The group's path below the mount point, "" for the group that is mounted itself. A group outside of the mount, as
// control group namespaces show it, is taken to be the mounted one: its limits are the nearest that can be seen.
std::string below_mount(std::string_view path, std::string_view root)
{
    if (root == "/") {
        root = "";
    }
    if (!path.starts_with(root)) {
        return "";
    }
    path.remove_prefix(root.size());
    if (!path.starts_with('/') || path.starts_with("/..")) {
        return "";
    }
    return std::string(path == "/" ? "" : path);
}

// Of one group: quota over period, rounded up.
std::optional<std::int64_t> group_quota(const std::string &directory, bool unified)
{
    std::optional<std::int64_t> quota;
    std::optional<std::int64_t> period;
    if (unified) {
        const std::string text = contents(directory + "/cpu.max").value_or(""); // "max 100000", "150000 100000"
        const std::vector<std::string_view> parts = split(text, ' ');
        if (parts.size() == 2) {
            quota = number(parts[0]);
            period = number(parts[1]);
        }
    } else {
        quota = number_in(directory + "/cpu.cfs_quota_us"); // -1: none
        period = number_in(directory + "/cpu.cfs_period_us");
    }
    if (!quota || !period || *quota <= 0 || *period <= 0) {
        return std::nullopt;
    }
    return (*quota - 1) / *period + 1;
}

} // namespace

std::optional<std::int32_t> processor_quota(const std::string &root)
{
    const std::optional<std::string> mountinfo = contents(root + "/proc/self/mountinfo");
    const std::optional<std::string> cgroup = contents(root + "/proc/self/cgroup");
    if (!mountinfo || !cgroup) {
        return std::nullopt;
    }
    std::optional<std::int64_t> least;
    for (const Hierarchy &hierarchy : hierarchies(*mountinfo)) {
        const std::optional<std::string_view> path = group_path(*cgroup, hierarchy.unified);
        if (!path) {
            continue;
        }
        for (std::string group = below_mount(*path, hierarchy.root);; group.resize(group.rfind('/'))) {
            const auto quota = group_quota(root + hierarchy.mount + group, hierarchy.unified);
            if (quota && (!least || *quota < *least)) {
                least = quota;
            }
            if (group.empty()) {
                break;
            }
        }
    }
    if (!least) {
        return std::nullopt;
    }
    return static_cast<std::int32_t>(std::min<std::int64_t>(*least, INT32_MAX));
}

#if defined(__linux__)

void Affinity::add(std::int32_t thread) noexcept
{
    Affinity one;
    if (sched_getaffinity(thread, sizeof(one.words_), reinterpret_cast<cpu_set_t *>(one.words_)) == 0) {
        std::ranges::transform(words_, one.words_, words_, std::bit_or<>());
    }
}

Affinity Affinity::of_this_thread() noexcept
{
    Affinity result;
    result.add(0);
    return result;
}

Affinity Affinity::of_process() noexcept
{
    const NotCancelled scope;
    Affinity result;
    const std::unique_ptr<DIR, Close> threads(opendir("/proc/self/task"));
    if (threads == nullptr) {
        return of_this_thread();
    }
    while (const dirent *entry = readdir(threads.get())) {
        if (const auto thread = number(entry->d_name)) {
            result.add(static_cast<std::int32_t>(*thread));
        }
    }
    return result;
}

void Affinity::apply() const noexcept
{
    sched_setaffinity(0, sizeof(words_), reinterpret_cast<const cpu_set_t *>(words_));
}

#else

void Affinity::add(std::int32_t /*thread*/) noexcept {}

Affinity Affinity::of_this_thread() noexcept
{
    return {};
}

Affinity Affinity::of_process() noexcept
{
    return {};
}

void Affinity::apply() const noexcept {}

#endif

int Affinity::count() const noexcept
{
    int result = 0;
    for (const unsigned long word : words_) {
        result += std::popcount(word);
    }
    return result;
}

std::int32_t usable_processors() noexcept
{
    const NotCancelled scope;
    auto count = static_cast<std::int32_t>(Affinity::of_process().count());
    if (count == 0) {
        count = static_cast<std::int32_t>(std::min(std::thread::hardware_concurrency(), unsigned{INT16_MAX}));
    }
    try {
        count = std::min(count, processor_quota("").value_or(count));
    } catch (const std::bad_alloc &) {
        // Without memory to look: no limit.
    }
    return std::max(count, 1);
}

} // namespace unitvar::core
