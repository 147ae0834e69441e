#!/bin/sh
# run.sh PROGRAM CORPUS RUNS [OPTION ...]: a fuzz target over its corpus and then inputs of the fuzzer's own, RUNS in all.
# What it finds is kept in memory alone: the corpus stays, and nothing is written but, of a fault, the input that repeats it,
# in the working directory, after the fuzzer's report. Prints how far it is whenever the number of executions has doubled.
set -eu
program=$1
corpus=$2
runs=$3
shift 3
target=$(basename "$program")
target=${target#unitvar_fuzz_}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
find "$corpus" -type f | sort >"$work/files"
files=$(wc -l <"$work/files")
paste -s -d , "$work/files" >"$work/seeds"
{
    "$program" -seed_inputs="@$work/seeds" -runs="$runs" -timeout=60 -rss_limit_mb=4096 -max_len=512 -entropic=0 \
        -print_funcs=0 -print_final_stats=1 -artifact_prefix="fault-$target-" "$@" 2>&1 || touch "$work/failed"
} | tee "$work/log" | sed -u -n "s|^#\([0-9]*\)[[:space:]]*pulse .*exec/s: \([0-9]*\) .*|$target: \1 executions, \2 a second|p"
if [ -e "$work/failed" ]; then
    grep -v '^#[0-9]' "$work/log" # all but its progress
    exit 1
fi
executed=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log")
echo "evidence: $target: ${executed:?} executions, $files in the corpus, no fault"
