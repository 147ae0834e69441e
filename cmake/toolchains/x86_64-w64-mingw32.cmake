# Cross build for Windows by mingw-w64 with POSIX threads, and Wine for what is run (Debian: g++-mingw-w64-x86-64-posix,
# wine). packaging/README.md says what is known of it.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(UNITVAR_LD x86_64-w64-mingw32-ld)
set(UNITVAR_OBJCOPY x86_64-w64-mingw32-objcopy)
set(UNITVAR_NM x86_64-w64-mingw32-nm)
set(UNITVAR_OBJDUMP x86_64-w64-mingw32-objdump)
set(CMAKE_CROSSCOMPILING_EMULATOR wine)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
