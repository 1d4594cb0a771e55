// Bodies that are passed on as they come, and answers that are, over HTTP/2.
#include <doctest.h>

#include "server/base/limits.h"
#include "tests/unit/server/http/h2_peer.h"
#include "tests/unit/server/http/relay_test.h"

namespace postern::http::test {
namespace {

struct Scene {
    explicit Scene(std::uint32_t window = 65535) : peer(0, 65536, window) {
        peer.handler.wants_bodies = true;
        peer.handler.answer = [this](const Request& request) {
            follows = request.body_follows;
            length = request.body_length;
            whole = request.body;
            CHECK(request.again == asked);
            if (guarded && !std::exchange(asked, true)) return look_first(passed);
            asked = false;
            Response response = promise(passed, request.body_follows);
            response.lines = lines;
            return response;
        };
    }
    void answer(const std::string& body) {
        lines = std::string(lines.size() + 100, 'x');  // another text takes its place meanwhile
        passed->answer = [body](Response& into) { into.body = body; };
        peer.wake();
        peer.talk();
    }
    void answer_live() {
        passed->answer = [this](Response& into) {
            into.live = std::make_unique<PassedLive>(passed);
            into.own_lines = "X-Up: 1\r\n";
        };
        peer.wake();
        peer.talk();
    }
    // In pieces that fit a frame of the test's client.
    void say(std::uint32_t id, const std::string& body, bool ends) {
        for (std::size_t at = 0; at < body.size(); at += 1000) {
            const bool last = at + 1000 >= body.size();
            peer.say(id, body.substr(at, 1000), ends && last);
            peer.talk();
        }
    }

