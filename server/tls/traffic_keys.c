/* In C, for mbedTLS's own headers are no C++. A transform holds the keys of both ways: one half of it is set anew, in its place. */
#include "server/tls/traffic_keys.h"

#include <mbedtls/version.h>
#include <ssl_misc.h>
#include <ssl_tls13_keys.h>
#include <string.h>

_Static_assert(MBEDTLS_VERSION_NUMBER >= 0x03060600 && MBEDTLS_VERSION_NUMBER < 0x03070000, "read ssl_tls13_keys.c again");
#if defined(MBEDTLS_USE_PSA_CRYPTO) || defined(MBEDTLS_SSL_PROTO_DTLS)
#error "transforms then hold their keys elsewhere, and counters begin in another way"
#endif

static int next_secret(psa_algorithm_t hash, unsigned char* secret) {
    const size_t size = PSA_HASH_LENGTH(hash);
    unsigned char next[MBEDTLS_TLS1_3_MD_MAX_SIZE];
    const int code = mbedtls_ssl_tls13_hkdf_expand_label(hash, secret, size, MBEDTLS_SSL_TLS1_3_LBL_WITH_LEN(traffic_upd), NULL, 0, next, size);
    if (code == 0) memcpy(secret, next, size);
    mbedtls_platform_zeroize(next, sizeof next);
    return code;
}

static int set_keys(mbedtls_ssl_context* ssl, mbedtls_ssl_transform* transform, const mbedtls_ssl_key_set* keys, int of_client) {
    const unsigned char* key = of_client ? keys->client_write_key : keys->server_write_key;
    const unsigned char* iv = of_client ? keys->client_write_iv : keys->server_write_iv;
    const int own = of_client == (ssl->conf->endpoint == MBEDTLS_SSL_IS_CLIENT);
    mbedtls_cipher_context_t* cipher = own ? &transform->cipher_ctx_enc : &transform->cipher_ctx_dec;
    memcpy(own ? transform->iv_enc : transform->iv_dec, iv, keys->iv_len);
    if (own) mbedtls_ssl_set_outbound_transform(ssl, transform); /* records are counted from 0 again */
    else mbedtls_ssl_set_inbound_transform(ssl, transform);
    return mbedtls_cipher_setkey(cipher, key, (int) (keys->key_len * 8), own ? MBEDTLS_ENCRYPT : MBEDTLS_DECRYPT);
}

static int next_keys(mbedtls_ssl_context* ssl, int of_client) {
    mbedtls_ssl_transform* const transform = ssl->transform_application;
    if (transform == NULL || transform != ssl->transform_in || transform != ssl->transform_out) return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
    const mbedtls_ssl_ciphersuite_t* const suite = mbedtls_ssl_ciphersuite_from_id(ssl->session->ciphersuite);
    if (suite == NULL) return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
    const psa_algorithm_t hash = mbedtls_md_psa_alg_from_type((mbedtls_md_type_t) suite->mac);
    mbedtls_ssl_tls13_application_secrets* const secrets = &ssl->session->app_secrets;
    int code = next_secret(hash, of_client ? secrets->client_application_traffic_secret_N : secrets->server_application_traffic_secret_N);
    if (code != 0) return code;
    mbedtls_ssl_key_set keys;
    const size_t key_size = (size_t) mbedtls_cipher_get_key_bitlen(&transform->cipher_ctx_enc) / 8;
    code = mbedtls_ssl_tls13_make_traffic_keys(hash, secrets->client_application_traffic_secret_N, secrets->server_application_traffic_secret_N,
                                               PSA_HASH_LENGTH(hash), key_size, transform->ivlen, &keys);
    if (code == 0) code = set_keys(ssl, transform, &keys, of_client);
    mbedtls_platform_zeroize(&keys, sizeof keys);
    return code;
}

int postern_next_peer_keys(mbedtls_ssl_context* ssl) { return next_keys(ssl, ssl->conf->endpoint == MBEDTLS_SSL_IS_SERVER); }

int postern_next_own_keys(mbedtls_ssl_context* ssl) { return next_keys(ssl, ssl->conf->endpoint == MBEDTLS_SSL_IS_CLIENT); }
