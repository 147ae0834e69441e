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
set(portable_flags -DUNITVAR_NO_FORCED_INLINING)
# GCC 12 for AArch64 with -O3 takes sin and cos of torch_libm_f64.hpp from lanes that are not yet written, unless types
# count for nothing in its reasoning (ISA.kernels: torch.cos_sin_f64). -O2, other targets and sanitizers find nothing.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    list(APPEND portable_flags -fno-strict-aliasing)
endif()
unitvar_isa(NAME scalar PROCESSOR ".*" OPS ops_scalar.hpp FEATURES "" FLAGS ${portable_flags})

# AES instructions, which no row implies: what replaces a row's fills of ars4x32 where a processor has them, best first.
#
#   ISA         the row that this belongs to
#   NAME        of the kind of AES; the fills are unitvar_ars4x32_ISA_NAME
#   HEADER      in lib/simd, with its rounds
#   FEATURES    what lib/core/cpu.cpp must find beside those of the row
#   FLAGS       beside those of the row
set(UNITVAR_AES_NAMES "")

function(unitvar_aes)
    cmake_parse_arguments(ROW "" "ISA;NAME;HEADER;FEATURES" "FLAGS" ${ARGN})
    list(APPEND UNITVAR_AES_NAMES ${ROW_ISA}_${ROW_NAME})
    set(UNITVAR_AES_NAMES "${UNITVAR_AES_NAMES}" PARENT_SCOPE)
    foreach(field ISA NAME HEADER FEATURES FLAGS)
        set(UNITVAR_AES_${ROW_ISA}_${ROW_NAME}_${field} "${ROW_${field}}" PARENT_SCOPE)
    endforeach()
endfunction()

unitvar_aes(ISA avx512 NAME vaes HEADER aes_vaes.hpp FEATURES "aes,vaes" FLAGS -maes -mvaes)
unitvar_aes(ISA avx512 NAME aes HEADER aes_ni.hpp FEATURES "aes" FLAGS -maes)
unitvar_aes(ISA avx2 NAME vaes HEADER aes_vaes.hpp FEATURES "aes,vaes" FLAGS -maes -mvaes)
unitvar_aes(ISA avx2 NAME aes HEADER aes_ni.hpp FEATURES "aes" FLAGS -maes)
# GCC 12 has the instructions of AES in "crypto" alone, where those of SHA2 are too; no kernel uses these.
unitvar_aes(ISA neon NAME aes HEADER aes_arm.hpp FEATURES "aes" FLAGS -march=armv8-a+crypto)
