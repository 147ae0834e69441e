# What `cmake --install` and CPack deliver: component runtime is the shared library (package libunitvar0), component
# development everything that a compiler needs (libunitvar-dev). Both unitvarConfig.cmake and unitvar.pc find the rest
# from where they lie themselves, so a tree may be moved after it was installed. Components python, the module as a
# package, and python_library, the library within it, are installed by name alone, into a folder of Python's modules.
include(CMakePackageConfigHelpers)

set_target_properties(unitvar_shared PROPERTIES EXPORT_NAME unitvar)
set_target_properties(unitvar_static PROPERTIES EXPORT_NAME static)
install(TARGETS unitvar_shared EXPORT unitvar
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development)
install(TARGETS unitvar_static EXPORT unitvar
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(FILES capi/include/unitvar.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(DIRECTORY include/unitvar DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/unitvar)
install(EXPORT unitvar NAMESPACE unitvar:: FILE unitvarTargets.cmake DESTINATION ${package_dir} COMPONENT development)
configure_package_config_file(cmake/unitvarConfig.cmake.in ${PROJECT_BINARY_DIR}/unitvarConfig.cmake
    INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 a minor version may change the ABI.
if(PROJECT_VERSION VERSION_LESS 1)
    set(compatibility SameMinorVersion)
else()
    set(compatibility SameMajorVersion)
endif()
write_basic_package_version_file(${PROJECT_BINARY_DIR}/unitvarConfigVersion.cmake COMPATIBILITY ${compatibility})
install(FILES ${PROJECT_BINARY_DIR}/unitvarConfig.cmake ${PROJECT_BINARY_DIR}/unitvarConfigVersion.cmake
    DESTINATION ${package_dir} COMPONENT development)

set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH UNITVAR_PC_PREFIX /prefix/${pkgconfig_dir} /prefix)
string(REGEX REPLACE "/$" "" UNITVAR_PC_PREFIX ${UNITVAR_PC_PREFIX})
configure_file(cmake/unitvar.pc.in ${PROJECT_BINARY_DIR}/unitvar.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/unitvar.pc DESTINATION ${pkgconfig_dir} COMPONENT development)

# A package and not a file alone: type checkers look for py.typed in packages.
foreach(suffix py pyi)
    install(FILES capi/python/unitvar.${suffix} DESTINATION unitvar RENAME __init__.${suffix}
        COMPONENT python EXCLUDE_FROM_ALL)
endforeach()
install(FILES capi/python/py.typed DESTINATION unitvar COMPONENT python EXCLUDE_FROM_ALL)
if(SKBUILD)
    # Wheels have no symbolic links: one file with the name that the module asks for.
    set_target_properties(unitvar_shared PROPERTIES VERSION 0)
    install(TARGETS unitvar_shared
        LIBRARY DESTINATION unitvar COMPONENT python_library NAMELINK_SKIP EXCLUDE_FROM_ALL)
endif()

get_target_property(soversion unitvar_shared SOVERSION)
install(FILES LICENSE DESTINATION share/doc/libunitvar${soversion} RENAME copyright COMPONENT runtime)
install(FILES LICENSE DESTINATION share/doc/libunitvar-dev RENAME copyright COMPONENT development)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME unitvar)
set(CPACK_PACKAGE_VENDOR "Unitvar")
set(CPACK_PACKAGE_CONTACT "Unitvar developers <unitvar@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME libunitvar${soversion})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/cmake/triggers)
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION "Shared library: fills tensors with random weights and takes moments.
The output for a seed does not depend on processor, threads or slicing.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libunitvar-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libunitvar${soversion} (= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION
    "Headers for C and C++, the static library, files for CMake and pkg-config.")
set(CPACK_OUTPUT_FILE_PREFIX ${PROJECT_BINARY_DIR}/packages)
include(CPack)
