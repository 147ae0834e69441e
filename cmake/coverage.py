#!/usr/bin/env python3
"""How many lines of the library its tests run, by folder, as gcovr counts them.

  coverage.py TREE [--least PERCENT] [--lines]

TREE is a build with UNITVAR_COVERAGE whose tests have run. A line counts once, whatever the number of tables and templates
that have it. --lines also shows those that nothing ran. Fails where lib or capi is below the least, 95 unless given.
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]


def counted(tree):
    """Of each file of lib and capi its lines that are code, and whether they ran."""
    command = ["gcovr", "--root", str(ROOT), "--filter", "lib/", "--filter", "capi/", "--json", "-",
               "--gcov-ignore-parse-errors",  # counts that threads brought below 0
               "-j", os.environ.get("JOBS", str(os.cpu_count())), str(tree)]
    output = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    return {file["file"]: {line["line_number"]: line["count"] != 0 for line in file["lines"]
                           if not line.get("gcovr/noncode")}
            for file in json.loads(output)["files"]}


def percent(ran, lines):
    return 100 * ran / lines if lines else 100


def ranges(numbers):
    """2, 3, 4, 7 as "2-4 7"."""
    parts = []
    for number in numbers:
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=pathlib.Path)
    parser.add_argument("--least", type=float, default=95, metavar="PERCENT")
    parser.add_argument("--lines", action="store_true", help="the lines that nothing ran")
    options = parser.parse_args()
    files = counted(options.tree.resolve())
    if not files:
        parser.error(f"{options.tree} has no counts: are its tests run?")
    totals = collections.defaultdict(lambda: [0, 0])
    for name, lines in files.items():
        for folder in {name.split("/")[0], os.path.dirname(name)}:
            totals[folder][0] += sum(lines.values())
            totals[folder][1] += len(lines)
        missed = [number for number, ran in sorted(lines.items()) if not ran]
        if options.lines and missed:
            print(f"{name}: {ranges(missed)}")
    for folder in sorted(totals):
        ran, lines = totals[folder]
        print(f"{folder:20} {ran:6} of {lines:6} lines {percent(ran, lines):6.1f} %")
    tops = ("lib", "capi")
    print("evidence: lines that the tests run: " +
          ", ".join(f"{top} {totals[top][0]} of {totals[top][1]}, {percent(*totals[top]):.1f} %" for top in tops))
    failed = sum(percent(*totals[top]) < options.least for top in tops)
    print(f"{len(tops) - failed} passed, {failed} failed")
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
