# Builds each row of isa.cmake into one sealed object, and writes core/isa_rows.hpp for the dispatcher.
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
if(UNITVAR_SANITIZE)
    set(kernel_optimisation -O1)
endif()
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

    add_library(unitvar_kernels_${isa} OBJECT ${kernel_sources})
    target_include_directories(unitvar_kernels_${isa} PRIVATE ${PROJECT_SOURCE_DIR}/lib)
    target_link_libraries(unitvar_kernels_${isa} PRIVATE unitvar_options xsimd_headers)
    target_compile_definitions(unitvar_kernels_${isa} PRIVATE
        UNITVAR_ISA=${isa} "UNITVAR_OPS_HEADER=\"${UNITVAR_ISA_${isa}_OPS}\"" xsimd=xsimd_${isa})
    # Kernels are what the library is for: -O3, and errno is nobody's business (scalar square roots stay instructions).
    # -O2 makes the portable table a fifth smaller and takes up to twice the time in nine of ten of its kernels.
    target_compile_options(unitvar_kernels_${isa} PRIVATE
        ${UNITVAR_ISA_${isa}_FLAGS} -fno-math-errno -fno-exceptions $<$<NOT:$<CONFIG:Debug>>:${kernel_optimisation}>
        # GCC 12 sees uninitialised values in its own AVX-512 headers (GCC PR 105593).
        $<$<CXX_COMPILER_ID:GNU>:-Wno-uninitialized -Wno-maybe-uninitialized>)
    set_target_properties(unitvar_kernels_${isa} PROPERTIES
        POSITION_INDEPENDENT_CODE ON INTERPROCEDURAL_OPTIMIZATION OFF CXX_VISIBILITY_PRESET hidden)

    set(sealed ${PROJECT_BINARY_DIR}/kernels_${isa}.o)
    add_custom_command(OUTPUT ${sealed}
        COMMAND ${UNITVAR_LD} -r --force-group-allocation -o ${sealed}.unsealed
                $<TARGET_OBJECTS:unitvar_kernels_${isa}>
        COMMAND ${UNITVAR_OBJCOPY} --keep-global-symbol=unitvar_kernels_${isa} ${sealed}.unsealed ${sealed}
        DEPENDS unitvar_kernels_${isa} $<TARGET_OBJECTS:unitvar_kernels_${isa}>
        COMMAND_EXPAND_LISTS VERBATIM COMMENT "Sealing the ${isa} kernels")
    set_source_files_properties(${sealed} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
    list(APPEND UNITVAR_SEALED_OBJECTS ${sealed})
endforeach()
# Both libraries take the sealed objects. Makefiles would run the commands once for each of them, at the same time:
# this target, which both wait for, is where they run.
add_custom_target(unitvar_sealed DEPENDS ${UNITVAR_SEALED_OBJECTS})

configure_file(${CMAKE_CURRENT_LIST_DIR}/isa_rows.hpp.in ${PROJECT_BINARY_DIR}/generated/core/isa_rows.hpp @ONLY)
