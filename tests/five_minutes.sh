#!/bin/sh
# five_minutes.sh WORK [--install]: a new user's first program in C, Rust, Go and Python, by the pages alone.
#
# Of the section "Five minutes" of each language's README, in a new directory, in order: code goes into the file that the
# text before it names ("Write `main.go`"), blocks of sh are run, and what they print is compared with the block behind.
# --install runs the blocks that install the library too, as root; without, PKG_CONFIG_PATH and LD_LIBRARY_PATH find it.
# A language whose compiler is absent is SKIPPED; 77 where all are.
set -eu
UNITVAR=$(cd "$(dirname "$0")/.." && pwd)
export UNITVAR
mkdir -p "$1"
work=$(cd "$1" && pwd)
install=${2:-}
done=0
failed=0

# The section as a script: files by here documents, commands as they stand, the expected output into the file "expected".
script_of() {
    awk -v install="$install" '
        /^## / { inside = $0 == "## Five minutes" }
        !inside { next }
        /^```/ && !block {
            block = 1
            language = substr($0, 4)
            text = ""
            next
        }
        /^```/ {
            block = 0
            if (language == "sh" && text ~ /apt-get/) { if (install != "") printf "( cd \"$UNITVAR\"\n%s) >&2\n", text }
            else if (language == "sh") printf "%s", text
            else if (language == "") printf "cat >expected <<\"END OF BLOCK\"\n%sEND OF BLOCK\n", text
            else if (file == "") print "echo \"no file is named for the " language " program\" >&2; exit 1"
            else printf "cat >%s <<\"END OF BLOCK\"\n%sEND OF BLOCK\n", file, text
            next
        }
        block { text = text $0 "\n"; next }
        match($0, /[Ww]rite `[^`]+`/) { file = substr($0, RSTART + 7, RLENGTH - 8) }
    ' "$1"
}

# program NAME TOOL README
program() {
    command -v "$2" >/dev/null || { echo "SKIPPED $1: $2 is not installed"; return 0; }
    if [ "$1" = Python ] && ! python3 -c 'import numpy' 2>/dev/null; then
        echo "SKIPPED $1: python3 has no NumPy"
        return 0
    fi
    rm -rf "${work:?}/$1"
    mkdir -p "$work/$1"
    script_of "$UNITVAR/$3" >"$work/$1.sh"
    if (cd "$work/$1" && sh -eu "$work/$1.sh" >printed 2>log) && [ -s "$work/$1/expected" ] &&
        (cd "$work/$1" && tail -n "$(wc -l <expected)" printed | cmp - expected); then
        echo "ok $1: $(cat "$work/$1/expected")"
        done=$((done + 1))
    else
        echo "FAIL $1, by $3:"
        cat "$work/$1.sh" "$work/$1/printed" "$work/$1/log"
        failed=$((failed + 1))
    fi
}

GOFLAGS=${GOFLAGS:-}
GOPROXY=off
GOTOOLCHAIN=local
GOCACHE=${GOCACHE:-$work/go-cache}
GOPATH=${GOPATH:-$work/go-path}
CARGO_HOME=${CARGO_HOME:-$work/cargo-home}
PYTHONDONTWRITEBYTECODE=1
export GOFLAGS GOPROXY GOTOOLCHAIN GOCACHE GOPATH CARGO_HOME PYTHONDONTWRITEBYTECODE
program C cc capi/README.md
program Rust cargo capi/rust/README.md
program Go go capi/go/README.md
program Python python3 capi/python/README.md
[ "$failed" -eq 0 ] || exit 1
[ "$done" -gt 0 ] || exit 77
