# roost_add_plugin(NAME SOURCES a.cpp ... [LINK library ...] [FOLDER folder])
#
# Builds the shared object NAME.so from sources that hold one ROOST_PLUGIN(...), and beside it the manifest
# NAME.json, which is taken from the object's own descriptor. In roost's tree both land in
# lib/roost/plugins of the build folder and are installed; in another tree in the current build folder. With
# FOLDER they land there and are not installed.
include_guard(GLOBAL)

function(roost_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 PLUGIN "" "FOLDER" "SOURCES;LINK")
  if(NOT PLUGIN_SOURCES)
    message(FATAL_ERROR "roost_add_plugin(${name}): no SOURCES given")
  endif()
  add_library(${name} MODULE ${PLUGIN_SOURCES})
  set_target_properties(${name} PROPERTIES PREFIX "" CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_features(${name} PRIVATE cxx_std_20)
  target_link_libraries(${name} PRIVATE roost::roost ${PLUGIN_LINK})
  # nodelete: what a plugin made may outlive it; defs: a missing symbol is an error here, not at the first call
  # (a sanitizer's own symbols are the program's, so with one it can't be told).
  target_link_options(${name} PRIVATE LINKER:-z,nodelete)
  if(NOT ROOST_SANITIZE)
    target_link_options(${name} PRIVATE LINKER:-z,defs)
  endif()
  if(TARGET roost_core)
    target_link_libraries(${name} PRIVATE roost_warnings)
  endif()
  if(PLUGIN_FOLDER)
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${PLUGIN_FOLDER})
  elseif(TARGET roost_core)
    set_target_properties(${name} PROPERTIES
      LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/roost/plugins
      INSTALL_RPATH "$ORIGIN/../..")
    install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/roost/plugins)
    install(FILES ${CMAKE_BINARY_DIR}/lib/roost/plugins/${name}.json
      DESTINATION ${CMAKE_INSTALL_LIBDIR}/roost/plugins)
  endif()
  add_custom_command(TARGET ${name} POST_BUILD
    COMMAND roost::manifest $<TARGET_FILE:${name}>
    VERBATIM
    COMMENT "Writing the manifest of ${name}")
endfunction()
