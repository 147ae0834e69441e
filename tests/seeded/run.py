#!/usr/bin/env python3
"""Tests of the tests: one-line bugs, each put into a copy of the library, and the test that must fail of it.

  run.py [--list] [--check] [--only NAME ...] [--every N] [--tree DIRECTORY]

bugs.toml lists them. Without options all are seeded, one after the other: what a bug's tests need is built again, and the
tests run, until one fails, crashes or hangs. Prints "caught NAME by TEST" or "MISSED NAME", and ends with
"N passed, N failed". A bug that does not compile is none, and fails. --check looks only whether each text that a bug
replaces is in its file, once. The copy and its builds are kept in DIRECTORY, build/seeded unless given.
"""
import argparse
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIST = ROOT / "tests/seeded/bugs.toml"
# What a test that hangs is given: so many times what it took without the bug, and so many seconds.
PATIENCE, GRACE = 10, 60
# The programs that tests run, by their names; the first pattern that matches.
TARGETS = (
    (r"core\.", "unitvar_core_tests"),
    (r".*kernels$", "unitvar_checkkernels"),
    (r".*\.golden$", "golden_dump"),
    (r"allocation_failures$", "unitvar_allocation_failures"),
    (r"accuracy$", "unitvar_accuracy"),
    (r"torch\.libm$", "unitvar_torch_libm"),
    (r"", "unitvar_tests"),
)


class Failure(Exception):
    pass


def bugs():
    with open(LIST, "rb") as file:
        return tomllib.load(file)["bug"]


def check(known):
    """What is wrong with the list."""
    wrong = []
    names = [bug["name"] for bug in known]
    wrong += [f"{name} is there twice" for name in sorted(set(names)) if names.count(name) > 1]
    for bug in known:
        path = ROOT / bug["file"]
        found = path.read_text(encoding="utf-8").count(bug["old"]) if path.is_file() else 0
        if found != 1:
            wrong.append(f"{bug['name']}: what it replaces is {found} times in {bug['file']}, expected once")
        if bug["new"] == bug["old"] or "\n" in bug["old"] + bug["new"] or not bug["tests"]:
            wrong.append(f"{bug['name']} is no bug of one line with tests")
    return wrong


class Copy:
    """The sources, of which only files that differ are written, so that builds of earlier runs serve."""

    def __init__(self, directory):
        self.directory = directory / "source"
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
        self.files = {name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()}
        for path in list(self.directory.rglob("*")):
            if path.is_file() and str(path.relative_to(self.directory)) not in self.files:
                path.unlink()
        for name in self.files:
            self.restore(name)

    def restore(self, name):
        original, copy = (ROOT / name).read_bytes(), self.directory / name
        if not copy.is_file() or copy.read_bytes() != original:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(original)
            shutil.copymode(ROOT / name, copy)

    def seed(self, bug):
        text = (ROOT / bug["file"]).read_text(encoding="utf-8")
        (self.directory / bug["file"]).write_text(text.replace(bug["old"], bug["new"]), encoding="utf-8")


class Tree:
    """A build with the portable table and, where bugs are in another one's, that one."""

    def __init__(self, copy, directory, isa):
        self.directory, self.seconds = directory / isa, {}
        generator = ["-G", "Ninja"] if shutil.which("ninja") else []
        launcher = shutil.which("ccache")
        # -O1: half the time that the library takes to compile otherwise. An instruction set of no name is none.
        self.run(["cmake", "-S", str(copy.directory), "-B", str(self.directory), *generator,
                  "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS_RELEASE=-O1", "-DUNITVAR_TESTS=ON",
                  "-DUNITVAR_BENCH=OFF", "-DUNITVAR_DEMO=OFF", f"-DUNITVAR_ISAS={isa}",
                  *([f"-DCMAKE_CXX_COMPILER_LAUNCHER={launcher}"] if launcher else [])])

    @staticmethod
    def run(command):
        process = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        if process.returncode != 0:
            raise Failure("\n".join(process.stdout.splitlines()[-20:]))
        return process.stdout

    def build(self, tests):
        targets = sorted({next(target for pattern, target in TARGETS if re.match(pattern, test)) for test in tests})
        self.run(["cmake", "--build", str(self.directory), "-j", os.environ.get("JOBS", str(os.cpu_count())),
                  "--target", *targets])

    def outcome(self, test):
        """passed, skipped, failed or hung. Throws Failure where there is no such test."""
        seconds = GRACE + PATIENCE * self.seconds.get(test, 60)
        began = time.monotonic()
        command = ["ctest", "--test-dir", str(self.directory), "-R", f"^{re.escape(test)}$"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                              start_new_session=True) as process:
            try:
                output = process.communicate(timeout=seconds)[0]
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return "hung"
        self.seconds.setdefault(test, time.monotonic() - began)
        line = re.search(r"^ *1/1 Test +#\d+: .*$", output, re.MULTILINE)
        if line is None:
            raise Failure(f"there is no test {test}")
        return "passed" if " Passed " in line[0] else "skipped" if "***Skipped" in line[0] else "failed"


