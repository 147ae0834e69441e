#!/bin/sh
# dev.sh: everything that a developer runs, from a bare Debian 12 or Ubuntu 24.04 on.
set -eu

usage() {
    cat <<'TEXT'
usage: sh cmake/dev.sh COMMAND [ARGUMENT ...]

  demo [OPTION ...]   initialise GPT-2 small, ResNet-50 and a perceptron, on every instruction set of this machine;
                      options go to the program (--help lists them); without any it also shows the variance of
                      activations through a network
  test                build and run all tests: this machine, emulated x86-64 processors, and AArch64 under qemu
  verify [PART ...]   the project's promises as evidence: randomness, distributions, accuracy, the same bits on six other
                      processors and by other compilers, the suite also under sanitizers; --list, --hours (the sizes of
                      the targets), --hours-of PART,... (of these parts), --jobs N (parts at a time), --write (into
                      tests/EVIDENCE.md)
  emulated            the whole suite on emulated x86-64 processors, which takes a quarter of an hour
  sanitize            build with clang under AddressSanitizer and UndefinedBehaviorSanitizer, and run the tests
  tsan                build with clang under ThreadSanitizer, and run the tests that use threads
  fuzz [--runs N] [TARGET ...]
                      libFuzzer over saved states, tensors, initialisers and sequences of calls, side by side, under
                      AddressSanitizer and UndefinedBehaviorSanitizer: tests/fuzz; 20000 executions of each target
                      without --runs
  seeded [OPTION ...] puts bugs of one line into a copy of the library, one after the other, and shows which test catches
                      each; --list, --only NAME ..., --every N
  coverage [--lines]  how many lines of lib and capi the tests run, by folder; fails below 95 %
  memory              valgrind: memcheck over some files of the suite, and that draws below the size from which threads
                      share them allocate nothing
  bench               samplers against the peers that are found, interleaved in one process: MKL (MKL_RT=libmkl_rt.so.N,
                      MKLROOT), std and pcg-cpp; NumPy, PyTorch and JAX of the interpreter that PYTHON names
  peers               a virtual environment with MKL, NumPy 2 and JAX in build/peers, which bench then finds
  bench-check         ratios against the baseline of bench/baseline: names what fell by more than 10 %; --store writes it
  curves [OPTION ...] Google Benchmark of every sampler, instruction set and size; options go to the program
  stores              which way of storing draws is fastest, by size
  targets             the project's speed targets and what this machine reaches
  norm_targets        the same for norms, activations and linear, against memory and, where they are installed,
                      oneDNN (libdnnl-dev) and OpenBLAS (libopenblas-dev); --isa NAME forces an instruction set
  report [OPTION ...] everything measured, with the histograms and the errors of draws, as one page with charts:
                      build/report/index.html; --quick, --full (up to 2^30 elements), --help
  mpi [RANKS]         what it costs to start a model on ranks of this machine, by default as many as it has processors: the
                      cost model of bench/README.md, and the time of 1 to RANKS ranks
  overhead            what one small call costs from C, Rust, Go and Python
  torch [RELEASE]     compare with PyTorch live, as one test: RELEASE from pip in a virtual environment, where that gives
                      a build without CUDA, or the one of the interpreter that PYTHON names; without either 2.13.0, else
                      Debian's. Says SKIPPED where there is none. CHAINS: how many chains of random calls
  abi                 store the binary interface that unitvar.h declares, in cmake/abi; allowed when functions were added,
                      and together with a new SOVERSION or before version 1.0 when something was changed
  bindings            what Rust, Go, Python and the tests say again of unitvar.h, made from it; and Python's type stubs
  coefficients        makes the polynomials of lib/simd again by Sollya, or verifies their errors, and compares with the
                      sources (sollya); likewise the gains of core/init (mpmath)
  five-minutes        what a new user does, by the pages alone: installs the packages, and makes the first programs in C,
                      Rust, Go and Python of their READMEs (as root; tests/five_minutes.sh)
  package             the Debian packages libunitvar0 and libunitvar-dev, in build/package/packages
  format              clang-format every source in place
  tidy                clang-tidy over the library, and the tables that sanitize leaves out, by clang

Missing packages are installed with apt-get where that is allowed (as root, or by sudo without a password), else
listed. CC and CXX choose the compiler; JOBS the number of compile jobs; builds are kept in build/.
TEXT
}

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. cmake/isas.sh
jobs=${JOBS:-$(nproc)}

