#include <doctest.h>

#include <algorithm>
#include <utility>

#include "server/base/text.h"
#include "tests/unit/server/tls/tls_tester.h"

using namespace postern;
using namespace postern::tls_tests;
using net::IoStatus;

namespace {

constexpr mbedtls_ssl_protocol_version kVersions[] = {MBEDTLS_SSL_VERSION_TLS1_2, MBEDTLS_SSL_VERSION_TLS1_3};

struct Session {
    mbedtls_ssl_session native;
    Session() { mbedtls_ssl_session_init(&native); }
    ~Session() { mbedtls_ssl_session_free(&native); }
};

}  // namespace

TEST_CASE("both versions: handshake, bytes both ways, good-bye") {
    Server server;
    for (auto version : kVersions) {
        CAPTURE(version);
        fakes::Pipe pipe;
        auto stream = server.stream(pipe);
        CHECK_FALSE(stream->established());
        Client client(pipe, {.version = version});
        REQUIRE(shake_hands(client, *stream));
        CHECK(stream->server_name() == "a.example");
        CHECK(std::string(mbedtls_ssl_get_alpn_protocol(&client.ssl)) == "http/1.1");
        client.say("ping");
        CHECK(read_all(*stream) == "ping");
        CHECK(stream->write("pong").bytes == 4);
        CHECK(client.hear() == "pong");
        stream->finish();
        client.hear();
        CHECK(client.last() == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY);
        CHECK(pipe.finished);
        CHECK(stream->failure().empty());
    }
}

TEST_CASE("byte by byte the same comes out") {
    Server server;
    for (auto version : kVersions) {
        CAPTURE(version);
        fakes::Pipe pipe;
        pipe.read_chunk = 1;
        pipe.write_chunk = 1;
        auto stream = server.stream(pipe);
        Client client(pipe, {.version = version});
        REQUIRE(shake_hands(client, *stream));
        client.say("drip");
        CHECK(read_all(*stream) == "drip");
        CHECK(stream->write("drop").bytes == 4);
        CHECK(client.hear() == "drop");
    }
}

TEST_CASE("one byte an event: the stream waits, and never needs to be asked twice") {
    Server server;
    fakes::Pipe wire, pipe;  // the client's bytes are handed on one at a time
    auto stream = server.stream(pipe);
    Client client(wire, {});
    char buffer[256];
    std::string heard;
    for (int round = 0; round < 8; round++) {
        if (client.handshake() == 0 && stream->established() && heard.empty()) client.say("slow");
        for (char byte : std::exchange(wire.inbound, "")) {
            pipe.arrive({&byte, 1});
            auto got = stream->read(buffer, sizeof buffer);
            REQUIRE((got.status == IoStatus::kWait || got.status == IoStatus::kOk));
            if (got.status == IoStatus::kOk) heard.append(buffer, got.bytes);
            CHECK_FALSE(stream->has_buffered());
        }
        wire.outbound += pipe.take();
    }
    CHECK(heard == "slow");
}

TEST_CASE("SNI chooses, in any case; unknown and none get the first") {
    Server server;
    const std::string a = der_of(Server::first_site().bundle), b = der_of(Server::second_site().bundle);
    struct Row {
        const char *name, *seen_as;
        const std::string& want;
    };
    for (const Row& row : {Row{"a.example", "a.example", a}, Row{"B.Example", "b.example", b}, Row{"x.b.example", "x.b.example", b},
                           Row{"unknown.example", "unknown.example", a}, Row{nullptr, "", a}}) {
        for (auto version : kVersions) {
            fakes::Pipe pipe;
            auto stream = server.stream(pipe);
            Client client(pipe, {.version = version, .name = row.name});
            REQUIRE(shake_hands(client, *stream));
            CHECK(client.seen_certificate() == row.want);
            CHECK(stream->server_name() == row.seen_as);
        }
    }
}

TEST_CASE("ALPN: none offered is fine, none in common is an alert") {
    Server server;
    for (auto version : kVersions) {
        fakes::Pipe pipe;
        auto stream = server.stream(pipe);
        Client silent(pipe, {.version = version, .alpn = {nullptr}});
        CHECK(shake_hands(silent, *stream));
        CHECK(mbedtls_ssl_get_alpn_protocol(&silent.ssl) == nullptr);

        fakes::Pipe other;
        auto refused = server.stream(other);
        Client stranger(other, {.version = version, .alpn = {"spdy/3", nullptr}});
        CHECK_FALSE(shake_hands(stranger, *refused));
        CHECK_FALSE(refused->failure().empty());
        CHECK(stranger.handshake() == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE);
    }
}

