// New keys in the middle of a connection over TLS 1.3: RFC 8446 sections 4.6.3 and 7.2.
#include "server/tls/key_updates.h"

#include <doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "server/base/limits.h"
#include "server/tls/traffic_keys.h"
#include "tests/unit/server/tls/tls_tester.h"

using namespace postern;
using namespace postern::tls_tests;
using net::IoStatus;

namespace {

constexpr std::uint16_t kAlgorithms[] = {MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256, MBEDTLS_TLS1_3_SIG_NONE};

// Two ends with the handshake behind them. The client knows of KeyUpdate what the server knows: both must derive the same keys.
struct Ends {
    Server server;
    fakes::Pipe pipe;
    std::unique_ptr<tls::TlsStream> stream = server.stream(pipe);
    Client client;
    tls::KeyUpdates updates;
    int answers = 0;

    explicit Ends(int cipher = MBEDTLS_TLS1_3_AES_128_GCM_SHA256, mbedtls_ssl_protocol_version version = MBEDTLS_SSL_VERSION_TLS1_3)
        : client(pipe, {.version = version}), ciphers_{cipher, 0} {
        if (version == MBEDTLS_SSL_VERSION_TLS1_3) client.restrict_to(kAlgorithms, ciphers_);
        REQUIRE(shake_hands(client, *stream));
        client.hear();
    }

    void send(std::string_view message) {
        client.send_handshake_message(reinterpret_cast<const unsigned char*>(message.data()), message.size());
    }
    void update(bool requested) {
        send(requested ? std::string_view("\x18\0\0\1\1", 5) : std::string_view("\x18\0\0\1\0", 5));
        CHECK(postern_next_own_keys(&client.ssl) == 0);
    }
    std::string hear() {
        std::string all = client.hear();
        while (client.last() == MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE && updates.take(client.ssl) == 0) {
            answers += 1;
            all += client.hear();
        }
        if (!all.empty()) updates.data_came();
        return all;
    }
    // Sends, and hears it come back.
    void echo(const std::string& text) {
        client.say(text);
        const std::string came = read_all(*stream);
        CHECK(came == text);
        CHECK(stream->write(came).bytes == came.size());
        CHECK(hear() == text);
    }
    // The code of the alert by which the server has ended this; -1 without one.
    int alert() {
        IoStatus status = IoStatus::kOk;
        CHECK(read_all(*stream, &status).empty());
        CHECK(status == IoStatus::kFailed);
        hear();
        return client.last() == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE ? client.ssl.MBEDTLS_PRIVATE(in_msg)[1] : -1;
    }

private:
    int ciphers_[2];
};

}  // namespace

TEST_CASE("KeyUpdate: a hundred of each kind, with every cipher, and one answer for each that was requested") {
    for (int cipher : {MBEDTLS_TLS1_3_AES_128_GCM_SHA256, MBEDTLS_TLS1_3_AES_256_GCM_SHA384, MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256}) {
        Ends ends(cipher);
        REQUIRE(ends.client.ssl.MBEDTLS_PRIVATE(session)->MBEDTLS_PRIVATE(ciphersuite) == cipher);
        ends.echo("before");
        for (int i = 0; i < 200; ++i) {
            ends.update(i % 2 == 0);
            if (i % 10 == 0) {
                CHECK(read_all(*ends.stream).empty());
                ends.stream->rest();
            }
            ends.echo("after " + std::to_string(i));
        }
        CHECK(ends.answers == 100);
    }
}

TEST_CASE("KeyUpdate: one answer to many requests, and none until there is something to say") {
    Ends ends;
    for (int i = 0; i < 5; ++i) ends.update(true);
    CHECK(read_all(*ends.stream).empty());
    CHECK(ends.pipe.outbound.empty());
    ends.echo("text");
    CHECK(ends.answers == 1);
    ends.echo("more");
    CHECK(ends.answers == 1);
}

TEST_CASE("KeyUpdate: with old records before it and new ones behind it, in one piece and byte by byte") {
    for (std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{100000}}) {
        Ends ends;
        ends.client.say("old");
        ends.update(true);
        ends.client.say("new");
        ends.update(false);
        ends.client.say("newer");
        const std::string wire = std::exchange(ends.pipe.inbound, "");
        std::string heard;
        for (std::size_t at = 0; at < wire.size(); at += piece) {
            ends.pipe.arrive(std::string_view(wire).substr(at, piece));
            heard += read_all(*ends.stream);
        }
        CHECK(heard == "oldnewnewer");
        ends.echo("text");
    }
}

