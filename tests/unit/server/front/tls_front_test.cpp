// Handshakes on two loops at once, with one key and one set of tickets, while the certificate changes.
#include <doctest.h>

#include <atomic>
#include <thread>

#include "tests/unit/server/front/front_tester.h"
#include "tests/unit/server/tls/tls_tester.h"

using namespace postern;
using namespace postern::front_tests;

namespace {

// Moves bytes between the client's pipe and the socket: all that it wants to send, then what one recv gives.
bool pump(const Peer& peer, fakes::Pipe& pipe) {
    if (!pipe.inbound.empty() && !peer.say(pipe.inbound)) return false;
    pipe.inbound.clear();
    char buffer[16384];
    ssize_t n = recv(peer.fd(), buffer, sizeof buffer, 0);
    if (n > 0) pipe.outbound.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
}

// One connection with two requests on it. Resumes `session` where there is one, and leaves the next one there.
bool visit(const net::Address& address, mbedtls_ssl_protocol_version version, mbedtls_ssl_session& session, bool resume) {
    Peer peer(address);
    fakes::Pipe pipe;
    tls_tests::Client client(pipe, {.version = version, .session = resume ? &session : nullptr});
    while (client.handshake() == MBEDTLS_ERR_SSL_WANT_READ)
        if (!pump(peer, pipe)) return false;
    for (int i = 0; i < 2; i++) {
        client.say("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
        std::string answer;
        while (answer.find("x0") == answer.npos && answer.find("x1") == answer.npos) {
            if (!pump(peer, pipe)) return false;
            answer += client.hear();
        }
    }
    mbedtls_ssl_session_free(&session);
    mbedtls_ssl_session_init(&session);
    return mbedtls_ssl_get_session(&client.ssl, &session) == 0;
}

}  // namespace

TEST_CASE("TLS on two loops, both versions, full and resumed, across 20 certificates") {
    tls_tests::Server server;
    auto secured = endpoint("x");
    secured.tls = server.context;
    House house({secured}, {.loops = 2, .admission = {}});
    REQUIRE(house.front);
    std::atomic<int> good{0}, bad{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 3; i++)
        clients.emplace_back([&, i] {
            mbedtls_ssl_session session;
            mbedtls_ssl_session_init(&session);
            const auto version = i % 2 ? MBEDTLS_SSL_VERSION_TLS1_2 : MBEDTLS_SSL_VERSION_TLS1_3;
            for (int n = 0; n < 12; n++) (visit(house.address(), version, session, n % 3 != 0) ? good : bad)++;
            mbedtls_ssl_session_free(&session);
        });
    for (int i = 0; i < 20; i++) {
        server.table.set(server.table.get()->with(tls_tests::make_entry("a", {"a.example"})));
        usleep(1000);
    }
    for (auto& client : clients) client.join();
    CHECK(good == 36);
    CHECK(bad == 0);
    CHECK(house.comes_true([](const front::Stats& s) { return s.handshakes == 36 && s.open == 0 && s.failed_handshakes == 0; }));
    const auto by = house.front->stats().handshakes_by;  // every third one began anew
    CHECK(by[front::handshake_place(false, false)] == 4);
    CHECK(by[front::handshake_place(false, true)] == 8);
    CHECK(by[front::handshake_place(true, false)] == 8);
    CHECK(by[front::handshake_place(true, true)] == 16);
}

TEST_CASE("a failed handshake is counted and told") {
    tls_tests::Server server;
    auto secured = endpoint("x");
    secured.tls = server.context;
    House house({secured});
    Peer peer(house.address());
    CHECK(peer.say("GET / HTTP/1.1\r\n\r\n"));
    CHECK(peer.hear(100).size() == 7);  // an alert, then the end
    CHECK(house.comes_true([](const front::Stats& s) { return s.failed_handshakes == 1 && s.open == 0; }));
    CHECK(house.lines.contain("handshake_failed"));
}
