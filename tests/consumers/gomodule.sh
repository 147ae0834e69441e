#!/bin/sh
# gomodule.sh: a program that requires the Go module by version gets it from the tag of a repository, here a local one
# under a name that does not exist, and runs. Tags of a module in a folder begin with the folder's name.
. "$(dirname "$0")/common.sh"
need go git pkg-config
GOCACHE=$WORK/cache
GOPATH=$WORK/path
GOFLAGS=-modcacherw
GOPROXY=direct
GOPRIVATE=unitvar.example
GOTOOLCHAIN=local
GO111MODULE=on
CGO_ENABLED=1
export GOCACHE GOPATH GOFLAGS GOPROXY GOPRIVATE GOTOOLCHAIN GO111MODULE CGO_ENABLED
version=$(PKG_CONFIG_PATH=$PKG_CONFIG_PATH pkg-config --modversion unitvar)
cd "$WORK"
rm -rf repository program path/pkg/mod
mkdir -p repository/capi program
cp -r "$SOURCE/capi/go" repository/capi
cp "$SOURCE/LICENSE" repository
GIT_CONFIG_GLOBAL=$WORK/gitconfig
GIT_CONFIG_NOSYSTEM=1
GIT_TERMINAL_PROMPT=0
export GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM GIT_TERMINAL_PROMPT
printf '[user]\nname = test\nemail = test@unitvar.example\n[url "file://%s/repository"]\ninsteadOf = https://unitvar.example/unitvar\n' \
    "$WORK" >gitconfig
(cd repository && git init --quiet && git add . && git commit --quiet -m module && git tag "capi/go/v$version")
cp "$SOURCE/capi/go/examples/normals/main.go" program
cat >program/go.mod <<M
module program

go 1.19

require unitvar v$version

replace unitvar => unitvar.example/unitvar.git/capi/go v$version
M
cd program
go mod tidy 2>tidy.log || { cat tidy.log; exit 1; }
go run . | grep '^-0.24071527 -2.0127547: mean -0.001331, variance 0.999771'
folder=$(go list -m -f '{{.Dir}}' unitvar)
case $folder in "$GOPATH"/*) ;; *) echo "FAIL $folder"; exit 1 ;; esac
cmp "$SOURCE/LICENSE" "$folder/LICENSE"
du -sh "$folder"
