# One target per folder of bitline/. A target sees the headers of the folders that it names and of
# no others: each folder is published under an include directory of its own, so an include along an
# edge that CMakeLists.txt does not state is an error of the compiler.

find_package(fmt REQUIRED)
if(BITLINE_TESTS)
  find_package(GTest REQUIRED)
  find_package(rapidcheck REQUIRED)
  include(GoogleTest)
endif()

add_library(bitline_flags INTERFACE)
target_compile_options(bitline_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion $<$<BOOL:${BITLINE_WERROR}>:-Werror>
  -ffp-contract=off -fno-math-errno -fno-semantic-interposition)
# From GCC 13 on it warns of moves inside the standard library's vectors, which are in bounds.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
  target_compile_options(bitline_flags INTERFACE -Wno-array-bounds)
endif()
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
  set(include ${PROJECT_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${include}/bitline)
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${include}/bitline/${name} SYMBOLIC)
  set(${result} ${include} PARENT_SCOPE)
endfunction()

# What most files include of the standard library and of fmt, compiled once. Headers of our own never
# stand here: an include along a missing edge would then compile.
set(bitline_precompiled <algorithm> <cmath> <cstdint> <filesystem> <functional> <limits> <map>
  <memory> <numeric> <optional> <set> <span> <string> <string_view> <utility> <vector>
  <fmt/format.h>)
# without it, ccache takes nothing that GCC compiles with precompiled headers
set(bitline_precompiled_flags $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)

# bitline_precompiled_as(TARGET FOLDER): TARGET takes the precompiled headers of a folder.
function(bitline_precompiled_as target folder)
  target_precompile_headers(${target} REUSE_FROM bitline_${folder})
  target_compile_options(${target} PRIVATE ${bitline_precompiled_flags})
endfunction()

# bitline_together(TARGET): where BITLINE_UNITY is on, its files are compiled eight at a time, which
# reads their headers once. Names in the nameless namespaces of a folder then have to differ.
function(bitline_together target)
  if(BITLINE_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  endif()
endfunction()

# bitline_module(NAME DEPENDS folders... LIBRARIES external targets...
#                PRECOMPILE headers... | PRECOMPILED_AS folder
#                TOGETHER
#                TEST_DEPENDS folders... TEST_DEFINITIONS definitions...)
# Library from every *.cc of the folder, test program from every *_test.cc; each test case is
# visible to CTest as <folder>.<Suite>.<Case>. PRECOMPILE: headers of its libraries that most of its
# files include too. Without them it takes the precompiled headers of another folder, unless told
# otherwise of base/. TOGETHER: bitline_together(). Its tests may need further folders, and definitions of the preprocessor.
function(bitline_module name)
  cmake_parse_arguments(MODULE "TOGETHER" "PRECOMPILED_AS"
    "DEPENDS;LIBRARIES;PRECOMPILE;TEST_DEPENDS;TEST_DEFINITIONS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  file(GLOB tests CONFIGURE_DEPENDS *_test.cc)
  list(REMOVE_ITEM sources ${tests} "")

  bitline_include_folder(${name} include)
  add_library(bitline_${name} STATIC ${sources})
  set_property(GLOBAL APPEND PROPERTY BITLINE_ROOMS ${name})
  target_include_directories(bitline_${name} PUBLIC ${include})
  list(TRANSFORM MODULE_DEPENDS PREPEND bitline_)
  list(TRANSFORM MODULE_TEST_DEPENDS PREPEND bitline_)
  target_link_libraries(bitline_${name}
    PUBLIC ${MODULE_DEPENDS} ${MODULE_LIBRARIES} fmt::fmt PRIVATE bitline_flags)
  if(MODULE_PRECOMPILE OR name STREQUAL base)
    target_precompile_headers(bitline_${name} PRIVATE ${bitline_precompiled} ${MODULE_PRECOMPILE})
    target_compile_options(bitline_${name} PRIVATE ${bitline_precompiled_flags})
  elseif(MODULE_PRECOMPILED_AS)
    bitline_precompiled_as(bitline_${name} ${MODULE_PRECOMPILED_AS})
  else()
    bitline_precompiled_as(bitline_${name} base)
  endif()

  if(MODULE_TOGETHER)
    bitline_together(bitline_${name})
  endif()

  if(tests AND BITLINE_TESTS)
    add_executable(${name}_test ${tests})
    target_compile_definitions(${name}_test PRIVATE ${MODULE_TEST_DEFINITIONS})
    target_link_libraries(${name}_test PRIVATE bitline_${name} ${MODULE_TEST_DEPENDS}
      bitline_testing bitline_flags GTest::gmock GTest::gtest_main rapidcheck)
    # to compile tests takes longer than to run them; what they test is compiled as the preset says
    if(BITLINE_SANITIZE)
      target_compile_options(${name}_test PRIVATE -O0)
    endif()
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
  # policies of one folder call their functions alike
  set_source_files_properties(${files} ${list} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  if(tests AND BITLINE_TESTS)
    target_sources(${name}_test PRIVATE ${tests})
  endif()
endfunction()
