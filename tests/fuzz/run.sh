#!/bin/sh
# run.sh PROGRAM CORPUS RUNS [OPTION ...]: a fuzz target over its corpus and then inputs of the fuzzer's own, RUNS in all.
# What is new goes to a folder of this run: the corpus stays. Prints what was executed; a fault prints the fuzzer's report
# and leaves the input that repeats it in the working directory.
set -eu
program=$1
corpus=$2
runs=$3
shift 3
target=$(basename "$program")
target=${target#unitvar_fuzz_}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/new"
files=$(find "$corpus" -type f | wc -l)
if ! "$program" -runs="$runs" -timeout=60 -rss_limit_mb=4096 -max_len=1024 -print_final_stats=1 \
    -artifact_prefix="fault-$target-" "$@" "$work/new" "$corpus" >"$work/log" 2>&1; then
    cat "$work/log"
    exit 1
fi
executed=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log")
echo "evidence: $target: ${executed:?} executions, $files in the corpus, no fault"