TEST_CASE("KeyUpdate: in the middle of an answer that the peer takes slowly") {
    Ends ends;
    const std::string text(200000, 't');
    std::string heard;
    std::size_t sent = 0;
    for (int turn = 0; sent < text.size() || heard.size() < text.size(); ++turn) {
        REQUIRE(turn < 10000);
        ends.pipe.window = turn % 3 == 0 ? 5000 : 0;
        if (turn % 4 == 0) ends.update(turn % 8 == 0);
        if (turn % 20 == 0) ends.client.say("x");
        read_all(*ends.stream);
        sent += ends.stream->write(std::string_view(text).substr(sent)).bytes;
        ends.stream->flush();
        heard += ends.hear();
    }
    CHECK(heard == text);
    CHECK(ends.answers > 5);
}

TEST_CASE("KeyUpdate: in two records, of which the second completes it") {
    Ends ends;
    ends.send(std::string_view("\x18\0\0\1", 4));
    CHECK(read_all(*ends.stream).empty());
    ends.send(std::string_view("\1", 1));
    CHECK(postern_next_own_keys(&ends.client.ssl) == 0);
    ends.echo("text");
    CHECK(ends.answers == 1);
}

TEST_CASE("KeyUpdate: the alerts that bad ones end with") {
    struct Row {
        std::string_view message;
        int alert;
    };
    const Row rows[] = {
        {{"\x18\0\0\0", 4}, MBEDTLS_SSL_ALERT_MSG_DECODE_ERROR},
        {{"\x18\0\0\2\0\0", 6}, MBEDTLS_SSL_ALERT_MSG_DECODE_ERROR},
        {{"\x18\0\0\1\2", 5}, MBEDTLS_SSL_ALERT_MSG_ILLEGAL_PARAMETER},
        {{"\x18\0\0\1\xff", 5}, MBEDTLS_SSL_ALERT_MSG_ILLEGAL_PARAMETER},
        {{"\x18\0\0\1\0\x18\0\0\1\0", 10}, MBEDTLS_SSL_ALERT_MSG_UNEXPECTED_MESSAGE},
        {{"\x18\0\0\1\1\x18", 6}, MBEDTLS_SSL_ALERT_MSG_UNEXPECTED_MESSAGE},
        {{"\x19\0\0\1\0", 5}, MBEDTLS_SSL_ALERT_MSG_UNEXPECTED_MESSAGE},
    };
    for (const bool rested : {false, true})
        for (const Row& row : rows) {
            CAPTURE(row.alert);
            CAPTURE(row.message.size());
            Ends ends;
            if (rested) ends.stream->rest();
            ends.send(row.message);
            CHECK(ends.alert() == row.alert);
        }
}

TEST_CASE("KeyUpdate: who goes on with the old keys is not understood") {
    Ends ends;
    ends.send(std::string_view("\x18\0\0\1\0", 5));
    ends.client.say("text");
    CHECK(ends.alert() == MBEDTLS_SSL_ALERT_MSG_BAD_RECORD_MAC);
}

TEST_CASE("KeyUpdate: over TLS 1.2 there is none") {
    Ends ends(0, MBEDTLS_SSL_VERSION_TLS1_2);
    ends.send(std::string_view("\x18\0\0\1\0", 5));
    CHECK(ends.alert() == MBEDTLS_SSL_ALERT_MSG_UNEXPECTED_MESSAGE);
}

TEST_CASE("KeyUpdate: no more of them in a row than the limit, in one go or one by one; empty records do not hide them") {
    for (const bool one_by_one : {false, true})
        for (const bool with_empty : {false, true}) {
            Ends ends;
            for (int round = 0; round < 3; ++round) {
                for (unsigned i = 0; i < limits::kKeyUpdates; ++i) {
                    ends.update(i % 2 == 0);
                    if (with_empty) mbedtls_ssl_write(&ends.client.ssl, nullptr, 0);
                    if (one_by_one) CHECK(read_all(*ends.stream).empty());
                }
                ends.echo("text");
            }
            for (unsigned i = 0; i < limits::kKeyUpdates + 1; ++i) ends.update(false);
            CHECK(ends.alert() == MBEDTLS_SSL_ALERT_MSG_UNEXPECTED_MESSAGE);
        }
}
