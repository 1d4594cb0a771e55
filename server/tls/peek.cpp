#include "server/tls/peek.h"

#include <mbedtls/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>

#include "server/base/unique_fd.h"
#include "server/crypto/init.h"
#include "server/crypto/rng.h"
#include "server/crypto/x509_chain.h"

namespace postern::tls {

namespace {

Error failed(const net::Address& where, const std::string& what) { return Error::retry(where.text() + ": " + what); }

// A connected socket that never blocks, and the time that is left for it.
class Line {
public:
    Line(const net::Address& where, Millis patience, const Cancel* cancel = nullptr)
        : where_(where), end_(Steady::now() + patience), cancel_(cancel) {}

    Result<void> connect();
    // Until the socket is ready for reading or writing; false when the time is over.
    bool wait(short events) const;
    int fd() const { return fd_.get(); }

private:
    using Steady = std::chrono::steady_clock;  // a command's own patience: no test has to move it
    net::Address where_;
    Steady::time_point end_;
    const Cancel* cancel_;
    UniqueFd fd_;
};

bool Line::wait(short events) const {
    for (;;) {
        const auto left = std::chrono::duration_cast<Millis>(end_ - Steady::now()).count();
        if (left <= 0) return false;
        pollfd both[] = {{fd_.get(), events, 0}, {cancel_ != nullptr ? cancel_->fd() : -1, POLLIN, 0}};
        const int ready = ::poll(both, 2, static_cast<int>(left));
        if (ready > 0) return both[1].revents == 0;
        if (ready < 0 && errno != EINTR) return false;
    }
}

Result<void> Line::connect() {
    fd_.reset(::socket(where_.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd_) return Error::system("socket", errno);
    if (::connect(fd_.get(), where_.native(), where_.native_size()) == 0) return {};
    if (errno != EINPROGRESS) return Error::system("connecting to " + where_.text(), errno);
    if (!wait(POLLOUT)) return Error::system("connecting to " + where_.text(), ETIMEDOUT);
    int problem = 0;
    socklen_t size = sizeof problem;
    if (::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &problem, &size) != 0) problem = errno;
    if (problem != 0) return Error::system("connecting to " + where_.text(), problem);
    return {};
}

int send(void* line, const unsigned char* data, std::size_t size) {
    const ssize_t sent = ::send(static_cast<Line*>(line)->fd(), data, size, MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<int>(sent);
    return errno == EAGAIN || errno == EINTR ? MBEDTLS_ERR_SSL_WANT_WRITE : MBEDTLS_ERR_SSL_CONN_EOF;
}

int receive(void* line, unsigned char* into, std::size_t room) {
    const ssize_t got = ::recv(static_cast<Line*>(line)->fd(), into, room, 0);
    if (got > 0) return static_cast<int>(got);
    return got < 0 && (errno == EAGAIN || errno == EINTR) ? MBEDTLS_ERR_SSL_WANT_READ : MBEDTLS_ERR_SSL_CONN_EOF;
}

struct Client {
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;
    Client() {
        mbedtls_ssl_config_init(&config);
        mbedtls_ssl_init(&ssl);
    }
    ~Client() {
        mbedtls_ssl_free(&ssl);
        mbedtls_ssl_config_free(&config);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    int set_up(Line& line, const std::string& server_name) {
        int code = mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                               MBEDTLS_SSL_PRESET_DEFAULT);
        mbedtls_ssl_conf_rng(&config, crypto::rng, nullptr);
        mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_NONE);  // what is served is wanted, good or bad
        if (code == 0) code = mbedtls_ssl_setup(&ssl, &config);
        const bool by_name = !server_name.empty() && !net::is_ip_literal(server_name);
        if (code == 0) code = mbedtls_ssl_set_hostname(&ssl, by_name ? server_name.c_str() : nullptr);
        mbedtls_ssl_set_bio(&ssl, &line, send, receive, nullptr);
        return code;
    }
};

// Through the handshake, on a line that is not connected yet.
Result<void> shake(Line& line, Client& client, const net::Address& where, const std::string& server_name, std::string_view before = {}) {
    TRY_VOID(crypto::init());
    TRY_VOID(line.connect());
    // a few bytes into an empty buffer: all of them or none
    if (!before.empty() && ::send(line.fd(), before.data(), before.size(), MSG_NOSIGNAL) < 0) return failed(where, "takes nothing");
    int code = client.set_up(line, server_name);
    while (code == 0 || code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE) {
        code = mbedtls_ssl_handshake(&client.ssl);
        if (code == 0) return {};
        if (code == MBEDTLS_ERR_SSL_WANT_READ && !line.wait(POLLIN)) return failed(where, "no answer in time");
        if (code == MBEDTLS_ERR_SSL_WANT_WRITE && !line.wait(POLLOUT)) return failed(where, "takes nothing");
    }
    return failed(where, "the TLS handshake failed: " + crypto::describe(code));
}

// Whether the call may be made again, after a wait.
bool again(const Line& line, int code) {
    if (code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) return true;  // TLS 1.3: no data, and no failure
    if (code == MBEDTLS_ERR_SSL_WANT_READ) return line.wait(POLLIN);
    return code == MBEDTLS_ERR_SSL_WANT_WRITE && line.wait(POLLOUT);
}

}  // namespace

Result<Peeked> peek(const net::Address& where, const std::string& server_name, Millis patience, std::string_view before) {
    Line line(where, patience);
    Client client;
    TRY_VOID(shake(line, client, where, server_name, before));
    const mbedtls_x509_crt* seen = mbedtls_ssl_get_peer_cert(&client.ssl);
    if (seen == nullptr) return failed(where, "no certificate was shown");
    (void)mbedtls_ssl_close_notify(&client.ssl);
    return Peeked{crypto::facts_of(*seen), crypto::covers(crypto::alt_names_of(*seen), server_name)};
}

Result<std::string> ask(const net::Address& where, const std::string& server_name, std::string_view request, std::size_t most,
                        Millis patience, const Cancel& cancel) {
    Line line(where, patience, &cancel);
    Client client;
    TRY_VOID(shake(line, client, where, server_name));
    while (!request.empty()) {
        const int sent = mbedtls_ssl_write(&client.ssl, reinterpret_cast<const unsigned char*>(request.data()), request.size());
        if (sent > 0) request.remove_prefix(static_cast<std::size_t>(sent));
        else if (!again(line, sent)) return failed(where, "takes no request");
    }
    std::string answer;
    unsigned char buffer[2048];
    while (answer.size() < most) {
        const int got = mbedtls_ssl_read(&client.ssl, buffer, sizeof buffer);
        if (got > 0) answer.append(reinterpret_cast<const char*>(buffer), static_cast<std::size_t>(got));
        else if (!again(line, got)) break;
    }
    if (answer.empty()) return failed(where, "no answer over TLS");
    (void)mbedtls_ssl_close_notify(&client.ssl);
    return answer;
}

}  // namespace postern::tls
