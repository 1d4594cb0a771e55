// Connections that break, do not come about or lead elsewhere: what the real transport makes of each.
#include <doctest.h>

#include "acme/protocol/dial.h"
#include "tests/unit/acme/protocol/ports_of_all_kinds.h"
#include "tests/unit/acme/protocol/transport_world.h"

using namespace postern;
using namespace postern::acme;

namespace {

bool has(const std::string& text, std::string_view piece) { return text.find(piece) != std::string::npos; }

HttpRequest large(const HttpsServer& server) {
    return {HttpRequest::Method::kPost, server.url("/order"), "application/jose+json", std::string(8u << 20, 'x')};
}

}  // namespace

TEST_CASE("a request that is larger than the sockets hold arrives whole") {
    Wire wire({{{answer_of("taken")}}});
    const auto reply = wire.transport->exchange(large(wire.server));
    REQUIRE_MESSAGE(reply.ok(), reply.error().text());
    CHECK(reply->body == "taken");
    CHECK(wire.over().heard.at(0).size() > 8u << 20);
}

TEST_CASE("a CA that goes while a request is sent: no answer, and the next exchange has a connection of its own") {
    Wire wire({HttpsServer::Visit{}, {{answer_of("back")}}});
    const auto reply = wire.transport->exchange(large(wire.server));
    REQUIRE_FALSE(reply.ok());
    CHECK(reply.error().kind() == ErrorKind::kRetry);
    CHECK(has(reply.error().text(), "broke"));
    CHECK(wire.transport->fault().reached);
    CHECK(wire.get()->body == "back");
}

TEST_CASE("a connection is kept for its own server alone") {
    Wire one({{{answer_of("one"), answer_of("one again")}}, {{answer_of("one anew")}}}), two({{{answer_of("two")}}});
    CHECK(one.get()->body == "one");
    const auto other = one.transport->exchange({HttpRequest::Method::kGet, two.server.url(), {}, {}});
    REQUIRE_MESSAGE(other.ok(), other.error().text());
    CHECK(other->body == "two");
    CHECK(one.get()->body == "one anew");
    CHECK(one.over().connections == 2);
}

TEST_CASE("an answer that says that it is not encoded is taken") {
    Wire wire({{{answer_of("plain", "Content-Encoding: Identity\r\n")}}});
    CHECK(wire.get()->body == "plain");
}

TEST_CASE("an address that cannot be connected to is told at once, with its reason") {
    const SystemClock clock;
    Cancel cancel;
    const auto dialled = dial("255.255.255.255", 443, Deadline{clock.steady() + Millis(5000), clock, cancel});
    REQUIRE_FALSE(dialled.ok());
    CHECK(dialled.error().kind() == ErrorKind::kRetry);
    CHECK(has(dialled.error().text(), "connecting to 255.255.255.255 port 443: 255.255.255.255: "));
}

TEST_CASE("a port that does not answer is waited for until the deadline, not longer") {
    const FullPort full;
    const SystemClock clock;
    Cancel cancel;
    const SteadyTime before = clock.steady();
    const auto dialled = dial("127.0.0.1", full.port, Deadline{before + Millis(100), clock, cancel});
    REQUIRE_FALSE(dialled.ok());
    CHECK(dialled.error().kind() == ErrorKind::kRetry);
    CHECK(has(dialled.error().text(), "127.0.0.1: no answer in time"));
    CHECK(clock.steady() - before >= Millis(100));
    CHECK(clock.steady() - before < Millis(3000));
}
