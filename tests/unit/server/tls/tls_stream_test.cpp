// What a TlsStream does with bytes once the handshake is over.
#include <doctest.h>
#include <mbedtls/platform.h>

#include <cstdlib>
#include <map>

#include "server/base/limits.h"
#include "server/base/tls_heap.h"
#include "tests/unit/server/tls/tls_tester.h"

using namespace postern;
using namespace postern::tls_tests;
using net::IoStatus;

namespace {

constexpr mbedtls_ssl_protocol_version kVersions[] = {MBEDTLS_SSL_VERSION_TLS1_2, MBEDTLS_SSL_VERSION_TLS1_3};

std::string pattern(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; i++) bytes[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
    return bytes;
}

// Two ends with the handshake behind them, and nothing on the way.
struct Talk {
    Server server;
    fakes::Pipe pipe;
    std::unique_ptr<tls::TlsStream> stream = server.stream(pipe);
    Client client;

    explicit Talk(mbedtls_ssl_protocol_version version) : client(pipe, {.version = version}) {
        REQUIRE(shake_hands(client, *stream));
        client.hear();
        pipe.reads = pipe.writes = 0;
    }
    // A record that says `type` in the clear, as nobody may send now.
    void inject(std::string_view record) { pipe.arrive(record); }
};

// What mbedTLS takes on this thread.
#if defined(MBEDTLS_PLATFORM_CALLOC_MACRO)
struct [[maybe_unused]] Counted {
    static std::size_t bytes() { return static_cast<std::size_t>(TlsHeap::used_by_this_thread().bytes); }
    static std::size_t calls() { return TlsHeap::used_by_this_thread().calls; }
};
#else
struct [[maybe_unused]] Counted {
    static inline std::map<void*, std::size_t> live;
    static inline std::size_t taken = 0;
    static std::size_t calls() { return taken; }
    static void* allocate(std::size_t count, std::size_t size) {
        taken++;
        void* block = std::calloc(count, size);
        live[block] = count * size;
        return block;
    }
    static void release(void* block) {
        live.erase(block);
        std::free(block);
    }
    static std::size_t bytes() {
        std::size_t sum = 0;
        for (const auto& [block, size] : live) sum += size;
        return sum;
    }
    Counted() {
        live.clear();
        taken = 0;
        mbedtls_platform_set_calloc_free(allocate, release);
    }
    ~Counted() { mbedtls_platform_set_calloc_free(std::calloc, std::free); }
};
#endif

}  // namespace

TEST_CASE("a request in one record costs one recv, its answer one send") {
    for (auto version : kVersions) {
        Talk talk(version);
        for (int i = 0; i < 3; i++) {
            talk.pipe.reads = talk.pipe.writes = 0;
            talk.client.say("GET / HTTP/1.1\r\n\r\n");
            char buffer[1024];
            CHECK(talk.stream->read(buffer, sizeof buffer).bytes == 18);
            CHECK_FALSE(talk.stream->has_buffered());
            CHECK(talk.stream->write(pattern(1200)).bytes == 1200);
            CHECK(talk.stream->flush().status == IoStatus::kOk);
            CHECK(talk.pipe.reads == 1);
            CHECK(talk.pipe.writes == 1);
            CHECK(talk.client.hear() == pattern(1200));
        }
    }
}

TEST_CASE("a loop's buffer goes in one send") {
    Talk talk(MBEDTLS_SSL_VERSION_TLS1_3);
    CHECK(talk.stream->write(pattern(limits::kLoopOutput)).bytes == limits::kLoopOutput);
    CHECK(talk.pipe.writes == 1);
    CHECK(talk.client.hear() == pattern(limits::kLoopOutput));
}

