#!/bin/sh
# check_sealed.sh NM OBJDUMP OBJECT TABLE: one instruction set's object shows the linker its table and nothing else, has
# no static initialiser, no section group to merge with others' and no symbol that dlclose could not remove.
set -u
nm=$1
objdump=$2
object=$3
table=$4
failures=0
fail() {
    echo "FAIL $object: $1"
    failures=$((failures + 1))
}

globals=$("$nm" --defined-only --extern-only "$object" | awk 'NF { print $NF }')
[ "$globals" = "$table" ] || fail "its global symbols are '$globals'; expected $table alone"
weak=$("$nm" --defined-only "$object" | awk '$2 ~ /^[WwVvu]$/ { print $NF }')
[ -z "$weak" ] || fail "weak or unique symbols: $weak"
sections=$("$objdump" -h "$object")
case $sections in *.init_array* | *.ctors*) fail "it has static initialisers" ;; esac
case $("$objdump" -h -j .group "$object" 2>/dev/null) in *.group*) fail "it has section groups" ;; esac
undefined=$("$nm" --undefined-only "$object" | awk '{ print $NF }' |
    grep -vxE 'memcpy|memset|memmove|fma|fmaf|_GLOBAL_OFFSET_TABLE_|__gxx_personality_v0|__stack_chk_fail')
[ -z "$undefined" ] || fail "it needs more than memory functions and fma: $undefined"
[ "$failures" -eq 0 ] && echo "ok $object"
exit "$failures"
