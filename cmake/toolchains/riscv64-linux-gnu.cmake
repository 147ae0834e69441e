# 64-bit RISC-V, without vectors.
set(triplet riscv64-linux-gnu)
include(${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
