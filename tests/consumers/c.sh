#!/bin/sh
# c.sh: C programs by way of pkg-config, linked to the shared library, to the archive beside a shared C runtime, and
# into one static program. Each calls every exported function under every instruction set.
. "$(dirname "$0")/common.sh"
need pkg-config
cd "$WORK"
source=$SOURCE/tests/consumers/functions.c
warnings="-std=c99 -O1 -Wall -Wextra -Werror"

for example in "$examples"/*.c; do
    [ "$(wc -l <"$example")" -le 40 ] || { echo "FAIL $example has more than 40 lines"; exit 1; }
done

# shellcheck disable=SC2046,SC2086
{
    $CC $warnings -o shared "$source" $(pkg-config --cflags --libs unitvar)
    $CC $warnings -o archive "$source" $(pkg-config --cflags unitvar) "$libdir/libunitvar.a" \
        $(pkg-config --libs --static unitvar | sed 's/-L[^ ]* *-lunitvar//')
    $CC $warnings -o static -static "$source" $(pkg-config --cflags --libs --static unitvar)
    $CC $warnings -o example -static "$examples/static.c" $(pkg-config --cflags --libs --static unitvar)
}
each_isa ./shared "$golden" "$exports"
unset LD_LIBRARY_PATH
each_isa ./archive "$golden" "$exports"
each_isa ./static "$golden" "$exports"
./example | grep -q -- '0.385129899 -0.240845218'
# A program that linked nothing still finds the library by name.
$CC -std=c99 -o dlopen "$examples/dlopen.c" -ldl
./dlopen "$libdir/libunitvar.so.0" | grep -q '^-0.240715265 -2.41126132 0.648267031 1.19093382$'
