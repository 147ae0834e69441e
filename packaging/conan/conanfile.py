"""The library for Conan 2, from the tree that this file is in: conan create packaging/conan.

Of both libraries the option shared keeps one; isas builds some instruction sets alone."""

import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rm, rmdir

required_conan_version = ">=2.0"


class Unitvar(ConanFile):
    name = "unitvar"
    license = "MIT"
    description = "Random weights, moments and norms, the same bits on every processor"
    topics = ("random", "initialization", "normalization", "simd")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "isas": ["ANY"]}
    default_options = {"shared": False, "isas": "all"}

    def set_version(self):
        tree = os.path.join(self.recipe_folder, "..", "..")
        self.version = re.search(r"project\(unitvar VERSION ([0-9.]+)", load(self, os.path.join(tree, "CMakeLists.txt")))[1]

    def export_sources(self):
        tree = os.path.join(self.recipe_folder, "..", "..")
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "lib/*", "include/*", "capi/*"):
            copy(self, pattern, tree, self.export_sources_folder)

    def requirements(self):
        self.requires("xsimd/[>=8.1]", visible=False)
        self.requires("pcg-cpp/[>=cci.20210406]", visible=False)

    def validate(self):
        check_min_cppstd(self, 20)
        if self.settings.os != "Linux" or self.settings.arch not in ("x86_64", "armv8"):
            raise ConanInvalidConfiguration("unitvar is for Linux on x86-64 and AArch64")

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.user_presets_path = False
        for name in ("TESTS", "BENCH", "DEMO"):
            toolchain.cache_variables["UNITVAR_" + name] = False
        if self.options.isas != "all":
            toolchain.cache_variables["UNITVAR_ISAS"] = str(self.options.isas)
        for name, package in (("XSIMD", "xsimd"), ("PCG", "pcg-cpp")):
            folder = self.dependencies[package].cpp_info.includedirs[0]
            toolchain.cache_variables[f"UNITVAR_{name}_INCLUDE"] = folder
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        rmdir(self, os.path.join(self.package_folder, "share"))
        for folder in ("cmake", "pkgconfig"):  # Conan makes its own
            rmdir(self, os.path.join(self.package_folder, "lib", folder))
        rm(self, "libunitvar.a" if self.options.shared else "libunitvar.so*", os.path.join(self.package_folder, "lib"))

    def package_info(self):
        self.cpp_info.libs = ["unitvar"]
        self.cpp_info.set_property("cmake_file_name", "unitvar")
        self.cpp_info.set_property("cmake_target_name", "unitvar::unitvar" if self.options.shared else "unitvar::static")
        self.cpp_info.set_property("pkg_config_name", "unitvar")
        if not self.options.shared:
            self.cpp_info.system_libs = ["stdc++", "m", "pthread"]
