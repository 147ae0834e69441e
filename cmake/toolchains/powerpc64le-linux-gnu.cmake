# 64-bit POWER, little-endian.
set(triplet powerpc64le-linux-gnu)
set(emulator qemu-ppc64le;-L;/usr/${triplet})
include(${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
