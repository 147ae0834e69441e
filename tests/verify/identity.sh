#!/bin/sh
# identity.sh [CASE ...]: the golden sums of every function's bits, on processors that this machine is not, under qemu-user,
# and by compilers and optimisation levels other than the package's. Without CASE all whose compiler is installed; others
# are named as missing. --large adds the long entries, which are long runs of what others begin. From the root of the
# sources; trees are kept in build/identity. Prints a line "evidence: ..." for each case; fails where a bit differs.
set -eu

jobs=${JOBS:-$(nproc)}
work=build/identity
skip='-large$'
mkdir -p "$work"

# One row each: what it is called, its compiler, what runs its programs, and options for cmake. x86-64 runs those of i386,
# whose fma is a function: qemu would take hours.
cases() {
    cat <<'TABLE'
aarch64 aarch64-linux-gnu-g++ qemu-aarch64;-L;/usr/aarch64-linux-gnu -DCMAKE_TOOLCHAIN_FILE=cmake/toolchains/aarch64-linux-gnu.cmake
riscv64 riscv64-linux-gnu-g++ qemu-riscv64;-L;/usr/riscv64-linux-gnu -DCMAKE_TOOLCHAIN_FILE=cmake/toolchains/riscv64-linux-gnu.cmake
s390x s390x-linux-gnu-g++ qemu-s390x;-L;/usr/s390x-linux-gnu -DCMAKE_TOOLCHAIN_FILE=cmake/toolchains/s390x-linux-gnu.cmake
ppc64le powerpc64le-linux-gnu-g++ qemu-ppc64le;-L;/usr/powerpc64le-linux-gnu -DCMAKE_TOOLCHAIN_FILE=cmake/toolchains/powerpc64le-linux-gnu.cmake
armhf arm-linux-gnueabihf-g++ qemu-arm;-L;/usr/arm-linux-gnueabihf -DCMAKE_TOOLCHAIN_FILE=cmake/toolchains/arm-linux-gnueabihf.cmake
i386 i686-linux-gnu-g++ /usr/i686-linux-gnu/lib/ld-linux.so.2;--library-path;/usr/i686-linux-gnu/lib -DCMAKE_TOOLCHAIN_FILE=cmake/toolchains/i686-linux-gnu.cmake
gcc-O1 g++ none -DCMAKE_CXX_FLAGS_RELEASE=-O1
gcc-O2 g++ none -DCMAKE_CXX_FLAGS_RELEASE=-O2
gcc-O3 g++ none -DCMAKE_CXX_FLAGS_RELEASE=-O3
gcc-14 g++-14 none -DCMAKE_C_COMPILER=gcc-14 -DCMAKE_CXX_COMPILER=g++-14
clang clang++ none -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++
clang-O1 clang++ none -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_CXX_FLAGS_RELEASE=-O1
clang-19 clang++-19 none -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19
TABLE
}

# one NAME COMPILER EMULATOR OPTION ...
one() {
    name=$1 compiler=$2 emulator=$3
    shift 3
    tree=$work/$name
    [ "$emulator" != none ] || emulator=
    # By compilers that are not the package's some warnings are their own.
    if ! { cmake -S . -B "$tree" -DCMAKE_BUILD_TYPE=Release -DUNITVAR_TESTS=ON -DUNITVAR_WERROR=OFF "$@" &&
        cmake --build "$tree" -j "$jobs" --target golden_dump; } >"$tree.log" 2>&1; then
        tail -n 20 "$tree.log"
        echo "evidence: $name: NOT BUILT"
        return 1
    fi
    isas=
    [ -n "$emulator" ] || isas="avx512 avx2 scalar"
    for isa in ${isas:-auto}; do
        if ! UNITVAR_ISA=$isa cmake "-DDUMP=$tree/tests/golden_dump" "-DEMULATOR=$emulator" \
            -DSUMS=tests/golden/stream-v2.sha256 "-DWORK=$tree/golden-$isa" "-DSKIP=$skip" \
            -P tests/golden/check_golden.cmake >"$tree.golden" 2>&1; then
            tail -n 20 "$tree.golden"
            echo "evidence: $name, $isa: DIFFERS"
            return 1
        fi
        case $(cat "$tree.golden") in *SKIPPED*) continue ;; esac
        echo "evidence: $name ($("$compiler" -dumpfullversion 2>/dev/null || "$compiler" -dumpversion)), $isa:" \
            "$(sed -n 's/.*check_golden: //p' "$tree.golden")"
    done
}

mkdir -p "$work"
failed=0
wanted=
for argument; do
    case $argument in
    --large) skip='' ;;
    --help | -h)
        sed -n '2,5s/^# //p' "$0"
        cases | cut -d ' ' -f 1
        exit 0
        ;;
    *) wanted="$wanted $argument " ;;
    esac
done
cases >"$work/cases"
while read -r name compiler emulator options; do
    case $wanted in '' | *" $name "*) ;; *) continue ;; esac
    if ! command -v "$compiler" >/dev/null; then
        echo "identity: SKIPPED $name: $compiler is not installed" >&2
        continue
    fi
    # shellcheck disable=SC2086
    one "$name" "$compiler" "$emulator" $options </dev/null || failed=1
done <"$work/cases"
exit "$failed"
