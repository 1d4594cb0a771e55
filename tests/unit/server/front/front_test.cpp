// Front and its loops over real loopback sockets: whom they let in, and what a reload and an end do.
#include "server/front/front.h"

#include <doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <thread>

#include "tests/unit/server/front/front_tester.h"

using namespace postern;
using namespace postern::front_tests;

TEST_CASE("serves, keeps alive, counts") {
    House house({endpoint("a")});
    REQUIRE(house.front);
    Peer peer(house.address());
    for (int i = 0; i < 3; i++) CHECK(peer.get("/") == "a0");
    CHECK(house.comes_true([](const front::Stats& s) { return s.requests == 3 && s.accepted == 1 && s.open == 1; }));
    peer.close();
    CHECK(house.comes_true([](const front::Stats& s) { return s.open == 0; }));
}

TEST_CASE("says what its connections are at") {
    using State = front::ConnectionState;
    House house({endpoint("a")});
    const auto in = [](const front::Stats& s, State state) { return s.in_state[static_cast<std::size_t>(state)]; };
    Peer silent(house.address()), idle(house.address()), taker(house.address());
    CHECK(idle.get("/") == "a0");
    CHECK(taker.say("GET /large HTTP/1.1\r\nHost: h\r\n\r\n"));
    CHECK(house.comes_true([&](const front::Stats& s) {
        return in(s, State::kReading) == 1 && in(s, State::kIdle) == 1 && in(s, State::kWriting) == 1 && s.open == 3;
    }));
    for (Peer* peer : {&silent, &idle, &taker}) peer->close();
    CHECK(house.comes_true([&](const front::Stats& s) {
        return std::all_of(s.in_state.begin(), s.in_state.end(), [](auto count) { return count == 0; });
    }));
    for (std::size_t i = 0; i < front::kConnectionStates; i++) CHECK_FALSE(name_of(static_cast<State>(i)).empty());
}

TEST_CASE("answers count as the endpoint's, or as nobody's") {
    http::AnswerBook book;
    auto admin = endpoint("b"), silent = endpoint("c");
    admin.site = "admin";
    silent.site = "";
    House house({endpoint("a"), admin, silent}, {.loops = 2, .admission = {}, .answers = &book});
    for (std::size_t i = 0; i < 3; i++) Peer(house.address(i)).get("/");
    const Peer garbage(house.address());
    CHECK(garbage.say("no request\r\n\r\n"));
    CHECK(garbage.hear(10000).find("400") != std::string::npos);
    CHECK(book.totals() == std::map<std::string, http::ByStatus>{{"admin", {{200, 1}}}, {"none", {{200, 1}, {400, 1}}}});
}

TEST_CASE("an endpoint that asks for it is told at which of our addresses it was reached") {
    class Local final : public http::Handler {
        http::Response handle(const http::Request&, const http::Context& context) override {
            http::Response response;
            response.body = context.local.empty() ? "none" : context.local;
            return response;
        }
    };
    const auto at = [](const char* address, bool tells) {
        auto made = endpoint("a", net::Address::parse(address).value());
        made.make_handler = [](std::size_t) -> Result<std::shared_ptr<http::Handler>> { return std::shared_ptr<http::Handler>(std::make_shared<Local>()); };
        made.tells_local = tells;
        return made;
    };
    House house({at("[::]:0", true), at("0.0.0.0:0", true), at("0.0.0.0:0", false)});
    REQUIRE(house.front);
    const auto asked = [&](std::size_t i, const std::string& host) {
        return Peer(net::Address::parse(host + ":" + std::to_string(house.address(i).port())).value()).get("/");
    };
    CHECK(asked(0, "[::1]") == "::1");
    CHECK(asked(0, "127.0.0.1") == "127.0.0.1");  // mapped into IPv6 on this socket
    CHECK(asked(1, "127.0.0.7") == "127.0.0.7");
    CHECK(asked(2, "127.0.0.7") == "none");
}

TEST_CASE("a large answer to a fast and to a slow reader") {
    House house({endpoint("a")});
    Peer peer(house.address());
    CHECK(peer.get("/large") == std::string(8u << 20, 'L'));
    CHECK(peer.get("/") == "a0");
}

