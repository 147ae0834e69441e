# Sourced by what builds for this machine alone.

# runnable_isas: the tables that it runs besides the portable one, the widest first, as UNITVAR_ISAS takes them.
runnable_isas() {
    case $(uname -m) in
    x86_64) if grep -qw avx512vl /proc/cpuinfo; then echo 'avx512;avx2'; else echo avx2; fi ;;
    *) echo neon ;;
    esac
}