namespace {

// The peer takes `step` bytes at a time; what it heard in the end.
std::string trickle(Talk& talk, std::string_view rest, std::size_t step) {
    const std::size_t size = rest.size();
    std::string heard;
    talk.pipe.window = 0;
    for (int round = 0; heard.size() < size && round < 200000; round++) {
        auto result = rest.empty() ? net::IoResult{IoStatus::kWait} : talk.stream->write(rest);
        REQUIRE(result.status != IoStatus::kFailed);
        REQUIRE((result.status == IoStatus::kWait || result.bytes > 0));
        if (result.status == IoStatus::kOk) rest.remove_prefix(result.bytes);
        talk.pipe.window = step;
        REQUIRE(talk.stream->flush().status != IoStatus::kFailed);
        heard += talk.client.hear();
    }
    return heard;
}

}  // namespace

TEST_CASE("a writer that is stalled in every way loses no byte and sends none twice") {
    struct Row {
        std::size_t step, size;
    };
    for (auto version : kVersions) {
        for (const Row& row : {Row{1, 1}, Row{1, 16384}, Row{7, 16385}, Row{1000, 1}, Row{1000, 131072}, Row{1000, 300000},
                               Row{16384, 16385}, Row{16384, 300000}, Row{16406, 131072}, Row{16406, 300000}, Row{40000, 16384},
                               Row{40000, 131072}, Row{40000, 300000}}) {
            Talk talk(version);
            CHECK(trickle(talk, pattern(row.size), row.step) == pattern(row.size));
            CHECK(talk.stream->flush().status == IoStatus::kOk);
        }
    }
}

TEST_CASE("flush tells a slow peer from a stalled one") {
    Talk talk(MBEDTLS_SSL_VERSION_TLS1_3);
    talk.pipe.window = 0;
    CHECK(talk.stream->write("hello").bytes == 5);
    auto stalled = talk.stream->flush();
    CHECK(stalled.status == IoStatus::kWait);
    CHECK(stalled.bytes == 0);
    talk.pipe.window = 3;
    auto slow = talk.stream->flush();
    CHECK(slow.status == IoStatus::kWait);
    CHECK(slow.bytes == 3);
    CHECK(talk.stream->write("x").status == IoStatus::kWait);
    talk.pipe.window = static_cast<std::size_t>(-1);
    CHECK(talk.stream->flush().status == IoStatus::kOk);
    CHECK(talk.client.hear() == "hello");
}

TEST_CASE("what a stalled peer is given is bounded") {
    Talk talk(MBEDTLS_SSL_VERSION_TLS1_3);
    const std::string much = pattern(1 << 20);
    talk.pipe.window = 0;
    auto first = talk.stream->write(much);
    CHECK(first.bytes <= limits::kLoopOutput);
    CHECK(talk.stream->write(much).bytes == 0);
}

TEST_CASE("several connections of one loop do not mix while they stall") {
    Server server;
    std::vector<std::unique_ptr<fakes::Pipe>> pipes;
    std::vector<std::unique_ptr<tls::TlsStream>> streams;
    std::vector<std::unique_ptr<Client>> clients;
    for (std::size_t i = 0; i < 4; i++) {
        pipes.push_back(std::make_unique<fakes::Pipe>());
        streams.push_back(server.stream(*pipes[i]));
        clients.push_back(std::make_unique<Client>(*pipes[i], Client::Options{.version = kVersions[i % 2]}));
        REQUIRE(shake_hands(*clients[i], *streams[i]));
        pipes[i]->window = 0;
    }
    for (std::size_t i = 0; i < 4; i++) {
        CHECK(streams[i]->write(std::string(30000, static_cast<char>('0' + i))).bytes == 30000);
        clients[i]->say(std::string(100, static_cast<char>('A' + i)));
    }
    for (std::size_t i = 0; i < 4; i++) {
        CHECK(read_all(*streams[3 - i]) == std::string(100, static_cast<char>('A' + 3 - i)));
        pipes[i]->window = 1000000;
        CHECK(streams[i]->flush().status == IoStatus::kOk);
        CHECK(clients[i]->hear() == std::string(30000, static_cast<char>('0' + i)));
    }
}