# need PACKAGE ...: installs what is missing, or lists it and stops.
need() {
    missing=
    for package; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -eq 0 ]; then
        as_root=
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root=sudo
    else
        echo "dev.sh: please install:$missing" >&2
        echo "  sudo apt-get install$missing" >&2
        exit 1
    fi
    echo "dev.sh: installing$missing"
    # shellcheck disable=SC2086
    { $as_root apt-get update && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends \
        $missing; } >/dev/null || { echo "dev.sh: apt-get could not install$missing" >&2; exit 1; }
}

# want PACKAGE ...: tries to install what is missing, and goes on without, loudly: the tests that need it say SKIPPED.
want() {
    ! (need "$@") || return 0
    for package; do
        (need "$package") || echo "dev.sh: SKIPPED what needs $package" >&2
    done
}

library_packages="cmake make g++ libxsimd-dev libpcg-cpp-dev"
# For the consumers' tests: the languages, the ABI's tools, DLPack's header, the packages' tools.
consumer_packages="pkg-config dpkg-dev file rustc cargo golang-go python3 python3-numpy abigail-tools libdlpack-dev"

# Of tests/verify/identity.sh.
cross_packages="g++-aarch64-linux-gnu g++-riscv64-linux-gnu g++-s390x-linux-gnu g++-powerpc64le-linux-gnu
g++-arm-linux-gnueabihf g++-i686-linux-gnu"

# configure NAME PRESET [OPTION ...]: the build tree build/NAME by a preset of CMakePresets.json.
configure() {
    name=$1
    preset=$2
    shift 2
    cmake --preset "$preset" -B "build/$name" "$@" >"build/$name.log" 2>&1 || { cat "build/$name.log"; exit 1; }
}
# took SECONDS_AT_BEGINNING WHAT: .ci/run gathers these lines.
took() { echo "== took $(($(date +%s) - $1)) s: $2"; }
# build NAME [--target TARGET ...]: all unless targets are given.
build() {
    began=$(date +%s)
    tree=$1
    shift
    cmake --build "build/$tree" -j "$jobs" "$@" >>"build/$tree.log" 2>&1 || { tail -n 40 "build/$tree.log"; exit 1; }
    took "$began" "build/$tree, compiling"
}
# best_isa: the widest of the tables that this machine runs. Instrumented builds have it and the portable one: kernels are one
# source, and what one table alone touches ISA.kernels sees by inaccessible pages.
best_isa() { runnable_isas | cut -d ';' -f 1; }

compiler=$(basename "${CXX:-g++}")
mkdir -p build

passed=0
failed=0
# run_tests TREE [OPTION ...]: runs them, the options going to ctest, and adds to passed and failed; skipped tests count as neither.
run_tests() {
    tree=$1
    shift
    echo "== tests of build/$tree"
    began=$(date +%s)
    ctest --test-dir "build/$tree" --output-on-failure -j "$jobs" "$@" 2>&1 | tee "build/$tree.tests" |
        grep --line-buffered -vE '^ +Start ' || true
    ran=$(grep -cE '^ *[0-9]+/[0-9]+ Test ' "build/$tree.tests" || true)
    skipped=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*Skipped' "build/$tree.tests" || true)
    good=$(grep -cE '^ *[0-9]+/[0-9]+ Test .* Passed ' "build/$tree.tests" || true)
    passed=$((passed + good))
    failed=$((failed + ran - skipped - good))
    took "$began" "build/$tree, its tests"
    if [ "$good" -eq 0 ]; then
        echo "dev.sh: no test of build/$tree passed" >&2
        failed=$((failed + 1))
    fi
}
summary() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
}

