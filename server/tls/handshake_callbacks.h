// What mbedTLS calls back during a handshake of ours; between tls_context and tls_stream only.
#pragma once

#include <string>

struct mbedtls_ssl_context;

namespace postern::tls {

// mbedtls_ssl_conf_cert_cb: reads the SNI, picks and pins the certificate. The context's user pointer is the TlsStream.
int choose_certificate(mbedtls_ssl_context* ssl);

// For tickets: the server name of this handshake, as far as it is known (over TLS 1.2 a ticket may stand before the name),
// and that a ticket given out under `name` is about to be used.
std::string name_of_ticket(mbedtls_ssl_context* ssl);
void ticket_taken(mbedtls_ssl_context* ssl, const std::string& name);

}  // namespace postern::tls
