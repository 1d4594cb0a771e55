#include "tests/gcm/fallback.h"

#include "server/crypto/accel/stock_gcm.h"

namespace {
unsigned long count = 0;
}

extern "C" {
decltype(postern_stock_gcm_crypt_and_tag) __real_postern_stock_gcm_crypt_and_tag, __wrap_postern_stock_gcm_crypt_and_tag;
decltype(postern_stock_gcm_auth_decrypt) __real_postern_stock_gcm_auth_decrypt, __wrap_postern_stock_gcm_auth_decrypt;
}

int __wrap_postern_stock_gcm_crypt_and_tag(mbedtls_gcm_context* ctx, int mode, std::size_t length, const unsigned char* iv,
                                           std::size_t iv_len, const unsigned char* add, std::size_t add_len,
                                           const unsigned char* input, unsigned char* output, std::size_t tag_len, unsigned char* tag) {
    ++count;
    return __real_postern_stock_gcm_crypt_and_tag(ctx, mode, length, iv, iv_len, add, add_len, input, output, tag_len, tag);
}

int __wrap_postern_stock_gcm_auth_decrypt(mbedtls_gcm_context* ctx, std::size_t length, const unsigned char* iv, std::size_t iv_len,
                                          const unsigned char* add, std::size_t add_len, const unsigned char* tag, std::size_t tag_len,
                                          const unsigned char* input, unsigned char* output) {
    ++count;
    return __real_postern_stock_gcm_auth_decrypt(ctx, length, iv, iv_len, add, add_len, tag, tag_len, input, output);
}

namespace postern::crypto {

unsigned long fallbacks() { return count; }

}  // namespace postern::crypto
