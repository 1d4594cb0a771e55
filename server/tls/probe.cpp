#include "server/tls/probe.h"

#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include <cstring>

#include "server/base/published.h"
#include "server/crypto/init.h"
#include "server/crypto/rng.h"
#include "server/tls/tls_context.h"

namespace postern::tls {

namespace {

constexpr int kMostRounds = 64;  // a handshake needs under ten; more means that it goes in circles

struct Pipe {
    std::string bytes;
    int send(const unsigned char* data, std::size_t size) {
        bytes.append(reinterpret_cast<const char*>(data), size);
        return static_cast<int>(size);
    }
    int receive(unsigned char* into, std::size_t room) {
        if (bytes.empty()) return MBEDTLS_ERR_SSL_WANT_READ;
        std::size_t n = bytes.size() < room ? bytes.size() : room;
        std::memcpy(into, bytes.data(), n);
        bytes.erase(0, n);
        return static_cast<int>(n);
    }
};

// One end: an mbedTLS context between two pipes.
struct End {
    Pipe& out;
    Pipe& in;
    mbedtls_ssl_context ssl;

    End(Pipe& to, Pipe& from) : out(to), in(from) { mbedtls_ssl_init(&ssl); }
    ~End() { mbedtls_ssl_free(&ssl); }
    End(const End&) = delete;
    End& operator=(const End&) = delete;

    static int send(void* end, const unsigned char* data, std::size_t size) { return static_cast<End*>(end)->out.send(data, size); }
    static int receive(void* end, unsigned char* into, std::size_t room) { return static_cast<End*>(end)->in.receive(into, room); }

    int set_up(const mbedtls_ssl_config* config) {
        int code = mbedtls_ssl_setup(&ssl, config);
        mbedtls_ssl_set_bio(&ssl, this, send, receive, nullptr);
        return code;
    }
};

struct Config {
    mbedtls_ssl_config native;
    Config() { mbedtls_ssl_config_init(&native); }
    ~Config() { mbedtls_ssl_config_free(&native); }
    Config(const Config&) = delete;
    Config& operator=(const Config&) = delete;

    int set_up(int endpoint, mbedtls_ssl_protocol_version version) {
        int code = mbedtls_ssl_config_defaults(&native, endpoint, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
        mbedtls_ssl_conf_rng(&native, crypto::rng, nullptr);
        mbedtls_ssl_conf_min_tls_version(&native, version);
        mbedtls_ssl_conf_max_tls_version(&native, version);
        return code;
    }
};

bool waits(int code) { return code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE; }

Error failed(const std::string& what, int code) {
    return Error::admin("the trial handshake with the new certificate failed: " + what + ": " + crypto::describe(code));
}

Result<void> shake_hands(End& client, End& server) {
    for (int round = 0; round < kMostRounds; round++) {
        int client_code = mbedtls_ssl_handshake(&client.ssl);
        if (client_code != 0 && !waits(client_code)) return failed("client side", client_code);
        int server_code = mbedtls_ssl_handshake(&server.ssl);
        if (server_code != 0 && !waits(server_code)) return failed("server side", server_code);
        if (client_code == 0 && server_code == 0) return {};
    }
    return failed("it does not come to an end", MBEDTLS_ERR_SSL_INTERNAL_ERROR);
}

Result<void> send_byte(End& from, End& to) {
    const unsigned char sent = 0x2a;
    unsigned char got = 0;
    int code = mbedtls_ssl_write(&from.ssl, &sent, 1);
    if (code != 1) return failed("sending", code);
    code = mbedtls_ssl_read(&to.ssl, &got, 1);
    if (code != 1 || got != sent) return failed("receiving", code);
    return {};
}

// The client verifies no chain: the CA's root need not be known here, and the chain was checked before. What is asked is
// whether the client sees this very certificate and the key signs for it.
Result<void> probe_version(const crypto::CertBundle& pair, const std::string& server_name, mbedtls_ssl_protocol_version version) {
    Config client_config, server_config;
    int code = client_config.set_up(MBEDTLS_SSL_IS_CLIENT, version);
    if (code == 0) code = server_config.set_up(MBEDTLS_SSL_IS_SERVER, version);
    mbedtls_ssl_conf_authmode(&client_config.native, MBEDTLS_SSL_VERIFY_NONE);
    if (code == 0) code = mbedtls_ssl_conf_own_cert(&server_config.native, pair.native_chain(), pair.native_key());
    if (code != 0) return failed("set-up", code);

    Pipe upward, downward;
    End client(upward, downward), server(downward, upward);
    code = client.set_up(&client_config.native);
    if (code == 0) code = server.set_up(&server_config.native);
    if (code == 0 && !server_name.empty()) code = mbedtls_ssl_set_hostname(&client.ssl, server_name.c_str());
    if (code == 0 && server_name.empty()) code = mbedtls_ssl_set_hostname(&client.ssl, nullptr);
    if (code != 0) return failed("set-up", code);

    TRY_VOID(shake_hands(client, server));
    const mbedtls_x509_crt* seen = mbedtls_ssl_get_peer_cert(&client.ssl);
    const mbedtls_x509_crt* leaf = pair.native_chain();
    if (!seen || seen->raw.len != leaf->raw.len || std::memcmp(seen->raw.p, leaf->raw.p, leaf->raw.len) != 0)
        return Error::bug("the trial handshake showed another certificate than the new one");
    TRY_VOID(send_byte(client, server));
    return send_byte(server, client);
}

}  // namespace

Result<void> probe_pair(const std::shared_ptr<const crypto::CertBundle>& pair, const std::string& server_name) {
    TRY_VOID(crypto::init());
    TRY_VOID(probe_version(*pair, server_name, MBEDTLS_SSL_VERSION_TLS1_3));
    return probe_version(*pair, server_name, MBEDTLS_SSL_VERSION_TLS1_2);
}

}  // namespace postern::tls
