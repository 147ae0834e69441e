# The instruction sets, best first: one row each. A row is one kernel table, compiled from every file of lib/kernels.
#
#   NAME        what unitvar_isa() says; the table is unitvar_kernels_NAME
#   PROCESSOR   regular expression for CMAKE_SYSTEM_PROCESSOR
#   OPS         the header in lib/simd with its registers and operations
#   FEATURES    what lib/core/cpu.cpp must find, comma-separated
#   FLAGS       compiler flags of these units alone
set(UNITVAR_ISA_NAMES "")
# For developers in a hurry: the others become rows of processors that this is not.
set(UNITVAR_ISAS "" CACHE STRING "Instruction sets to build besides the portable one; all that there are if empty")

function(unitvar_isa)
    cmake_parse_arguments(ROW "" "NAME;PROCESSOR;OPS;FEATURES" "FLAGS" ${ARGN})
    list(APPEND UNITVAR_ISA_NAMES ${ROW_NAME})
    set(UNITVAR_ISA_NAMES "${UNITVAR_ISA_NAMES}" PARENT_SCOPE)
    foreach(field PROCESSOR OPS FEATURES FLAGS)
        set(UNITVAR_ISA_${ROW_NAME}_${field} "${ROW_${field}}" PARENT_SCOPE)
    endforeach()
endfunction()

unitvar_isa(NAME avx512 PROCESSOR "x86_64|AMD64" OPS ops_avx512.hpp
            FEATURES "avx512f,avx512cd,avx512dq,avx512bw,avx512vl"
            FLAGS -mavx512f -mavx512cd -mavx512dq -mavx512bw -mavx512vl -mfma)
unitvar_isa(NAME avx2 PROCESSOR "x86_64|AMD64" OPS ops_avx2.hpp FEATURES "avx,avx2,fma,f16c"
            FLAGS -mavx2 -mfma -mf16c)
unitvar_isa(NAME neon PROCESSOR "aarch64|arm64" OPS ops_neon.hpp FEATURES "asimd" FLAGS)
unitvar_isa(NAME scalar PROCESSOR ".*" OPS ops_scalar.hpp FEATURES "" FLAGS -DUNITVAR_NO_FORCED_INLINING)
