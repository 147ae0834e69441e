# What every unit is compiled with. Bits depend on it: no contraction of a * b + c, ever.
add_library(unitvar_sanitizers INTERFACE)
if(UNITVAR_SANITIZE)
    target_compile_options(unitvar_sanitizers INTERFACE
        -fsanitize=${UNITVAR_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_compile_definitions(unitvar_sanitizers INTERFACE UNITVAR_SANITIZED UNITVAR_NO_FORCED_INLINING)
    target_link_options(unitvar_sanitizers INTERFACE -fsanitize=${UNITVAR_SANITIZE})
endif()

# What the fuzzer steers by: which lines an input reached. Not what was compared there, which loops over elements spend up
# to half of their time on, and which says little of numbers that an input gives in a byte or two.
if(UNITVAR_FUZZ)
    target_compile_options(unitvar_sanitizers INTERFACE -fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp)
endif()

# Of the library's own units; every program that has them needs the counters' runtime.
set(unitvar_coverage_options "")
if(UNITVAR_COVERAGE)
    set(unitvar_coverage_options --coverage)
    add_link_options(--coverage)
endif()

add_library(unitvar_warnings INTERFACE)
target_compile_options(unitvar_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow $<$<BOOL:${UNITVAR_WERROR}>:-Werror>)
# Counts are uint64_t and, once checked against most_bytes (core/tensor.hpp), fit a size_t of 32 bits.
if(CMAKE_SIZEOF_VOID_P EQUAL 4)
    target_compile_options(unitvar_warnings INTERFACE -Wno-conversion)
endif()

add_library(unitvar_options INTERFACE)
target_compile_features(unitvar_options INTERFACE cxx_std_20)
# -fno-gnu-unique (GCC): unique symbols would keep the library in memory after dlclose.
target_compile_options(unitvar_options INTERFACE
    -ffp-contract=off $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
# The x87's registers hold more bits than a double, and round twice.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|i[3-6]86" AND CMAKE_SIZEOF_VOID_P EQUAL 4)
    target_compile_options(unitvar_options INTERFACE -msse2 -mfpmath=sse)
endif()
target_link_libraries(unitvar_options INTERFACE unitvar_warnings unitvar_sanitizers)

# A C program links the sanitizers' C++ runtime by way of the C++ compiler.
function(unitvar_c_program target)
    set_target_properties(${target} PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
    target_link_libraries(${target} PRIVATE unitvar_shared unitvar_warnings unitvar_sanitizers)
    if(UNITVAR_SANITIZE)
        set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
    endif()
endfunction()