command=${1:-help}
[ $# -eq 0 ] || shift
case $command in
demo)
    # shellcheck disable=SC2086
    need $library_packages python3
    configure "$compiler" demo
    build "$compiler"
    UNITVAR_LIBRARY=build/$compiler/libunitvar.so
    export UNITVAR_LIBRARY
    # With options: the models alone. Without: also what initialisers make of the variance of activations.
    [ $# -eq 0 ] || exec python3 -B bench/demo.py "$@"
    python3 -B bench/demo.py
    exec "build/$compiler/bench/unitvar_variance"
    ;;
test)
    # shellcheck disable=SC2086
    need $library_packages doctest-dev librandom123-dev libmpfr-dev binutils qemu-user \
        g++-aarch64-linux-gnu libc6-dev-arm64-cross
    # shellcheck disable=SC2086
    want $consumer_packages
    # unitvar::mpi, and the sums of its benchmark.
    want openmpi-bin libopenmpi-dev libssl-dev
    configure "$compiler" test
    build "$compiler"
    run_tests "$compiler" -LE long
    configure aarch64 aarch64
    build aarch64
    run_tests aarch64
    summary
    ;;
verify)
    case " $* " in
    *" -h "* | *" --help "* | *" --list "*) exec python3 tests/verify/verify.py "$@" ;;
    esac
    # shellcheck disable=SC2086
    need $library_packages doctest-dev librandom123-dev libmpfr-dev binutils qemu-user python3
    want dieharder clang
    # shellcheck disable=SC2086
    want $cross_packages
    configure "$compiler" test
    build "$compiler"
    BUILD=build/$compiler exec python3 -B tests/verify/verify.py "$@"
    ;;
emulated)
    # shellcheck disable=SC2086
    need $library_packages doctest-dev librandom123-dev binutils qemu-user
    configure "$compiler" test
    build "$compiler"
    run_tests "$compiler" -L long
    summary
    ;;
sanitize)
    # shellcheck disable=SC2086
    need $library_packages doctest-dev librandom123-dev binutils clang libclang-rt-dev
    configure sanitize sanitize -DUNITVAR_ISAS="$(best_isa)"
    build sanitize
    # Left out is what says nothing of memory that the others do not: golden sums, headers, the vocabulary, errors of
    # formulas, and of the portable table all but its kernels; every comparison between tables runs it too.
    run_tests sanitize -E 'golden|header|vocabulary|accuracy|libm|scalar\.[^k]'
    summary
    ;;
tsan)
    # shellcheck disable=SC2086
    need $library_packages doctest-dev librandom123-dev binutils clang libclang-rt-dev
    configure tsan tsan -DUNITVAR_ISAS="$(best_isa)"
    build tsan
    # The tests fork while there are threads, which ThreadSanitizer otherwise ends.
    export TSAN_OPTIONS="die_after_fork=0 ${TSAN_OPTIONS:-}"
    run_tests tsan -R 'core|equality|floating_point|layouts|moments|orthogonal|runtime|shards|initialize_all|permutation|norm'
    summary
    ;;
fuzz)
    runs=20000
    if [ "${1:-}" = --runs ]; then
        runs=${2:?--runs takes a number}
        shift 2
    fi
    [ $# -gt 0 ] || set -- saved_state tensor initializer calls
    # shellcheck disable=SC2086
    need $library_packages doctest-dev librandom123-dev clang libclang-rt-dev
    configure fuzz fuzz -DUNITVAR_ISAS="$(best_isa)"
    # shellcheck disable=SC2046
    build fuzz --target $(printf 'unitvar_fuzz_%s ' "$@")
    began=$(date +%s)
    # Side by side. Another search each time: what it found before is in the corpus.
    searches=
    for target; do
        (cd build && exec sh "$root/tests/fuzz/run.sh" "fuzz/tests/fuzz/unitvar_fuzz_$target" \
            "$root/tests/fuzz/corpus/$target" "$runs") &
        searches="$searches $!"
    done
    for search in $searches; do
        if wait "$search"; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
        fi
    done
    took "$began" "fuzzing"
    summary
    ;;
seeded)
    case " $* " in
    *" -h "* | *" --help "* | *" --list "* | *" --check "*) exec python3 -B tests/seeded/run.py "$@" ;;
    esac
    # shellcheck disable=SC2086
    need $library_packages doctest-dev librandom123-dev binutils python3 git
    exec python3 -B tests/seeded/run.py "$@"
    ;;