TEST_CASE("has_buffered: more than the reader had room for") {
    for (auto version : kVersions) {
        Talk talk(version);
        talk.client.say(pattern(40000));
        std::string heard;
        char buffer[999];
        do {
            auto got = talk.stream->read(buffer, sizeof buffer);
            REQUIRE(got.status == IoStatus::kOk);
            heard.append(buffer, got.bytes);
        } while (talk.stream->has_buffered());
        CHECK(heard == pattern(40000));
        CHECK(talk.pipe.reads <= 4);
    }
}

TEST_CASE("has_buffered: the socket held more than the loop's buffer") {
    Talk talk(MBEDTLS_SSL_VERSION_TLS1_3);
    talk.client.say(pattern(300000));
    std::string heard;
    std::vector<char> buffer(limits::kLoopInput);
    do {
        auto got = talk.stream->read(buffer.data(), buffer.size());
        REQUIRE(got.status == IoStatus::kOk);
        heard.append(buffer.data(), got.bytes);
    } while (talk.stream->has_buffered());
    CHECK(heard == pattern(300000));
}

TEST_CASE("close_notify is an end, and an answer may still follow it") {
    for (auto version : kVersions) {
        Talk talk(version);
        talk.client.say("last");
        mbedtls_ssl_close_notify(&talk.client.ssl);
        char buffer[64];
        CHECK(talk.stream->read(buffer, sizeof buffer).bytes == 4);
        CHECK(talk.stream->has_buffered());  // no event will say that an end is there
        CHECK(talk.stream->read(buffer, sizeof buffer).status == IoStatus::kEnd);
        CHECK(talk.stream->write("answer").bytes == 6);
        CHECK(talk.client.hear() == "answer");
        talk.stream->finish();
        talk.client.hear();
        CHECK(talk.client.last() == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY);
    }
}

TEST_CASE("an end without close_notify is a truncation") {
    for (auto version : kVersions) {
        Talk talk(version);
        talk.pipe.ended = true;
        char buffer[64];
        CHECK(talk.stream->read(buffer, sizeof buffer).status == IoStatus::kFailed);
        CHECK(talk.stream->failure() != "");
        CHECK(talk.stream->write("x").status == IoStatus::kFailed);
    }
}

TEST_CASE("a forged record gets an alert and is the end") {
    for (auto version : kVersions) {
        Talk talk(version);
        talk.inject(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'f'));
        char buffer[64];
        CHECK(talk.stream->read(buffer, sizeof buffer).status == IoStatus::kFailed);
        talk.client.hear();
        CHECK(talk.client.last() == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE);
    }
}

TEST_CASE("garbage after the handshake gets an alert too") {
    for (auto version : kVersions) {
        Talk talk(version);
        talk.inject("GET / HTTP/1.1\r\n\r\n");
        char buffer[64];
        CHECK(talk.stream->read(buffer, sizeof buffer).status == IoStatus::kFailed);
        talk.client.hear();
        CHECK(talk.client.last() == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE);
    }
}

TEST_CASE("the alert goes out behind a stalled write") {
    Talk talk(MBEDTLS_SSL_VERSION_TLS1_3);
    talk.pipe.window = 0;
    CHECK(talk.stream->write("hello").bytes == 5);
    talk.inject(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'f'));
    char buffer[64];
    talk.pipe.window = 100000;
    CHECK(talk.stream->read(buffer, sizeof buffer).status == IoStatus::kFailed);
    CHECK(talk.client.hear() == "hello");
    CHECK(talk.client.last() == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE);
}

TEST_CASE("an empty record is no end; a warning is no reason to wait") {
    Talk talk(MBEDTLS_SSL_VERSION_TLS1_2);
    for (int i = 0; i < 3; i++) {
        const unsigned char nothing = 0;
        mbedtls_ssl_write(&talk.client.ssl, &nothing, 0);
    }
    mbedtls_ssl_send_alert_message(&talk.client.ssl, MBEDTLS_SSL_ALERT_LEVEL_WARNING, MBEDTLS_SSL_ALERT_MSG_USER_CANCELED);
    talk.client.say("here");
    CHECK(read_all(*talk.stream) == "here");
    CHECK(talk.stream->established());
}

