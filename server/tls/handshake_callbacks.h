// What mbedTLS calls back during a handshake of ours; between tls_context and tls_stream only.
#pragma once

struct mbedtls_ssl_context;

namespace postern::tls {

// mbedtls_ssl_conf_cert_cb: reads the SNI, picks and pins the certificate. The context's user pointer is the TlsStream.
int choose_certificate(mbedtls_ssl_context* ssl);

}  // namespace postern::tls
