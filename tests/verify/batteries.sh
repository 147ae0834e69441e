#!/bin/sh
# batteries.sh practrand|dieharder|testu01 ENGINE [SIZE]: other people's batteries over the words of an engine. SIZE is
# PractRand's (1GB unless given), or TestU01's battery (SmallCrush unless given); of dieharder "all" takes every test, else
# the first four. From the root of the sources; STREAM_WORDS is the program. TestU01 is found by CPATH and LIBRARY_PATH.
# Fails where the battery says FAIL, or TestU01 finds a p-value beyond 1e-10; what it calls unusual or weak, or TestU01
# lists beyond 1e-3, is shown, since some of many are. Ends with status 77 where the battery is not installed.
set -eu

battery=$1 engine=$2 size=${3:-}
words="${STREAM_WORDS:-build/g++/tests/unitvar_stream_words} --engine $engine"
# installed COMMAND ...: succeeds where its battery is there.
installed() {
    "$@" >/dev/null 2>&1 || {
        echo "batteries: SKIPPED $battery: not installed" >&2
        exit 77
    }
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
case $battery in
practrand)
    installed command -v RNG_test
    $words | RNG_test stdin32 -tlmin 256MB -tlmax "${size:-1GB}" | tee "$log"
    ;;
dieharder)
    installed command -v dieharder
    # 200: raw words of the standard input.
    if [ "$size" = all ]; then
        $words | dieharder -g 200 -a | tee "$log"
    else
        for test in 0 1 2 3; do $words | dieharder -g 200 -d "$test" | tee -a "$log"; done
    fi
    ;;
testu01)
    installed "${CC:-cc}" -E -include unif01.h -x c /dev/null
    program=$(mktemp)
    trap 'rm -f "$log" "$program"' EXIT
    ${CC:-cc} -O2 -w -o "$program" tests/verify/testu01.c -ltestu01 -lprobdist -lmylib -lm
    $words | "$program" "${size:-SmallCrush}" | tee "$log"
    ;;
*) echo "batteries: no battery \"$battery\", practrand, dieharder or testu01" >&2 && exit 2 ;;
esac
case $battery in
practrand)
    # Of its last length.
    evidence=$(awk '/^length= / { said = "" } { said = said " " $0 } END { print said }' "$log" |
        sed 's/  *Test Name.*Evaluation//' | tr -s ' ')
    ;;
dieharder) evidence=$(sed -n 's/.*\(PASSED\|WEAK\|FAILED\).*/\1/p' "$log" | sort | uniq -c | tr -s ' \n' ' ') ;;
testu01)
    # Its last summary; lines with eps or eps1 are p-values within 1e-300 or 1e-15 of 0 or 1.
    summary=$(sed -n '/Summary results/,$p' "$log")
    evidence=$(echo "$summary" | sed -n 's/^ *\(Number of statistics: *[0-9]*\)/\1/p; s/^ *\(All tests were passed\).*/\1/p;
        s/^ *\([0-9][0-9]*  *[A-Z].*\)$/\1/p' | tr -s ' \n' ' ')
    ! echo "$summary" | grep -qE '(eps|[0-9]e-[1-9][0-9]|1 *- *[0-9.]*e-[1-9][0-9])' || evidence="FAIL: $evidence"
    echo "$evidence" >>"$log"
    ;;
esac
echo "evidence: $battery of $engine: $evidence"
[ -n "$evidence" ] && ! grep -q FAIL "$log"
