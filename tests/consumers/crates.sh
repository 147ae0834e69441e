#!/bin/sh
# crates.sh: both crates pass `cargo package`, offline, and build, test and run from their own archives against the
# installed library, which unitvar-sys finds by pkg-config. unitvar takes unitvar-sys from the archive too, as it would
# from a registry.
. "$(dirname "$0")/common.sh"
need cargo rustc pkg-config
CARGO_NET_OFFLINE=true
CARGO_TARGET_DIR=$WORK/target
CARGO_INCREMENTAL=0
CARGO_HOME=$WORK/home
export CARGO_NET_OFFLINE CARGO_TARGET_DIR CARGO_INCREMENTAL CARGO_HOME
cd "$WORK"
rm -rf rust archive target/package
# A copy: packaging with another source of unitvar-sys would write that into Cargo.lock.
cp -rL "$SOURCE/capi/rust" rust
mkdir archive
cd rust
cargo package --quiet -p unitvar-sys
tar -xzf "$CARGO_TARGET_DIR"/package/unitvar-sys-*.crate -C "$WORK/archive"
mv "$WORK"/archive/unitvar-sys-* "$WORK/archive/unitvar-sys"
patch="patch.crates-io.unitvar-sys.path='$WORK/archive/unitvar-sys'"
cargo package --quiet -p unitvar --config "$patch"
tar -xzf "$CARGO_TARGET_DIR"/package/unitvar-[0-9]*.crate -C "$WORK/archive"
mv "$WORK"/archive/unitvar-[0-9]* "$WORK/archive/unitvar"
for crate in unitvar-sys unitvar; do
    cmp "$SOURCE/LICENSE" "$WORK/archive/$crate/LICENSE"
done
ls -l "$CARGO_TARGET_DIR"/package/*.crate
cd "$WORK/archive/unitvar"
cargo test --quiet --config "$patch"
cargo run --quiet --config "$patch" --example normals | grep '^-0.24071527 -2.0127547: mean -0.001331'
