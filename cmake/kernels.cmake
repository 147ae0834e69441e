# Builds each row of isa.cmake, and what AES instructions replace in it, into sealed objects, and writes
# core/isa_rows.hpp for the dispatcher.
#
# Sealed: code compiled for AVX-512 must never be what another unit's inline function links to. The units of a row
# are linked into one relocatable object without section groups, and every global symbol but the table becomes
# local, so the linker cannot merge anything across rows.
include(${CMAKE_CURRENT_LIST_DIR}/isa.cmake)

# GNU binutils, whatever the compiler: lld and llvm-objcopy 14 lack what is needed. Toolchain files name the cross
# tools.
find_program(UNITVAR_LD NAMES ld.bfd ld REQUIRED)
find_program(UNITVAR_OBJCOPY NAMES objcopy REQUIRED)
find_program(UNITVAR_NM NAMES nm REQUIRED)
find_program(UNITVAR_OBJDUMP NAMES objdump REQUIRED)

file(GLOB kernel_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lib/kernels/*.cpp)
set(kernel_optimisation -O3)
if(UNITVAR_SANITIZE OR UNITVAR_COVERAGE)
    set(kernel_optimisation -O1)
endif()

# Compiles sources with a row's flags and seals them into OBJECT.o, which shows SYMBOL alone; the object library has the
# name of the symbol.
function(unitvar_sealed_kernels isa object symbol sources)
    add_library(${symbol} OBJECT ${sources})
    target_include_directories(${symbol} PRIVATE ${PROJECT_SOURCE_DIR}/lib)
    target_link_libraries(${symbol} PRIVATE unitvar_options xsimd_headers)
    target_compile_definitions(${symbol} PRIVATE
        UNITVAR_ISA=${isa} "UNITVAR_OPS_HEADER=\"${UNITVAR_ISA_${isa}_OPS}\"" xsimd=xsimd_${isa})
    # Kernels are what the library is for: -O3, and errno is nobody's business (scalar square roots stay instructions).
    # -O2 makes the portable table a fifth smaller and takes up to twice the time in nine of ten of its kernels.
    target_compile_options(${symbol} PRIVATE
        ${UNITVAR_ISA_${isa}_FLAGS} ${unitvar_coverage_options} -fno-math-errno -fno-exceptions $<$<NOT:$<CONFIG:Debug>>:${kernel_optimisation}>
        # GCC 12 sees uninitialised values in its own AVX-512 headers (GCC PR 105593).
        $<$<CXX_COMPILER_ID:GNU>:-Wno-uninitialized -Wno-maybe-uninitialized>)
    set_target_properties(${symbol} PROPERTIES
        POSITION_INDEPENDENT_CODE ON INTERPROCEDURAL_OPTIMIZATION OFF CXX_VISIBILITY_PRESET hidden)

    set(sealed ${PROJECT_BINARY_DIR}/${object}.o)
    add_custom_command(OUTPUT ${sealed}
        COMMAND ${UNITVAR_LD} -r --force-group-allocation -o ${sealed}.unsealed $<TARGET_OBJECTS:${symbol}>
        COMMAND ${UNITVAR_OBJCOPY} --keep-global-symbol=${symbol} ${sealed}.unsealed ${sealed}
        DEPENDS ${symbol} $<TARGET_OBJECTS:${symbol}>
        COMMAND_EXPAND_LISTS VERBATIM COMMENT "Sealing ${object}")
    set_source_files_properties(${sealed} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
    set(UNITVAR_SEALED_OBJECTS ${UNITVAR_SEALED_OBJECTS} ${sealed} PARENT_SCOPE)
endfunction()

set(UNITVAR_SEALED_OBJECTS "")
set(rows "")
set(declarations "")
set(names "auto")
set(row_count 0)
foreach(isa IN LISTS UNITVAR_ISA_NAMES)
    math(EXPR row_count "${row_count} + 1")
    string(APPEND names ", ${isa}")
    if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(${UNITVAR_ISA_${isa}_PROCESSOR})$" OR
       (UNITVAR_ISAS AND NOT isa STREQUAL "scalar" AND NOT isa IN_LIST UNITVAR_ISAS))
        string(APPEND rows "    {\"${isa}\", \"${UNITVAR_ISA_${isa}_FEATURES}\", nullptr},\n")
        continue()
    endif()
    string(APPEND declarations "extern \"C\" const unitvar::core::KernelTable unitvar_kernels_${isa};\n")
    string(APPEND rows "    {\"${isa}\", \"${UNITVAR_ISA_${isa}_FEATURES}\", &unitvar_kernels_${isa}},\n")

    unitvar_sealed_kernels(${isa} kernels_${isa} unitvar_kernels_${isa} "${kernel_sources}")
endforeach()

set(aes_rows "")
set(aes_count 0)
foreach(name IN LISTS UNITVAR_AES_NAMES)
    math(EXPR aes_count "${aes_count} + 1")
    set(isa ${UNITVAR_AES_${name}_ISA})
    set(address nullptr)
    if(TARGET unitvar_kernels_${isa})
        set(symbol unitvar_ars4x32_${name})
        set(address "&${symbol}")
        string(APPEND declarations "extern \"C\" const unitvar::core::FillRow ${symbol};\n")
        unitvar_sealed_kernels(${isa} kernels_${name} ${symbol} ${PROJECT_SOURCE_DIR}/lib/kernels/aes/fill_ars4x32.cpp)
        target_compile_definitions(${symbol} PRIVATE
            UNITVAR_AES_ROW=${symbol} "UNITVAR_AES_HEADER=\"simd/${UNITVAR_AES_${name}_HEADER}\"")
        target_compile_options(${symbol} PRIVATE ${UNITVAR_AES_${name}_FLAGS})
    endif()
    string(APPEND aes_rows
        "    {\"${isa}\", \"${UNITVAR_AES_${name}_NAME}\", \"${UNITVAR_AES_${name}_FEATURES}\", ${address}},\n")
endforeach()
# Both libraries take the sealed objects. Makefiles would run the commands once for each of them, at the same time:
# this target, which both wait for, is where they run.
add_custom_target(unitvar_sealed DEPENDS ${UNITVAR_SEALED_OBJECTS})

configure_file(${CMAKE_CURRENT_LIST_DIR}/isa_rows.hpp.in ${PROJECT_BINARY_DIR}/generated/core/isa_rows.hpp @ONLY)
