// A client's connection over a socket pair: clear text, time limits, and which certificates it takes.
#include "server/tls/client_line.h"

#include <doctest.h>
#include <fcntl.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "server/crypto/init.h"
#include "server/crypto/keys.h"
#include "server/crypto/rng.h"
#include "tests/fakes/test_ca.h"

using namespace postern;
using namespace postern::tls;

namespace {

struct Ends {
    Ends() {
        int both[2];
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both) == 0);
        REQUIRE(fcntl(both[0], F_SETFL, O_NONBLOCK) == 0);
        client.reset(both[0]);
        server.reset(both[1]);
    }
    UniqueFd client, server;
};

struct Patience {
    explicit Patience(Millis time) : deadline{clock.steady() + time, clock, cancel} {}
    SystemClock clock;
    Cancel cancel;
    Deadline deadline;
};

// A blocking TLS server that says back, once, what it hears. For the length of one handshake at least.
class Echo {
public:
    Echo(UniqueFd socket, const std::string& chain, const crypto::PrivateKey& key)
        : socket_(std::move(socket)), thread_([this, chain, pem = std::string(key.to_pem()->view())] { serve(chain, pem); }) {}
    ~Echo() { thread_.join(); }

private:
    static int send_some(void* fd, const unsigned char* data, std::size_t size) {
        return static_cast<int>(::send(*static_cast<int*>(fd), data, size, MSG_NOSIGNAL));
    }
    static int receive_some(void* fd, unsigned char* into, std::size_t room) {
        return static_cast<int>(::recv(*static_cast<int*>(fd), into, room, 0));
    }

    void serve(const std::string& chain, const std::string& key_pem) {
        mbedtls_ssl_config config;
        mbedtls_ssl_context ssl;
        mbedtls_x509_crt certificate;
        mbedtls_pk_context key;
        mbedtls_ssl_config_init(&config);
        mbedtls_ssl_init(&ssl);
        mbedtls_x509_crt_init(&certificate);
        mbedtls_pk_init(&key);
        const auto bytes = [](const std::string& text) { return reinterpret_cast<const unsigned char*>(text.c_str()); };
        (void)mbedtls_x509_crt_parse(&certificate, bytes(chain), chain.size() + 1);
        (void)mbedtls_pk_parse_key(&key, bytes(key_pem), key_pem.size() + 1, nullptr, 0, crypto::rng, nullptr);
        (void)mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
        mbedtls_ssl_conf_rng(&config, crypto::rng, nullptr);
        (void)mbedtls_ssl_conf_own_cert(&config, &certificate, &key);
        (void)mbedtls_ssl_setup(&ssl, &config);
        int fd = socket_.get();
        mbedtls_ssl_set_bio(&ssl, &fd, send_some, receive_some, nullptr);
        unsigned char buffer[256];
        if (mbedtls_ssl_handshake(&ssl) == 0) {
            const int got = mbedtls_ssl_read(&ssl, buffer, sizeof buffer);
            if (got > 0) (void)mbedtls_ssl_write(&ssl, buffer, static_cast<std::size_t>(got));
            (void)mbedtls_ssl_close_notify(&ssl);
        }
        socket_.reset();
        mbedtls_ssl_free(&ssl);
        mbedtls_ssl_config_free(&config);
        mbedtls_x509_crt_free(&certificate);
        mbedtls_pk_free(&key);
    }

    UniqueFd socket_;
    std::thread thread_;
};

fakes::LeafSpec leaf(std::vector<std::string> names, long long from = 1577836800, long long until = 7258118399) {
    fakes::LeafSpec spec;
    spec.names = std::move(names);
    spec.not_before = WallTime(Seconds(from));
    spec.not_after = WallTime(Seconds(until));
    return spec;
}

