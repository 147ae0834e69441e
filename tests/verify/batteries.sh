#!/bin/sh
# batteries.sh practrand|dieharder ENGINE [SIZE]: other people's batteries over the words of an engine. SIZE is PractRand's
# (1GB unless given); of dieharder "all" takes every test, else the first four. From the root of the sources; STREAM_WORDS is
# the program. Fails where the battery says FAIL; what it calls unusual or weak is shown, since some of many are.
set -eu

battery=$1 engine=$2 size=${3:-}
words="${STREAM_WORDS:-build/g++/tests/unitvar_stream_words} --engine $engine"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
case $battery in
practrand) $words | RNG_test stdin32 -tlmin 256MB -tlmax "${size:-1GB}" | tee "$log" ;;
dieharder)
    # 200: raw words of the standard input.
    if [ "$size" = all ]; then
        $words | dieharder -g 200 -a | tee "$log"
    else
        for test in 0 1 2 3; do $words | dieharder -g 200 -d "$test" | tee -a "$log"; done
    fi
    ;;
*) echo "batteries: no battery \"$battery\", practrand or dieharder" >&2 && exit 2 ;;
esac
case $battery in
practrand) evidence=$(grep -E 'length= |anomalies|unusual|suspicious|FAIL' "$log" | tail -n 2 | tr -s ' \n' ' ') ;;
dieharder) evidence=$(sed -n 's/.*\(PASSED\|WEAK\|FAILED\).*/\1/p' "$log" | sort | uniq -c | tr -s ' \n' ' ') ;;
esac
echo "evidence: $battery of $engine: $evidence"
[ -n "$evidence" ] && ! grep -q FAIL "$log"
