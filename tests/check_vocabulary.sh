#!/bin/sh
# check_vocabulary.sh CXX LIB: a header of operations that lacks a word of lib/simd/vocabulary.hpp does not compile, and
# the compiler names the word. Takes them one at a time from a copy of the portable header.
set -u
cxx=$1
lib=$2
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failures=0

compile() {
    echo '#include "simd/native.hpp"' |
        "$cxx" -std=c++20 -fsyntax-only -x c++ - -I"$copy" -I"$lib" '-DUNITVAR_OPS_HEADER="ops_copy.hpp"' \
            -DUNITVAR_NO_FORCED_INLINING 2>&1
}

cp "$lib/simd/ops_scalar.hpp" "$copy/ops_copy.hpp"
compile || { echo "FAIL: the portable header does not compile"; exit 1; }

# The words: what vocabulary.hpp calls or names as a constant.
words=$(sed 's,//.*,,' "$lib/simd/vocabulary.hpp" |
    grep -oE '\b(\w+(<(R|[0-9]+)>)?\(|has_\w+|vector_registers)' | sed 's/[<(].*//' | sort -u |
    grep -vxE 'F|R|U|requires|sizeof|static_assert|decltype')
count=0
for word in $words; do
    sed "s/\b$word\b/without_$word/g" "$lib/simd/ops_scalar.hpp" >"$copy/ops_copy.hpp"
    # A word that the portable header may leave out is not in it.
    if cmp -s "$lib/simd/ops_scalar.hpp" "$copy/ops_copy.hpp"; then
        [ "$word" = multiply_u32 ] || { echo "FAIL: $word is not in the portable header"; failures=$((failures + 1)); }
        continue
    fi
    count=$((count + 1))
    if said=$(compile); then
        echo "FAIL: a header without $word compiles"
        failures=$((failures + 1))
    elif ! echo "$said" | grep -E '(error|note|because):? ' | sed 's/without_[a-z_0-9]*//g' | grep -q "\b$word\b"; then
        echo "FAIL: without $word the compiler does not name it: $said"
        failures=$((failures + 1))
    fi
done
[ "$count" -ge 35 ] || { echo "FAIL: only $count words were found"; failures=$((failures + 1)); }
[ "$failures" -eq 0 ] && echo "ok: $count words, each named when it is missing"
exit "$failures"
