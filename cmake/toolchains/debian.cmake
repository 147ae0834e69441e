# What cross builds with Debian's compilers have in common: g++-TRIPLET, its C library, and qemu-user to run the tests. The
# file of each processor sets triplet, and emulator where it is not qemu by the processor's name.
set(CMAKE_SYSTEM_NAME Linux)
string(REGEX REPLACE "-.*" "" CMAKE_SYSTEM_PROCESSOR ${triplet})
if(NOT emulator)
    set(emulator qemu-${CMAKE_SYSTEM_PROCESSOR};-L;/usr/${triplet})
endif()
set(CMAKE_C_COMPILER ${triplet}-gcc)
set(CMAKE_CXX_COMPILER ${triplet}-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR ${emulator})
set(UNITVAR_LD ${triplet}-ld.bfd)
set(UNITVAR_OBJCOPY ${triplet}-objcopy)
set(UNITVAR_NM ${triplet}-nm)
set(UNITVAR_OBJDUMP ${triplet}-objdump)
