# included_headers(RESULT FOLDER HEADERS...): HEADERS, relative to FOLDER, and all headers of bitline/
# that they include, which is what a program that includes them needs. As a script,
# `cmake -D HEADERS=… -P cmake/included_headers.cmake` prints those of the repository, one a line.
cmake_minimum_required(VERSION 3.25)  # as a script it has no project that says so

function(included_headers result folder)
  set(todo ${ARGN})
  set(seen)
  while(todo)
    list(POP_FRONT todo header)
    if(header IN_LIST seen)
      continue()
    endif()
    list(APPEND seen ${header})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/${header})
    file(STRINGS ${folder}/${header} includes REGEX "^#include \"bitline/")
    list(TRANSFORM includes REPLACE "^#include \"(.*)\".*" "\\1")
    list(APPEND todo ${includes})
  endwhile()
  list(SORT seen)
  set(${result} ${seen} PARENT_SCOPE)
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH source)
  included_headers(headers ${source} ${HEADERS})
  list(JOIN headers "\n" lines)
  execute_process(COMMAND ${CMAKE_COMMAND} -E echo "${lines}")
endif()
