// Faults that broke other ACME clients, one test each: those that only a socket shows. See ../others_faults_test.cpp.
#include <doctest.h>

#include "tests/unit/acme/protocol/ports_of_all_kinds.h"
#include "tests/unit/acme/protocol/transport_world.h"

using namespace postern;
using namespace postern::acme;

TEST_SUITE_BEGIN("faults that broke other clients");

TEST_CASE("one of v4 and v6 unreachable: the other is tried, within the same exchange") {
    Wire wire({{{answer_of("here")}}});  // at 127.0.0.1 alone: nobody answers at [::1], which comes first
    const auto reply = wire.get();
    REQUIRE_MESSAGE(reply.ok(), reply.error().text());
    CHECK(reply->body == "here");
    const std::string nobody = "https://localhost:" + std::to_string(wire.over().port) + "/";
    const auto transport = make_httplib_transport({wire.anchors.path, 1000, Millis(5000), ""});
    const auto refused = transport->exchange({HttpRequest::Method::kGet, nobody, {}, {}});
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().text().find("[::1]") != std::string::npos);
    CHECK(refused.error().text().find("127.0.0.1") != std::string::npos);
    CHECK_FALSE(transport->fault().reached);
}

TEST_CASE("one of v4 and v6 silent: the other is not kept waiting") {
    Wire wire({{{answer_of("here")}}});  // at 127.0.0.1
    const FullPort silent("::1", wire.server.port);
    const SystemClock clock;
    const SteadyTime before = clock.steady();
    const auto reply = wire.get();
    REQUIRE_MESSAGE(reply.ok(), reply.error().text());
    CHECK(reply->body == "here");
    CHECK(clock.steady() - before < Millis(2000));
}

TEST_CASE("one of v4 and v6 dead: a CA that is there by v6 alone is asked") {
    Wire wire({{{answer_of("here")}}}, lab_leaf(), lab_ca(), {}, "::1");
    const FullPort silent("127.0.0.1", wire.server.port);
    const auto reply = wire.get();
    REQUIRE_MESSAGE(reply.ok(), reply.error().text());
    CHECK(reply->body == "here");
}

TEST_CASE("a CA reached by IP address, its name not checked: no such URL is asked, and another's certificate is refused") {
    Wire wire({{{answer_of("x")}}}, lab_leaf("other.example"));
    for (const char* host : {"127.0.0.1", "[::1]"}) {
        const std::string url = "https://" + std::string(host) + ":" + std::to_string(wire.server.port) + "/dir";
        const auto reply = wire.transport->exchange({HttpRequest::Method::kGet, url, {}, {}});
        REQUIRE_FALSE(reply.ok());
        CHECK(reply.error().kind() == ErrorKind::kAdmin);
        CHECK(wire.transport->fault().type == "url");
    }
    const auto reply = wire.get();
    REQUIRE_FALSE(reply.ok());
    CHECK(wire.transport->fault().type == "trust");
    CHECK(wire.over().heard.empty());
    CHECK(wire.server.connections == 1);
}

TEST_CASE("a reply cut in the middle, on the wire: no reply, wherever the cut is") {
    const std::string whole = answer_of("{\"newNonce\":\"https://ca.example/n\"}", "Content-Type: application/json\r\n");
    for (std::size_t cut = 1; cut < whole.size(); cut += 9) {
        for (const auto manner : {HttpsServer::Manner::kTls, HttpsServer::Manner::kCut}) {
            CAPTURE(cut);
            Wire wire({{{whole.substr(0, cut)}, manner}});
            const auto reply = wire.get();
            REQUIRE_FALSE(reply.ok());
            CHECK(reply.error().kind() == ErrorKind::kRetry);
            CHECK(wire.transport->fault().reached);
        }
    }
}

TEST_SUITE_END();
