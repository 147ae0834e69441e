#!/bin/sh
# check_exports.sh NM OBJDUMP SHARED STATIC [own-runtime]: the shared library exports unitvar_* and nothing else, needs no
# library beyond the C and C++ runtimes (with own-runtime: beyond that of C), never prints or aborts by itself, and
# outside the sealed kernels no code of the static library touches a wide vector register.
set -u
nm=$1
objdump=$2
shared=$3
static=$4
runtimes='libm|libc|ld-linux[-a-z0-9_]*'
[ "${5:-}" = own-runtime ] || runtimes="libstdc\\+\\+|libgcc_s|$runtimes"
failures=0
fail() {
    echo "FAIL $1"
    failures=$((failures + 1))
}

foreign=$("$nm" -D --defined-only "$shared" | awk '$2 != "A" { print $NF }' | sed 's/@.*//' | grep -v '^unitvar_')
[ -z "$foreign" ] || fail "exported beyond unitvar_*: $foreign"
count=$("$nm" -D --defined-only "$shared" | grep -c ' unitvar_')
[ "$count" -gt 30 ] || fail "only $count functions are exported"
needed=$("$objdump" -p "$shared" | awk '$1 == "NEEDED" { print $2 }' |
    grep -vE "^($runtimes)\.so")
[ -z "$needed" ] || fail "needed beyond the runtimes: $needed"
# A C++ runtime of its own brings abort with it.
forbidden=
[ -n "${5:-}" ] || forbidden=$("$nm" -D --undefined-only "$shared" | awk '{ print $NF }' | sed 's/@.*//' |
    grep -xE 'abort|exit|_exit|printf|puts|fprintf|setenv|setlocale|fesetenv|fesetround')
[ -z "$forbidden" ] || fail "it can print, abort or change the process: $forbidden"

members=$(mktemp -d) || exit 2
trap 'rm -rf "$members"' EXIT
archive=$(cd "$(dirname "$static")" && pwd)/$(basename "$static")
(cd "$members" && ar x "$archive")
for member in "$members"/*.o; do
    case $(basename "$member") in kernels_*) continue ;; esac
    if "$objdump" -d --no-show-raw-insn "$member" | grep -qE '%[yz]mm[0-9]'; then
        fail "$(basename "$member") uses ymm or zmm registers"
    fi
done
[ "$failures" -eq 0 ] && echo "ok $shared: $count functions"
exit "$failures"
