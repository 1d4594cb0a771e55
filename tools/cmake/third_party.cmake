# Third-party code, built from the archives that tools/deps hands out.
#   mbedtls3   mbedTLS 3.6.x with server/crypto/mbedtls_config.h
#   httplib    cpp-httplib on mbedTLS, header only
#   json       nlohmann/json, header only
#   inih       one C file
#   nghttp2    its library alone, with frame buffers of 1 kB
#   zlib       its compressor, and what that needs
#   doctest    header only;  doctest_main: its main()
# All headers are SYSTEM: our warnings are for our code.

execute_process(COMMAND ${PROJECT_SOURCE_DIR}/tools/deps --print
  OUTPUT_VARIABLE deps_lines OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE deps_status)
if(NOT deps_status EQUAL 0)
  message(FATAL_ERROR "tools/deps failed; what to do stands above")
endif()
string(REPLACE "\n" ";" deps_lines "${deps_lines}")
foreach(line IN LISTS deps_lines)
  if(line MATCHES "^([^ ]+) (.+)$")
    set(DEP_${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
  endif()
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/deps.lock)

find_package(Threads REQUIRED)

# --- mbedTLS: ALT hooks and private headers tie us to the 3.6 series
set(mbed "${DEP_mbedtls}")
file(STRINGS "${mbed}/include/mbedtls/build_info.h" mbed_version
  REGEX "define MBEDTLS_VERSION_NUMBER +0x0306")
if(NOT mbed_version)
  message(FATAL_ERROR "${mbed} is not mbedTLS 3.6.x")
endif()
file(GLOB mbed_sources "${mbed}/library/*.c")
list(APPEND mbed_sources
  "${mbed}/3rdparty/everest/library/everest.c"
  "${mbed}/3rdparty/everest/library/x25519.c"
  "${mbed}/3rdparty/everest/library/Hacl_Curve25519_joined.c")
add_library(mbedtls3 STATIC ${mbed_sources})
target_include_directories(mbedtls3 SYSTEM
  PUBLIC "${mbed}/include" "${mbed}/3rdparty/everest/include"
  PRIVATE "${mbed}/library" "${mbed}/3rdparty/everest/include/everest"
          "${mbed}/3rdparty/everest/include/everest/kremlib")
target_include_directories(mbedtls3 PUBLIC ${PROJECT_SOURCE_DIR})     # for the config header
target_compile_definitions(mbedtls3 PUBLIC
  MBEDTLS_CONFIG_FILE="server/crypto/mbedtls_config.h")
if(POSTERN_TLS_HEAP AND NOT POSTERN_SANITIZE)     # sanitizers would see less through it
  target_compile_definitions(mbedtls3 PUBLIC
    MBEDTLS_USER_CONFIG_FILE="server/base/tls_heap_calls.h")
  target_link_libraries(mbedtls3 PUBLIC base)
endif()
target_compile_options(mbedtls3 PRIVATE -w "-ffile-prefix-map=${mbed}=mbedtls")
# The arithmetic and the way of a record are for speed; what is left (X.509,
# PEM, PSA's key store, text) is compiled like the rest of the build.
# On x86 musl copies with `rep movs`, whose start costs more than the 32 bytes of
# a number: a loop in place saves a tenth of a handshake.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|i.86" AND CMAKE_C_COMPILER_ID STREQUAL "GNU"
    AND CMAKE_BUILD_TYPE STREQUAL "Release")
  set(mbed_copies -minline-stringops-dynamically "-mmemcpy-strategy=unrolled_loop:256:noalign,libcall:-1:noalign"
                  "-mmemset-strategy=unrolled_loop:256:noalign,libcall:-1:noalign")
endif()
foreach(file IN LISTS mbed_sources)
  if(file MATCHES "/(aes|aesni|aesce|gcm|chacha|poly|chachapoly|cipher|bignum|ecp|ecdsa|ecdh|rsa|sha|md|ctr_drbg|constant_time|ssl_msg|everest|x25519|Hacl|platform_util)[^/]*\\.c$"
     OR file MATCHES "3rdparty")
    set_source_files_properties(${file} PROPERTIES COMPILE_OPTIONS "-O2;${mbed_copies}")
  endif()
endforeach()
# server/crypto/accel stands in for GCM in one go; mbedTLS's own stays, under other names, as what it falls back on. For ARM
# clang before 16 declares the instructions only where whole files are compiled for them.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(POSTERN_ACCEL_GCM ${POSTERN_ACCEL})
elseif(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64" AND CMAKE_SIZEOF_VOID_P EQUAL 8
    AND NOT (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 16))
  set(POSTERN_ACCEL_GCM ${POSTERN_ACCEL})
endif()
if(POSTERN_ACCEL_GCM)
  set_property(SOURCE "${mbed}/library/gcm.c" APPEND PROPERTY COMPILE_DEFINITIONS
    mbedtls_gcm_crypt_and_tag=postern_stock_gcm_crypt_and_tag
    mbedtls_gcm_auth_decrypt=postern_stock_gcm_auth_decrypt)
endif()
target_link_libraries(mbedtls3 PUBLIC Threads::Threads)
# The record buffers of idle connections are given back through mbedTLS's own
# headers; whoever does that links mbedtls3_private and says why.
add_library(mbedtls3_private INTERFACE)
target_include_directories(mbedtls3_private SYSTEM INTERFACE "${mbed}/library")
target_link_libraries(mbedtls3_private INTERFACE mbedtls3)