TEST_CASE("a rest gives the record buffers back, and both directions go on after it") {
    for (auto version : kVersions) {
        CAPTURE(version);
        Counted counted;
        Talk talk(version);
        const std::size_t fresh = Counted::bytes();
        talk.stream->rest();
        const std::size_t asleep = Counted::bytes();
        const std::size_t buffers = 2 * (13 + 16 + 16 + 16384);  // what mbedTLS took itself, exactly
        const std::size_t awake = asleep + buffers;
        if (version == MBEDTLS_SSL_VERSION_TLS1_2) CHECK(fresh == awake);
        if (version == MBEDTLS_SSL_VERSION_TLS1_3) CHECK(fresh > awake);  // the state of the handshake
        for (int i = 0; i < 3; i++) {
            talk.client.say("ping");
            CHECK(read_all(*talk.stream) == "ping");
            CHECK(Counted::bytes() == awake);
            talk.stream->rest();
            CHECK(Counted::bytes() == asleep);
            CHECK(talk.stream->write(pattern(30000)).bytes == 30000);
            talk.stream->rest();
            CHECK(talk.client.hear() == pattern(30000));
            CHECK_FALSE(talk.stream->has_buffered());
        }
        talk.stream->finish();
        talk.client.hear();
        CHECK(talk.client.last() == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY);
    }
}

TEST_CASE("no rest while part of a record is in, or an answer is not out") {
    Talk talk(MBEDTLS_SSL_VERSION_TLS1_3);
    talk.client.say("whole");
    std::string record = std::exchange(talk.pipe.inbound, "");
    talk.pipe.arrive(std::string_view(record).substr(0, 9));
    CHECK(read_all(*talk.stream).empty());
    talk.stream->rest();
    talk.pipe.arrive(std::string_view(record).substr(9));
    CHECK(read_all(*talk.stream) == "whole");
    talk.pipe.window = 0;
    CHECK(talk.stream->write("answer").bytes == 6);
    talk.stream->rest();
    talk.pipe.window = 1000;
    CHECK(talk.stream->flush().status == IoStatus::kOk);
    CHECK(talk.client.hear() == "answer");
}

TEST_CASE("a handshake message after a rest is refused as before one") {
    for (auto version : kVersions) {
        for (bool rested : {false, true}) {
            Talk talk(version);
            if (rested) talk.stream->rest();
            const bool is_13 = version == MBEDTLS_SSL_VERSION_TLS1_3;
            const unsigned char finished[] = {20, 0, 0, 1, 0};
            talk.client.send_handshake_message(finished, sizeof finished);
            char buffer[64];
            CHECK(talk.stream->read(buffer, sizeof buffer).status == IoStatus::kFailed);
            talk.client.hear();
            CHECK(talk.client.last() == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE);
            CHECK_MESSAGE(talk.stream->failure() != "", is_13);
        }
    }
}

TEST_CASE("a stream dies asleep, awake and half-way without a leak") {
    {
        Counted counted;
        {
            Talk talk(MBEDTLS_SSL_VERSION_TLS1_3);
            talk.stream->rest();
        }
        Server server;
        fakes::Pipe pipe;
        auto stream = server.stream(pipe);
        Client client(pipe, {});
        client.handshake();
        char buffer[64];
        stream->read(buffer, sizeof buffer);
    }
}

TEST_CASE("warm: mbedTLS allocates nothing for a request and its answer") {
    for (auto version : kVersions) {
        Counted counted;
        Talk talk(version);
        talk.client.say("warm up");
        read_all(*talk.stream);
        CHECK(talk.stream->write(pattern(1000)).bytes == 1000);
        talk.client.hear();
        const std::size_t before = Counted::calls();
        for (int i = 0; i < 5; i++) {
            talk.client.say("request");
            char buffer[64];
            CHECK(talk.stream->read(buffer, sizeof buffer).bytes == 7);
            CHECK(talk.stream->write(pattern(1000)).bytes == 1000);
            talk.client.hear();
        }
        CHECK(Counted::calls() == before);
    }
}
