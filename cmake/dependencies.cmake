# Headers that the library is built from: Debian's packages first (libxsimd-dev, libpcg-cpp-dev), else pinned sources.
include(FetchContent)

find_path(UNITVAR_XSIMD_INCLUDE xsimd/xsimd.hpp)
if(NOT UNITVAR_XSIMD_INCLUDE)
    FetchContent_Declare(xsimd
        URL https://github.com/xtensor-stack/xsimd/archive/refs/tags/8.1.0.tar.gz
        URL_HASH SHA256=d52551360d37709675237d2a0418e28f70995b5b7cdad7c674626bcfbbf48328)
    FetchContent_GetProperties(xsimd)
    if(NOT xsimd_POPULATED)
        FetchContent_Populate(xsimd)
    endif()
    set(UNITVAR_XSIMD_INCLUDE ${xsimd_SOURCE_DIR}/include)
endif()

find_path(UNITVAR_PCG_INCLUDE pcg_random.hpp)
if(NOT UNITVAR_PCG_INCLUDE)
    FetchContent_Declare(pcg
        URL https://github.com/imneme/pcg-cpp/archive/refs/tags/v0.98.1.tar.gz
        URL_HASH SHA256=25bb22f076e8c346fa28c2267ae3564b12122f1f4ab2d2a08ad8909dcd6319fd)
    FetchContent_GetProperties(pcg)
    if(NOT pcg_POPULATED)
        FetchContent_Populate(pcg)
    endif()
    set(UNITVAR_PCG_INCLUDE ${pcg_SOURCE_DIR}/include)
endif()

# Copies in the build tree's own folder: a cross compiler must not be pointed at the host's /usr/include.
function(unitvar_headers target folder)
    add_library(${target} INTERFACE)
    foreach(item IN LISTS ARGN)
        file(COPY ${folder}/${item} DESTINATION ${PROJECT_BINARY_DIR}/headers/${target})
    endforeach()
    target_include_directories(${target} SYSTEM INTERFACE ${PROJECT_BINARY_DIR}/headers/${target})
endfunction()
unitvar_headers(xsimd_headers ${UNITVAR_XSIMD_INCLUDE} xsimd)
unitvar_headers(pcg_headers ${UNITVAR_PCG_INCLUDE} pcg_random.hpp pcg_extras.hpp pcg_uint128.hpp)
