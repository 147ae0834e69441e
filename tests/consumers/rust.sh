#!/bin/sh
# rust.sh: the crates with the shared library and with the static one, every function under every instruction set, the
# examples, and a program that loads the library itself.
. "$(dirname "$0")/common.sh"
need cargo rustc pkg-config
cd "$SOURCE/capi/rust"
CARGO_NET_OFFLINE=true
CARGO_TARGET_DIR=$WORK/shared
CARGO_INCREMENTAL=0
CARGO_HOME=$WORK/home
export CARGO_NET_OFFLINE CARGO_TARGET_DIR CARGO_INCREMENTAL CARGO_HOME
cargo --version
cargo test --quiet
each_isa cargo test --quiet --test functions
cargo run --quiet --example normals | grep '^-0.24071527 -2.0127547: mean -0.001331'
cargo run --quiet --example shards | grep 'the parts are the whole'

cargo build --quiet --example dlopen
mv "$CARGO_TARGET_DIR/debug/examples/dlopen" "$WORK/dlopen"
count=$(wc -l <"$exports")
env -u LD_LIBRARY_PATH "$WORK/dlopen" "$libdir/libunitvar.so.0" |
    grep "^$count functions; -0.24071527 -2.4112613 0.64826703 1.1909338$"

# The directory by name instead of pkg-config, and the library within the program.
CARGO_TARGET_DIR=$WORK/static
UNITVAR_LIB_DIR=$libdir
UNITVAR_STATIC=1
PKG_CONFIG_PATH=/nonexistent
export UNITVAR_LIB_DIR UNITVAR_STATIC
unset LD_LIBRARY_PATH
each_isa cargo test --quiet --test functions