def catch(bug, copy, tree):
    """Who catches it."""
    copy.seed(bug)
    try:
        tree.build(bug["tests"])
        for test in bug["tests"]:
            if tree.outcome(test) in ("failed", "hung"):
                return test
        return None
    finally:
        copy.restore(bug["file"])


def run(chosen, directory):
    began = time.monotonic()
    copy = Copy(directory)
    trees, passed, failed, missed = {}, 0, 0, []
    skipped = set()
    for isa in sorted({bug.get("isa", "portable") for bug in chosen}):
        tests = sorted({test for bug in chosen if bug.get("isa", "portable") == isa for test in bug["tests"]})
        trees[isa] = Tree(copy, directory, isa)
        trees[isa].build(tests)
        for test in tests:
            outcome = trees[isa].outcome(test)
            if outcome == "skipped":
                skipped.add((isa, test))
            elif outcome != "passed":
                raise Failure(f"{test} has {outcome} without any bug")
        print(f"{isa}: {len(tests)} tests pass without a bug, after {time.monotonic() - began:.0f} s", flush=True)
    for bug in chosen:
        start = time.monotonic()
        isa = bug.get("isa", "portable")
        if all((isa, test) in skipped for test in bug["tests"]):
            print(f"SKIPPED {bug['name']}: this machine does not have what its tests need", flush=True)
            continue
        try:
            test = catch(bug, copy, trees[isa])
        except Failure as failure:
            print(f"INVALID {bug['name']}: {failure}", flush=True)
            failed += 1
            continue
        if test is None:
            missed.append(bug["name"])
        verdict = f"caught {bug['name']} by {test}" if test else f"MISSED {bug['name']}"
        print(f"{verdict}, {time.monotonic() - start:.0f} s", flush=True)
        passed, failed = passed + (test is not None), failed + (test is None)
    print(f"evidence: {passed + failed} seeded bugs, {passed} caught" +
          (f", missed: {', '.join(missed)}" if missed else "") + f"; {(time.monotonic() - began) / 60:.0f} minutes")
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="the bugs and their tests")
    parser.add_argument("--check", action="store_true", help="only whether the list fits the sources")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these bugs alone")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="each Nth bug of the list alone, for a sample")
    parser.add_argument("--tree", type=pathlib.Path, default=ROOT / "build/seeded", metavar="DIRECTORY")
    options = parser.parse_args()
    chosen = bugs()
    if options.list:
        for bug in chosen:
            print(f"{bug['name']:40} {bug['file']}: {', '.join(bug['tests'])}")
        return 0
    wrong = check(chosen)
    for line in wrong:
        print(line, file=sys.stderr)
    if options.check or wrong:
        print(f"{len(chosen) - len(wrong)} passed, {len(wrong)} failed")
        return 0 if not wrong else 1
    if options.only:
        unknown = set(options.only) - {bug["name"] for bug in chosen}
        if unknown:
            parser.error(f"no bug {', '.join(sorted(unknown))}; --list shows them")
        chosen = [bug for bug in chosen if bug["name"] in options.only]
    if options.every < 1:
        parser.error(f"--every is {options.every}; expected at least 1")
    chosen = chosen[::options.every]
    try:
        return run(chosen, options.tree.resolve())
    except Failure as failure:
        print(f"seeded: {failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
