# What `cmake --install` puts where, the CMake package Bitline, and Debian packages by CPack.
# Components: program (program, libbitline.so, what it reads), training (what needs LibTorch),
# development (what somebody needs who links the library), python3 (the Python package; its targets
# are in python/).
include(CMakePackageConfigHelpers)

install(TARGETS bitline COMPONENT program)
install(TARGETS bitline_program COMPONENT program
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/bitline)
install(TARGETS bitline_shared EXPORT bitline_targets
  LIBRARY COMPONENT program NAMELINK_COMPONENT development)
if(BITLINE_TORCH)
  install(TARGETS bitline_torch_part COMPONENT training
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/bitline)
  # there, and in a package of pip, beside the library
  set_target_properties(bitline_torch_part PROPERTIES INSTALL_RPATH "$ORIGIN/..;$ORIGIN")
endif()
# Of the shipped networks and images, what the examples start from.
install(DIRECTORY examples assets COMPONENT program DESTINATION ${CMAKE_INSTALL_DATADIR}/bitline
  PATTERN retrained EXCLUDE)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/Bitline)
install(EXPORT bitline_targets NAMESPACE Bitline:: FILE BitlineTargets.cmake
  COMPONENT development DESTINATION ${package_folder})
file(WRITE ${PROJECT_BINARY_DIR}/BitlineConfig.cmake
  "include(\${CMAKE_CURRENT_LIST_DIR}/BitlineTargets.cmake)\n")
# Below 1.0, a new minor version may break what used the one before.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/BitlineConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/BitlineConfig.cmake ${PROJECT_BINARY_DIR}/BitlineConfigVersion.cmake
  COMPONENT development DESTINATION ${package_folder})

# Debian packages: `cmake --build build/release --target package`, which needs dpkg-dev. What each
# depends on, Debian's dpkg-shlibdeps says, so that a package is for the release that it was built on.
set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_PACKAGE_CONTACT "The Bitline developers <bitline@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "ADC levels and ranges for analog compute-in-memory")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# where it finds libbitline.so, which another of the packages brings
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/cli)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
cmake_host_system_information(RESULT release QUERY DISTRIB_VERSION_ID)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1~deb${release})
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME bitline)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libbitline-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "bitline (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")
if(BITLINE_TORCH)
  list(APPEND CPACK_COMPONENTS_ALL training)
  set(CPACK_DEBIAN_TRAINING_PACKAGE_NAME bitline-training)
  set(CPACK_DEBIAN_TRAINING_PACKAGE_DEPENDS "bitline (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS bitline-training)
endif()
if(BITLINE_PYTHON)
  list(APPEND CPACK_COMPONENTS_ALL python3)
  set(CPACK_DEBIAN_PYTHON3_PACKAGE_NAME python3-bitline)
  set(CPACK_DEBIAN_PYTHON3_PACKAGE_SECTION python)
  # The module is for one minor version of Python, that of the release.
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  math(EXPR next "${Python3_VERSION_MINOR} + 1")
  string(JOIN ", " CPACK_DEBIAN_PYTHON3_PACKAGE_DEPENDS
    "bitline (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})" "python3-numpy"
    "python3 (>= 3.${Python3_VERSION_MINOR})" "python3 (<< 3.${next})")
  set(CPACK_DEBIAN_PYTHON3_PACKAGE_SUGGESTS "python3-torch, python3-pandas")
endif()
if(PROJECT_IS_TOP_LEVEL)
  include(CPack)
endif()
