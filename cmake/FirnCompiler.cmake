# Flags for our own targets. Foreign headers are SYSTEM includes and stay silent.
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    # What precompiled headers need and no more: a header that is being edited is not cached.
    CCACHE_SLOPPINESS=pch_defines,time_macros
    # A second clone finds what the first one compiled: paths inside the tree count as relative.
    CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()

# Enough debug information for a backtrace and perf, not for stepping: it halves the build.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
if(FIRN_SANITIZE) # a server that every test of the suite starts must not be ten times slower
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
endif()

add_library(firn_flags INTERFACE)
target_compile_options(firn_flags INTERFACE -Wall -Wextra -Werror -Wno-missing-field-initializers
  -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these falsely in optimised standard-library code and in coroutines;
  # -Winvalid-pch keeps PCH honest.
  target_compile_options(firn_flags INTERFACE -Wno-maybe-uninitialized -Wno-restrict
    -Wno-stringop-overflow -Wno-array-bounds -Wno-dangling-pointer -Wno-mismatched-new-delete
    -fpch-preprocess)
endif()
# Coroutine frames come from malloc. Asio's cache of them gives large ones to small frames, so that
# most come from aligned_alloc, at five times the cost; and clang 16 keeps the address of a thread's
# own variables over a suspension, after which the coroutine may go on in another thread: the cache
# would be shared without a lock.
target_compile_definitions(firn_flags INTERFACE BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING)
if(FIRN_SANITIZE)
  target_compile_options(firn_flags INTERFACE -fsanitize=${FIRN_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(firn_flags INTERFACE -fsanitize=${FIRN_SANITIZE})
  if(FIRN_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio's fences, which the thread sanitizer does not follow.
    target_compile_options(firn_flags INTERFACE -Wno-tsan)
  endif()
endif()
