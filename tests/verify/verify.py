#!/usr/bin/env python3
"""The project's promises as evidence: runs every part below and says what it printed.

  verify.py [PART ...] [--hours] [--hours-of PART,...] [--jobs N] [--write] [--list]

Each part is a command from the root of the sources. Its lines that begin with "evidence: ", else all of at most 20, else the
last one, go into build/verify/evidence.md, and with --write into tests/EVIDENCE.md between the markers. --hours takes the
sizes that the targets name, which needs days, and --hours-of takes them for some parts of a run; without either a part takes
minutes, and all of them some hours. A part that ends with status 77 is skipped: what it needs is not installed. Ends with
"N passed, N failed". Its programs are in the tree that BUILD names, build/g++ unless set.
"""
import argparse
import concurrent.futures
import datetime
import os
import pathlib
import platform
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "build/verify"
PAGE = ROOT / "tests/EVIDENCE.md"
BEGIN, END = "<!-- by `sh cmake/dev.sh verify --write` -->\n", "<!-- end -->\n"
TESTS = os.environ.get("BUILD", "build/g++") + "/tests"
CASES = subprocess.run(["sh", ROOT / "tests/verify/identity.sh", "--list"], stdout=subprocess.PIPE, text=True,
                       check=True).stdout.split()
SKIPPED = 77
ENGINES = ("pcg32", "philox4x32", "ars4x32")


def program(name, hours=None, minutes=None):
    """One of the tests' programs, and its options without and with --hours."""
    command = f"{TESTS}/unitvar_{name}"
    return f"{command} {minutes}" if minutes else command, hours and f"{command} {hours}"


def battery(name, engine, hours):
    command = f"STREAM_WORDS={TESTS}/unitvar_stream_words sh tests/verify/batteries.sh {name} {engine}"
    return command, f"{command} {hours}"


# Name; what it shows; its command, None for one of --hours alone, and the same with --hours where it differs.
PARTS = [
    ("words", "Randomness of words", program("battery", "--words 64M")),
    *[(f"practrand-{engine}", f"PractRand of {engine}", battery("practrand", engine, "1TB"))
      for engine in ENGINES],
    *[(f"dieharder-{engine}", f"dieharder of {engine}", battery("dieharder", engine, "all"))
      for engine in ENGINES],
    *[(f"testu01-{engine}", f"TestU01 of {engine}", battery("testu01", engine, "BigCrush")) for engine in ENGINES],
    ("draws", "Distributions of draws", program("draw_trials", "--elements 1G", "--elements 64M")),
    ("accuracy", "Elementary functions", program("accuracy")),
    *[(f"accuracy-{name}", f"Accuracy: {name}", program(f"accuracy_{name}"))
      for name in ("erff", "quantile", "trunc_normal")],
    ("accuracy-distributions", "Accuracy: distributions", program("accuracy_distributions", "--exhaustive")),
    *[(f"identity-{case}", f"The same bits: {case}", (f"sh tests/verify/identity.sh {case}", None))
      for case in CASES],
    ("suite", "The suite", ("sh cmake/dev.sh test", None)),
    ("fuzz", "Fuzzing", ("sh cmake/dev.sh fuzz", "sh cmake/dev.sh fuzz --runs 10000000")),
    ("memory", "Memory, by valgrind", ("sh cmake/dev.sh memory", None)),
    ("faults", "Counts, signals, states cut and flipped", program("faults")),
    ("allocations", "Every allocation failing in turn", program("allocation_failures")),
    ("huge", "2^33 elements", program("huge")),
    ("seeded", "Seeded bugs", ("sh cmake/dev.sh seeded --every 3", "sh cmake/dev.sh seeded")),
    ("coverage", "Lines that the tests run", ("sh cmake/dev.sh coverage", None)),
    ("emulated", "The whole suite on emulated processors", (None, "sh cmake/dev.sh emulated")),
    ("sanitize", "AddressSanitizer and UndefinedBehaviorSanitizer", ("sh cmake/dev.sh sanitize", None)),
    ("threads", "ThreadSanitizer", ("sh cmake/dev.sh tsan", None)),
]


