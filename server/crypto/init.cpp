#include "server/crypto/init.h"

#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/ssl.h>
#include <psa/crypto.h>
extern "C" {
#include <mbedtls/psa_util.h>  // does not say extern "C" itself, up to 3.6.7 at least
}
#include <sys/random.h>

#include <cerrno>
#include <cstdio>
#include <mutex>

#include "server/crypto/rng.h"

// The only source of mbedTLS's randomness (MBEDTLS_ENTROPY_HARDWARE_ALT). Waits until the kernel's pool is seeded.
extern "C" int mbedtls_hardware_poll(void*, unsigned char* out, std::size_t size, std::size_t* filled) {
    *filled = 0;
    while (*filled < size) {
        const ssize_t got = ::getrandom(out + *filled, size - *filled, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
        *filled += static_cast<std::size_t>(got);
    }
    return 0;
}

namespace postern::crypto {

Result<void> init() {
    static std::mutex mutex;
    std::lock_guard<std::mutex> hold(mutex);
    (void)mbedtls_ssl_list_ciphersuites();          // makes its list at the first call, without a lock
    const psa_status_t status = psa_crypto_init();  // does nothing when done already
    if (status == PSA_SUCCESS) return {};
    return Error::admin("cryptography does not start: no random bytes from the kernel (PSA " +
                        std::to_string(status) + ")");
}

std::string describe(int mbedtls_code) {
    char text[160] = "";
    mbedtls_strerror(mbedtls_code, text, sizeof text);
    char number[16];
    (void)std::snprintf(number, sizeof number, " (-0x%04X)", static_cast<unsigned>(-mbedtls_code));
    return std::string(text) + number;
}

int rng(void*, unsigned char* out, std::size_t size) {
    return mbedtls_psa_get_random(MBEDTLS_PSA_RANDOM_STATE, out, size);
}

}  // namespace postern::crypto
