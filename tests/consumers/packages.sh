#!/bin/sh
# packages.sh CPACK BUILD: the Debian packages have what they should and nothing else, depend on the C and C++ runtimes
# and on each other, install into an empty root, work there, and leave nothing when removed. As root dpkg does it.
. "$(dirname "$0")/common.sh"
need dpkg dpkg-deb dpkg-shlibdeps
cpack=$1
build=$2
cd "$WORK"
rm -rf packages root
"$cpack" -G DEB --config "$build/CPackConfig.cmake" -D CPACK_OUTPUT_FILE_PREFIX="$WORK/packages" >cpack.log 2>&1 || { cat cpack.log; exit 1; }
runtime=$(ls packages/libunitvar[0-9]*.deb)
development=$(ls packages/libunitvar-dev_*.deb)

fail() {
    echo "FAIL $1"
    exit 1
}
files() {
    dpkg-deb -c "$1" | awk '$1 !~ /^d/ { print $6 }' | sed 's|^\./usr/||; s|^lib/[a-z0-9_]*-linux-gnu[a-z0-9]*/|lib/|' | sort
}
files "$runtime" | grep -vxE 'lib/libunitvar\.so\.[0-9.]+|share/doc/libunitvar[0-9]+/copyright' &&
    fail "these do not belong into $runtime"
files "$development" | grep -vxE \
    'include/unitvar(\.h|/[a-z_]+\.hpp)|lib/(libunitvar\.(so|a)|pkgconfig/unitvar\.pc|cmake/unitvar/[A-Za-z-]+\.cmake)|share/doc/libunitvar-dev/copyright' &&
    fail "these do not belong into $development"
depends=$(dpkg-deb -f "$runtime" Depends)
for package in $(echo "$depends" | sed 's/([^)]*)//g; s/,/ /g'); do
    case $package in libc6 | libgcc-s1 | libstdc++6) ;; *) fail "$runtime depends on $package" ;; esac
done
dpkg-deb -f "$development" Depends | grep -qE "^$(dpkg-deb -f "$runtime" Package) \(= $(dpkg-deb -f "$runtime" Version)\)$" ||
    fail "$development does not depend on this very $runtime"

if [ "$(id -u)" -eq 0 ]; then
    mkdir -p root/var/lib/dpkg/info root/var/lib/dpkg/updates
    : >root/var/lib/dpkg/status
    # The root has no C library to depend on and no shell: dependencies do not count, and scripts run outside.
    rooted="dpkg --root=$WORK/root --log=/dev/null --force-depends --force-script-chrootless"
    # shellcheck disable=SC2086
    $rooted -i "$runtime" "$development" >dpkg.log 2>&1 || { cat dpkg.log; fail "dpkg -i"; }
else
    dpkg-deb -x "$runtime" root && dpkg-deb -x "$development" root
    rooted=
fi
installed=$(find root -name unitvar.pc)
# shellcheck disable=SC2046
PKG_CONFIG_PATH=$(dirname "$installed") \
    $CC -std=c99 -o normals "$examples/normals.c" $(PKG_CONFIG_PATH=$(dirname "$installed") pkg-config --cflags --libs unitvar)
LD_LIBRARY_PATH=$(dirname "$installed")/.. ./normals | grep -q '^-0.240715265 ' || fail "the installed library"
if [ -n "$rooted" ]; then
    # shellcheck disable=SC2086
    $rooted --purge libunitvar-dev "$(dpkg-deb -f "$runtime" Package)" >dpkg.log 2>&1 || { cat dpkg.log; fail "dpkg --purge"; }
    left=$(find root -not -type d -not -path 'root/var/lib/dpkg/*')
    left="$left$(find root/var/lib/dpkg/info root/usr -name '*unitvar*' 2>/dev/null || true)"
    [ -z "$left" ] || fail "left behind: $left"
    echo "ok $runtime and $development install, work and uninstall"
else
    echo "ok $runtime and $development; SKIPPED dpkg -i, which only root may do"
fi