def run(name, command):
    """Shows the command's output as it comes, keeps it, and gives its status and its evidence."""
    log = WORK / f"{name}.log"
    lines = []
    with open(log, "w", encoding="utf-8") as kept:
        with subprocess.Popen(["sh", "-c", command], cwd=ROOT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as process:
            for line in process.stdout:
                kept.write(line)
                print(f"  {name}: {line}", end="", flush=True)
                if line.strip():
                    lines.append(line.strip())
    evidence = [line.removeprefix("evidence: ") for line in lines if line.startswith("evidence: ")]
    return process.returncode, evidence or lines[-(1 if len(lines) > 20 else 20):]


def processor():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        values = {key.strip(): value.strip() for key, value in (line.split(":", 1) for line in lines if ":" in line)}
        sets = [name for name in ("avx2", "avx512vl", "aes", "vaes") if name in values.get("flags", "").split()]
        return f"{values['model name']} with {', '.join(sets)}"
    except (OSError, KeyError):
        return platform.machine()


def section(name, title, command, status, evidence, seconds):
    verdict = "" if status == 0 else f" **Failed with status {status}.**"
    body = "".join(f"- {line}\n" for line in evidence)
    where = f"{datetime.date.today()}, {processor()}, {os.cpu_count()} processors"
    return f"### {title} ({name})\n\n`{command}`: {seconds:.0f} s ({where}).{verdict}\n\n{body}\n"


def commit():
    """Which one this is, and whether anything but the page differs from it."""
    def git(*arguments):
        return subprocess.run(["git", *arguments], cwd=ROOT, check=False, capture_output=True, text=True)

    head = git("rev-parse", "--short", "HEAD")
    if head.returncode != 0:
        return "no commit"
    changed = git("diff", "--quiet", "HEAD", "--", ".", f":!{PAGE.relative_to(ROOT)}").returncode != 0
    return f"commit {head.stdout.strip()}{', changed' if changed else ''}"


def write_page(sections):
    """Replaces what lies between the markers; sections of parts that were not run again stay."""
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN, 1)
    old, after = rest.split(END, 1)
    kept = {}
    for part in old.split("### ")[1:]:
        kept[part.split("(", 1)[1].split(")", 1)[0]] = "### " + part
    kept.update(sections)
    order = ["run", *(part[0] for part in PARTS)]
    body = "".join(kept[name] for name in order if name in kept)
    PAGE.write_text(f"{before}{BEGIN}\n{body}{END}{after}", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help="of --list; all unless given")
    parser.add_argument("--hours", action="store_true", help="the sizes of the targets")
    parser.add_argument("--hours-of", metavar="PART,...", default="", help="these sizes for some parts: the others as without")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="so many parts at a time: most use one processor")
    parser.add_argument("--write", action="store_true", help="into tests/EVIDENCE.md too")
    parser.add_argument("--list", action="store_true", help="the parts and their commands")
    options = parser.parse_args()
    hours_of = set(filter(None, options.hours_of.split(",")))
    unknown = (set(options.parts) | hours_of) - {part[0] for part in PARTS}
    if unknown:
        parser.error(f"no part {', '.join(sorted(unknown))}; --list shows them")

    def command_of(name, minutes, hours):
        return hours if hours and (options.hours or name in hours_of) else minutes

    if options.list:
        for name, title, commands in PARTS:
            print(f"{name:22} {title}: {command_of(name, *commands) or 'with --hours'}")
        return 0
    WORK.mkdir(parents=True, exist_ok=True)
    what, start = commit(), time.monotonic()
    chosen = [part for part in PARTS
              if part[0] in options.parts or not options.parts and command_of(part[0], *part[2])]
    chosen.sort(key=lambda part: part[0] not in hours_of)  # the longest first
    sections, passed, failed, skipped = {}, 0, 0, []
    writing = threading.Lock()

    def run_part(number, part):
        nonlocal passed, failed
        name, title, (minutes, hours) = part
        command = command_of(name, minutes, hours) or hours
        print(f"== {number} of {len(chosen)}, {name}: {command}", flush=True)
        began = time.monotonic()
        status, evidence = run(name, command)
        seconds = time.monotonic() - began
        verdict = "ok" if status == 0 else "SKIPPED" if status == SKIPPED else "FAILED"
        print(f"== {name}: {verdict}, {seconds:.0f} s", flush=True)
        with writing:
            if status == SKIPPED:
                skipped.append(name)
                return
            sections[name] = section(name, title, command, status, evidence, seconds)
            passed, failed = passed + (status == 0), failed + (status != 0)
            if options.write:
                write_page(sections)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for part in [pool.submit(run_part, number, part) for number, part in enumerate(chosen, 1)]:
            part.result()
    if not options.parts:
        counts = f"{what}: {passed} parts passed, {failed} failed, skipped: {', '.join(skipped) or 'none'}"
        sections["run"] = section("run", "The last run of all", "sh cmake/dev.sh verify " + " ".join(sys.argv[1:]),
                                  int(failed > 0), [counts], time.monotonic() - start)
        if options.write:
            write_page(sections)
    with open(WORK / "evidence.md", "w", encoding="utf-8") as file:
        file.writelines(sections.values())
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed else 1


if __name__ == "__main__":
    sys.exit(main())
