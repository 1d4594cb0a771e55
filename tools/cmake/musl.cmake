# Toolchain file: static programs of musl and libstdc++ as tools/musl builds them.
# With POSTERN_TRIPLET the compiler is that cross compiler, else the machine's own gcc.
set(POSTERN_TRIPLET "" CACHE STRING "Triplet of the cross compiler, empty for this machine's own")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES POSTERN_TRIPLET POSTERN_MUSL)
if(POSTERN_TRIPLET)
  set(POSTERN_CROSS ${POSTERN_TRIPLET}-)
endif()
if(NOT POSTERN_MUSL)
  execute_process(COMMAND ${CMAKE_CURRENT_LIST_DIR}/../musl ${POSTERN_TRIPLET}
    OUTPUT_VARIABLE POSTERN_MUSL OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "tools/musl failed; what to do stands above")
  endif()
endif()
file(STRINGS ${POSTERN_MUSL}/complete musl_host LIMIT_COUNT 1)

set(CMAKE_C_COMPILER ${POSTERN_CROSS}gcc)
set(CMAKE_CXX_COMPILER ${POSTERN_CROSS}g++)
set(CMAKE_C_FLAGS_INIT "-specs=${POSTERN_MUSL}/musl.specs")
set(cxx "${POSTERN_MUSL}/include/c++")
set(CMAKE_CXX_FLAGS_INIT
  "-specs=${POSTERN_MUSL}/musl.specs -nostdinc++ -isystem ${cxx} -isystem ${cxx}/${musl_host} -isystem ${cxx}/backward")
# musl gives a thread 128 KiB of stack unless the program asks for more; only touched pages cost.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static-pie -Wl,-z,stack-size=1048576")
