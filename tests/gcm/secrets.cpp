// gcm_secrets: AES-GCM with keys and texts that valgrind holds for undefined. It then complains of every branch and every index that
// depends on them. Outside valgrind it only runs.
#include <mbedtls/gcm.h>
#include <valgrind/memcheck.h>

#include <cstdio>
#include <cstring>
#include <vector>

#include "server/crypto/accel/cpu.h"

extern "C" {
int __real_mbedtls_ct_memcmp(const void* a, const void* b, std::size_t size);
int __wrap_mbedtls_ct_memcmp(const void* a, const void* b, std::size_t size);
}

// Whether a tag is the right one is no secret: the peer is told.
int __wrap_mbedtls_ct_memcmp(const void* a, const void* b, std::size_t size) {
    int differs = __real_mbedtls_ct_memcmp(a, b, size);
    VALGRIND_MAKE_MEM_DEFINED(&differs, sizeof differs);
    return differs;
}

namespace {

using Text = std::vector<unsigned char>;

void hide(Text& text) { VALGRIND_MAKE_MEM_UNDEFINED(text.data(), text.size()); }
void show(Text& text) { VALGRIND_MAKE_MEM_DEFINED(text.data(), text.size()); }

// False where it does not even compute right, so that nothing was looked at.
bool seal_and_open(std::size_t key_size, std::size_t size) {
    Text key(key_size, 7), text(size, 'p'), sealed(size), tag(16), nonce(12, 1), add(13, 2);
    hide(key);
    hide(text);
    mbedtls_gcm_context gcm;
    mbedtls_gcm_init(&gcm);
    bool right = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key.data(), static_cast<unsigned>(key_size * 8)) == 0;
    right = right && mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, size, nonce.data(), 12, add.data(), add.size(), text.data(),
                                               sealed.data(), 16, tag.data()) == 0;
    show(sealed);  // it goes over the wire
    show(tag);
    Text opened = sealed;
    right = right && mbedtls_gcm_auth_decrypt(&gcm, size, nonce.data(), 12, add.data(), add.size(), tag.data(), 16, opened.data(), opened.data()) == 0;
    show(opened);
    show(text);
    right = right && opened == text;
    tag[3] ^= 1;
    right = right && mbedtls_gcm_auth_decrypt(&gcm, size, nonce.data(), 12, add.data(), add.size(), tag.data(), 16, sealed.data(), opened.data()) ==
                         MBEDTLS_ERR_GCM_AUTH_FAILED;
    right = right && opened == Text(size);  // defined, too: wiped
    mbedtls_gcm_free(&gcm);
    return right;
}

}  // namespace

int main() {
    if (!postern::crypto::accel::cpu_has_gcm()) {
        std::puts("this CPU has no instructions for AES-GCM");
        return 1;
    }
    for (std::size_t key_size : {16, 24, 32})
        for (std::size_t size : {0, 1, 15, 16, 17, 127, 128, 129, 255, 256, 300, 1024, 1500})
            if (!seal_and_open(key_size, size)) {
                std::printf("FAIL key of %zu, text of %zu bytes\n", key_size, size);
                return 1;
            }
    return 0;
}
