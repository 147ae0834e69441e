#!/bin/sh
# go.sh: vet, the tests with the shared library, with the race detector and as one static program, every function under
# every instruction set, the examples, and a program that loads the library itself.
. "$(dirname "$0")/common.sh"
need go pkg-config
cd "$SOURCE/capi/go"
GOCACHE=$WORK/cache
GOPATH=$WORK/path
GOFLAGS=
GOPROXY=off
GOTOOLCHAIN=local
GO111MODULE=on
CGO_ENABLED=1
export GOCACHE GOPATH GOFLAGS GOPROXY GOTOOLCHAIN GO111MODULE CGO_ENABLED
go version
unformatted=$(gofmt -l .)
[ -z "$unformatted" ] || { echo "FAIL gofmt would change $unformatted"; exit 1; }
go vet ./...
# go does not look into C archives: a program of an earlier library would count as up to date.
rm -f "$WORK"/*.test "$WORK/dlopen"
go test -c -o "$WORK/shared.test" .
go test -c -o "$WORK/static.test" -tags unitvar_static -ldflags '-extldflags -static' .
"$WORK/shared.test"
each_isa "$WORK/shared.test" -test.run Golden
if go test -race -c -o "$WORK/race.test" . 2>"$WORK/race.log"; then
    "$WORK/race.test"
elif grep -qE 'race is (only|not) supported|race_linux' "$WORK/race.log"; then
    echo "== SKIPPED the race detector: this installation of Go has none"
else
    cat "$WORK/race.log"
    exit 1
fi
go run ./examples/normals | grep '^-0.24071527 -2.0127547: mean -0.001331, variance 0.999771'
go run ./examples/shards | grep 'the parts are the whole'
go build -o "$WORK/dlopen" ./examples/dlopen
unset LD_LIBRARY_PATH
each_isa "$WORK/static.test" -test.run Golden
"$WORK/dlopen" "$libdir/libunitvar.so.0" | grep '^-0.24071527 -2.4112613 0.64826703 1.1909338$'