TEST_CASE("a request behind a large one is not forgotten") {
    House house({endpoint("a")});
    Peer peer(house.address());
    CHECK(peer.say("GET /large HTTP/1.1\r\nHost: h\r\n\r\n"));
    CHECK(house.comes_true([](const front::Stats& s) { return s.requests == 1; }));
    CHECK(peer.say("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
    std::string all = peer.hear(100u << 20);
    CHECK(all.size() > (8u << 20));
    CHECK(all.substr(all.size() - 2) == "a0");
}

TEST_CASE("a peer that closes its side with the request gets the answer and an end at once") {
    House house({endpoint("a")});
    Peer peer(house.address());
    CHECK(peer.say("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    shutdown(peer.fd(), SHUT_WR);
    CHECK(peer.hear(10000).find("a0") != std::string::npos);
    CHECK(house.comes_true([](const front::Stats& s) { return s.open == 0; }));
}

TEST_CASE("full: the longest idle makes room, the others stay") {
    House house({endpoint("a")}, {.loops = 1, .admission = {.max_connections = 3, .max_per_client = 100}});
    Peer first(house.address()), second(house.address()), third(house.address());
    CHECK(second.get("/") == "a0");
    CHECK(first.get("/") == "a0");
    CHECK(third.get("/") == "a0");
    Peer fourth(house.address());
    CHECK(fourth.get("/") == "a0");
    CHECK(second.ended());
    CHECK(first.silent());
    CHECK(first.get("/") == "a0");
    CHECK(third.get("/") == "a0");
    CHECK(house.front->stats().evicted == 1);
}

TEST_CASE("full of the silent: the longest silent makes room") {
    House house({endpoint("a")}, {.loops = 1, .admission = {.max_connections = 2, .max_per_client = 100}});
    Peer silent(house.address());
    CHECK(house.comes_true([](const front::Stats& s) { return s.open == 1; }));
    Peer dripping(house.address());
    CHECK(dripping.say("GET / HT"));
    CHECK(house.comes_true([](const front::Stats& s) { return s.open == 2; }));
    Peer wanted(house.address());
    CHECK(wanted.get("/") == "a0");
    CHECK(silent.ended());
}

TEST_CASE("full of those being answered: a newcomer is refused, nobody is cut") {
    House house({endpoint("a")}, {.loops = 1, .admission = {.max_connections = 1, .max_per_client = 100}});
    Peer busy(house.address());
    CHECK(busy.say("GET /large HTTP/1.1\r\nHost: h\r\n\r\n"));
    CHECK(house.comes_true([](const front::Stats& s) { return s.requests == 1; }));
    Peer late(house.address());
    CHECK(late.ended());
    CHECK(busy.hear(8u << 20).size() >= (8u << 20));
    CHECK(house.front->stats().refused == 1);
    CHECK(house.front->stats().evicted == 0);
}

TEST_CASE("one client's cap, and nobody is pushed out for whom it refuses") {
    House house({endpoint("a")}, {.loops = 1, .admission = {.max_connections = 2, .max_per_client = 2}});
    Peer first(house.address()), second(house.address());
    CHECK(first.get("/") == "a0");
    CHECK(second.get("/") == "a0");
    Peer third(house.address());
    CHECK(third.ended());
    CHECK(first.get("/") == "a0");
    CHECK(house.front->stats().refused == 1);
    CHECK(house.front->stats().evicted == 0);
    first.close();
    CHECK(house.comes_true([](const front::Stats& s) { return s.open == 1; }));
    CHECK(Peer(house.address()).get("/") == "a0");
}

TEST_CASE("drain: an answer under way is finished, the idle go, newcomers are refused") {
    House house({endpoint("a")});
    const net::Address address = house.address();
    Peer idle(address), busy(address);
    CHECK(idle.get("/") == "a0");
    CHECK(busy.say("GET /large HTTP/1.1\r\nHost: h\r\n\r\n"));
    CHECK(house.comes_true([](const front::Stats& s) { return s.requests == 2; }));
    std::thread ending([&] { house.front->drain(Millis(5000)); });
    CHECK(idle.ended());
    bool refused = false;
    for (int i = 0; i < 1000 && !refused; i++) {
        refused = !Peer(address).connected();
        usleep(1000);
    }
    CHECK(refused);
    std::string all = busy.hear(100u << 20);  // to the end, which comes after the whole answer
    CHECK(all.size() > (8u << 20));
    busy.close();
    ending.join();
    CHECK(house.front->stats().open == 0);
}

TEST_CASE("drain: who asks meanwhile for what is listened to gets an answer") {
    House house({endpoint("a"), endpoint("b")});
    std::atomic<bool> over{false};
    std::thread asker([&] {
        while (!over)
            for (const auto& one : house.front->listening()) CHECK_FALSE(one.kind.empty());
    });
    house.front->drain(Millis(200));
    over = true;
    asker.join();
    CHECK(house.front->listening().empty());
}

TEST_CASE("drain: who takes nothing is cut when the time is over") {
    House house({endpoint("a")});
    Peer busy(house.address());
    CHECK(busy.say("GET /large HTTP/1.1\r\nHost: h\r\n\r\n"));
    CHECK(house.comes_true([](const front::Stats& s) { return s.requests == 1; }));
    house.front->drain(Millis(50));
    CHECK(house.front->stats().open == 0);
}

TEST_CASE("replace keeps the socket, its connections and what they began with") {
    House house({endpoint("old")});
    const net::Address address = house.address();
    Peer before(address);
    CHECK(before.get("/") == "old0");
    REQUIRE(house.front->replace({endpoint("new"), endpoint("more")}).ok());
    CHECK(house.front->listening().size() == 2);
    bool renewed = false;
    for (int i = 0; i < 1000 && !renewed; i++) {
        renewed = Peer(address).get("/") == "new0";
        if (!renewed) usleep(1000);
    }
    CHECK(renewed);
    CHECK(before.get("/") == "old0");
}

TEST_CASE("replace that fails changes nothing") {
    House house({endpoint("old")});
    const net::Address address = house.address();
    auto blocker = net::Listener::open(net::Address::parse("127.0.0.1:0").value(), {});
    CHECK_FALSE(house.front->replace({endpoint("new"), endpoint("bad", blocker->address())}).ok());
    auto lame = endpoint("lame");
    lame.make_handler = [](std::size_t) -> Result<std::shared_ptr<http::Handler>> { return Error::admin("no such folder"); };
    CHECK_FALSE(house.front->replace({lame}).ok());
    CHECK(Peer(address).get("/") == "old0");
    CHECK(house.front->listening().size() == 1);
}

TEST_CASE("replace closes what is no longer named") {
    House house({endpoint("a"), endpoint("b")});
    // two endpoints that both ask for port 0 are told apart by what they got
    const net::Address gone = house.address(1);
    std::vector<front::Endpoint> next;
    next.push_back(endpoint("a", house.address(0)));
    REQUIRE(house.front->replace(std::move(next)).ok());
    bool refused = false;
    for (int i = 0; i < 1000 && !refused; i++) {
        refused = !Peer(gone).connected();
        usleep(1000);
    }
    CHECK(refused);
    CHECK(Peer(house.address(0)).get("/") == "a0");
}

TEST_CASE("replace by an address that overlaps: the old one makes way, and both ways") {
    for (int loops : {1, 2}) {
        CAPTURE(loops);
        House house({endpoint("v4", net::Address::parse("0.0.0.0:0").value())}, {.loops = loops, .admission = {}});
        const std::string port = std::to_string(house.address().port());
        const net::Address home = net::Address::parse("127.0.0.1:" + port).value();
        Peer before(home);
        CHECK(before.get("/").substr(0, 2) == "v4");
        for (const char* next : {"[::]:", "0.0.0.0:", "127.0.0.1:", "[::]:", "127.0.0.1:"}) {
            CAPTURE(next);
            Result<void> done = house.front->replace({endpoint("next", net::Address::parse(next + port).value())});
            REQUIRE_MESSAGE(done.ok(), done.error().text());
            CHECK(house.front->listening().size() == 1);
            CHECK(Peer(home).get("/").substr(0, 4) == "next");
        }
        CHECK(before.get("/").substr(0, 2) == "v4");  // connections stay
    }
}

TEST_CASE("replace by an address that overlaps, in vain: the old one listens again") {
    House house({endpoint("old", net::Address::parse("0.0.0.0:0").value())}, {.loops = 2, .admission = {}});
    const std::string port = std::to_string(house.address().port());
    const net::Address home = net::Address::parse("127.0.0.1:" + port).value();
    auto blocker = net::Listener::open(net::Address::parse("127.0.0.1:0").value(), {});
    Result<void> done = house.front->replace({endpoint("new", net::Address::parse("[::]:" + port).value()),
                                              endpoint("bad", blocker->address())});
    REQUIRE_FALSE(done.ok());
    CHECK(done.error().text().find(blocker->address().text()) != std::string::npos);
    CHECK(Peer(home).get("/").substr(0, 3) == "old");
    CHECK(house.front->listening().size() == 1);
    CHECK_FALSE(house.lines.contain("listener_"));
}

TEST_CASE("a replacement under traffic") {
    House house({endpoint("x")}, {.loops = 2, .admission = {}});
    const net::Address address = house.address();
    std::atomic<bool> stop{false};
    std::atomic<int> good{0}, bad{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; i++)
        clients.emplace_back([&] {
            while (!stop) (Peer(address).get("/").substr(0, 1) == "x" ? good : bad)++;
        });
    for (int i = 0; i < 50; i++) {
        CHECK(house.front->replace({endpoint("x")}).ok());
        usleep(2000);
    }
    stop = true;
    for (auto& client : clients) client.join();
    CHECK(good > 50);
    CHECK(bad == 0);
}

TEST_CASE("two loops share a port, a handler each; a taken port is still noticed") {
    House house({endpoint("x")}, {.loops = 2, .admission = {}});
    REQUIRE(house.front);
    std::vector<std::unique_ptr<Peer>> peers;
    bool seen[2] = {false, false};
    for (int i = 0; i < 64; i++) {
        peers.push_back(std::make_unique<Peer>(house.address()));
        std::string who = peers.back()->get("/");
        REQUIRE((who == "x0" || who == "x1"));
        seen[who == "x1"] = true;
    }
    CHECK((seen[0] && seen[1]));
    CHECK(house.comes_true([](const front::Stats& s) { return s.open == 64 && s.requests == 64; }));
    House second({endpoint("y", house.address())}, {.loops = 2, .admission = {}});
    CHECK_FALSE(second.front);
}

namespace {

// Idle connections that all lie with the first of two loops; what lands at the second is closed again.
std::vector<std::unique_ptr<Peer>> idle_at_first_loop(const House& house, std::size_t count) {
    std::vector<std::unique_ptr<Peer>> kept;
    for (int i = 0; i < 1000 && kept.size() < count; i++) {
        auto peer = std::make_unique<Peer>(house.address());
        if (peer->get("/") == "x0") kept.push_back(std::move(peer));
    }
    return kept;
}

}  // namespace

TEST_CASE("the places are for all loops: one may fill them, but for a few that each has to itself") {
    House house({endpoint("x")}, {.loops = 2, .admission = {.max_connections = 40, .max_per_client = 1000}});
    auto idle = idle_at_first_loop(house, 35);  // 30 for anybody, 5 of its own
    REQUIRE(idle.size() == 35);
    CHECK(house.comes_true([](const front::Stats& s) { return s.open == 35; }));
    CHECK(house.front->stats().evicted == 0);
    for (auto& peer : idle) CHECK(peer->silent());

    auto more = idle_at_first_loop(house, 1);
    CHECK(idle.front()->ended());
    CHECK(house.front->stats().evicted == 1);
    std::size_t second = 0;
    std::vector<std::unique_ptr<Peer>> others;
    for (int i = 0; i < 1000 && second < 5; i++) {  // the second loop lets in whom it has places for
        others.push_back(std::make_unique<Peer>(house.address()));
        second += others.back()->get("/") == "x1";
    }
    CHECK(second == 5);
    CHECK(house.comes_true([](const front::Stats& s) { return s.open == 40; }));
}

TEST_CASE("a unix socket has one listener, whatever the number of loops") {
    char folder[] = "/tmp/postern-front-XXXXXX";
    REQUIRE(mkdtemp(folder));
    const std::string path = std::string(folder) + "/s";
    {
        House house({endpoint("u", net::Address::unix_path(path).value())}, {.loops = 2, .admission = {}});
        REQUIRE(house.front);
        for (int i = 0; i < 8; i++) CHECK(Peer(house.address()).get("/") == "u0");
    }
    unlink(path.c_str());
    rmdir(folder);
}

namespace {

// No descriptor above those open now, until it goes out of scope.
struct NoDescriptors {
    rlimit before{};
    NoDescriptors() {
        getrlimit(RLIMIT_NOFILE, &before);
        int next = dup(0);
        close(next);
        rlimit none = before;
        none.rlim_cur = static_cast<rlim_t>(next);
        setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before); }
};

}  // namespace

TEST_CASE("out of descriptors and nobody idle: listening rests, and goes on") {
    House house({endpoint("a")});
    const net::Address address = house.address();
    UniqueFd waiting(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    {
        NoDescriptors none;
        REQUIRE(connect(waiting.get(), address.native(), address.native_size()) == 0);
        for (int i = 0; i < 5000 && !house.lines.contain("accept_paused"); i++) usleep(1000);
        CHECK(house.lines.contain("accept_paused"));
    }
    send(waiting.get(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n", 27, MSG_NOSIGNAL);
    char buffer[1024];
    CHECK(recv(waiting.get(), buffer, sizeof buffer, 0) > 0);
    CHECK(house.lines.count("accept_paused") < 20);  // it did not spin
}

TEST_CASE("out of descriptors: the longest idle makes room") {
    House house({endpoint("a")});
    const net::Address address = house.address();
    Peer idle(address);
    CHECK(idle.get("/") == "a0");
    UniqueFd waiting(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    NoDescriptors none;
    REQUIRE(connect(waiting.get(), address.native(), address.native_size()) == 0);
    send(waiting.get(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n", 27, MSG_NOSIGNAL);
    char buffer[1024];
    CHECK(recv(waiting.get(), buffer, sizeof buffer, 0) > 0);
    CHECK(idle.ended());
    CHECK(house.front->stats().evicted == 1);
}

TEST_CASE("stops at once, with connections open and when never started") {
    SystemClock clock;
    fakes::LogLines lines;
    Log log(clock, lines.sink(), LogLevel::kDebug);
    { auto never = front::Front::open(clock, log, {}, {endpoint("a")}); }
    House house({endpoint("a")});
    Peer peer(house.address());
    CHECK(peer.get("/") == "a0");
    house.front.reset();
    CHECK(peer.ended());
}
