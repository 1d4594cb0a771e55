#include "server/tls/client_line.h"

#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

#include "server/crypto/init.h"
#include "server/crypto/rng.h"

namespace postern::tls {

namespace {

constexpr std::size_t kRead = 4096;

int send_some(void* socket, const unsigned char* data, std::size_t size) {
    const ssize_t sent = ::send(static_cast<UniqueFd*>(socket)->get(), data, size, MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<int>(sent);
    return errno == EAGAIN || errno == EINTR ? MBEDTLS_ERR_SSL_WANT_WRITE : MBEDTLS_ERR_SSL_CONN_EOF;
}

int receive_some(void* socket, unsigned char* into, std::size_t room) {
    const ssize_t got = ::recv(static_cast<UniqueFd*>(socket)->get(), into, room, 0);
    if (got > 0) return static_cast<int>(got);
    return got < 0 && (errno == EAGAIN || errno == EINTR) ? MBEDTLS_ERR_SSL_WANT_READ : MBEDTLS_ERR_SSL_CONN_EOF;
}

// Why a certificate is refused, in words for a person.
std::string why_refused(std::uint32_t flags) {
    const bool untrusted = (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) != 0;
    if ((flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) != 0 && !untrusted) return "it is for another name";
    if (untrusted) return "nobody whom we trust has signed it";
    if ((flags & MBEDTLS_X509_BADCERT_FUTURE) != 0) return "it is not valid yet; the clock here may be wrong";
    if ((flags & MBEDTLS_X509_BADCERT_EXPIRED) != 0) return "it has expired, or the clock here is wrong";
    return "its chain is not sound";
}

}  // namespace

struct ClientLine::Session {
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;
    mbedtls_x509_crt trusted;
    Session() {
        mbedtls_ssl_config_init(&config);
        mbedtls_ssl_init(&ssl);
        mbedtls_x509_crt_init(&trusted);
    }
    ~Session() {
        mbedtls_ssl_free(&ssl);
        mbedtls_ssl_config_free(&config);
        mbedtls_x509_crt_free(&trusted);
    }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    bool trust(const std::vector<std::string>& anchors) {
        bool any = false;
        for (const std::string& pem : anchors) {  // with its NUL, which tells the parser that this is PEM
            const auto* bytes = reinterpret_cast<const unsigned char*>(pem.c_str());
            any = mbedtls_x509_crt_parse(&trusted, bytes, pem.size() + 1) == 0 || any;
        }
        return any;
    }

    int set_up(const std::string& host) {
        int code = mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                               MBEDTLS_SSL_PRESET_DEFAULT);
        mbedtls_ssl_conf_rng(&config, crypto::rng, nullptr);
        mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_REQUIRED);
        mbedtls_ssl_conf_ca_chain(&config, &trusted, nullptr);
        mbedtls_ssl_conf_min_tls_version(&config, MBEDTLS_SSL_VERSION_TLS1_2);
        if (code == 0) code = mbedtls_ssl_setup(&ssl, &config);
        return code == 0 ? mbedtls_ssl_set_hostname(&ssl, host.c_str()) : code;
    }
};

namespace {

// Repeats `call` until it is through or waiting ends; what it returned then.
template <typename Call>
Result<int> persist(int fd, const Deadline& deadline, const Call& call) {
    for (;;) {
        const int code = call();
        if (code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) continue;  // TLS 1.3: news, no failure; we resume nothing
        if (code != MBEDTLS_ERR_SSL_WANT_READ && code != MBEDTLS_ERR_SSL_WANT_WRITE) return code;
        TRY_VOID(wait_for(fd, code == MBEDTLS_ERR_SSL_WANT_READ ? POLLIN : POLLOUT, deadline));
    }
}

Error broken(const char* what, int code) {
    const bool gone = code == MBEDTLS_ERR_SSL_CONN_EOF;
    return Error::retry(std::string(what) + ": " + (gone ? "the other side ended the connection" : crypto::describe(code)));
}

}  // namespace

ClientLine::ClientLine(UniqueFd socket) : socket_(std::move(socket)) {}
ClientLine::~ClientLine() = default;

Result<void> ClientLine::start_tls(const std::string& host, const std::vector<std::string>& anchors, const Deadline& deadline) {
    TRY_VOID(crypto::init());
    auto session = std::make_unique<Session>();
    if (!session->trust(anchors)) return Error::admin("none of the trust anchors can be read");
    if (const int code = session->set_up(host); code != 0) return Error::retry("TLS: " + crypto::describe(code));
    mbedtls_ssl_set_bio(&session->ssl, &socket_, send_some, receive_some, nullptr);
    TRY(const int code, persist(socket_.get(), deadline, [&] { return mbedtls_ssl_handshake(&session->ssl); }));
    const std::uint32_t flags = mbedtls_ssl_get_verify_result(&session->ssl);
    if (code == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED || (code == 0 && flags != 0))
        return Error::admin("the certificate of " + host + " is refused: " + why_refused(flags));
    if (code != 0) return broken("TLS", code);
    session_ = std::move(session);
    return {};
}

Result<std::string> ClientLine::read(const Deadline& deadline) {
    std::string bytes(kRead, '\0');
    auto* into = reinterpret_cast<unsigned char*>(bytes.data());
    TRY(const int got, persist(socket_.get(), deadline, [&] {
        return session_ ? mbedtls_ssl_read(&session_->ssl, into, bytes.size()) : receive_some(&socket_, into, bytes.size());
    }));
    if (got == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || got == MBEDTLS_ERR_SSL_CONN_EOF) return std::string();
    if (got < 0) return broken("reading", got);
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
}

Result<void> ClientLine::write(std::string_view bytes, const Deadline& deadline) {
    while (!bytes.empty()) {
        const auto* from = reinterpret_cast<const unsigned char*>(bytes.data());
        TRY(const int sent, persist(socket_.get(), deadline, [&] {
            return session_ ? mbedtls_ssl_write(&session_->ssl, from, bytes.size()) : send_some(&socket_, from, bytes.size());
        }));
        if (sent <= 0) return broken("writing", sent == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : sent);
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
}

}  // namespace postern::tls
