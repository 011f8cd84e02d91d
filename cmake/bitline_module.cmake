# One target per folder of bitline/. A target sees the headers of the folders that it names and of
# no others: each folder is published under an include directory of its own, so an include along an
# edge that CMakeLists.txt does not state is an error of the compiler.

find_package(fmt REQUIRED)
find_package(GTest REQUIRED)
find_package(rapidcheck REQUIRED)
include(GoogleTest)

add_library(bitline_flags INTERFACE)
target_compile_options(bitline_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Werror -ffp-contract=off -fno-math-errno)
if(BITLINE_SANITIZE)
  target_compile_options(bitline_flags INTERFACE
    -fsanitize=${BITLINE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(bitline_flags INTERFACE -fsanitize=${BITLINE_SANITIZE})
endif()
if(BITLINE_COVERAGE)
  target_compile_options(bitline_flags INTERFACE --coverage)
  target_link_options(bitline_flags INTERFACE --coverage)
endif()
if(BITLINE_STD_THREADS)
  find_package(Threads REQUIRED)
  target_compile_definitions(bitline_flags INTERFACE BITLINE_STD_THREADS)
  target_link_libraries(bitline_flags INTERFACE Threads::Threads)
else()
  find_package(OpenMP REQUIRED)
  target_link_libraries(bitline_flags INTERFACE OpenMP::OpenMP_CXX)
endif()

# bitline_version_source(TARGET FILE): FILE.in of this folder with version and revision, which are
# asked again at every build, as a source of TARGET.
function(bitline_version_source target file)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${file})
  add_custom_target(${target}_version
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DPROJECT_VERSION=${PROJECT_VERSION}
            -DTEMPLATE=${CMAKE_CURRENT_SOURCE_DIR}/${file}.in -DOUTPUT=${output}
            -P ${PROJECT_SOURCE_DIR}/cmake/git_revision.cmake
    BYPRODUCTS ${output})
  target_sources(${target} PRIVATE ${output})
  add_dependencies(${target} ${target}_version)
endfunction()

# bitline_include_folder(NAME RESULT): an include directory of its own for this folder of bitline/, in
# RESULT.
function(bitline_include_folder name result)
  set(include ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${include}/bitline)
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${include}/bitline/${name} SYMBOLIC)
  set(${result} ${include} PARENT_SCOPE)
endfunction()

# bitline_module(NAME DEPENDS folders... LIBRARIES external targets...)
# Library from every *.cc of the folder, test program from every *_test.cc; each test case is
# visible to CTest as <folder>.<Suite>.<Case>.
function(bitline_module name)
  cmake_parse_arguments(MODULE "" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  file(GLOB tests CONFIGURE_DEPENDS *_test.cc)
  list(REMOVE_ITEM sources ${tests} "")

  bitline_include_folder(${name} include)
  add_library(bitline_${name} ${sources})
  target_include_directories(bitline_${name} PUBLIC ${include})
  list(TRANSFORM MODULE_DEPENDS PREPEND bitline_)
  target_link_libraries(bitline_${name}
    PUBLIC ${MODULE_DEPENDS} ${MODULE_LIBRARIES} fmt::fmt PRIVATE bitline_flags)

  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE
      bitline_${name} bitline_testing bitline_flags GTest::gmock GTest::gtest_main rapidcheck)
    gtest_discover_tests(${name}_test TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST
      DISCOVERY_TIMEOUT 60)
  endif()
endfunction()

# bitline_test_with_avx2(NAME MODULE ARGUMENTS...): the module's tests that the arguments choose, in
# one process and with oneDNN and LibTorch held to AVX2, so that every CPU of x86 covers the code that
# they have for it, and memory that one test damages shows in another.
function(bitline_test_with_avx2 name module)
  add_test(NAME ${module}.${name} COMMAND ${module}_test ${ARGN})
  set_tests_properties(${module}.${name} PROPERTIES
    ENVIRONMENT "DNNL_MAX_CPU_ISA=AVX2;ATEN_CPU_CAPABILITY=avx2")
endfunction()

# bitline_policies(NAME FOLDER POLICY NAMESPACE HEADER): every FOLDER/x.cc of the module defines the
# policy NAMESPACE::kX; together they are all_policies<POLICY>() of base/policy.h. FOLDER/*_test.cc
# join the module's tests.
function(bitline_policies name folder policy namespace header)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*.cc)
  file(GLOB tests CONFIGURE_DEPENDS ${folder}/*_test.cc)
  list(REMOVE_ITEM files ${tests} "")
  set(declarations)
  set(pointers)
  foreach(file ${files})
    get_filename_component(stem ${file} NAME_WE)
    set(constant k)
    string(REPLACE "_" ";" words ${stem})
    foreach(word ${words})
      string(SUBSTRING ${word} 0 1 initial)
      string(SUBSTRING ${word} 1 -1 rest)
      string(TOUPPER ${initial} initial)
      string(APPEND constant ${initial}${rest})
    endforeach()
    string(APPEND declarations "extern const ${policy} ${constant};\n")
    list(APPEND pointers "&${namespace}::${constant}")
  endforeach()
  list(JOIN pointers ", " pointers)
  set(list ${CMAKE_CURRENT_BINARY_DIR}/${folder}_list.cc)
  file(CONFIGURE OUTPUT ${list} CONTENT "// Written by cmake/bitline_module.cmake.
#include \"bitline/base/policy.h\"
#include \"${header}\"

namespace bitline {
namespace ${namespace} {
${declarations}}

template <>
std::span<const ${policy}* const> all_policies<${policy}>() {
  static const ${policy}* const kAll[] = {${pointers}};
  return kAll;
}

}  // namespace bitline
" @ONLY)
  target_sources(bitline_${name} PRIVATE ${files} ${list})
  if(tests)
    target_sources(${name}_test PRIVATE ${tests})
  endif()
endfunction()
