// KeyUpdate over TLS 1.3 (RFC 8446 section 4.6.3), of which mbedTLS 3.6 knows nothing but that it did not expect it. Tied to that
// series like record_buffers. For tls_stream only.
#pragma once

struct mbedtls_ssl_context;

namespace postern::tls {

class KeyUpdates {
public:
    // mbedtls_ssl_read() has said MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE. 0 where that was a KeyUpdate, after which the peer's records
    // are read with his next keys; else the error by which the connection ends.
    int take(mbedtls_ssl_context& ssl);
    // Between them, or there are too many in a row.
    void data_came() { in_a_row_ = 0; }
    // Before application data is sent: our own KeyUpdate, where the peer has asked for one; once, however often he has.
    int answer(mbedtls_ssl_context& ssl);

private:
    unsigned in_a_row_ = 0;
    bool owed_ = false;
};

}  // namespace postern::tls
