#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include "server/tls/record_buffers.h"

#include <mbedtls/cipher.h>
#include <mbedtls/platform.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>

#include <cstring>

// As in mbedTLS's library/ssl_misc.h, which is no C++.
extern "C" {
void mbedtls_ssl_reset_in_pointers(mbedtls_ssl_context* ssl);
void mbedtls_ssl_reset_out_pointers(mbedtls_ssl_context* ssl);
void mbedtls_ssl_update_out_pointers(mbedtls_ssl_context* ssl, mbedtls_ssl_transform* transform);
void mbedtls_ssl_handshake_wrapup_free_hs_transform(mbedtls_ssl_context* ssl);
}

namespace postern::tls {

static_assert(MBEDTLS_VERSION_NUMBER >= 0x03060600 && MBEDTLS_VERSION_NUMBER < 0x03070000, "read ssl_msg.c and ssl_tls.c again");
#if defined(MBEDTLS_SSL_VARIABLE_BUFFER_LENGTH) || defined(MBEDTLS_SSL_PROTO_DTLS) || defined(MBEDTLS_SSL_RENEGOTIATION) || \
    defined(MBEDTLS_CIPHER_MODE_CBC)
#error "the buffers are then used in ways that this file does not know"
#endif

namespace {

// MBEDTLS_SSL_IN_BUFFER_LEN and _OUT_: counter and header, IV, content, tag. A test holds it against what mbedTLS allocates.
constexpr std::size_t kAround = 13 + MBEDTLS_MAX_IV_LENGTH + 16;
constexpr std::size_t kInBuffer = kAround + MBEDTLS_SSL_IN_CONTENT_LEN;
constexpr std::size_t kOutBuffer = kAround + MBEDTLS_SSL_OUT_CONTENT_LEN;

// Also that the header pointer stands at its first place: it moves while a handshake message comes in pieces.
bool nothing_within(const mbedtls_ssl_context& ssl) {
    return ssl.state == MBEDTLS_SSL_HANDSHAKE_OVER && ssl.in_left == 0 && ssl.in_msglen == 0 &&
           ssl.in_hslen == 0 && ssl.in_offt == nullptr && ssl.keep_current_message == 0 && ssl.out_left == 0 &&
           ssl.in_hdr == ssl.in_buf + MBEDTLS_SSL_SEQUENCE_NUMBER_LEN;
}

void drop(unsigned char*& buffer, std::size_t size) {
    mbedtls_platform_zeroize(buffer, size);  // plaintext was in it
    mbedtls_free(buffer);
    buffer = nullptr;
}

}  // namespace

bool RecordBuffers::release(mbedtls_ssl_context& ssl) {
    if (released_ || !nothing_within(ssl)) return false;
    static_assert(sizeof in_counter_ == MBEDTLS_SSL_SEQUENCE_NUMBER_LEN);
    std::memcpy(in_counter_, ssl.in_ctr, sizeof in_counter_);
    // over TLS 1.3 mbedTLS keeps the state of the handshake, some 4 kB, for as long as the connection lives
    if (ssl.handshake) mbedtls_ssl_handshake_wrapup_free_hs_transform(&ssl);
    drop(ssl.in_buf, kInBuffer);  // mbedtls_ssl_free() asks whether they are there
    drop(ssl.out_buf, kOutBuffer);
    released_ = true;
    return true;
}

// As mbedtls_ssl_setup() does it. The counter of records to the peer lives in the context, not in the buffer.
bool RecordBuffers::restore(mbedtls_ssl_context& ssl) {
    ssl.in_buf = static_cast<unsigned char*>(mbedtls_calloc(1, kInBuffer));
    ssl.out_buf = static_cast<unsigned char*>(mbedtls_calloc(1, kOutBuffer));
    if (!ssl.in_buf || !ssl.out_buf) return false;
    mbedtls_ssl_reset_in_pointers(&ssl);
    mbedtls_ssl_reset_out_pointers(&ssl);
    mbedtls_ssl_update_out_pointers(&ssl, ssl.transform_out);
    std::memcpy(ssl.in_ctr, in_counter_, sizeof in_counter_);
    released_ = false;
    return true;
}

}  // namespace postern::tls
