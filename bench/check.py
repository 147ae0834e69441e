#!/usr/bin/env python3
"""Which ratios fell by more than a tenth of what they were.

usage: check.py BASELINE.json RUN.json ...          compare: exit status 1 where something fell
       check.py --store BASELINE.json RUN.json ...  write the baseline

Runs are what unitvar_peers --json printed. Of several, a baseline takes each ratio's median and a comparison its best,
so that what falls is not another program's doing. A baseline is one instruction set's on one kind of processor.
"""
import json
import pathlib
import statistics
import sys

TOLERANCE = 0.10


def read(paths, choose):
    runs = [json.loads(pathlib.Path(path).read_text()) for path in paths]
    keys = dict.fromkeys(key for run in runs for key in run["ratios"])
    ratios = {key: round(choose([run["ratios"][key] for run in runs if key in run["ratios"]]), 4) for key in keys}
    return {"isa": runs[0]["isa"], "ratios": ratios}


def main():
    arguments = sys.argv[1:]
    store = arguments[:1] == ["--store"]
    arguments = arguments[store:]
    if len(arguments) < 2 or arguments[0].startswith("-"):
        sys.exit(__doc__)
    run = read(arguments[1:], statistics.median if store else max)
    baseline_path = pathlib.Path(arguments[0])
    if store:
        baseline_path.parent.mkdir(parents=True, exist_ok=True)
        baseline_path.write_text(json.dumps(run, indent=2) + "\n")
        print(f"{len(run['ratios'])} ratios stored in {baseline_path}")
        return 0
    baseline = json.loads(baseline_path.read_text())
    fallen = 0
    compared = 0
    for key, before in baseline["ratios"].items():
        now = run["ratios"].get(key)
        if now is None:
            print(f"not measured: {key}")
            continue
        compared += 1
        if now < before * (1 - TOLERANCE):
            fallen += 1
            print(f"FELL by {1 - now / before:.0%}: {key}: {before:.2f} then, {now:.2f} now")
    print(f"{compared} ratios compared, {fallen} fell by more than {TOLERANCE:.0%}")
    return 1 if fallen else 0


sys.exit(main())
