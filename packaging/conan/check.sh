#!/bin/sh
# check.sh: `conan create`, offline, static and shared, with its test program; xsimd and pcg-cpp are packages made here of
# the headers that the system has (libxsimd-dev, libpcg-cpp-dev). CONAN names the program; OPTIONS go to conan create.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
conan=${CONAN:-conan}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
CONAN_HOME=$work/home
export CONAN_HOME
"$conan" profile detect >/dev/null 2>&1
"$conan" remote disable '*' >/dev/null
headers() { # NAME VERSION PATTERN
    mkdir -p "$work/$1"
    cat >"$work/$1/conanfile.py" <<P
from conan import ConanFile
from conan.tools.files import copy


class Headers(ConanFile):
    name, version, package_type = "$1", "$2", "header-library"

    def package(self):
        copy(self, "$3", "/usr/include", self.package_folder + "/include")

    def package_info(self):
        self.cpp_info.bindirs = self.cpp_info.libdirs = []
P
    "$conan" create "$work/$1" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
}
headers xsimd 8.1.0 'xsimd/*'
headers pcg-cpp cci.20220409 'pcg_*.hpp'
for shared in ${SHARED:-False True}; do
    # shellcheck disable=SC2086
    "$conan" create "$here" -s compiler.cppstd=gnu20 -o "&:shared=$shared" \
        -c tools.cmake.cmake_layout:test_folder="$work/test" ${OPTIONS:-} \
        >"$work/log" 2>&1 || { tail -n 60 "$work/log"; exit 1; }
    grep '^-0.240715265 -2.01275468: mean -0.001331' "$work/log"
    echo "ok shared=$shared"
done
