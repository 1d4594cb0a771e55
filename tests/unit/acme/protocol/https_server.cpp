#include "tests/unit/acme/protocol/https_server.h"

#include <arpa/inet.h>
#include <doctest.h>
#include <mbedtls/x509_crt.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>

#include "acme/protocol/dial.h"
#include "server/crypto/init.h"
#include "server/crypto/keys.h"
#include "server/crypto/rng.h"

namespace postern::acme {

namespace {

const unsigned char* bytes(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.c_str()); }
int send_some(void* fd, const unsigned char* data, std::size_t size) {
    const auto n = ::send(*static_cast<int*>(fd), data, size, MSG_NOSIGNAL);
    return n < 0 ? MBEDTLS_ERR_SSL_INTERNAL_ERROR : static_cast<int>(n);
}
int receive_some(void* fd, unsigned char* into, std::size_t room) {
    const auto n = ::recv(*static_cast<int*>(fd), into, room, 0);
    return n < 0 ? MBEDTLS_ERR_SSL_INTERNAL_ERROR : static_cast<int>(n);
}

}  // namespace

HttpsServer::HttpsServer(const fakes::TestCa& ca, const fakes::LeafSpec& leaf, std::vector<Visit> visits, const std::string& ip)
    : visits_(std::move(visits)) {
    REQUIRE(crypto::init().ok());
    const auto key = crypto::PrivateKey::generate(crypto::KeyType::kEc256);
    chain_ = ca.fullchain(*key, leaf);
    key_ = std::string(key->to_pem()->view());
    open(ip);
    thread_ = std::thread([this] { serve(); });
}

void HttpsServer::open(const std::string& ip) {
    const SystemClock clock;
    const Cancel cancel;
    SocketAddress here = look_up(ip, 0, Deadline{clock.steady() + Millis(5000), clock, cancel}).value().front();
    listener_.reset(::socket(here.family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    socklen_t size = here.size;
    auto* const address = reinterpret_cast<sockaddr*>(here.bytes);
    REQUIRE(::bind(listener_.get(), address, size) == 0);
    REQUIRE(::listen(listener_.get(), 8) == 0);
    REQUIRE(::getsockname(listener_.get(), address, &size) == 0);
    port = ntohs(reinterpret_cast<const sockaddr_in*>(here.bytes)->sin_port);  // at the same place in IPv6
}

void HttpsServer::stop() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
}

void HttpsServer::serve() {
    mbedtls_ssl_config config;
    mbedtls_x509_crt certificate;
    mbedtls_pk_context key;
    mbedtls_ssl_config_init(&config);
    mbedtls_x509_crt_init(&certificate);
    mbedtls_pk_init(&key);
    (void)mbedtls_x509_crt_parse(&certificate, bytes(chain_), chain_.size() + 1);
    (void)mbedtls_pk_parse_key(&key, bytes(key_), key_.size() + 1, nullptr, 0, crypto::rng, nullptr);
    (void)mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    mbedtls_ssl_conf_rng(&config, crypto::rng, nullptr);
    (void)mbedtls_ssl_conf_own_cert(&config, &certificate, &key);
    while (true) {
        const UniqueFd visitor(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!visitor) break;
        const auto nth = static_cast<std::size_t>(connections++);
        receive(visitor.get(), nth < visits_.size() ? visits_[nth] : Visit{{}, Manner::kHangUp}, config);
    }
    mbedtls_ssl_config_free(&config);
    mbedtls_x509_crt_free(&certificate);
    mbedtls_pk_free(&key);
}

void HttpsServer::receive(int fd, const Visit& visit, const mbedtls_ssl_config& config) {
    unsigned char buffer[4096];
    if (visit.manner == Manner::kHangUp) return;
    if (visit.manner == Manner::kPlain) (void)send_some(&fd, bytes(visit.answers.front()), visit.answers.front().size());
    if (visit.manner == Manner::kPlain || visit.manner == Manner::kSilent) {
        while (receive_some(&fd, buffer, sizeof buffer) > 0) {}
        return;
    }
    mbedtls_ssl_context ssl;
    mbedtls_ssl_init(&ssl);
    (void)mbedtls_ssl_setup(&ssl, &config);
    mbedtls_ssl_set_bio(&ssl, &fd, send_some, receive_some, nullptr);
    if (mbedtls_ssl_handshake(&ssl) == 0) {
        for (const std::string& answer : visit.answers)
            if (!one(ssl, answer)) break;
        if (visit.manner == Manner::kTls) (void)mbedtls_ssl_close_notify(&ssl);
    }
    mbedtls_ssl_free(&ssl);
}

bool HttpsServer::one(mbedtls_ssl_context& ssl, const std::string& answer) {
    std::string request;
    std::size_t whole = std::string::npos;
    while (request.size() < whole) {
        unsigned char buffer[4096];
        const int n = mbedtls_ssl_read(&ssl, buffer, sizeof buffer);
        if (n <= 0) return false;
        request.append(reinterpret_cast<const char*>(buffer), static_cast<std::size_t>(n));
        const auto head = request.find("\r\n\r\n");
        const auto length = request.find("Content-Length: ");
        if (head == std::string::npos) continue;
        whole = head + 4 + (length < head ? std::strtoul(request.c_str() + length + 16, nullptr, 10) : 0);
    }
    heard.push_back(request);
    for (std::size_t at = 0; at < answer.size();) {
        const int n = mbedtls_ssl_write(&ssl, bytes(answer) + at, answer.size() - at);
        if (n <= 0) return false;
        at += static_cast<std::size_t>(n);
    }
    return true;
}

}  // namespace postern::acme
