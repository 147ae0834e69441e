#!/bin/sh
# debian.sh [FOLDER]: the Debian packages, by dpkg-buildpackage, of what git has of this tree; source, packages and
# lintian's report come into FOLDER (build/debian). UNITVAR_ISAS builds some instruction sets alone. The build
# dependencies are those of packaging/debian/control.
#
# debian.sh symbols LIBRARY: the symbols file for what a libunitvar.so exports; new ones get this version. check-symbols
# compares the file with that.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
version=$(sed -n 's/^project(unitvar VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
if [ "${1:-}" = check-symbols ]; then
    sh "$0" symbols "$2" | diff "$root/packaging/debian/libunitvar0.symbols" - && exit
    echo "FAIL packaging/debian/libunitvar0.symbols is not what sh packaging/debian.sh symbols $2 makes"
    exit 1
fi
if [ "${1:-}" = symbols ]; then
    file=$root/packaging/debian/libunitvar0.symbols
    printf '%s\n' 'libunitvar.so.0 libunitvar0 #MINVER#' '* Build-Depends-Package: libunitvar-dev'
    ${NM:-nm} -D --defined-only --with-symbol-versions "$2" | awk '{ sub(/@@/, "@", $3); print $3 }' | LC_ALL=C sort |
        while read -r symbol; do
            case $symbol in *@*) ;; *) symbol=$symbol@$symbol ;; esac
            known=$(grep -F " $symbol " "$file" 2>/dev/null) && echo "$known" || echo " $symbol $version"
        done
    exit
fi
target=${1:-$root/build/debian}
rm -rf "$target"
mkdir -p "$target/unitvar-$version"
target=$(cd "$target" && pwd)
git -C "$root" archive HEAD | tar -x -C "$target/unitvar-$version"
cd "$target/unitvar-$version"
cp -r packaging/debian debian
dpkg-buildpackage --no-sign >"$target/build.log" 2>&1 || { tail -n 40 "$target/build.log"; exit 1; }
cd "$target"
rm -rf "unitvar-$version"
ls -l unitvar_* ./*.deb
lintian --info --display-info --fail-on error,warning ./*.changes
echo "ok lintian has no errors and no warnings"
