// tls-alpn-01 (RFC 8737, RFC 8738): who is shown the challenge's certificate, who is not, and that the connection ends there.
#include <doctest.h>

#include "tests/unit/server/tls/tls_tester.h"

using namespace postern;
using namespace postern::tls_tests;
using net::IoStatus;

namespace {

constexpr mbedtls_ssl_protocol_version kVersions[] = {MBEDTLS_SSL_VERSION_TLS1_2, MBEDTLS_SSL_VERSION_TLS1_3};
constexpr const char* kAcme = "acme-tls/1";

// Two sites, and challenges for a site, for a name that no site has, and for two addresses. Their certificates are without
// acmeIdentifier, because of which mbedTLS's client would break off.
struct House {
    House() {
        tls::ChallengeTable table;
        for (const char* name : {"a.example", "new.example", "192.0.2.1", "2001:db8::1"}) {
            answers[name] = make_bundle({name});
            challenges.set(challenges.get() ? challenges.get()->with(name, answers[name]) : table.with(name, answers[name]));
        }
        context = tls::TlsContext::make(server.table, {.tickets = server.tickets, .challenges = &challenges}).value();
    }
    std::unique_ptr<tls::TlsStream> stream(fakes::Pipe& pipe) {
        return std::make_unique<tls::TlsStream>(std::make_unique<fakes::PipeStream>(pipe), context, server.scratch);
    }

    Server server;
    Published<tls::ChallengeTable> challenges;
    std::map<std::string, tls::ChallengeTable::Bundle> answers;
    std::shared_ptr<const tls::TlsContext> context;
};

// Both take turns until neither has anything to say; what the stream's last read came to.
IoStatus talk(Client& client, tls::TlsStream& stream, int& client_code) {
    char buffer[4096];
    IoStatus status = IoStatus::kWait;
    for (int round = 0; round < 10; round++) {
        client_code = client.handshake();
        if (status == IoStatus::kWait) status = stream.read(buffer, sizeof buffer).status;
    }
    return status;
}

// The fatal alert in the clear that is all the answer to a ClientHello; -1 when something else is.
int alert_of(tls::TlsStream& stream, const fakes::Pipe& pipe) {
    char buffer[64];
    if (stream.read(buffer, sizeof buffer).status != IoStatus::kFailed || pipe.outbound.size() != 7) return -1;
    const bool fatal = pipe.outbound[0] == MBEDTLS_SSL_MSG_ALERT && pipe.outbound[5] == MBEDTLS_SSL_ALERT_LEVEL_FATAL;
    return fatal ? static_cast<unsigned char>(pipe.outbound[6]) : -1;
}

bool reads_nothing(tls::TlsStream& stream) {
    char buffer[64];
    return stream.read(buffer, sizeof buffer).status == IoStatus::kEnd;
}

}  // namespace

