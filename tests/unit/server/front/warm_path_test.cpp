// A warm keep-alive request makes one recv, one send and no allocation, over TLS too.
#include <doctest.h>
#include <mbedtls/platform.h>

#include <cstdlib>

#include "server/base/tls_heap.h"
#include "server/front/access_log.h"
#include "server/front/connection.h"
#include "tests/fakes/fake_clock.h"
#include "tests/unit/server/front/counting_new.h"
#include "tests/unit/server/tls/tls_tester.h"

using namespace postern;
using front::Connection;
using front_tests::allocations;

namespace {

constexpr std::string_view kRequest =
    "GET /index.html?x=1 HTTP/1.1\r\nHost: a.example\r\nUser-Agent: a browser with a rather long name indeed\r\n"
    "Accept: text/html,application/xhtml+xml\r\nAccept-Encoding: gzip, br\r\n\r\n";

class PageHandler final : public http::Handler {
public:
    PageHandler() {
        auto page = std::make_shared<http::Prebuilt>();
        page->bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1024\r\n\r\n";
        page->head_size = page->bytes.size();
        page->body_size = 1024;
        page->bytes.append(1024, 'x');
        page_ = page;
    }
    http::Response handle(const http::Request&, const http::Context& context) override {
        secure = context.secure;
        name_size = context.server_name.size();
        http::Response response;
        response.prebuilt = page_;
        return response;
    }
    bool secure = false;
    std::size_t name_size = 0;

private:
    std::shared_ptr<const http::Prebuilt> page_;
};

struct Scene {
    front::LoopSpace space;
    front::Deadlines deadlines;
    fakes::Pipe pipe;
    std::shared_ptr<PageHandler> handler = std::make_shared<PageHandler>();
    std::unique_ptr<front::AccessBuffer> access{};

    std::unique_ptr<Connection> connect(std::unique_ptr<net::Stream> stream, tls::TlsStream* tls) {
        pipe.inbound.reserve(1 << 16);
        pipe.outbound.reserve(1 << 18);
        Connection::Parts parts;
        parts.stream = std::move(stream);
        parts.tls = tls;
        parts.session = http::make_h1_session(space.requests);
        parts.handler = handler;
        parts.access = access.get();
        parts.peer = "2001:db8:1234:5678:9abc:def0:1234:5678";
        return std::make_unique<Connection>(std::move(parts), space, deadlines);
    }
};

// Allocations up to now, those of mbedTLS too.
#if defined(MBEDTLS_PLATFORM_CALLOC_MACRO)
struct [[maybe_unused]] CountMbedtls {};
std::size_t seen() { return allocations.load() + TlsHeap::used_by_this_thread().calls; }
#else
std::size_t seen() { return allocations.load(); }

void* counted_calloc(std::size_t count, std::size_t size) {
    allocations++;
    return std::calloc(count, size);
}

struct CountMbedtls {
    CountMbedtls() { mbedtls_platform_set_calloc_free(counted_calloc, std::free); }
    ~CountMbedtls() { mbedtls_platform_set_calloc_free(std::calloc, std::free); }
};
#endif

void check_warm(Scene& scene, Connection& connection, std::string_view request) {
    scene.pipe.reads = scene.pipe.writes = 0;
    scene.pipe.arrive(request);
    const std::size_t before = seen();
    const Connection::Turn turn = connection.run({true, false});
    const std::size_t after = seen();
    CHECK(turn == Connection::Turn::kWait);
    CHECK(after == before);
    CHECK(scene.pipe.reads == 1);
    CHECK(scene.pipe.writes == 1);
}

}  // namespace

TEST_CASE("plain: no allocation, one recv, one send") {
    Scene scene;
    auto connection = scene.connect(std::make_unique<fakes::PipeStream>(scene.pipe), nullptr);
    for (int i = 0; i < 5; i++) {
        check_warm(scene, *connection, kRequest);
        CHECK(scene.pipe.outbound.find("200 OK") != std::string::npos);
        scene.pipe.outbound.clear();
    }
}

TEST_CASE("plain, with an access log: the same") {
    class Sink final : public BulkSink {
    public:
        std::size_t write(std::string_view lines) override { return lines.size(); }
    };
    fakes::FakeClock clock;
    Log log(clock, nullptr, LogLevel::kInfo);
    Scene scene;
    scene.access = std::make_unique<front::AccessBuffer>(
        std::make_shared<front::AccessLog>(log, http::AccessFormat::kCombined, std::make_unique<Sink>()));
    auto connection = scene.connect(std::make_unique<fakes::PipeStream>(scene.pipe), nullptr);
    for (int i = 0; i < 500; i++) {  // some buffers' worth
        check_warm(scene, *connection, kRequest);
        scene.pipe.outbound.clear();
    }
    CHECK(scene.access->until_due(scene.space.now).count() >= 0);
}

