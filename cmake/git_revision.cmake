# Writes OUTPUT from TEMPLATE with the git revision of SOURCE, only when it changes.
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty=-modified --exclude=*
  OUTPUT_VARIABLE BITLINE_GIT_REVISION OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT BITLINE_GIT_REVISION)
  set(BITLINE_GIT_REVISION unknown)
endif()
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
