# How our own code is compiled: target `postern_flags`, linked by every library
# of ours.  Sanitizers and sections apply to third-party code too.

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # What was compiled in one clone is found again from another.
  set(CMAKE_C_COMPILER_LAUNCHER env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
                                CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()

add_compile_options(-ffunction-sections -fdata-sections -fno-common)
# Paths in assert() and debug data do not tell where it was built.
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
# time_t and off_t of 64 bits on 32-bit boards.
add_compile_definitions(_FILE_OFFSET_BITS=64 _TIME_BITS=64)

if(POSTERN_SANITIZE)
  add_compile_options(-fsanitize=${POSTERN_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${POSTERN_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND NOT POSTERN_FUZZ)
    # clang's static runtime suffers no operator new beside its own, and tests count with theirs.
    execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-runtime-dir
                    OUTPUT_VARIABLE runtime OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    cmake_path(GET runtime PARENT_PATH runtime)
    add_link_options(-shared-libsan -Wl,-rpath,${runtime}/linux)
  endif()
else()
  add_compile_options(-fstack-protector-strong)
  add_link_options(-Wl,--gc-sections)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    add_compile_definitions(_FORTIFY_SOURCE=2)
  endif()
endif()

# We do not throw, nor do the libraries on the ways that we take through them, and nobody asks an object for its type. The
# shipped program has neither the code for that nor the tables, 300 kB less, and with musl no unwinder; the tests have both,
# for doctest. Where branches are counted (tools/coverage) none lead to clean-ups: see postern_library.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions;-fno-rtti>" -fno-asynchronous-unwind-tables)
  add_link_options(-fno-exceptions -fno-asynchronous-unwind-tables)     # what is optimized as a whole is compiled there
endif()

# The shipped program is optimized as a whole, 300 kB less. Not its C: mbedTLS has assembler with labels of its own,
# which that tears apart.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()

# The standard library's headers, read once: a fifth less to wait for where everything is compiled for a sanitizer. Not
# elsewhere, where it would hide an #include that is missing. Outside the tree, so that ccache finds other clones' objects.
if(POSTERN_SANITIZE)
  include(precompiled)
endif()

if(POSTERN_STATIC)
  # Position-independent and static: no loader, and yet addresses nobody can guess.
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  add_link_options(-static-pie -Wl,-z,relro,-z,now,-z,noexecstack)
  include(CheckLinkerFlag)
  # relative relocations as a bit map: 130 kB less (binutils 2.38, glibc 2.36)
  check_linker_flag(CXX "-Wl,-z,pack-relative-relocs" HAVE_RELR)
  if(HAVE_RELR)
    add_link_options(-Wl,-z,pack-relative-relocs)
  endif()
endif()

add_library(postern_flags INTERFACE)
target_include_directories(postern_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(postern_flags INTERFACE
  -Wall -Wextra -Wshadow $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>
  -Wimplicit-fallthrough -Wformat=2 -Wvla -Wundef $<$<COMPILE_LANGUAGE:CXX>:-Wextra-semi> -Wcast-qual
  # g++ 12 imagines these inside std::variant; ASan and clang-tidy find the real ones.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
  $<$<CXX_COMPILER_ID:Clang>:-Wreserved-identifier>
  $<$<BOOL:${POSTERN_WERROR}>:-Werror>
  $<$<BOOL:${POSTERN_FUZZ}>:-fsanitize=fuzzer-no-link>)
