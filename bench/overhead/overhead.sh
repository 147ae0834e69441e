#!/bin/sh
# overhead.sh STAGE WORK: what one fill of 16 normals costs from each language, against the library installed in STAGE.
# Every program reports its least round; they run in turns, five times, and the least of all is printed.
set -eu
stage=$(cd "$1" && pwd)
mkdir -p "$2"
work=$(cd "$2" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
pc=$(find "$stage" -name unitvar.pc)
PKG_CONFIG_PATH=$(dirname "$pc")
LD_LIBRARY_PATH=$(cd "$PKG_CONFIG_PATH/.." && pwd)
UNITVAR_LIBRARY=$LD_LIBRARY_PATH/libunitvar.so.0
PYTHONPATH=$root/capi/python
PYTHONDONTWRITEBYTECODE=1
GOCACHE=$work/go
GOPROXY=off
CARGO_TARGET_DIR=$work/rust
CARGO_NET_OFFLINE=true
export PKG_CONFIG_PATH LD_LIBRARY_PATH UNITVAR_LIBRARY PYTHONPATH PYTHONDONTWRITEBYTECODE GOCACHE GOPROXY \
    CARGO_TARGET_DIR CARGO_NET_OFFLINE
python=/usr/bin/python3
has() {
    command -v "$1" >/dev/null || { echo "SKIPPED: $1 is not installed"; false; }
}

# shellcheck disable=SC2046
"${CC:-cc}" -O2 -std=c99 -o "$work/c" "$root/bench/overhead/overhead.c" $(pkg-config --cflags --libs unitvar)
: >"$work/programs"
echo "C|$work/c" >>"$work/programs"
if has cargo; then
    (cd "$root/capi/rust" && cargo build --quiet --release --example overhead)
    echo "Rust|$work/rust/release/examples/overhead" >>"$work/programs"
fi
if has go; then
    (cd "$root/capi/go" && go build -o "$work/go-overhead" ./examples/overhead)
    echo "Go|$work/go-overhead" >>"$work/programs"
fi
echo "Python, array.array|$python $root/bench/overhead/overhead.py array" >>"$work/programs"
for module in numpy torch; do
    if "$python" -c "import $module" 2>/dev/null; then
        echo "Python, $module|$python $root/bench/overhead/overhead.py $module" >>"$work/programs"
    else
        echo "SKIPPED: $python has no $module"
    fi
done

: >"$work/times"
for _ in 1 2 3 4 5; do
    while IFS='|' read -r name program; do
        echo "$name|$($program)" >>"$work/times"
    done <"$work/programs"
done
echo "ns for a call of 16 normals"
while IFS='|' read -r name program; do
    least=$(grep "^$name|" "$work/times" | cut -d'|' -f2 | sort -n | head -n 1)
    printf '%-22s %s\n' "$name" "$least"
done <"$work/programs"
