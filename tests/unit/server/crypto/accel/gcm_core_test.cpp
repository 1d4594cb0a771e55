// The arithmetic by itself, with hash keys that no key of AES is known for: those of one bit and their inverses find what random ones
// may not in 2^32 tries.
#ifdef POSTERN_ACCEL_GCM

#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include "server/crypto/accel/gcm_core.h"

#include <mbedtls/aes.h>

#include <vector>

#include "server/crypto/accel/cpu.h"
#include "tests/unit/server/crypto/accel/plain_gcm.h"

namespace postern::crypto {

TEST_CASE("AES-GCM: hash keys that no key of AES is known for") {
    if (!accel::cpu_has_gcm()) return;
    const std::string key = std::string(16, 'k'), nonce(12, 'n'), much(300, 't');
    PlainGcm plain(key);
    mbedtls_aes_context aes;
    mbedtls_aes_init(&aes);
    CHECK(mbedtls_aes_setkey_enc(&aes, bytes(std::string_view(key)), 128) == 0);
    std::vector<Bits> hash_keys(3);  // 0, 1, all ones
    hash_keys[1][0] = 0x80;
    hash_keys[2].fill(0xff);
    for (std::size_t bit = 0; bit < 128; ++bit) {
        Bits one{};
        one[bit / 8] = static_cast<unsigned char>(0x80 >> bit % 8);
        hash_keys.push_back(one);
        hash_keys.push_back(inverse_of(one));
    }
    for (const Bits& h : hash_keys) {
        plain.set_hash_key(h);
        const accel::GcmKey gcm_key{reinterpret_cast<const unsigned char*>(aes.buf + aes.rk_offset), 10, h.data()};
        for (std::size_t size : {0, 16, 144, 300}) {
            const std::string text = size == 16 ? std::string(16, '\xff') : much.substr(0, size), add = much.substr(0, size % 31);
            std::string made(size, '\0'), tag(16, '\0');
            accel::run_gcm(gcm_key, false, bytes(nonce), bytes(add), add.size(), bytes(text), bytes(made), size, bytes(tag));
            CHECK(Sealed{made, tag} == plain.seal(nonce, add, text));
            accel::run_gcm(gcm_key, true, bytes(nonce), bytes(add), add.size(), bytes(std::string_view(made)), bytes(made), size, bytes(tag));
            CHECK(made == text);
            CHECK(tag == plain.seal(nonce, add, text).tag);
        }
    }
    mbedtls_aes_free(&aes);
}

}  // namespace postern::crypto

#endif