TEST_CASE("TLS: no allocation, one recv, one send") {
    for (auto version : {MBEDTLS_SSL_VERSION_TLS1_2, MBEDTLS_SSL_VERSION_TLS1_3}) {
        CountMbedtls counting;
        tls_tests::Server server;
        Scene scene;
        auto stream = std::make_unique<tls::TlsStream>(std::make_unique<fakes::PipeStream>(scene.pipe), server.context, scene.space.tls);
        tls::TlsStream* secured = stream.get();
        auto connection = scene.connect(std::move(stream), secured);
        tls_tests::Client client(scene.pipe, {.version = version});
        for (int i = 0; i < 10 && (client.handshake() != 0 || !secured->established()); i++) connection->run({true, false});
        REQUIRE(secured->established());
        client.say(kRequest);
        CHECK(connection->run({true, false}) == Connection::Turn::kWait);
        CHECK(client.hear().find("200 OK") != std::string::npos);
        CHECK(scene.handler->secure);
        CHECK(scene.handler->name_size == std::string_view("a.example").size());
        for (int i = 0; i < 5; i++) {
            client.say(kRequest);
            std::string record;
            record.swap(scene.pipe.inbound);
            scene.pipe.inbound.reserve(1 << 16);
            scene.pipe.outbound.reserve(1 << 18);
            check_warm(scene, *connection, record);
            CHECK(client.hear().size() > 1024);
        }
    }
}

TEST_CASE("TLS: an answer under way is not taken for idle") {
    tls_tests::Server server;
    Scene scene;
    auto stream = std::make_unique<tls::TlsStream>(std::make_unique<fakes::PipeStream>(scene.pipe), server.context, scene.space.tls);
    tls::TlsStream* secured = stream.get();
    auto connection = scene.connect(std::move(stream), secured);
    tls_tests::Client client(scene.pipe, {});
    for (int i = 0; i < 10 && (client.handshake() != 0 || !secured->established()); i++) connection->run({true, false});
    scene.pipe.window = 100;  // the stream takes the whole answer, the peer a part of its ciphertext
    client.say(kRequest);
    CHECK(connection->run({true, false}) == Connection::Turn::kWait);
    CHECK(scene.deadlines.writing.oldest() == connection.get());
    CHECK(connection->drain() == Connection::Turn::kWait);
    scene.space.now += Millis(20000);
    scene.pipe.window = 100;
    CHECK(connection->run({}) == Connection::Turn::kWait);
    CHECK(scene.deadlines.writing.oldest() == connection.get());
    scene.pipe.window = 100000;
    connection->run({});
    CHECK(client.hear().size() > 1024);
    CHECK(client.last() == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY);
}

TEST_CASE("TLS: garbage gets its alert before the connection closes") {
    tls_tests::Server server;
    Scene scene;
    auto stream = std::make_unique<tls::TlsStream>(std::make_unique<fakes::PipeStream>(scene.pipe), server.context, scene.space.tls);
    tls::TlsStream* secured = stream.get();
    auto connection = scene.connect(std::move(stream), secured);
    CHECK(scene.deadlines.handshake.oldest() == connection.get());
    scene.pipe.arrive("GET / HTTP/1.1\r\n\r\n");
    CHECK(connection->run({true, false}) == Connection::Turn::kClose);
    CHECK(scene.pipe.outbound.size() == 7);
    CHECK_FALSE(connection->failure().empty());
}

TEST_CASE("TLS: half a ClientHello and an end in one event closes at once") {
    tls_tests::Server server;
    Scene scene;
    auto stream = std::make_unique<tls::TlsStream>(std::make_unique<fakes::PipeStream>(scene.pipe), server.context, scene.space.tls);
    tls::TlsStream* secured = stream.get();
    auto connection = scene.connect(std::move(stream), secured);
    scene.pipe.arrive(std::string("\x16\x03\x01\x02\x00\x01", 6));
    scene.pipe.ended = true;
    CHECK(connection->run({true, true}) == Connection::Turn::kClose);
    CHECK(scene.deadlines.handshake.oldest() == connection.get());
}

TEST_CASE("TLS: eviction and time out of the idle say good-bye, also asleep") {
    for (bool evicted : {false, true}) {
        tls_tests::Server server;
        Scene scene;
        auto stream = std::make_unique<tls::TlsStream>(std::make_unique<fakes::PipeStream>(scene.pipe), server.context, scene.space.tls);
        tls::TlsStream* secured = stream.get();
        auto connection = scene.connect(std::move(stream), secured);
        tls_tests::Client client(scene.pipe, {});
        for (int i = 0; i < 10 && (client.handshake() != 0 || !secured->established()); i++) connection->run({true, false});
        client.say(kRequest);
        connection->run({true, false});
        client.hear();
        connection->sleep();
        if (evicted)
            connection->leave_early();
        else
            CHECK(connection->time_out() == Connection::Turn::kClose);
        client.hear();
        CHECK(client.last() == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY);
    }
}
