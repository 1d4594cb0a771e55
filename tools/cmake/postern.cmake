# postern_library(NAME [HOT] [PUBLIC target...] [PRIVATE target...])
#   The library of the current folder: its *.cpp, includes from the repository's
#   root.  PUBLIC are the arrows that the headers use, PRIVATE those that only
#   the .cpp files use.  A folder without a .cpp yet is a header-only library.
#   The shipped program is compiled for size; HOT libraries, through which the
#   bytes of requests go, for speed.
function(postern_library name)
  cmake_parse_arguments(arg "HOT" "" "PUBLIC;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC postern_flags ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
    if(CMAKE_BUILD_TYPE STREQUAL "Coverage")
      target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>)
    endif()
    if(arg_HOT)
      target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O2>)
    endif()
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE postern_flags ${arg_PUBLIC})
  endif()
endfunction()

# postern_unit(NAME FOLDER [ALONE] target...)
#   The program unit_NAME from tests/unit/FOLDER/*.cpp, a CTest of that name.  The
#   targets are the library that it tests and what the tests need besides; ALONE
#   without the fakes, and so without all that they know.
function(postern_unit name folder)
  cmake_parse_arguments(arg "ALONE" "" "" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/unit/${folder}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(unit_${name} ${sources})
  target_link_libraries(unit_${name} PRIVATE ${arg_UNPARSED_ARGUMENTS} doctest_main)
  if(NOT arg_ALONE)
    target_link_libraries(unit_${name} PRIVATE fakes)
  endif()
  add_test(NAME unit_${name} COMMAND unit_${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(unit_${name} PROPERTIES TIMEOUT 300)
endfunction()

# postern_fuzz(NAME target...)
#   tests/fuzz/NAME_fuzz.cpp with the corpus tests/fuzz/corpus/NAME/.
#   With POSTERN_FUZZ: a libFuzzer program.  Without: a program that replays the
#   corpus, as a unit test.
function(postern_fuzz name)
  set(corpus ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
  add_executable(fuzz_${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/${name}_fuzz.cpp)
  target_link_libraries(fuzz_${name} PRIVATE postern_flags ${ARGN})
  if(POSTERN_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cpp)
    add_test(NAME replay_${name} COMMAND fuzz_${name} ${corpus})
    set_tests_properties(replay_${name} PROPERTIES TIMEOUT 120)
  endif()
endfunction()
