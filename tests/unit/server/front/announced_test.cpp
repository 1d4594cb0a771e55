// Connections of balancers that are trusted: announced by a PROXY header, counted as those of whom they are for.
#include <doctest.h>

#include <thread>

#include "tests/unit/server/front/front_tester.h"

using namespace postern;
using namespace postern::front_tests;

namespace {

// Says who asks, by the context.
class PeerHandler final : public http::Handler {
public:
    http::Response handle(const http::Request&, const http::Context& context) override {
        http::Response response;
        response.body = std::string(context.peer) + (context.trusted != nullptr ? " trusted" : "");
        return response;
    }
};

front::Endpoint asked(bool announce, const char* trusted) {
    front::Endpoint made = endpoint("peer");
    made.make_handler = [](std::size_t) -> Result<std::shared_ptr<http::Handler>> { return std::shared_ptr<http::Handler>(std::make_shared<PeerHandler>()); };
    made.trusted = std::make_shared<front::TrustedProxies>(front::TrustedProxies{{*Subnet::parse(trusted), *Subnet::parse("10.9.0.0/16")}, announce});
    return made;
}

std::string line(const char* source) { return std::string("PROXY TCP4 ") + source + " 198.51.100.1 1234 443\r\n"; }

const front::FrontOptions kFew{.loops = 1, .admission = {.max_connections = 100, .max_per_client = 2}};

}  // namespace

TEST_CASE("announced: the header says whose the connection is, and comes in any pieces") {
    House house({asked(true, "127.0.0.1")}, kFew);
    Peer peer(house.address());
    REQUIRE(peer.say(line("192.0.2.7")));
    CHECK(peer.get("/") == "192.0.2.7");
    CHECK(peer.get("/") == "192.0.2.7");
    Peer slow(house.address());
    for (const char c : line("192.0.2.8").substr(0, 30)) REQUIRE(slow.say({&c, 1}));
    std::this_thread::sleep_for(Millis(20));
    REQUIRE(slow.say(line("192.0.2.8").substr(30)));
    CHECK(slow.get("/") == "192.0.2.8");
    Peer own(house.address());
    REQUIRE(own.say("PROXY UNKNOWN\r\n"));
    CHECK(own.get("/") == "127.0.0.1");  // what it says of others may be anybody's who stands behind it
    Peer through(house.address());
    REQUIRE(through.say(line("10.9.0.1")));
    CHECK(through.get("/") == "10.9.0.1 trusted");
}

TEST_CASE("announced: without the header there is nothing, and the log says so once in a while") {
    House house({asked(true, "127.0.0.1")}, kFew);
    for (int i = 0; i < 3; ++i) {
        Peer peer(house.address());
        REQUIRE(peer.say("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
        CHECK(peer.hear(1).empty());
    }
    Peer silent(house.address());
    silent.close();
    CHECK(house.lines.count("proxy_header_refused") == 1);
}

TEST_CASE("announced: who is not trusted comes as ever, and his header is no request") {
    House house({asked(true, "192.0.2.0/24")}, kFew);
    Peer peer(house.address());
    CHECK(peer.get("/") == "127.0.0.1");
    Peer liar(house.address());
    REQUIRE(liar.say(line("192.0.2.7")));
    CHECK(liar.hear(12).substr(0, 12) == "HTTP/1.1 400");
}

TEST_CASE("announced: the cap is of whom the connections are for, not of the balancer") {
    House house({asked(true, "127.0.0.1")}, kFew);
    std::vector<std::unique_ptr<Peer>> held;
    for (const char* source : {"192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2", "192.0.2.3"}) {
        held.push_back(std::make_unique<Peer>(house.address()));
        REQUIRE(held.back()->say(line(source)));
        CHECK(held.back()->get("/") == source);
    }
    Peer third(house.address());
    REQUIRE(third.say(line("192.0.2.1")));
    CHECK(third.get("/").empty());
    held.front().reset();
    for (int tries = 0; tries < 100; ++tries) {  // until the loop has seen that it left
        Peer again(house.address());
        REQUIRE(again.say(line("192.0.2.1")));
        if (again.get("/") == "192.0.2.1") return;
        std::this_thread::sleep_for(Millis(10));
    }
    FAIL("the place was not given back");
}

TEST_CASE("trusted, without PROXY: connections are not counted, and handlers know") {
    House house({asked(false, "127.0.0.1")}, kFew);
    std::vector<std::unique_ptr<Peer>> held;
    for (int i = 0; i < 6; ++i) {
        held.push_back(std::make_unique<Peer>(house.address()));
        CHECK(held.back()->get("/") == "127.0.0.1 trusted");
    }
}