# --- cpp-httplib: its mbedTLS backend. It uses none of the streams that <iostream> sets up before main(), which bring all
# locales of the C++ library along, 100 kB; <ostream> is what it needs.
set(httplib "${CMAKE_BINARY_DIR}/httplib")
file(READ "${DEP_cpp-httplib}/httplib.h" httplib_h)
string(REPLACE "#include <iostream>" "#include <ostream>" quiet_httplib_h "${httplib_h}")
if(quiet_httplib_h STREQUAL httplib_h OR httplib_h MATCHES "std::(cin|cout|cerr|clog)")
  message(FATAL_ERROR "${DEP_cpp-httplib}: httplib.h includes <iostream> no longer, or uses it")
endif()
file(CONFIGURE OUTPUT "${httplib}/httplib.h" CONTENT "${quiet_httplib_h}" @ONLY)
add_library(httplib INTERFACE)
target_include_directories(httplib SYSTEM INTERFACE "${httplib}")
target_compile_definitions(httplib INTERFACE CPPHTTPLIB_MBEDTLS_SUPPORT CPPHTTPLIB_NO_EXCEPTIONS)
target_link_libraries(httplib INTERFACE mbedtls3)

# --- nlohmann/json
add_library(json INTERFACE)
target_include_directories(json SYSTEM INTERFACE "${DEP_nlohmann-json3}/single_include")

# --- inih: fed one logical line at a time by firmware/config/ini.cpp, which
# keeps the line numbers; everything clever in it is off.
add_library(inih STATIC "${DEP_inih}/ini.c")
target_include_directories(inih SYSTEM PUBLIC "${DEP_inih}")
target_compile_definitions(inih PUBLIC
  INI_ALLOW_MULTILINE=0 INI_ALLOW_INLINE_COMMENTS=0 INI_ALLOW_BOM=0
  INI_ALLOW_NO_VALUE=0 INI_STOP_ON_FIRST_ERROR=0 INI_CALL_HANDLER_ON_NEW_SECTION=1
  INI_HANDLER_LINENO=1 INI_MAX_LINE=8448)
target_compile_options(inih PRIVATE -w)

# --- nghttp2. Each of its sessions holds a buffer for one whole frame of 16 kB.
# Bodies do not go through it (h2_frames.cpp puts them where they belong), and a
# head that is longer than this goes on in CONTINUATION frames.
set(nghttp2 "${CMAKE_BINARY_DIR}/nghttp2")
file(COPY "${DEP_nghttp2}/lib/" DESTINATION "${nghttp2}"
  FILES_MATCHING PATTERN "*.c" PATTERN "*.h" PATTERN "nghttp2_frame.h" EXCLUDE)
file(READ "${DEP_nghttp2}/lib/nghttp2_frame.h" frame_h)
string(REPLACE "(NGHTTP2_FRAME_HDLEN + 1 + NGHTTP2_MAX_PAYLOADLEN)" "(NGHTTP2_FRAME_HDLEN + 1 + 1024)" small_frame_h "${frame_h}")
if(small_frame_h STREQUAL frame_h)
  message(FATAL_ERROR "${DEP_nghttp2}: NGHTTP2_FRAMEBUF_CHUNKLEN is not where it was")
endif()
file(CONFIGURE OUTPUT "${nghttp2}/nghttp2_frame.h" CONTENT "${small_frame_h}" @ONLY)
file(GLOB nghttp2_sources "${DEP_nghttp2}/lib/*.c")
list(TRANSFORM nghttp2_sources REPLACE "^.*/" "${nghttp2}/")
add_library(nghttp2 STATIC ${nghttp2_sources})
target_include_directories(nghttp2 SYSTEM PUBLIC "${nghttp2}/includes")
target_compile_definitions(nghttp2 PUBLIC NGHTTP2_STATICLIB PRIVATE BUILDING_NGHTTP2 NDEBUG
  HAVE_ARPA_INET_H HAVE_NETINET_IN_H HAVE_TIME_H HAVE_CLOCK_GETTIME HAVE_DECL_STRERROR_R=1)
target_compile_options(nghttp2 PRIVATE -w "-ffile-prefix-map=${nghttp2}=nghttp2")

# --- zlib: what server/site/deflate.cpp calls; nothing of ours unpacks but tests.
set(zlib "${DEP_zlib}")
add_library(zlib STATIC "${zlib}/deflate.c" "${zlib}/trees.c" "${zlib}/adler32.c" "${zlib}/crc32.c" "${zlib}/zutil.c")
target_include_directories(zlib SYSTEM PUBLIC "${zlib}")
target_compile_options(zlib PRIVATE -w "-ffile-prefix-map=${zlib}=zlib")
set_source_files_properties("${zlib}/deflate.c" PROPERTIES COMPILE_OPTIONS -O2)
add_library(zlib_unpacks STATIC EXCLUDE_FROM_ALL "${zlib}/inflate.c" "${zlib}/inffast.c" "${zlib}/inftrees.c")  # for tests
target_compile_options(zlib_unpacks PRIVATE -w "-ffile-prefix-map=${zlib}=zlib")
target_link_libraries(zlib_unpacks PUBLIC zlib)
set_target_properties(mbedtls3 inih nghttp2 zlib zlib_unpacks PROPERTIES INTERPROCEDURAL_OPTIMIZATION OFF)

# --- doctest
add_library(doctest INTERFACE)
target_include_directories(doctest SYSTEM INTERFACE "${DEP_doctest}/doctest" "${DEP_doctest}")
target_compile_definitions(doctest INTERFACE DOCTEST_CONFIG_SUPER_FAST_ASSERTS)