    std::shared_ptr<Passed> passed = std::make_shared<Passed>();
    bool follows = false;
    std::uint64_t length = 0;
    std::string whole, lines;
    bool guarded = false, asked = false;
    H2Peer peer;
};

}  // namespace

TEST_CASE("h2 relay: a small body is awaited whole, a larger one passed on, one of unknown size too") {
    Scene small;
    const auto one = small.peer.ask("POST", "/p", {{"content-length", "5"}}, false);
    small.say(one, "abcde", true);
    CHECK(small.whole == "abcde");
    CHECK_FALSE(small.follows);
    small.answer("fine");
    CHECK(small.peer.of(one).body == "fine");
    CHECK(small.peer.of(one).fields.at("x-said") == "before");

    Scene large;
    const auto two = large.peer.ask("POST", "/p", {{"content-length", "300000"}}, false);
    large.peer.talk();
    CHECK(large.follows);
    CHECK(large.length == 300000);
    large.say(two, std::string(300000, 'b'), true);  // far more than a window
    CHECK(large.passed->taken.size() == 300000);
    CHECK(large.passed->ended);
    large.answer("fine");
    CHECK(large.peer.of(two).body == "fine");
    CHECK(large.peer.of(two).complete);

    Scene unknown;
    const auto three = unknown.peer.ask("POST", "/p", {}, false);
    unknown.say(three, "abc", true);
    CHECK(unknown.follows);
    CHECK(unknown.length == 0);
    CHECK(unknown.passed->taken == "abc");
    CHECK(unknown.passed->ended);
}

TEST_CASE("h2 relay: where there is no room the peer's window closes, and opens again") {
    Scene scene;
    scene.passed->room = 1000;
    const auto id = scene.peer.ask("POST", "/p", {{"content-length", "300000"}}, false);
    scene.say(id, std::string(300000, 'b'), true);
    CHECK(scene.passed->taken.size() == 1000);
    for (int i = 0; i < 400 && !scene.passed->ended; ++i) {
        scene.passed->room = 1000;
        scene.peer.wake();
        scene.peer.talk();
    }
    CHECK(scene.passed->taken.size() == 300000);
    CHECK(scene.passed->ended);
}

TEST_CASE("h2 relay: what nobody takes any more costs the connection no window") {
    for (int how = 0; how < 3; ++how) {
        CAPTURE(how);
        Scene scene;
        for (int i = 0; i < 5; ++i) {
            scene.passed = std::make_shared<Passed>();
            scene.passed->room = 0;
            const auto id = scene.peer.ask("POST", "/p", {{"content-length", "60000"}}, false);
            scene.say(id, std::string(50000, 'b'), false);
            if (how == 0) {
                scene.answer("no");  // before its end
                CHECK(scene.peer.of(id).body == "no");
            } else if (how == 1) {
                scene.peer.reset(id);
                scene.peer.talk();
            } else {
                scene.answer_live();
                scene.passed->live_ended = true;
                scene.peer.wake();
                scene.peer.talk();
            }
            CHECK(scene.passed->sink_gone);
        }
        scene.passed = std::make_shared<Passed>();
        const auto last = scene.peer.ask("POST", "/p", {{"content-length", "60000"}}, false);
        scene.say(last, std::string(60000, 'c'), true);
        CHECK(scene.passed->taken.size() == 60000);
        CHECK(scene.passed->ended);
        CHECK_FALSE(scene.peer.goaway);
    }
}

TEST_CASE("h2 relay: a body that drips is given up, one that its taker holds up is not") {
    Scene drips;
    const auto id = drips.peer.ask("POST", "/p", {{"content-length", "300000"}}, false);
    drips.say(id, "b", false);
    drips.peer.pass(limits::kBodyTime);
    drips.peer.time_out();
    drips.peer.talk();
    CHECK(drips.peer.of(id).status == 408);
    CHECK(drips.passed->sink_gone);

    Scene held;
    held.passed->room = 0;
    const auto other = held.peer.ask("POST", "/p", {{"content-length", "300000"}}, false);
    held.say(other, std::string(2000, 'b'), false);
    held.peer.pass(limits::kBodyTime * 2);
    held.peer.time_out();
    held.peer.talk();
    CHECK(held.peer.of(other).status == 0);
    CHECK_FALSE(held.passed->sink_gone);
    CHECK_FALSE(held.peer.goaway);
}

TEST_CASE("h2 relay: a live answer, and one that ends short") {
    Scene scene;
    const auto id = scene.peer.ask("GET", "/x");
    scene.peer.talk();
    scene.answer_live();
    CHECK(scene.peer.of(id).fields.at("x-up") == "1");
    scene.passed->live = std::string(200000, 'l');
    scene.peer.wake();
    scene.peer.talk();
    scene.peer.pass(limits::kStreamQuiet * 2);  // it keeps its own time
    scene.peer.time_out();
    scene.peer.talk();
    CHECK_FALSE(scene.peer.of(id).reset);
    scene.passed->live_ended = true;
    scene.peer.wake();
    scene.peer.talk();
    CHECK(scene.peer.of(id).complete);
    CHECK(scene.peer.of(id).body.size() == 200000);

    Scene cut;
    const auto other = cut.peer.ask("GET", "/x");
    cut.peer.talk();
    cut.answer_live();
    cut.passed->live = "part";
    cut.peer.wake();
    cut.peer.talk();
    cut.passed->live_failed = cut.passed->live_ended = true;
    cut.peer.wake();
    cut.peer.talk();
    CHECK(cut.peer.of(other).body == "part");
    CHECK_FALSE(cut.peer.of(other).complete);
    CHECK(cut.peer.of(other).reset);
}

TEST_CASE("h2 relay: a live answer that is not taken is given up; one that ended short is told of at once") {
    Scene stuck(0);  // the peer gives no window
    const auto id = stuck.peer.ask("GET", "/x");
    stuck.peer.talk();
    stuck.passed->live = std::string(5000, 'l');
    stuck.answer_live();
    CHECK(stuck.peer.session->phase() == Phase::kWriting);  // so that its pace is judged
    CHECK_FALSE(stuck.peer.session->keeps_time());
    stuck.peer.pass(limits::kStreamQuiet);
    stuck.peer.time_out();
    stuck.peer.talk();
    CHECK(stuck.peer.of(id).reset);

    Scene short_one(0);
    const auto other = short_one.peer.ask("GET", "/x");
    short_one.peer.talk();
    short_one.answer_live();
    short_one.passed->live_failed = short_one.passed->live_ended = true;
    short_one.peer.wake();
    short_one.peer.talk();
    CHECK(short_one.peer.of(other).reset);

    Scene quiet;  // it has nothing to say, for as long as it likes
    const auto third = quiet.peer.ask("GET", "/x");
    quiet.peer.talk();
    quiet.answer_live();
    CHECK(quiet.peer.session->phase() == Phase::kStreaming);
    CHECK(quiet.peer.session->keeps_time());
    quiet.peer.pass(limits::kStreamQuiet * 3);
    quiet.passed->live = "word";
    quiet.peer.wake();
    quiet.peer.time_out();
    quiet.peer.talk();
    CHECK_FALSE(quiet.peer.of(third).reset);
    CHECK(quiet.peer.of(third).body == "word");
}

TEST_CASE("h2 relay: nothing of a body is taken before the handler, asked again, gives a sink for it") {
    Scene scene;
    scene.guarded = true;
    const auto id = scene.peer.ask("POST", "/p", {{"content-length", "100000"}}, false);
    scene.say(id, std::string(100000, 'b'), true);
    CHECK(scene.passed->taken.empty());
    scene.passed->once = true;
    scene.passed->answer = [](Response&) {};  // the password is right
    scene.peer.wake();
    scene.peer.talk();
    CHECK(scene.peer.handler.count == 2);
    CHECK(scene.follows);
    scene.peer.talk();
    CHECK(scene.passed->taken.size() == 100000);
    CHECK(scene.passed->ended);
    scene.answer("fine");
    CHECK(scene.peer.of(id).body == "fine");
    CHECK(scene.peer.of(id).fields.at("x-said") == "before");
}

TEST_CASE("h2 relay: what was said beside a promise is said as it was then") {
    Scene scene;
    scene.lines = "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n";
    const auto id = scene.peer.ask("GET", "/x");
    scene.peer.talk();
    scene.answer("fine");
    CHECK(scene.peer.of(id).fields.at("strict-transport-security") == "max-age=31536000; includeSubDomains");
}

TEST_CASE("h2 relay: one body that waits does not keep another from coming") {
    Scene scene;
    scene.passed->room = 0;
    const auto stalled = scene.peer.ask("POST", "/p", {{"content-length", "60000"}}, false);
    scene.say(stalled, std::string(60000, 'a'), false);
    scene.passed = std::make_shared<Passed>();
    const auto other = scene.peer.ask("POST", "/p", {{"content-length", "50000"}}, false);
    scene.say(other, std::string(50000, 'b'), true);
    CHECK(scene.passed->ended);
}

TEST_CASE("h2 relay: requests that wait for a place keep what comes of their bodies") {
    Scene scene(0);  // what is answered is not taken
    scene.peer.handler.answer = [&](const Request& request) {
        if (request.path == "/x") {
            Response response;
            response.body = std::string(70000, 'x');
            return response;
        }
        return promise(scene.passed, request.body_follows);
    };
    for (std::size_t i = 0; i < limits::kH2Answers; ++i) (void)scene.peer.ask("GET", "/x");
    scene.peer.talk();
    const auto id = scene.peer.ask("POST", "/p", {{"content-length", "30000"}}, false);
    scene.say(id, std::string(30000, 'b'), true);
    CHECK(scene.passed->taken.empty());
    for (std::uint32_t answered = 1; answered < id; answered += 2) scene.peer.reset(answered);
    scene.peer.talk();
    scene.peer.wake();
    scene.peer.talk();
    CHECK(scene.passed->taken.size() == 30000);
    CHECK(scene.passed->ended);
}

}  // namespace postern::http::test
