#!/bin/sh
# abi.sh ACTION BASELINE [SHARED]: the binary interface that unitvar.h declares, against its stored baseline.
#
#   check     fails where a function or a type of the baseline was removed or changed, and where SHARED, the library, does
#             not export exactly what the header declares; lists what was added
#   detects   check notices every sort of change
#   refresh   writes the interface to BASELINE (`dev.sh abi`, which says when that is allowed)
#
# libabigail compares debug information. It is taken from a library of functions that do nothing, one for each that the
# header declares: C types alone, and the compiler holds capi/*.cpp to the same declarations. HEADER names unitvar.h,
# CC and NM the tools.
set -eu
action=$1
baseline=$2
for tool in abidw abidiff; do
    command -v "$tool" >/dev/null || { echo "SKIPPED: $tool (abigail-tools) is not installed"; exit 77; }
done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# dump HEADER: its interface as libabigail writes it.
dump() {
    {
        echo '#include "unitvar.h"'
        "$CC" -E -P "$1" | tr '\n' ' ' | sed 's/;/;\n/g' |
            sed -n 's/^.*visibility("default"))) *\(.*unitvar_[a-z0-9_]*(.*)\) *;$/\1 { for (;;) {} }/p'
    } >"$scratch/unitvar.c"
    "$CC" -g -O0 -w -shared -fPIC -fdebug-prefix-map="$scratch"=. -I"$(dirname "$1")" -o "$scratch/libunitvar.so" \
        "$scratch/unitvar.c"
    abidw --no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed "$scratch/libunitvar.so" |
        sed "s| path='[^']*'||"
}
# broken OLD NEW: whether something in OLD was removed or changed.
broken() {
    ! abidiff --no-added-syms "$1" "$2" >"$scratch/report"
}
names() {
    sed -n "s/.*<elf-symbol name='\(unitvar_[a-z0-9_]*\)'.*/\1/p" "$1" | sort
}

case $action in
refresh)
    dump "$HEADER" >"$scratch/fresh"
    mkdir -p "$(dirname "$baseline")"
    mv "$scratch/fresh" "$baseline"
    echo "$(names "$baseline" | wc -l) functions are in $baseline"
    ;;
check)
    [ -f "$baseline" ] || { echo "SKIPPED: there is no baseline $baseline for this processor"; exit 77; }
    dump "$HEADER" >"$scratch/fresh"
    names "$scratch/fresh" >"$scratch/declared"
    "$NM" -D --defined-only "$3" | awk '$2 == "T" { sub(/@.*/, "", $3); print $3 }' | sort >"$scratch/exported"
    diff "$scratch/declared" "$scratch/exported" || { echo "FAIL the header declares <, the library exports >"; exit 1; }
    abidiff "$baseline" "$scratch/fresh" || true
    if broken "$baseline" "$scratch/fresh"; then
        echo "FAIL what the baseline has was removed or changed: programs that are linked today would not run"
        exit 1
    fi
    echo "ok all $(names "$baseline" | wc -l) functions of the baseline and their types are as they were"
    ;;
detects)
    dump "$HEADER" >"$scratch/now"
    ! broken "$scratch/now" "$scratch/now" || { echo "FAIL the interface differs from itself"; exit 1; }
    mkdir "$scratch/changed"
    # changed TITLE STATUS SED: a header with this edit breaks the ABI (STATUS broken) or does not (kept).
    changed() {
        sed "$3" "$HEADER" >"$scratch/changed/unitvar.h"
        ! cmp -s "$HEADER" "$scratch/changed/unitvar.h" || { echo "FAIL the edit for $1 changes nothing"; exit 1; }
        dump "$scratch/changed/unitvar.h" >"$scratch/after"
        if broken "$scratch/now" "$scratch/after"; then status=broken; else status=kept; fi
        [ "$status" = "$2" ] || { cat "$scratch/report"; echo "FAIL $1: the ABI is $status"; exit 1; }
        echo "ok $1: $2"
    }
    changed "a function is removed" broken '/unitvar_bits_u64(/d'
    changed "a function is added" kept '/unitvar_bits_u64(/s/.*/&\nUNITVAR_API int32_t unitvar_bits_u65(int32_t x);/'
    changed "a parameter has another type" broken 's/unitvar_calculate_gain(int32_t/unitvar_calculate_gain(int64_t/'
    changed "a result has another type" broken 's/^UNITVAR_API uint32_t unitvar_version(/UNITVAR_API uint64_t unitvar_version(/'
    changed "a member has another type" broken 's/int32_t fan_mode;/uint32_t fan_mode;/'
    changed "a struct has a member more" broken 's/double p\[4\];/double p[5];/'
    changed "two members change places" broken \
        '/all three zero/,/} unitvar_moments/{s/    double mean;/    double m2, x;/; s/    double m2; /    double mean;/}'
    changed "a comment changes" kept '1s/.*/\/* changed/'
    ;;
esac
