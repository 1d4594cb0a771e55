/* The next keys of one way of a TLS 1.3 connection, by what mbedTLS has inside. For key_updates.cpp alone, which knows when. */
#ifndef POSTERN_SERVER_TLS_TRAFFIC_KEYS_H
#define POSTERN_SERVER_TLS_TRAFFIC_KEYS_H

struct mbedtls_ssl_context;

#ifdef __cplusplus
extern "C" {
#endif

/* RFC 8446 section 7.2, between two records. 0, or mbedTLS's error, after which nothing more can be said on this connection. */
int postern_next_peer_keys(struct mbedtls_ssl_context* ssl);
int postern_next_own_keys(struct mbedtls_ssl_context* ssl);

#ifdef __cplusplus
}
#endif

#endif
