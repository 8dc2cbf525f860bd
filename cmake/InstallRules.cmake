# bin/, lib/roost/plugins/, include/, share/roost/pipelines/ and the CMake package.
include(CMakePackageConfigHelpers)

install(TARGETS roost_core EXPORT roost_targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET roost_program)
  install(TARGETS roost_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(TARGETS roost_manifest EXPORT roost_targets RUNTIME DESTINATION ${CMAKE_INSTALL_LIBDIR}/roost)
install(DIRECTORY core/include/roost DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(DIRECTORY pipelines DESTINATION ${CMAKE_INSTALL_DATADIR}/roost FILES_MATCHING PATTERN "*.yaml")
install(FILES docs/roost.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES scripts/roost.bash-completion DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
  RENAME roost)

set(ROOST_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/roost)
install(EXPORT roost_targets NAMESPACE roost:: DESTINATION ${ROOST_CMAKE_DIR})
configure_package_config_file(cmake/roostConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/roostConfig.cmake
  INSTALL_DESTINATION ${ROOST_CMAKE_DIR})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/roostConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/roostConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/roostConfigVersion.cmake
  cmake/RoostPlugin.cmake DESTINATION ${ROOST_CMAKE_DIR})
