// Keeps the promise of lib/core/processors.hpp: the quota of processor time that control groups of both versions set,
// at any level, is found wherever they are mounted; what is missing or malformed limits nothing.
#include "core/processors.hpp"

#include <doctest/doctest.h>

#include <sched.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

using unitvar::core::processor_quota;

namespace {

namespace fs = std::filesystem;

// A directory that stands for the root of the file system.
class Root {
public:
    Root()
    {
        std::string name = (fs::temp_directory_path() / "unitvar-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Root() { fs::remove_all(path_); }
    Root(const Root &) = delete;
    Root &operator=(const Root &) = delete;

    Root &file(const std::string &name, const std::string &text)
    {
        fs::create_directories((path_ + name).substr(0, (path_ + name).rfind('/')));
        std::ofstream(path_ + name) << text;
        return *this;
    }
    Root &mounts(const std::string &text) { return file("/proc/self/mountinfo", text); }
    Root &groups(const std::string &text) { return file("/proc/self/cgroup", text); }
    [[nodiscard]] std::optional<std::int32_t> quota() const { return processor_quota(path_); }

private:
    std::string path_;
};

const std::string other_mounts = "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
                                 "27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw\n";
const std::string unified = other_mounts + "41 31 0:38 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";
const std::string version1 = other_mounts +
                             "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                             "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n";

} // namespace

TEST_CASE("version 2: quota over period, rounded up")
{
    Root root;
    root.mounts(unified).groups("0::/user.slice/job\n");
    const std::string file = "/sys/fs/cgroup/user.slice/job/cpu.max";
    CHECK(root.file(file, "200000 100000\n").quota() == 2);
    CHECK(root.file(file, "200001 100000\n").quota() == 3);
    CHECK(root.file(file, "150000 100000\n").quota() == 2);
    CHECK(root.file(file, "1000 100000\n").quota() == 1);
    CHECK(root.file(file, "400000 50000\n").quota() == 8);
    CHECK(root.file(file, "max 100000\n").quota() == std::nullopt);
}

TEST_CASE("version 2: the least quota on the way to the root counts")
{
    Root root;
    root.mounts(unified).groups("0::/a/b/c\n");
    CHECK(root.quota() == std::nullopt);
    CHECK(root.file("/sys/fs/cgroup/a/cpu.max", "300000 100000\n").quota() == 3);
    CHECK(root.file("/sys/fs/cgroup/a/b/c/cpu.max", "500000 100000\n").quota() == 3);
    CHECK(root.file("/sys/fs/cgroup/a/b/cpu.max", "200000 100000\n").quota() == 2);
    CHECK(root.file("/sys/fs/cgroup/cpu.max", "100000 100000\n").quota() == 1); // of a container's own root
    CHECK(root.file("/sys/fs/cgroup/d/cpu.max", "1 100000\n").quota() == 1);
}

TEST_CASE("version 1: cfs_quota_us over cfs_period_us, rounded up, the least on the way to the root")
{
    Root root;
    root.mounts(version1).groups("5:memory:/m\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/\n0::/\n");
    const std::string group = "/sys/fs/cgroup/cpu,cpuacct/docker/abc/";
    root.file(group + "cpu.cfs_period_us", "100000\n");
    CHECK(root.quota() == std::nullopt);
    CHECK(root.file(group + "cpu.cfs_quota_us", "-1\n").quota() == std::nullopt);
    CHECK(root.file(group + "cpu.cfs_quota_us", "250000\n").quota() == 3);
    root.file("/sys/fs/cgroup/cpu,cpuacct/docker/cpu.cfs_period_us", "100000\n");
    CHECK(root.file("/sys/fs/cgroup/cpu,cpuacct/docker/cpu.cfs_quota_us", "150000\n").quota() == 2);
}

TEST_CASE("both versions at once: the least counts")
{
    Root root;
    root.mounts(version1 + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n").groups("4:cpu:/a\n0::/b\n");
    root.file("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "400000")
        .file("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000");
    CHECK(root.quota() == 4);
    CHECK(root.file("/sys/fs/cgroup/unified/b/cpu.max", "300000 100000\n").quota() == 3);
}

TEST_CASE("a mount of a part of the hierarchy shows this process's group below it, or is it itself")
{
    Root root;
    root.mounts("41 31 0:38 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n");
    root.file("/sys/fs/cgroup/cpu.max", "200000 100000\n").file("/sys/fs/cgroup/x/cpu.max", "100000 100000\n");
    CHECK(root.groups("0::/docker/abc\n").quota() == 2);
    CHECK(root.groups("0::/docker/abc/x\n").quota() == 1);
    CHECK(root.groups("0::/docker/abcd/x\n").quota() == 2);
    CHECK(root.groups("0::/elsewhere/x\n").quota() == 2);
    CHECK(root.groups("0::/../x\n").quota() == 2);
    CHECK(root.groups("0::/\n").quota() == 2);
}

TEST_CASE("a mount point with a space is found")
{
    Root root;
    root.mounts("41 31 0:38 / /sys/fs/control\\040groups rw - cgroup2 cgroup2 rw\n").groups("0::/\n");
    CHECK(root.file("/sys/fs/control groups/cpu.max", "700000 100000\n").quota() == 7);
}

TEST_CASE("what is missing or malformed limits nothing")
{
    Root root;
    CHECK(root.quota() == std::nullopt);
    root.mounts(unified);
    CHECK(root.quota() == std::nullopt);
    const std::string file = "/sys/fs/cgroup/a/cpu.max";
    root.file(file, "200000 100000\n");
    for (const std::string groups : {"", "\n", "0", "0:", "::", "7:cpu:/a\n", "garbage\n"})
        CHECK(root.groups(groups).quota() == std::nullopt);
    root.groups("0::/a\n");
    for (const std::string text : {"", "\n", " ", "max", "200000", "200000 ", " 100000", "x y", "-1 100000", "0 100000",
                                   "200000 0", "200000 -5", "99999999999999999999 100000"})
        CHECK(root.file(file, text).quota() == std::nullopt);
    root.file(file, "200000 100000\n");
    for (const std::string mounts :
         {"", "\n\n", "41 31 0:38 / /sys/fs/cgroup rw\n", "- cgroup2\n", "a b c d e f - cgroup2\n",
          "41 31 0:38 / /sys/fs/cgroup rw - cgroup cgroup rw,cpuset,cpuacct\n"})
        CHECK(root.mounts(mounts).quota() == std::nullopt);
    CHECK(root.mounts(unified).quota() == 2);
}

TEST_CASE("as many processors are usable as the process has, also when the thread that asks is pinned to one")
{
    cpu_set_t all;
    REQUIRE(sched_getaffinity(0, sizeof all, &all) == 0);
    CHECK(unitvar::core::Affinity::of_process().count() == CPU_COUNT(&all));
    const std::int32_t usable = unitvar::core::usable_processors();
    CHECK(usable >= 1);
    CHECK(usable <= CPU_COUNT(&all));
    std::thread([&] {
        int only = 0;
        while (!CPU_ISSET(only, &all))
            ++only;
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(only, &one);
        CHECK(sched_setaffinity(0, sizeof one, &one) == 0);
        CHECK(unitvar::core::Affinity::of_this_thread().count() == 1);
        CHECK(unitvar::core::usable_processors() == usable);
    }).join();
}