TEST_CASE("a ticket resumes, also after the certificate was swapped, and leaves with the first read") {
    Server server;
    for (auto version : kVersions) {
        CAPTURE(version);
        Session session;
        {
            fakes::Pipe pipe;
            auto stream = server.stream(pipe);
            Client client(pipe, {.version = version});
            REQUIRE(shake_hands(client, *stream));
            client.hear();
            if (version == MBEDTLS_SSL_VERSION_TLS1_3) CHECK(client.tickets == 1);
            REQUIRE(mbedtls_ssl_get_session(&client.ssl, &session.native) == 0);
        }
        server.table.set(server.table.get()->with(make_entry("a", {"a.example"})));
        fakes::Pipe pipe;
        auto stream = server.stream(pipe);
        Client client(pipe, {.version = version, .session = &session.native});
        REQUIRE(client.handshake() == MBEDTLS_ERR_SSL_WANT_READ);
        char buffer[64];
        CHECK(stream->read(buffer, sizeof buffer).status == IoStatus::kWait);
        CHECK(pipe.outbound.size() < 450);  // no certificate in it
        REQUIRE(shake_hands(client, *stream));
        client.say("again");
        CHECK(read_all(*stream) == "again");
    }
}

extern "C" int mbedtls_ssl_session_set_hostname(mbedtls_ssl_session* session, const char* hostname);

// Whether the ticket got under `first` is good for a connection to `second`.
TEST_CASE("a ticket is good under the name it was got under, and at no other site") {
    Server server;
    struct Row {
        const char *first, *second;
        bool resumes;
    };
    for (const Row& row : {Row{"a.example", "A.Example", true}, Row{"a.example", "b.example", false}, Row{"a.example", nullptr, false},
                           Row{nullptr, "a.example", false}, Row{"x.b.example", "y.b.example", false}, Row{nullptr, nullptr, true}}) {
        for (auto version : kVersions) {
            CAPTURE(row.second);
            CAPTURE(version);
            Session session;
            {
                fakes::Pipe pipe;
                auto stream = server.stream(pipe);
                Client client(pipe, {.version = version, .name = row.first});
                REQUIRE(shake_hands(client, *stream));
                client.hear();
                REQUIRE(mbedtls_ssl_get_session(&client.ssl, &session.native) == 0);
            }
            // or mbedTLS's client would not offer it, as is right
            if (version == MBEDTLS_SSL_VERSION_TLS1_3) mbedtls_ssl_session_set_hostname(&session.native, row.second);
            fakes::Pipe pipe;
            auto stream = server.stream(pipe);
            Client client(pipe, {.version = version, .name = row.second, .session = &session.native});
            REQUIRE(client.handshake() == MBEDTLS_ERR_SSL_WANT_READ);
            CHECK(pipe.inbound.size() > 250);  // the ticket is in it
            char buffer[64];
            CHECK(stream->read(buffer, sizeof buffer).status == IoStatus::kWait);
            CHECK((pipe.outbound.size() < 450) == row.resumes);
            REQUIRE(shake_hands(client, *stream));
            CHECK(stream->server_name() == (row.second ? lower(row.second) : ""));
            client.say("well");
            CHECK(read_all(*stream) == "well");
        }
    }
}

TEST_CASE("a connection keeps the certificate and the context it began with") {
    Server server;
    fakes::Pipe pipe;
    auto stream = server.stream(pipe);
    Client client(pipe, {});
    REQUIRE(client.handshake() == MBEDTLS_ERR_SSL_WANT_READ);
    char buffer[64];
    stream->read(buffer, sizeof buffer);  // the server's flight is out
    std::weak_ptr<const tls::TlsContext> old = server.context;
    server.table.set(std::make_shared<const tls::CertTable>());
    server.context = nullptr;
    REQUIRE(shake_hands(client, *stream));
    client.say("still");
    CHECK(read_all(*stream) == "still");
    CHECK_FALSE(old.expired());
    stream.reset();
    CHECK(old.expired());
}

