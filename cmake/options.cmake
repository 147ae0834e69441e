# What every unit is compiled with. Bits depend on it: no contraction of a * b + c, ever.
add_library(unitvar_sanitizers INTERFACE)
if(UNITVAR_SANITIZE)
    target_compile_options(unitvar_sanitizers INTERFACE
        -fsanitize=${UNITVAR_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_compile_definitions(unitvar_sanitizers INTERFACE UNITVAR_SANITIZED)
    target_link_options(unitvar_sanitizers INTERFACE -fsanitize=${UNITVAR_SANITIZE})
endif()

add_library(unitvar_warnings INTERFACE)
target_compile_options(unitvar_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow $<$<BOOL:${UNITVAR_WERROR}>:-Werror>)

add_library(unitvar_options INTERFACE)
target_compile_features(unitvar_options INTERFACE cxx_std_20)
# -fno-gnu-unique (GCC): unique symbols would keep the library in memory after dlclose.
target_compile_options(unitvar_options INTERFACE
    -ffp-contract=off $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
target_link_libraries(unitvar_options INTERFACE unitvar_warnings unitvar_sanitizers)
