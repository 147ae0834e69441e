#!/bin/sh
# identity.sh [--list] [CASE ...]: the golden sums of draws, of norms and of every function, the latter in every rounding
# mode, on processors that this machine is not, and by compilers and optimisation levels other than the package's: each in a
# tree of its own in build/identity. Without CASE all whose compiler is installed; others are named as missing. From the root
# of the sources. Prints a line "evidence: ..." for each table of each case; fails where a bit differs; ends with status 77
# where there was no compiler at all.
set -eu

jobs=${JOBS:-$(nproc)}
work=build/identity
. cmake/isas.sh

# One row each: what it is called, its compiler, and options for cmake.
cases() {
    for triplet in aarch64-linux-gnu riscv64-linux-gnu s390x-linux-gnu powerpc64le-linux-gnu arm-linux-gnueabihf \
        i686-linux-gnu; do
        echo "$triplet $triplet-g++ -DCMAKE_TOOLCHAIN_FILE=cmake/toolchains/$triplet.cmake"
    done
    while read -r name compilers options; do
        echo "$name ${compilers#*/} -DUNITVAR_ISAS=$(runnable_isas) -DCMAKE_C_COMPILER=${compilers%/*}" \
            "-DCMAKE_CXX_COMPILER=${compilers#*/} $options"
    done <<'TABLE'
gcc-O1 gcc/g++ -DCMAKE_CXX_FLAGS_RELEASE=-O1
gcc-O2 gcc/g++ -DCMAKE_CXX_FLAGS_RELEASE=-O2
gcc-14 gcc-14/g++-14
clang clang/clang++
clang-O1 clang/clang++ -DCMAKE_CXX_FLAGS_RELEASE=-O1
clang-19 clang-19/clang++-19
TABLE
}

# one NAME COMPILER OPTION ...
one() {
    name=$1 compiler=$2 tree=$work/$1
    shift 2
    # Warnings of compilers that are not the package's are their own.
    if ! { cmake -S . -B "$tree" -DCMAKE_BUILD_TYPE=Release -DUNITVAR_TESTS=ON -DUNITVAR_WERROR=OFF "$@" &&
        cmake --build "$tree" -j "$jobs" --target golden_dump api_functions unitvar_norm_types; } >"$tree.log" 2>&1; then
        tail -n 20 "$tree.log"
        echo "evidence: $name: NOT BUILT"
        return 1
    fi
    status=0
    for isa in $(ctest --test-dir "$tree" -N | sed -n 's/.*: \([a-z0-9]*\)\.golden$/\1/p'); do
        log=$tree.$isa
        ctest --test-dir "$tree" -j "$jobs" -V -R "^$isa\.(golden|floating_point_environments)\$" >"$log" 2>&1 || status=1
        if grep -q '(Skipped)$' "$log"; then
            echo "identity: SKIPPED $name, $isa: not on this machine" >&2
            continue
        fi
        norms='as expected'
        UNITVAR_ISA=$isa cmake --build "$tree" --target norm_sums >>"$log" 2>&1 || { norms=DIFFERENT status=1; }
        grep -E 'check_golden: .*(expected|failed|differs)|: FAIL |CHECK\(' "$log" | grep -v 'as expected' | head -n 20 || true
        draws=$(sed -n 's/.*check_golden: \([0-9]* entries as expected\)/\1/p' "$log" | tail -n 1)
        environments=$(grep -cE ': [0-9]+ functions, 0 failures' "$log" || true)
        functions=$(sed -n 's/.*: \([0-9]* functions\), 0 failures .*/\1/p' "$log" | tail -n 1)
        echo "evidence: $name, $isa, $($compiler --version | head -n 1): draws: ${draws:-DIFFERENT};" \
            "${functions:-functions: DIFFERENT} in $environments floating-point environments; norms: $norms"
    done
    return "$status"
}

failed=0
ran=0
wanted=
for argument; do
    case $argument in
    --list)
        cases | cut -d ' ' -f 1
        exit 0
        ;;
    --help | -h)
        sed -n '2,6s/^# //p' "$0"
        cases | cut -d ' ' -f 1
        exit 0
        ;;
    *)
        cases | cut -d ' ' -f 1 | grep -qxF "$argument" || {
            echo "identity: no case \"$argument\"; --list shows them" >&2
            exit 2
        }
        wanted="$wanted $argument "
        ;;
    esac
done
mkdir -p "$work"
while read -r name compiler options; do
    case $wanted in '' | *" $name "*) ;; *) continue ;; esac
    if ! command -v "$compiler" >/dev/null; then
        echo "identity: SKIPPED $name: $compiler is not installed" >&2
        continue
    fi
    ran=1
    # shellcheck disable=SC2086
    one "$name" "$compiler" $options </dev/null || failed=1
done <<TABLE
$(cases)
TABLE
[ "$ran" -eq 1 ] || exit 77
exit "$failed"
