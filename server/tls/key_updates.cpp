#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include "server/tls/key_updates.h"

#include <mbedtls/ssl.h>
#include <mbedtls/version.h>

#include <array>
#include <cstring>

#include "server/base/limits.h"
#include "server/tls/traffic_keys.h"

extern "C" int mbedtls_ssl_write_record(mbedtls_ssl_context* ssl, int force_flush);  // as in mbedTLS's library/ssl_misc.h

namespace postern::tls {

static_assert(MBEDTLS_VERSION_NUMBER >= 0x03060600 && MBEDTLS_VERSION_NUMBER < 0x03070000, "read mbedtls_ssl_read() again");

namespace {

constexpr unsigned char kKeyUpdate = 24;
constexpr std::size_t kHeader = 4;  // type, and three bytes of length
enum Request : unsigned char { kNotRequested = 0, kRequested = 1 };

// A whole handshake message that mbedtls_ssl_read() could do nothing with. The next call of it goes on behind it.
bool is_here(const mbedtls_ssl_context& ssl) {
    return ssl.tls_version == MBEDTLS_SSL_VERSION_TLS1_3 && ssl.state == MBEDTLS_SSL_HANDSHAKE_OVER &&
           ssl.in_msgtype == MBEDTLS_SSL_MSG_HANDSHAKE && ssl.in_hslen >= kHeader && ssl.in_msglen >= ssl.in_hslen &&
           ssl.in_offt == nullptr && ssl.in_msg[0] == kKeyUpdate;
}

}  // namespace

int KeyUpdates::take(mbedtls_ssl_context& ssl) {
    if (!is_here(ssl)) return MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE;
    if (ssl.in_hslen != kHeader + 1) return MBEDTLS_ERR_SSL_DECODE_ERROR;
    const unsigned char request = ssl.in_msg[kHeader];
    if (request != kNotRequested && request != kRequested) return MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER;
    // section 5.1: what follows in this record was sealed with keys that are over
    if (ssl.in_msglen != ssl.in_hslen) return MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE;
    if (++in_a_row_ > limits::kKeyUpdates) return MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE;
    owed_ = owed_ || request == kRequested;
    return postern_next_peer_keys(&ssl);
}

int KeyUpdates::answer(mbedtls_ssl_context& ssl) {
    if (!owed_) return 0;
    constexpr std::array<unsigned char, kHeader + 1> kMessage = {kKeyUpdate, 0, 0, 1, kNotRequested};
    ssl.out_msgtype = MBEDTLS_SSL_MSG_HANDSHAKE;
    ssl.out_msglen = kMessage.size();
    std::memcpy(ssl.out_msg, kMessage.data(), kMessage.size());
    const int code = mbedtls_ssl_write_record(&ssl, 1);
    if (code != 0) return code;
    owed_ = false;
    return postern_next_own_keys(&ssl);
}

}  // namespace postern::tls