TEST_CASE("challenge: shown to who asks with acme-tls/1 and the name, and that is all") {
    House house;
    struct Row {
        std::string sni, name;
    };
    for (const Row& row : {Row{"a.example", "a.example"}, Row{"A.Example", "a.example"}, Row{"new.example", "new.example"},
                           Row{"1.2.0.192.in-addr.arpa", "192.0.2.1"},
                           Row{"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "2001:db8::1"}}) {
        for (auto version : kVersions) {
            CAPTURE(row.sni);
            CAPTURE(version);
            fakes::Pipe pipe;
            auto stream = house.stream(pipe);
            Client client(pipe, {.version = version, .name = row.sni.c_str(), .alpn = {kAcme, nullptr}});
            int code = 1;
            CHECK(talk(client, *stream, code) == IoStatus::kEnd);
            CHECK(code == 0);
            CHECK(std::string(mbedtls_ssl_get_alpn_protocol(&client.ssl)) == kAcme);
            CHECK(client.seen_certificate() == der_of(house.answers[row.name]));
            CHECK(stream->failure() == "");
            client.say("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
            CHECK(reads_nothing(*stream));
            CHECK(stream->write("x").status == IoStatus::kFailed);
            stream->finish();
            CHECK(client.hear().empty());
            CHECK(client.last() == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY);
            CHECK(pipe.finished);
        }
    }
}

TEST_CASE("challenge: with acmeIdentifier too; TLS 1.2 shows it in the clear, and mbedTLS's client refuses it") {
    House house;
    fakes::FixedRandom random;
    const auto real = crypto::make_challenge_pair("a.example", "token.thumbprint", WallTime(Seconds(1795219200)), random);
    REQUIRE(real.ok());
    house.challenges.set(house.challenges.get()->with("a.example", *real));
    fakes::Pipe pipe;
    auto stream = house.stream(pipe);
    Client client(pipe, {.version = MBEDTLS_SSL_VERSION_TLS1_2, .alpn = {kAcme, nullptr}});
    REQUIRE(client.handshake() == MBEDTLS_ERR_SSL_WANT_READ);
    char buffer[64];
    CHECK(stream->read(buffer, sizeof buffer).status == IoStatus::kWait);
    CHECK(pipe.outbound.find(der_of(*real)) != std::string::npos);
    CHECK_FALSE(shake_hands(client, *stream));
}

TEST_CASE("challenge: no name, an unknown one, or an address as it is: unrecognized_name") {
    House house;
    for (const char* name : {static_cast<const char*>(nullptr), "b.example", "unknown.example", "www.a.example", "192.0.2.1"}) {
        for (auto version : kVersions) {
            CAPTURE(name);
            CAPTURE(version);
            fakes::Pipe pipe;
            auto stream = house.stream(pipe);
            Client client(pipe, {.version = version, .name = name, .alpn = {kAcme, nullptr}});
            REQUIRE(client.handshake() == MBEDTLS_ERR_SSL_WANT_READ);
            CHECK(alert_of(*stream, pipe) == MBEDTLS_SSL_ALERT_MSG_UNRECOGNIZED_NAME);
            CHECK_FALSE(stream->established());
            CHECK_FALSE(stream->failure().empty());
        }
    }
}

TEST_CASE("challenge: taken down, published or never spoken, it is an alert") {
    House house;
    for (const auto& next : {house.challenges.get()->without("a.example"), std::make_shared<const tls::ChallengeTable>(),
                             std::shared_ptr<const tls::ChallengeTable>()}) {
        house.challenges.set(next);
        fakes::Pipe pipe;
        auto stream = house.stream(pipe);
        Client client(pipe, {.alpn = {kAcme, nullptr}});
        REQUIRE(client.handshake() == MBEDTLS_ERR_SSL_WANT_READ);
        CHECK(alert_of(*stream, pipe) == MBEDTLS_SSL_ALERT_MSG_UNRECOGNIZED_NAME);
    }
    fakes::Pipe pipe;
    auto stream = house.server.stream(pipe);  // of a context without challenges
    Client client(pipe, {.alpn = {kAcme, nullptr}});
    REQUIRE(client.handshake() == MBEDTLS_ERR_SSL_WANT_READ);
    CHECK(alert_of(*stream, pipe) == MBEDTLS_SSL_ALERT_MSG_NO_APPLICATION_PROTOCOL);
}

TEST_CASE("challenge: visitors get the site's certificate, also one who offers acme-tls/1 beside HTTP") {
    House house;
    for (const std::vector<const char*>& alpn : std::vector<std::vector<const char*>>{
             {"http/1.1", nullptr}, {nullptr}, {"http/1.1", kAcme, nullptr}, {kAcme, "http/1.1", nullptr}}) {
        for (auto version : kVersions) {
            fakes::Pipe pipe;
            auto stream = house.stream(pipe);
            Client client(pipe, {.version = version, .alpn = alpn});
            REQUIRE(shake_hands(client, *stream));
            CHECK(client.seen_certificate() == der_of(Server::first_site().bundle));
            const char* chosen = mbedtls_ssl_get_alpn_protocol(&client.ssl);
            CHECK(std::string(chosen ? chosen : "") == (alpn.front() ? "http/1.1" : ""));
            client.say("ping");
            CHECK(read_all(*stream) == "ping");
            CHECK(stream->write("pong").bytes == 4);
            CHECK(client.hear() == "pong");
        }
    }
}

TEST_CASE("challenge: its session is not resumed by a visitor, nor a visitor's for it") {
    House house;
    for (auto version : kVersions) {
        CAPTURE(version);
        mbedtls_ssl_session challenged;
        mbedtls_ssl_session_init(&challenged);
        {
            fakes::Pipe pipe;
            auto stream = house.stream(pipe);
            Client client(pipe, {.version = version, .alpn = {kAcme, nullptr}});
            int code = 1;
            REQUIRE(talk(client, *stream, code) == IoStatus::kEnd);
            client.hear();
            REQUIRE(mbedtls_ssl_get_session(&client.ssl, &challenged) == 0);
        }
        {
            fakes::Pipe pipe;
            auto stream = house.stream(pipe);
            Client visitor(pipe, {.version = version, .session = &challenged});
            REQUIRE(shake_hands(visitor, *stream));
            CHECK(visitor.seen_certificate() == der_of(Server::first_site().bundle));
        }
        mbedtls_ssl_session_free(&challenged);
        mbedtls_ssl_session session;
        mbedtls_ssl_session_init(&session);
        {
            fakes::Pipe pipe;
            auto stream = house.stream(pipe);
            Client visitor(pipe, {.version = version});
            REQUIRE(shake_hands(visitor, *stream));
            visitor.hear();
            REQUIRE(mbedtls_ssl_get_session(&visitor.ssl, &session) == 0);
        }
        fakes::Pipe pipe;
        auto stream = house.stream(pipe);
        Client client(pipe, {.version = version, .alpn = {kAcme, nullptr}, .session = &session});
        CHECK_FALSE(shake_hands(client, *stream));
        CHECK_FALSE(stream->established());
        mbedtls_ssl_session_free(&session);
    }
}

// As in handshake_test: a group that the client has no share for makes it send a second ClientHello.
TEST_CASE("challenge: a second ClientHello with another protocol than the first is refused") {
    static constexpr std::uint16_t kP256Only[] = {MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, MBEDTLS_SSL_IANA_TLS_GROUP_NONE};
    static const char* kHttp[] = {"http/1.1", nullptr};
    static const char* kChallenge[] = {kAcme, nullptr};
    struct Row {
        const char **first, **second;
        bool works;
    };
    for (const Row& row : {Row{kChallenge, kChallenge, true}, Row{kChallenge, kHttp, false}, Row{kHttp, kChallenge, false},
                           Row{kHttp, kHttp, true}}) {
        House house;
        mbedtls_ssl_conf_groups(const_cast<mbedtls_ssl_config*>(house.context->native()), kP256Only);
        fakes::Pipe pipe;
        auto stream = house.stream(pipe);
        Client client(pipe, {.alpn = {row.first[0], nullptr}});
        REQUIRE(client.handshake() == MBEDTLS_ERR_SSL_WANT_READ);
        char buffer[64];
        REQUIRE(stream->read(buffer, sizeof buffer).status == IoStatus::kWait);
        CHECK(pipe.outbound.size() < 120);  // a HelloRetryRequest
        client.offer(row.second);
        int code = 1;
        const IoStatus end = talk(client, *stream, code);
        CHECK((code == 0) == row.works);
        CHECK((end != IoStatus::kFailed) == row.works);
        CHECK((end == IoStatus::kEnd) == (row.works && row.first == kChallenge));
    }
}
