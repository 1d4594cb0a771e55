// AES-GCM in one go: stands in for mbedTLS's mbedtls_gcm_crypt_and_tag and mbedtls_gcm_auth_decrypt, which TLS calls for each record.
// Whatever is out of the ordinary, and every CPU without the instructions, goes to mbedTLS's own.
#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include <mbedtls/aes.h>
#include <mbedtls/gcm.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/version.h>
extern "C" {
#include <mbedtls/constant_time.h>  // says nothing to C++
}

#include <array>
#include <cstdint>

#include "server/crypto/accel/cpu.h"
#include "server/crypto/accel/gcm_core.h"
#include "server/crypto/accel/stock_gcm.h"

static_assert(MBEDTLS_VERSION_NUMBER >> 16 == 0x0306, "the insides of another mbedTLS: look at gcm.c before this goes on");
#if !(defined(__x86_64__) && defined(MBEDTLS_AESNI_C) && defined(MBEDTLS_HAVE_ASM)) && !(defined(__aarch64__) && defined(MBEDTLS_AESCE_C))
#error "without these mbedTLS keeps H in another order: see gcm_gen_table()"
#endif
static_assert(MBEDTLS_GCM_HTABLE_SIZE == 16, "H stands in the middle of the table");

namespace {

namespace accel = postern::crypto::accel;

constexpr std::size_t kTag = 16, kNonce = 12;
constexpr std::size_t kMost = std::size_t{1} << 24;  // of one call; a record has 16 kB

// The ordinary: AES, a nonce of 12 bytes, a whole tag, one buffer or two that are apart.
bool is_ordinary(const mbedtls_gcm_context& context, std::size_t size, std::size_t iv_size, std::size_t tag_size, const unsigned char* in,
                 const unsigned char* out) {
    const auto at = reinterpret_cast<std::uintptr_t>(in), to = reinterpret_cast<std::uintptr_t>(out);
    const bool apart = size == 0 || at == to || at + size <= to || to + size <= at;
    return accel::cpu_has_gcm() && iv_size == kNonce && tag_size == kTag && size < kMost && apart &&
           context.cipher_ctx.cipher_ctx != nullptr &&
           mbedtls_cipher_info_get_type(context.cipher_ctx.cipher_info) >= MBEDTLS_CIPHER_AES_128_ECB &&
           mbedtls_cipher_info_get_type(context.cipher_ctx.cipher_info) <= MBEDTLS_CIPHER_AES_256_ECB;
}

void run(const mbedtls_gcm_context& context, bool decrypts, std::size_t size, const unsigned char* iv, const unsigned char* add,
         std::size_t add_size, const unsigned char* in, unsigned char* out, unsigned char* tag) {
    const auto& aes = *static_cast<const mbedtls_aes_context*>(context.cipher_ctx.cipher_ctx);
    const accel::GcmKey key{reinterpret_cast<const unsigned char*>(aes.buf + aes.rk_offset), static_cast<std::size_t>(aes.nr),
                            reinterpret_cast<const unsigned char*>(context.H[MBEDTLS_GCM_HTABLE_SIZE / 2])};
    accel::run_gcm(key, decrypts, iv, add, add_size, in, out, size, tag);
}

}  // namespace

extern "C" int mbedtls_gcm_crypt_and_tag(mbedtls_gcm_context* ctx, int mode, std::size_t length, const unsigned char* iv, std::size_t iv_len,
                                         const unsigned char* add, std::size_t add_len, const unsigned char* input, unsigned char* output,
                                         std::size_t tag_len, unsigned char* tag) {
    if (!is_ordinary(*ctx, length, iv_len, tag_len, input, output) || add_len >= kMost)
        return postern_stock_gcm_crypt_and_tag(ctx, mode, length, iv, iv_len, add, add_len, input, output, tag_len, tag);
    run(*ctx, mode == MBEDTLS_GCM_DECRYPT, length, iv, add, add_len, input, output, tag);
    return 0;
}

extern "C" int mbedtls_gcm_auth_decrypt(mbedtls_gcm_context* ctx, std::size_t length, const unsigned char* iv, std::size_t iv_len,
                                        const unsigned char* add, std::size_t add_len, const unsigned char* tag, std::size_t tag_len,
                                        const unsigned char* input, unsigned char* output) {
    if (!is_ordinary(*ctx, length, iv_len, tag_len, input, output) || add_len >= kMost)
        return postern_stock_gcm_auth_decrypt(ctx, length, iv, iv_len, add, add_len, tag, tag_len, input, output);
    std::array<unsigned char, kTag> made;
    run(*ctx, true, length, iv, add, add_len, input, output, made.data());
    const int differs = mbedtls_ct_memcmp(tag, made.data(), made.size());
    mbedtls_platform_zeroize(made.data(), made.size());
    if (differs == 0) return 0;
    mbedtls_platform_zeroize(output, length);
    return MBEDTLS_ERR_GCM_AUTH_FAILED;
}
