# An overlay port: it builds the tree that it is in, `vcpkg install unitvar --overlay-ports=packaging/vcpkg`.
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        -DUNITVAR_TESTS=OFF
        -DUNITVAR_BENCH=OFF
        -DUNITVAR_DEMO=OFF
        -DUNITVAR_INSTALL=ON
        "-DUNITVAR_XSIMD_INCLUDE=${CURRENT_INSTALLED_DIR}/include"
        "-DUNITVAR_PCG_INCLUDE=${CURRENT_INSTALLED_DIR}/include"
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/unitvar)
vcpkg_fixup_pkgconfig()

# Both libraries stay, whatever the triplet: unitvar::unitvar is the shared one and unitvar::static the other.
set(VCPKG_POLICY_DLLS_IN_STATIC_LIBRARY enabled)
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share"
    "${CURRENT_PACKAGES_DIR}/share/doc")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