// The server is made to take a group only that the client has no share for: it answers a HelloRetryRequest (RFC 8446
// section 4.1.4), and mbedTLS asks for the certificate once more.
TEST_CASE("a certificate swapped between two ClientHellos: the first choice stays for the handshake") {
    Server server;
    static constexpr std::uint16_t kP256Only[] = {MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, MBEDTLS_SSL_IANA_TLS_GROUP_NONE};
    mbedtls_ssl_conf_groups(const_cast<mbedtls_ssl_config*>(server.context->native()), kP256Only);
    tls::CertTable::Bundle first = make_bundle({"a.example"});
    const std::string expected = der_of(first);
    server.table.set(std::make_shared<const tls::CertTable>(std::vector<tls::CertTable::Entry>{{"a", {"a.example"}, first}}));
    std::weak_ptr<const crypto::CertBundle> alive = std::exchange(first, nullptr);

    fakes::Pipe pipe;
    auto stream = server.stream(pipe);
    Client client(pipe, {});
    REQUIRE(client.handshake() == MBEDTLS_ERR_SSL_WANT_READ);
    char buffer[64];
    REQUIRE(stream->read(buffer, sizeof buffer).status == IoStatus::kWait);
    CHECK(pipe.outbound.size() < 120);  // a HelloRetryRequest, no flight with a certificate
    server.table.set(std::make_shared<const tls::CertTable>(std::vector<tls::CertTable::Entry>{make_entry("a", {"a.example"})}));
    CHECK_FALSE(alive.expired());
    REQUIRE(client.handshake() == MBEDTLS_ERR_SSL_WANT_READ);  // the second ClientHello
    REQUIRE(stream->read(buffer, sizeof buffer).status == IoStatus::kWait);
    CHECK_FALSE(alive.expired());  // mbedTLS points into it
    REQUIRE(shake_hands(client, *stream));
    CHECK(client.seen_certificate() == expected);
    stream.reset();
    CHECK(alive.expired());
}

TEST_CASE("garbage instead of a ClientHello gets an alert, whatever it is") {
    Server server;
    std::string zeros(100, '\0'), ff(100, '\xff');
    for (const std::string& garbage :
         {std::string("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), zeros, ff, std::string("\x16\x03\x01\xff\xff", 5) + zeros,
          std::string("\x16\x03\x01\x00\x00", 5) + zeros, std::string("\x17\x03\x03\x00\x05hello", 10),
          std::string("\x14\x03\x03\x00\x01\x01", 6) + std::string("\x14\x03\x03\x00\x01\x02", 6),
          std::string("\x16\x03\x01\x00\x08\x01\x00\x00\x04\x03\x03\x00\x00", 13), std::string("SSH-2.0-OpenSSH_9.2\r\n")}) {
        CAPTURE(garbage);
        fakes::Pipe pipe;
        auto stream = server.stream(pipe);
        pipe.arrive(garbage);
        char buffer[64];
        CHECK(stream->read(buffer, sizeof buffer).status == IoStatus::kFailed);
        REQUIRE(pipe.outbound.size() == 7);
        CHECK(pipe.outbound[0] == MBEDTLS_SSL_MSG_ALERT);
        CHECK(pipe.outbound[5] == MBEDTLS_SSL_ALERT_LEVEL_FATAL);
        CHECK_FALSE(stream->failure().empty());
        CHECK(stream->read(buffer, sizeof buffer).status == IoStatus::kFailed);
        CHECK(stream->write("x").status == IoStatus::kFailed);
        CHECK(stream->flush().status == IoStatus::kFailed);
        stream->finish();
    }
}

TEST_CASE("no certificate yet: an alert, not silence") {
    Server server;
    server.table.set(std::make_shared<const tls::CertTable>());
    for (auto version : kVersions) {
        fakes::Pipe pipe;
        auto stream = server.stream(pipe);
        Client client(pipe, {.version = version});
        CHECK_FALSE(shake_hands(client, *stream));
        CHECK(client.handshake() == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE);
    }
}

TEST_CASE("a client that refuses our certificate is not answered with another alert") {
    Server server;
    fakes::Pipe pipe;
    auto stream = server.stream(pipe);
    Client client(pipe, {.version = MBEDTLS_SSL_VERSION_TLS1_2});
    REQUIRE(client.handshake() == MBEDTLS_ERR_SSL_WANT_READ);
    char buffer[64];
    stream->read(buffer, sizeof buffer);
    pipe.take();
    pipe.arrive(std::string("\x15\x03\x03\x00\x02\x02\x2a", 7));  // fatal, bad_certificate
    CHECK(stream->read(buffer, sizeof buffer).status == IoStatus::kFailed);
    CHECK(pipe.outbound.empty());
}

TEST_CASE("silence costs nothing and an early end is an end") {
    Server server;
    fakes::Pipe pipe;
    auto stream = server.stream(pipe);
    char buffer[64];
    CHECK(stream->read(buffer, sizeof buffer).status == IoStatus::kWait);
    CHECK(stream->write("x").status == IoStatus::kWait);
    CHECK_FALSE(stream->has_buffered());
    pipe.ended = true;
    CHECK(stream->read(buffer, sizeof buffer).status == IoStatus::kEnd);
    stream->finish();
}
