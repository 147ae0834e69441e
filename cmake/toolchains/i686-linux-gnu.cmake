# 32-bit x86. x86-64 runs its programs by their own loader; qemu would take hours, since fma is a function there.
set(triplet i686-linux-gnu)
if(CMAKE_HOST_SYSTEM_PROCESSOR STREQUAL "x86_64")
    set(emulator /usr/${triplet}/lib/ld-linux.so.2;--library-path;/usr/${triplet}/lib)
else()
    set(emulator qemu-i386;-L;/usr/${triplet})
endif()
include(${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