// What start_tls says of such a certificate; empty: taken, and bytes went both ways.
std::string verdict(const fakes::TestCa& ca, const fakes::LeafSpec& spec, const std::string& host, const std::vector<std::string>& anchors) {
    const crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::KeyType::kEc256).value();
    Ends ends;
    Echo echo(std::move(ends.server), ca.fullchain(key, spec), key);
    const Patience patience(Millis(20000));
    ClientLine line(std::move(ends.client));
    if (auto started = line.start_tls(host, anchors, patience.deadline); !started.ok()) return started.error().text();
    CHECK(line.write("hello", patience.deadline).ok());
    CHECK(line.read(patience.deadline).value() == "hello");
    CHECK(line.read(patience.deadline).value() == "");  // close_notify
    return "";
}

}  // namespace

TEST_CASE("clear text, its end, and a time limit") {
    Ends ends;
    ClientLine line(std::move(ends.client));
    const Patience patience(Millis(5000)), none(Millis(0));
    CHECK(line.write("to the server", patience.deadline).ok());
    char heard[32] = {};
    CHECK(::read(ends.server.get(), heard, sizeof heard) == 13);
    CHECK(::write(ends.server.get(), "220 hi\r\n", 8) == 8);
    CHECK(line.read(patience.deadline).value() == "220 hi\r\n");
    CHECK(line.read(none.deadline).error().text() == "no answer in time");
    CHECK(line.write(std::string(1u << 22, 'x'), none.deadline).error().text() == "no answer in time");  // nobody reads
    ends.server.reset();
    CHECK(line.read(patience.deadline).value() == "");
    CHECK_FALSE(line.write("x", patience.deadline).ok());
    Patience off(Millis(5000));
    off.cancel.now();
    Ends others;
    CHECK(ClientLine(std::move(others.client)).read(off.deadline).error().text() == "called off");
}

TEST_CASE("which certificates are taken") {
    REQUIRE(crypto::init().ok());
    const fakes::TestCa ca, stranger("Stranger");
    const auto good = leaf({"mail.example"});
    CHECK(verdict(ca, good, "mail.example", {ca.root()}) == "");
    CHECK(verdict(ca, leaf({"*.example"}), "mail.example", {"no certificate\n", stranger.root(), ca.root()}) == "");
    const auto refused = [](const std::string& why) { return "the certificate of mail.example is refused: " + why; };
    CHECK(verdict(ca, leaf({"other.example"}), "mail.example", {ca.root()}) == refused("it is for another name"));
    CHECK(verdict(ca, good, "mail.example", {stranger.root()}) == refused("nobody whom we trust has signed it"));
    CHECK(verdict(ca, leaf({"mail.example"}, 1577836800, 1600000000), "mail.example", {ca.root()}) ==
          refused("it has expired, or the clock here is wrong"));
    CHECK(verdict(ca, leaf({"mail.example"}, 7000000000, 7258118399), "mail.example", {ca.root()}) ==
          refused("it is not valid yet; the clock here may be wrong"));
    Ends ends;
    const Patience patience(Millis(1000));
    CHECK(ClientLine(std::move(ends.client)).start_tls("x", {}, patience.deadline).error().text() == "none of the trust anchors can be read");
}

TEST_CASE("a peer that speaks no TLS, or ends") {
    const fakes::TestCa ca;
    const Patience patience(Millis(20000));
    Ends talks;
    CHECK(::write(talks.server.get(), "500 what is that?\r\n", 19) == 19);
    ClientLine line(std::move(talks.client));
    const auto started = line.start_tls("mail.example", {ca.root()}, patience.deadline);
    REQUIRE_FALSE(started.ok());
    CHECK(started.error().kind() == ErrorKind::kRetry);
    CHECK(started.error().text().find("TLS: ") == 0);
    Ends ends;
    ends.server.reset();
    CHECK(ClientLine(std::move(ends.client)).start_tls("mail.example", {ca.root()}, patience.deadline).error().text() ==
          "TLS: the other side ended the connection");
}
