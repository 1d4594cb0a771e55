// mbedTLS's own one-shot GCM, under another name (tools/cmake/third_party.cmake): what ours falls back on, and is compared with.
// For gcm_one_shot.cpp and the tests alone; only where POSTERN_ACCEL is on.
#pragma once

#include <cstddef>

struct mbedtls_gcm_context;

extern "C" {
int postern_stock_gcm_crypt_and_tag(mbedtls_gcm_context* ctx, int mode, std::size_t length, const unsigned char* iv, std::size_t iv_len,
                                    const unsigned char* add, std::size_t add_len, const unsigned char* input, unsigned char* output,
                                    std::size_t tag_len, unsigned char* tag);
int postern_stock_gcm_auth_decrypt(mbedtls_gcm_context* ctx, std::size_t length, const unsigned char* iv, std::size_t iv_len,
                                   const unsigned char* add, std::size_t add_len, const unsigned char* tag, std::size_t tag_len,
                                   const unsigned char* input, unsigned char* output);
}
