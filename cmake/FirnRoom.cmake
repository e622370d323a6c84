# A room is a folder of src/ with one static library and one test program.
#
#   firn_room(log DEPS io columnar SOURCES segment.cc LIBS firn::arrow TESTS tests/a_test.cc)
#
# DEPS are rooms (public). LIBS are private, PUBLIC_LIBS appear in our headers. SLOW is a GoogleTest
# filter: the tests that do more when FIRN_SLOW is set, and do it in the slow run. The arrows
# between rooms are data (tools/rooms.txt), checked by tools/tidy.py; here they are only used.
file(STRINGS ${PROJECT_SOURCE_DIR}/tools/rooms.txt FIRN_ROOM_LINES REGEX "^room ")

# One precompiled header for every room that speaks Arrow.
add_library(firn_pch STATIC ${PROJECT_SOURCE_DIR}/cmake/pch.cc)
target_include_directories(firn_pch PRIVATE ${PROJECT_SOURCE_DIR}/cmake)
target_precompile_headers(firn_pch PRIVATE <pch.h>) # by name: no clone's path in its text
target_link_libraries(firn_pch PUBLIC firn_flags firn::arrow fmt::fmt spdlog::spdlog
  nlohmann_json::nlohmann_json Threads::Threads)
target_include_directories(firn_pch PUBLIC ${PROJECT_SOURCE_DIR}/src)

function(firn_room name)
  cmake_parse_arguments(ROOM "" "SLOW" "DEPS;SOURCES;LIBS;PUBLIC_LIBS;TESTS" ${ARGN})
  add_library(firn_${name} STATIC ${ROOM_SOURCES})
  target_precompile_headers(firn_${name} REUSE_FROM firn_pch)
  list(TRANSFORM ROOM_DEPS PREPEND firn_)
  target_link_libraries(firn_${name} PUBLIC firn_pch ${ROOM_DEPS} ${ROOM_PUBLIC_LIBS}
    PRIVATE ${ROOM_LIBS})
  if(ROOM_TESTS)
    add_executable(${name}_test ${ROOM_TESTS})
    target_precompile_headers(${name}_test REUSE_FROM firn_pch)
    target_link_libraries(${name}_test PRIVATE firn_${name} ${ROOM_LIBS} GTest::gtest GTest::gmock
      GTest::gtest_main)
    add_test(NAME ${name} COMMAND ${name}_test)
    set(seconds 300)
    if(FIRN_SANITIZE)
      set(seconds 3000)
    endif()
    set_tests_properties(${name} PROPERTIES LABELS fast TIMEOUT ${seconds})
  endif()
  if(ROOM_SLOW)
    add_test(NAME ${name}_slow COMMAND ${name}_test --gtest_filter=${ROOM_SLOW})
    set_tests_properties(${name}_slow PROPERTIES LABELS slow TIMEOUT 3000 ENVIRONMENT FIRN_SLOW=1)
  endif()
endfunction()

function(firn_add_rooms)
  foreach(line ${FIRN_ROOM_LINES})
    string(REGEX REPLACE "^room ([a-z]+).*" "\\1" room ${line})
    if(EXISTS ${PROJECT_SOURCE_DIR}/src/${room}/CMakeLists.txt)
      add_subdirectory(src/${room})
    endif()
  endforeach()
endfunction()
