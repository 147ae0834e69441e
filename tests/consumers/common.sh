# common.sh: what the consumers' scripts share. From the test's environment: SOURCE, the project; STAGE, the installed
# tree; WORK, a directory of the test's own; ISAS, the instruction sets of this build; CC and CXX.
set -eu
examples=$SOURCE/capi/examples
golden=$SOURCE/tests/golden/functions-v1.sha256
exports=$STAGE/exports
pc=$(find "$STAGE" -name unitvar.pc)
libdir=$(cd "$(dirname "$pc")/.." && pwd)
PKG_CONFIG_PATH=$(dirname "$pc")
LD_LIBRARY_PATH=$libdir
UNITVAR_GOLDEN=$golden
UNITVAR_EXPORTS=$exports
export PKG_CONFIG_PATH LD_LIBRARY_PATH UNITVAR_GOLDEN UNITVAR_EXPORTS
unset UNITVAR_ISA UNITVAR_NUM_THREADS
mkdir -p "$WORK"

# need TOOL ...: ends the test as skipped, loudly, where a tool is absent.
need() {
    for tool; do
        command -v "$tool" >/dev/null || { echo "SKIPPED: $tool is not installed"; exit 77; }
    done
}

# each_isa COMMAND ...: under every instruction set that this machine has; UNITVAR_ISA says which.
each_isa() {
    $CC -o "$WORK/probe" "$SOURCE/tests/consumers/probe.c" "$libdir/libunitvar.so" -Wl,-rpath,"$libdir"
    for isa in $ISAS; do
        if UNITVAR_ISA=$isa "$WORK/probe"; then
            echo "== $isa"
            UNITVAR_ISA=$isa "$@"
        else
            echo "== SKIPPED $isa: not on this machine"
        fi
    done
}
