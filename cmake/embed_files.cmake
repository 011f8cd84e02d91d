# Writes OUTPUT, a C++ source with page_file() of bitline/report/page_files.h. FILES: NAME=PATH,
# separated by commas. A file becomes one raw string, which compiles in no time.
string(REPLACE "," ";" FILES "${FILES}")
set(source "// Written by cmake/embed_files.cmake.
#include \"bitline/report/page_files.h\"

#include \"bitline/base/fail.h\"

namespace bitline {

std::string_view page_file(std::string_view name) {
")
foreach(file ${FILES})
  string(REGEX MATCH "^([^=]+)=(.+)$" matched "${file}")
  set(name "${CMAKE_MATCH_1}")
  file(READ "${CMAKE_MATCH_2}" content)
  string(FIND "${content}" ")bitline_page\"" end)
  if(NOT end EQUAL -1)
    message(FATAL_ERROR "${name} holds what ends a raw string")
  endif()
  string(APPEND source "  if (name == \"${name}\") return R\"bitline_page(${content})bitline_page\";\n")
endforeach()
string(APPEND source "  fail(\"no page file is called {}\", name);
}

}  // namespace bitline
")
file(WRITE "${OUTPUT}" "${source}")