coverage)
    # shellcheck disable=SC2086
    need $library_packages doctest-dev librandom123-dev binutils gcovr
    # The comparison of kernels runs the portable table too.
    isa=$(best_isa)
    configure coverage coverage -DUNITVAR_ISAS="$isa"
    build coverage --target unitvar_tests unitvar_core_tests unitvar_checkkernels unitvar_allocation_failures
    find build/coverage -name '*.gcda' -delete
    run_tests coverage -R "^(core|$isa[^ ]*)\\.|^allocation_failures\$" \
        -E 'equality|golden|sealed|torch_live|torch_norms|environments'
    summary
    exec python3 -B cmake/coverage.py build/coverage "$@"
    ;;
memory)
    # shellcheck disable=SC2086
    need $library_packages doctest-dev librandom123-dev valgrind
    # valgrind knows no AVX-512.
    configure memory library -DUNITVAR_TESTS=ON -DUNITVAR_ISAS="$(best_isa | sed 's/avx512/avx2/')"
    build memory --target unitvar_tests unitvar_repeated_fills
    for file in arguments sobol choice init_values shard_errors norm_errors mean_var; do
        if UNITVAR_TEST_QUICK=1 valgrind -q --error-exitcode=1 --leak-check=full build/memory/tests/unitvar_tests \
            --source-file="*/test_$file.cpp" >build/memory.tests 2>&1; then
            echo "evidence: memcheck: test_$file.cpp: $(sed -n 's/.*assertions: *\([0-9]*\).*/\1/p' build/memory.tests) assertions, no error"
            passed=$((passed + 1))
        else
            tail -n 40 build/memory.tests
            failed=$((failed + 1))
        fi
    done
    # allocations ROUNDS: of the whole program.
    allocations() {
        valgrind --tool=memcheck build/memory/tests/unitvar_repeated_fills "$1" 2>&1 |
            sed -n 's/.*total heap usage: \([0-9,]*\) allocs.*/\1/p' | tr -d ,
    }
    few=$(allocations 1)
    many=$(allocations 21)
    if [ -n "$few" ] && [ "$few" -eq "$many" ]; then
        echo "evidence: allocations: $few of 1 round of fills, $many of 21: a fill below the threading threshold allocates nothing"
        passed=$((passed + 1))
    else
        echo "dev.sh: 1 round of fills allocates $few times, 21 rounds $many" >&2
        failed=$((failed + 1))
    fi
    summary
    ;;
bench | bench-check | curves | stores | targets | norm_targets)
    # shellcheck disable=SC2086
    need $library_packages libbenchmark-dev python3
    configure "$compiler" bench
    build "$compiler"
    programs=build/$compiler/bench
    case $command in
    bench)
        "$programs/unitvar_peers" "$@"
        echo
        echo "MKL as on an Intel processor:"
        UNITVAR_MKL_ANY_VENDOR=1 "$programs/unitvar_peers" "$@" | grep -e MKL -e '^unitvar  ' || true
        echo
        python=${PYTHON:-build/peers/bin/python}
        [ -x "$(command -v "$python")" ] || python=python3
        exec "$python" bench/array_ratios.py "build/$compiler/libunitvar.so"
        ;;
    bench-check)
        isa=
        for run in 1 2 3; do
            UNITVAR_MKL_ANY_VENDOR=1 "$programs/unitvar_peers" --json >"build/bench-$run.json"
            isa=$(sed -n 's/.*"isa": "\(.*\)",/\1/p' "build/bench-$run.json")
        done
        exec python3 bench/check.py "$@" "bench/baseline/$isa.json" build/bench-1.json build/bench-2.json build/bench-3.json
        ;;
    curves) exec "$programs/unitvar_bench" "$@" ;;
    *) exec "$programs/unitvar_$command" "$@" ;;
    esac
    ;;
