// An mbedTLS client whose wire is a Pipe: what it sends the server reads, and the other way round.
#pragma once

#include <mbedtls/ssl.h>

#include <cstring>
#include <string>
#include <vector>

#include "server/crypto/rng.h"
#include "tests/fakes/pipe_stream.h"

extern "C" int mbedtls_ssl_write_record(mbedtls_ssl_context* ssl, int force_flush);

namespace postern::tls_tests {

class Client {
public:
    struct Options {
        mbedtls_ssl_protocol_version version = MBEDTLS_SSL_VERSION_TLS1_3;
        const char* name = "a.example";
        std::vector<const char*> alpn = {"http/1.1", nullptr};
        mbedtls_ssl_session* session = nullptr;  // to resume
    };

    Client(fakes::Pipe& pipe, Options options) : pipe_(pipe), alpn_(std::move(options.alpn)) {
        mbedtls_ssl_init(&ssl);
        mbedtls_ssl_config_init(&config_);
        mbedtls_ssl_config_defaults(&config_, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
        mbedtls_ssl_conf_rng(&config_, crypto::rng, nullptr);
        mbedtls_ssl_conf_min_tls_version(&config_, options.version);
        mbedtls_ssl_conf_max_tls_version(&config_, options.version);
        mbedtls_ssl_conf_authmode(&config_, MBEDTLS_SSL_VERIFY_NONE);
#if defined(MBEDTLS_SSL_SESSION_TICKETS) && defined(MBEDTLS_SSL_PROTO_TLS1_3)
        mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(&config_, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
#endif
        if (alpn_.size() > 1) mbedtls_ssl_conf_alpn_protocols(&config_, alpn_.data());
        mbedtls_ssl_setup(&ssl, &config_);
        mbedtls_ssl_set_hostname(&ssl, options.name);
        if (options.session) mbedtls_ssl_set_session(&ssl, options.session);
        mbedtls_ssl_set_bio(&ssl, this, send, receive, nullptr);
    }
    ~Client() {
        mbedtls_ssl_free(&ssl);
        mbedtls_ssl_config_free(&config_);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void offer(const char** alpn) { mbedtls_ssl_conf_alpn_protocols(&config_, alpn); }  // from now on
    // Signature algorithms (a list that ends with NONE) and, where there are any, ciphers: before the handshake.
    void restrict_to(const std::uint16_t* algorithms, const int* ciphers) {
        mbedtls_ssl_conf_sig_algs(&config_, algorithms);
        if (ciphers) mbedtls_ssl_conf_ciphersuites(&config_, ciphers);
    }
    int handshake() { return mbedtls_ssl_handshake(&ssl); }
    void say(std::string_view bytes) {
        while (!bytes.empty()) {
            int n = mbedtls_ssl_write(&ssl, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
            if (n <= 0) return;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
    }
    // All that can be read now. last() says why there is no more.
    std::string hear() {
        std::string all;
        unsigned char buffer[4096];
        for (;;) {
            last_ = mbedtls_ssl_read(&ssl, buffer, sizeof buffer);
            if (last_ == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) {
                tickets++;
                continue;
            }
            // a ticket is announced by WANT_READ and held back for the next call
            if (last_ == MBEDTLS_ERR_SSL_WANT_READ && mbedtls_ssl_check_pending(&ssl) != 0) continue;
            if (last_ <= 0) return all;
            all.append(reinterpret_cast<char*>(buffer), static_cast<std::size_t>(last_));
        }
    }
    int last() const { return last_; }
    // Which no client of mbedTLS would.
    void send_handshake_message(const unsigned char* bytes, std::size_t size) {
        ssl.MBEDTLS_PRIVATE(out_msgtype) = MBEDTLS_SSL_MSG_HANDSHAKE;
        ssl.MBEDTLS_PRIVATE(out_msglen) = size;
        std::memcpy(ssl.MBEDTLS_PRIVATE(out_msg), bytes, size);
        mbedtls_ssl_write_record(&ssl, 1);
    }
    std::string seen_certificate() const {
        const mbedtls_x509_crt* crt = mbedtls_ssl_get_peer_cert(&ssl);
        return crt ? std::string(reinterpret_cast<const char*>(crt->raw.p), crt->raw.len) : "";
    }

    mbedtls_ssl_context ssl;
    int tickets = 0;

private:
    static int send(void* self, const unsigned char* bytes, std::size_t size) {
        static_cast<Client*>(self)->pipe_.inbound.append(reinterpret_cast<const char*>(bytes), size);
        return static_cast<int>(size);
    }
    static int receive(void* self, unsigned char* into, std::size_t room) {
        std::string& from = static_cast<Client*>(self)->pipe_.outbound;
        if (from.empty()) return MBEDTLS_ERR_SSL_WANT_READ;
        std::size_t n = room < from.size() ? room : from.size();
        std::memcpy(into, from.data(), n);
        from.erase(0, n);
        return static_cast<int>(n);
    }

    fakes::Pipe& pipe_;
    std::vector<const char*> alpn_;
    mbedtls_ssl_config config_;
    int last_ = 0;
};

}  // namespace postern::tls_tests
