#include "firmware/probe_book.h"

#include <doctest.h>

#include <set>

#include "acme/preflight/limits.h"
#include "firmware/token_board.h"
#include "server/base/base64url.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/log_lines.h"

using namespace postern;

namespace {

http::Context from(const char* peer) {
    http::Context context;
    context.peer = peer;
    context.local_port = 80;
    context.wall = WallTime(Seconds(1795219200));
    return context;
}

}  // namespace

TEST_CASE("a page hangs for its time, and remembers who came") {
    fakes::FakeClock clock;
    SystemRandom random;
    ProbeBook book(clock, random);
    const auto probe = book.open(Seconds(60));
    REQUIRE(probe.ok());
    CHECK(is_base64url(probe->token));
    CHECK(probe->token.size() == 8);
    CHECK(!book.visit("other", from("192.0.2.1")));
    CHECK(book.visit(probe->token, from("192.0.2.1")) == probe->page);
    CHECK(book.visit(probe->token, from("2001:db8::1")) == probe->page);
    const auto visits = book.visits(probe->token);
    REQUIRE(visits.ok());
    REQUIRE(visits->size() == 2);
    CHECK(visits->at(0).peer == "192.0.2.1");
    CHECK(visits->at(1).port == 80);
    clock.advance(Seconds(60));
    CHECK(!book.visit(probe->token, from("192.0.2.1")));
    CHECK(book.visits(probe->token).ok());  // whoever watches sees the last ones
    book.close(probe->token);
    CHECK(!book.visits(probe->token).ok());
}

TEST_CASE("no more probes and no more visits than there is memory for") {
    fakes::FakeClock clock;
    SystemRandom random;
    ProbeBook book(clock, random);
    std::set<std::string> seen;
    for (std::size_t i = 0; i < limits::kProbes; ++i) {
        const auto probe = book.open(Seconds(60));
        REQUIRE(probe.ok());
        seen.insert(probe->token);
        seen.insert(probe->page);
    }
    CHECK(seen.size() == 2 * limits::kProbes);
    CHECK(!book.open(Seconds(60)).ok());
    clock.advance(Seconds(61));
    const auto probe = book.open(Seconds(60));  // the old ones made room
    REQUIRE(probe.ok());
    for (std::size_t i = 0; i < limits::kProbeVisits + 10; ++i) CHECK(book.visit(probe->token, from("192.0.2.1")));
    CHECK(book.visits(probe->token)->size() == limits::kProbeVisits);
}

namespace {

struct Board {
    http::Response ask(const std::string& token) {
        http::Request request;
        const std::string path = "/.well-known/acme-challenge/" + token;
        request.path = request.raw_path = path;
        return challenge.handle(request, from("192.0.2.1"));
    }
    fakes::FakeClock clock;
    SystemRandom random;
    fakes::LogLines lines;
    Log log{clock, lines.sink(), LogLevel::kDebug};
    ProbeBook book{clock, random};
    ChallengeUpstream upstream{clock, random, log};
    TokenBoard board{book, upstream};
    site::Challenge challenge{board};
};

}  // namespace

TEST_CASE("an account behind us: its tokens are answered, and only those that nobody else has") {
    Board scene;
    const auto probe = scene.book.open(Seconds(60));
    scene.board.post("token", "token.own");
    scene.board.set_thumbprint("print");
    CHECK(scene.ask("token").body == "token.own");
    CHECK(scene.ask(probe->token).body == probe->page);
    CHECK(scene.ask("other").body == "other.print");
    CHECK(scene.ask("other").fields.front().second == "application/octet-stream");
    CHECK(scene.ask("no.token").status == 404);
    CHECK(scene.ask("").status == 404);
    scene.board.set_thumbprint("");
    CHECK(scene.ask("other").status == 404);
    scene.upstream.set({"127.0.0.1", 1, ""});
    CHECK(scene.ask("other").status == 404);  // nobody can wait here
}

TEST_CASE("the board shows a probe as a page, and a CA's token as it was") {
    Board scene;
    const auto probe = scene.book.open(Seconds(60));
    scene.board.post("token", "token.print");
    const auto ask = [&](const std::string& token) { return scene.ask(token); };
    CHECK(ask("token").body == "token.print");
    CHECK(ask("token").fields.front().second == "application/octet-stream");
    CHECK(ask(probe->token).body == scene.book.visit(probe->token, from("192.0.2.1")));
    CHECK(ask(probe->token).fields.front().second == "text/plain; charset=utf-8");
    CHECK(ask("none").status == 404);
}