report)
    case " $* " in
    *" -h "* | *" --help "*) exec python3 bench/report.py --help ;;
    esac
    # shellcheck disable=SC2086
    need $library_packages python3 python3-numpy
    want openmpi-bin libopenmpi-dev libssl-dev
    configure "$compiler" report
    build "$compiler"
    # The python3 of the path may be another than the package's.
    python=python3
    "$python" -c 'import numpy' 2>/dev/null || python=/usr/bin/python3
    exec "$python" bench/report.py --programs "build/$compiler/bench" "$@"
    ;;
peers)
    need python3-venv
    python3 -m venv build/peers
    # The last MKL whose question about the vendor a program can answer.
    build/peers/bin/pip install --quiet 'mkl==2021.4.0' 'numpy>=2' || { echo "dev.sh: pip could not install MKL" >&2; exit 1; }
    build/peers/bin/pip install --quiet jax || echo "dev.sh: SKIPPED JAX: pip could not install it" >&2
    ;;
mpi)
    # shellcheck disable=SC2086
    need $library_packages openmpi-bin libopenmpi-dev libssl-dev
    configure "$compiler" bench
    build "$compiler"
    # Also as root, and for more ranks than processors.
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
    export PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1
    export PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe UNITVAR_NUM_THREADS=1
    mpirun -n "${1:-$(nproc)}" "build/$compiler/bench/unitvar_mpi_init" --cost
    exec mpirun -n "${1:-$(nproc)}" "build/$compiler/bench/unitvar_mpi_init" --time 5
    ;;
overhead)
    # shellcheck disable=SC2086
    need $library_packages pkg-config
    want rustc cargo golang-go python3-numpy
    configure "$compiler" library
    build "$compiler"
    rm -rf build/overhead/stage
    cmake --install "build/$compiler" --prefix build/overhead/stage >>"build/$compiler.log"
    exec sh bench/overhead/overhead.sh build/overhead/stage build/overhead
    ;;
torch)
    # shellcheck disable=SC2086
    need $library_packages
    release=${1:-2.13.0}
    environment=build/torch-$release
    # no_torch INTERPRETER: says why it has none.
    no_torch() {
        output=$("$1" -c 'import torch' 2>&1) || echo "$output" | tail -n 1
    }
    # why_not: says why the release cannot be had, or makes the virtual environment that has it.
    why_not() {
        mkdir -p "$environment"
        log=$environment/pip.log
        [ -n "$(no_torch "$environment/bin/python")" ] || return 0
        # Debian's package; elsewhere it is part of python3.
        python3 -c 'import ensurepip' 2>/dev/null || (need python3-venv) >&2 || true
        python3 -m venv "$environment" >"$log" 2>&1 || { echo "python3 makes no virtual environment ($log)"; return 0; }
        # Plain x86-64 wheels bring CUDA along: only a build for the CPU is taken, from PyTorch's own index if need be.
        for index in '' 'https://download.pytorch.org/whl/cpu'; do
            "$environment/bin/pip" install --retries 1 --dry-run --ignore-installed --no-deps --report "$environment/report" \
                --quiet ${index:+--index-url "$index"} "torch==$release" >>"$log" 2>&1 || continue
            grep -q '"url": *"[^"]*/torch-[^"]*\(cpu[^"]*linux\|aarch64\)' "$environment/report" || continue
            "$environment/bin/pip" install --quiet ${index:+--extra-index-url "$index"} "torch==$release" numpy \
                ${index:+--prefer-binary} >>"$log" 2>&1 || { echo "pip could not install it ($log)"; return 0; }
            # PyTorch's sample inputs import it; without it they are left out.
            "$environment/bin/pip" install --quiet expecttest >>"$log" 2>&1 || true
            no_torch "$environment/bin/python"
            return 0
        done
        echo "pip has no build of it for the CPU alone ($log)"
    }
    if [ -n "${PYTHON:-}" ]; then
        python=$PYTHON
        release="of $python"
        reason=$(no_torch "$python")
    else
        python=$environment/bin/python
        reason=$(why_not)
        if [ -n "$reason" ] && [ $# -eq 0 ]; then
            echo "dev.sh: SKIPPED PyTorch $release: $reason; looking for Debian's" >&2
            want python3-torch python3-numpy
            python=/usr/bin/python3
            release="of $python"
            reason=$(no_torch "$python")
        fi
    fi
    compared=0
    if [ -n "$reason" ]; then
        echo "dev.sh: SKIPPED the comparison with PyTorch $release: $reason" >&2
    else
        configure "$compiler" library
        cmake --build "build/$compiler" -j "$jobs" --target unitvar_shared >>"build/$compiler.log" 2>&1 ||
            { tail -n 40 "build/$compiler.log"; exit 1; }
        for comparison in "torch_live.py build/$compiler/libunitvar.so ${CHAINS:-300}" \
            "torch_norms.py build/$compiler/libunitvar.so" "torch_samples.py"; do
            status=0
            echo "== tests/$comparison"
            # shellcheck disable=SC2086
            UNITVAR_LIBRARY=$root/build/$compiler/libunitvar.so PYTHONPATH=$root/capi/python \
                "$python" tests/$comparison || status=$?
            case $status in
            0) compared=1 ;;
            77) echo "dev.sh: SKIPPED tests/${comparison%% *} with PyTorch $release" >&2 ;;
            *) failed=1 ;;
            esac
        done
    fi
    [ "$failed" -ne 0 ] || passed=$compared
    summary
    ;;
