// Bodies that are passed on as they come, answers that are, and tunnels, over HTTP/1.1.
#include <doctest.h>

#include "tests/unit/server/http/relay_test.h"
#include "tests/unit/server/http/wire.h"

namespace postern::http::test {
namespace {

struct Scene {
    explicit Scene(std::size_t room = 65536) : wire(0, room), room_(room) {
        wire.handler.wants_bodies = true;
        wire.handler.answer = [this](const Request& request) {
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
    void woken() {
        std::string window(room_, '\0');
        Output out(window.data(), window.size());
        wire.session->resume(wire.context, out);
        wire.sent += out.bytes();
        wire.drain();
    }
    // What was sent since, without Date.
    std::string sent() {
        std::string text = wire.take();
        if (const std::size_t at = text.find("Date: "); at != text.npos) text.erase(at, text.find('\n', at) + 1 - at);
        return text;
    }
    void answer(const std::string& body, std::uint16_t status = 200) {
        lines = std::string(lines.size() + 100, 'x');  // another text takes its place meanwhile, as the line for HSTS does each hour
        passed->answer = [body, status](Response& into) {
            into.status = status;
            into.body = body;
        };
        woken();
    }
    void answer_live(std::uint16_t status = 200, std::uint64_t announced = 0) {
        passed->answer = [this, status, announced](Response& into) {
            into.status = status;
            into.live = std::make_unique<PassedLive>(passed);
            into.announce = announced > 0;
            into.announced_length = announced;
            into.own_lines = "X-Up: 1\r\n";
            if (status == 101) into.sink = std::make_unique<RecordingSink>(passed);
        };
        woken();
    }

    std::shared_ptr<Passed> passed = std::make_shared<Passed>();
    bool follows = false;
    std::uint64_t length = 0;
    std::string whole, lines;
    bool guarded = false, asked = false;
    Wire wire;
    std::size_t room_;
};

std::string post(std::size_t length, const std::string& more = "") {
    return "POST /p HTTP/1.1\r\nHost: a\r\n" + more + "Content-Length: " + std::to_string(length) + "\r\n\r\n";
}
const std::string kChunkedPost = "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string kLarge(20000, 'b');
const std::string kNext = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

}  // namespace

TEST_CASE("relay: a small body is awaited whole, a larger one passed on, one of unknown size too") {
    Scene small;
    small.wire.send(post(16384) + std::string(10000, 'a'));
    CHECK(small.wire.handler.count == 0);
    small.wire.send(std::string(6384, 'a'));
    CHECK(small.wire.handler.count == 1);
    CHECK(small.whole == std::string(16384, 'a'));
    CHECK_FALSE(small.follows);

    Scene large;
    large.wire.send(post(20000) + kLarge.substr(0, 7));
    CHECK(large.follows);
    CHECK(large.length == 20000);
    CHECK(large.passed->taken == kLarge.substr(0, 7));
    CHECK(large.wire.session->phase() == Phase::kBody);
    large.wire.send(kLarge.substr(7));
    CHECK(large.passed->taken == kLarge);
    CHECK(large.passed->ended);
    CHECK(large.wire.session->phase() == Phase::kWaiting);
    large.answer("fine");
    CHECK(large.sent() == "HTTP/1.1 200 OK\r\nX-Said: before\r\nContent-Length: 4\r\n\r\nfine");
    large.wire.send(kNext);
    CHECK(large.wire.handler.count == 2);

    for (const std::size_t chunk : {std::size_t(1), std::size_t(3), std::string::npos}) {
        Scene chunked;
        chunked.wire.send(kChunkedPost + "3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", chunk);
        CHECK(chunked.follows);
        CHECK(chunked.length == 0);
        CHECK(chunked.passed->taken == "abc0123456789");
        CHECK(chunked.passed->ended);
        chunked.answer("fine");
        CHECK(chunked.sent() == "HTTP/1.1 200 OK\r\nX-Said: before\r\nContent-Length: 4\r\n\r\nfine");
    }
}

TEST_CASE("relay: what there is no room for is not taken, and asked for again") {
    Scene scene;
    scene.passed->room = 5;
    const std::string head = post(20000);
    CHECK(scene.wire.once(head + kLarge) == head.size() + 5);
    CHECK(scene.wire.session->multiplexes());
    CHECK_FALSE(scene.wire.session->takes_input());
    CHECK(scene.wire.session->phase() == Phase::kWaiting);  // it is not the client who is waited for
    CHECK(scene.wire.once(kLarge.substr(5)) == 0);
    scene.passed->room = 19994;
    CHECK(scene.wire.once(kLarge.substr(5)) == 19994);
    scene.passed->room = 5;
    CHECK(scene.wire.once("b" + kNext) == 1);
    CHECK(scene.passed->ended);
    CHECK_FALSE(scene.wire.session->multiplexes());
    CHECK(scene.wire.handler.count == 1);

    Scene chunked;
    chunked.passed->room = 8;
    const std::string body = "a\r\n0123456789\r\n0\r\n\r\n";
    std::size_t at = 0;
    chunked.wire.send(kChunkedPost);
    while (at < body.size()) {
        const std::size_t taken = chunked.wire.once(std::string_view(body).substr(at));
        REQUIRE(taken > 0);
        at += taken;
        chunked.passed->room = 8;
    }
    CHECK(chunked.passed->taken == "0123456789");
    CHECK(chunked.passed->ended);
}

TEST_CASE("relay: an answer before the body's end is the connection's last") {
    Scene scene;
    scene.wire.send(post(20000) + "part");
    scene.answer("no", 403);
    CHECK(scene.sent() == "HTTP/1.1 403 Forbidden\r\nX-Said: before\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
    CHECK(scene.wire.session->phase() == Phase::kClosing);
    CHECK(scene.passed->sink_gone);
    CHECK_FALSE(scene.passed->ended);

    Scene live;  // of a live one both go on until it ends
    live.wire.send(post(20000) + "part");
    live.answer_live();
    CHECK(live.wire.session->phase() == Phase::kStreaming);
    live.passed->live = "one";
    live.woken();
    live.wire.send(std::string(10, 'b'));
    CHECK(live.passed->taken == "part" + std::string(10, 'b'));
    live.passed->live_ended = true;
    live.woken();
    CHECK(live.sent() == "HTTP/1.1 200 OK\r\nX-Said: before\r\nX-Up: 1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0003\r\none\r\n0\r\n\r\n");
    CHECK(live.wire.session->phase() == Phase::kClosing);

    Scene at_once;
    at_once.wire.handler.answer = [](const Request&) {
        Response response;
        response.status = 404;
        return response;
    };
    at_once.wire.send(post(20000) + "part");
    CHECK(at_once.sent() == "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    CHECK(at_once.wire.session->phase() == Phase::kClosing);
}

TEST_CASE("relay: a body that is not what it should be, or does not come") {
    Scene bad;
    bad.wire.send(kChunkedPost + "3\r\nabcdef");
    CHECK(bad.sent().substr(0, 12) == "HTTP/1.1 400");
    CHECK(bad.wire.session->phase() == Phase::kClosing);
    CHECK(bad.passed->sink_gone);
    CHECK_FALSE(bad.passed->ended);

    Scene answered;
    answered.wire.send(kChunkedPost + "3\r\nabc\r\n");
    answered.answer_live();
    (void)answered.sent();
    answered.wire.send("zz\r\n");
    CHECK(answered.sent().empty());  // cut off: no second answer, no end
    CHECK(answered.wire.session->phase() == Phase::kClosing);
    CHECK(answered.passed->live_gone);

    Scene slow;
    slow.wire.send(post(20000) + "part");
    std::string window(65536, '\0');
    Output out(window.data(), window.size());
    slow.wire.session->time_out(out, slow.wire.context);
    CHECK(out.bytes().substr(0, 12) == "HTTP/1.1 408");
    CHECK(slow.wire.session->phase() == Phase::kClosing);
    CHECK(slow.passed->sink_gone);
}

TEST_CASE("relay: a go-ahead is given when somebody takes the body") {
    Scene scene;
    scene.wire.send(post(20000, "Expect: 100-continue\r\n"));
    CHECK(scene.sent() == "HTTP/1.1 100 Continue\r\n\r\n");
    scene.wire.send(kLarge);
    CHECK(scene.passed->ended);
    Scene refused;
    refused.wire.handler.answer = [](const Request&) {
        Response response;
        response.status = 413;
        return response;
    };
    refused.wire.send(post(20000, "Expect: 100-continue\r\n"));
    CHECK(refused.sent().substr(0, 12) == "HTTP/1.1 413");
    CHECK(refused.wire.session->phase() == Phase::kClosing);
}

TEST_CASE("relay: a live answer of known length has no chunks; one that ends short ends the connection") {
    Scene scene;
    scene.wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    scene.answer_live(200, 6);
    scene.passed->live = "abc";
    scene.woken();
    scene.passed->live = "def";
    scene.passed->live_ended = true;
    scene.woken();
    CHECK(scene.sent() == "HTTP/1.1 200 OK\r\nX-Said: before\r\nX-Up: 1\r\nContent-Length: 6\r\n\r\nabcdef");
    CHECK(scene.wire.session->phase() == Phase::kIdle);

    Scene cut;
    cut.wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    cut.answer_live();
    cut.passed->live = "abc";
    cut.passed->live_failed = cut.passed->live_ended = true;
    cut.woken();
    cut.woken();
    CHECK(cut.sent() == "HTTP/1.1 200 OK\r\nX-Said: before\r\nX-Up: 1\r\nTransfer-Encoding: chunked\r\n\r\n0003\r\nabc\r\n");
    CHECK(cut.wire.session->phase() == Phase::kClosing);

    Scene draining;  // a wish to end does not cut it short
    draining.wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    draining.answer_live();
    draining.wire.session->no_more_requests();
    draining.passed->live = "abc";
    draining.woken();
    CHECK(draining.wire.session->phase() == Phase::kStreaming);
    draining.passed->live_ended = true;
    draining.woken();
    CHECK(draining.sent().find("abc\r\n0\r\n\r\n") != std::string::npos);
    CHECK(draining.wire.session->phase() != Phase::kStreaming);
}

TEST_CASE("relay: nothing of a body is taken before the handler, asked again, gives a sink for it") {
    Scene scene;
    scene.guarded = true;
    const std::string head = post(20000, "Expect: 100-continue\r\n");
    CHECK(scene.wire.once(head + kLarge) == head.size());
    CHECK(scene.sent().empty());  // no go-ahead either
    CHECK(scene.wire.session->phase() == Phase::kWaiting);
    scene.passed->once = true;
    scene.passed->answer = [](Response&) {};  // the password is right
    scene.woken();
    CHECK(scene.wire.handler.count == 2);
    CHECK(scene.follows);
    CHECK(scene.length == 20000);
    CHECK(scene.sent() == "HTTP/1.1 100 Continue\r\n\r\n");
    scene.wire.send(kLarge);
    CHECK(scene.passed->taken == kLarge);
    CHECK(scene.passed->ended);
    scene.answer("fine");
    CHECK(scene.sent() == "HTTP/1.1 200 OK\r\nX-Said: before\r\nContent-Length: 4\r\n\r\nfine");

    Scene refused;
    refused.guarded = true;
    refused.wire.send(kChunkedPost);
    refused.wire.handler.answer = [](const Request&) {
        Response response;
        response.status = 401;
        return response;
    };
    refused.passed->answer = [](Response&) {};
    refused.woken();
    CHECK(refused.sent() == "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    CHECK(refused.wire.session->phase() == Phase::kClosing);

    Scene small;  // a body that is awaited whole is kept meanwhile
    small.guarded = true;
    (void)small.wire.once(post(5) + "abcde" + kNext);
    small.passed->answer = [](Response&) {};
    small.woken();
    CHECK(small.whole == "abcde");
    CHECK_FALSE(small.follows);
}

TEST_CASE("relay: what was said beside a promise is said as it was then") {
    Scene scene;
    scene.lines = "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n";
    scene.wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    scene.answer("fine");
    CHECK(scene.sent() == "HTTP/1.1 200 OK\r\nX-Said: before\r\nStrict-Transport-Security: max-age=31536000; includeSubDomains\r\n"
                          "Content-Length: 4\r\n\r\nfine");
}

TEST_CASE("relay: a tunnel") {
    Scene scene;
    scene.wire.send("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    CHECK(scene.wire.session->phase() == Phase::kWaiting);
    scene.answer_live(101);
    CHECK(scene.sent() == "HTTP/1.1 101 Switching Protocols\r\nX-Said: before\r\nX-Up: 1\r\n\r\n");
    CHECK(scene.wire.session->multiplexes());
    CHECK(scene.wire.session->phase() == Phase::kStreaming);
    scene.passed->live = "from there";
    scene.woken();
    CHECK(scene.sent() == "from there");
    scene.wire.send("GET / HTTP/1.1\r\n\r\n");  // no request any more
    CHECK(scene.passed->taken == "GET / HTTP/1.1\r\n\r\n");
    CHECK(scene.wire.handler.count == 1);
    CHECK(scene.wire.session->take_progress());
    CHECK_FALSE(scene.wire.session->take_progress());
    scene.passed->room = 0;
    CHECK(scene.wire.once("more") == 0);
    scene.passed->live_ended = true;
    scene.woken();
    CHECK(scene.sent().empty());
    CHECK(scene.wire.session->phase() == Phase::kClosing);
    CHECK(scene.passed->sink_gone);

    Scene draining;
    draining.wire.send("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    draining.answer_live(101);
    draining.wire.session->no_more_requests();
    CHECK(draining.wire.session->phase() == Phase::kClosing);
    CHECK(draining.passed->live_gone);
}

}  // namespace postern::http::test