bindings)
    need python3
    python3 cmake/bindings.py
    stubs=$(python3 capi/python/make_stubs.py)
    printf '%s\n' "$stubs" >capi/python/unitvar.pyi
    ;;
abi)
    need abigail-tools gcc
    HEADER=$root/capi/include/unitvar.h CC=${CC:-cc} NM=${NM:-nm} \
        sh tests/consumers/abi.sh refresh "$root/cmake/abi/unitvar-$(uname -m).abi"
    ;;
coefficients)
    need sollya python3 python3-mpmath
    python3 -B lib/core/init/gains.py --check
    exec python3 -B lib/simd/coefficients/check.py "$@"
    ;;
five-minutes)
    want pkg-config rustc cargo golang-go python3 python3-numpy
    exec sh tests/five_minutes.sh build/five-minutes --install
    ;;
package)
    # shellcheck disable=SC2086
    need $library_packages dpkg-dev file
    configure package package
    build package
    (cd build/package && cpack -G DEB) >>build/package.log 2>&1 || { tail -n 40 build/package.log; exit 1; }
    ls build/package/packages/*.deb
    ;;
format)
    need clang-format
    git ls-files '*.cpp' '*.hpp' '*.c' '*.h' | xargs clang-format -i
    ;;
tidy)
    # shellcheck disable=SC2086
    need $library_packages clang-tidy clang
    configure tidy tidy
    # By clang, what sanitized builds leave out.
    passed=1
    began=$(date +%s)
    if [ "$(uname -m)" = x86_64 ]; then
        other=avx2
        [ "$(best_isa)" = avx512 ] || other=avx512
        cmake --build build/tidy -j "$jobs" --target "unitvar_kernels_$other" "unitvar_ars4x32_${other}_vaes" \
            "unitvar_ars4x32_${other}_aes" >>build/tidy.log 2>&1 || { tail -n 40 build/tidy.log; exit 1; }
        took "$began" "build/tidy, compiling $other"
    fi
    began=$(date +%s)
    find lib/core capi -name '*.cpp' | sort | xargs -P "$jobs" -n 4 clang-tidy --quiet -p build/tidy || failed=1
    took "$began" "clang-tidy"
    [ "$failed" -eq 1 ] || passed=2
    summary
    ;;
help | --help | -h)
    usage
    ;;
*)
    echo "dev.sh: unknown command '$command'" >&2
    usage >&2
    exit 2
    ;;
esac
