// Bodies, tunnels and ends of an exchange.
#include <doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/server/proxy/asked.h"

namespace postern::proxy {
namespace {

using http::Response;

TEST_CASE("exchange: each wait for an upstream has an end, each wait for the client has none here") {
    Scene scene;
    scene.make_pool(1);
    Asked silent = ask(scene, get());
    scene.pass(59'000);
    CHECK_FALSE(silent.there());
    scene.pass(1'001);
    REQUIRE(silent.there());
    CHECK(silent.response.status == 504);

    Asked slow = ask(scene, get());
    scene.say(1, "HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n" + std::string(10, 'x'));
    REQUIRE(slow.there());
    CHECK(read_all(*slow.response.live, 4).size() == 10);
    scene.pass(60'001);  // nothing more is said
    CHECK(slow.response.live->failed());

    Asked upload = begin_upload(scene, post(BodyForm::kLength), 2);
    scene.pass(300'000);  // the client takes his time
    CHECK_FALSE(upload.there());
    CHECK(upload.promise.sink->room() > 0);
    upload.promise.sink->take("body");
    upload.promise.sink->end();
    scene.pass(60'001);
    REQUIRE(upload.there());
    CHECK(upload.response.status == 504);
}

TEST_CASE("exchange: whoever is waited for has the time, and nothing else renews it") {
    Scene paused;  // the client does not take what is there
    paused.make_pool(1);
    Asked slow = ask(paused, get());
    paused.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\nfirst");
    REQUIRE(slow.there());
    CHECK(read(slow) == "first");
    paused.pass(50'000);
    paused.say(0, "second");
    paused.pass(600'000);
    CHECK_FALSE(slow.response.live->failed());
    CHECK(read(slow) == "second");

    Scene stalled;  // the upstream says no more, however often it is looked at
    stalled.make_pool(1);
    Asked asked = ask(stalled, get());
    stalled.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\nfirst");
    REQUIRE(asked.there());
    CHECK(read(asked) == "first");
    for (int i = 0; i < 7; ++i) {
        stalled.pass(10'000);
        (void)read(asked);
    }
    CHECK(asked.response.live->failed());

    Scene pieces;  // a small answer may take its time, as long as it comes
    pieces.make_pool(1);
    Asked small = ask(pieces, get());
    pieces.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    for (int i = 0; i < 5; ++i) {
        CHECK_FALSE(small.there());
        pieces.pass(50'000);
        pieces.say(0, "x");
    }
    REQUIRE(small.there());
    CHECK(small.response.status == 200);

    Scene both;  // an answer has begun, the body has not ended, and nobody says anything
    both.make_pool(1);
    Asked early = begin_upload(both, post(BodyForm::kLength));
    both.say(0, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    REQUIRE(early.there());
    CHECK(read(early) == "abc");
    both.pass(50'000);
    early.promise.sink->take("more");
    early.promise.sink->push();
    both.pass(50'000);
    CHECK_FALSE(early.response.live->failed());
    both.pass(10'001);
    CHECK(early.response.live->failed());
}

TEST_CASE("exchange: a body is waited for before an upstream is, and sent again where none of it has gone") {
    Scene scene;
    scene.make_pool(2);
    Passing put = post(BodyForm::kChunked);
    put.idempotent = true;
    Asked asked{Exchange::start(scene.pool, scene, put), {}};
    CHECK(scene.dialled.empty());
    asked.promise.sink->end();  // of nothing
    scene.turn();
    CHECK(scene.heard(0) == kPost + "0\r\n\r\n");
    scene.hang_up(0);
    scene.turn();
    CHECK(scene.heard(1) == kPost + "0\r\n\r\n");
    scene.say(1, kFine);
    REQUIRE(asked.there());
    CHECK(asked.response.status == 200);

    Scene small;
    small.make_pool(2);
    small.refuse = {ECONNREFUSED};
    Asked two{Exchange::start(small.pool, small, post(BodyForm::kLength)), {}};
    two.promise.sink->take("body");
    two.promise.sink->push();
    small.pass(600'000);
    CHECK(small.dialled.empty());  // the client's time is the session's business
    two.promise.sink->end();
    small.turn();
    CHECK(small.dialled.size() == 2);
    CHECK(small.heard(0) == kPost + "body");
}

TEST_CASE("exchange: interim answers without end, and a switch to something else") {
    Scene scene;
    scene.make_pool(1);
    Asked asked = ask(scene, get());
    std::string flood;
    for (int i = 0; i < 17; ++i) flood += "HTTP/1.1 102 Processing\r\n\r\n";
    scene.say(0, flood);
    REQUIRE(asked.there());
    CHECK(asked.response.status == 502);
    Passing passing = get();
    passing.upgrade = "websocket";
    Asked other = ask(scene, passing);
    scene.say(1, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
    REQUIRE(other.there());
    CHECK(other.response.status == 502);
}

TEST_CASE("exchange: a request whose body a server may overlook has a connection of its own") {
    Scene scene;
    scene.make_pool(1);
    Asked one = ask(scene, get());
    scene.say(0, kFine);
    REQUIRE(one.there());
    Passing odd = get();
    odd.body = "GET /evil HTTP/1.1\r\n\r\n";
    odd.last = true;
    Asked two = ask(scene, odd);
    CHECK(scene.dialled.size() == 2);
    scene.say(1, kFine);
    REQUIRE(two.there());
    Asked three = ask(scene, get());
    Asked four = ask(scene, get());
    CHECK(scene.dialled.size() == 3);  // the first is kept, that one is not
}

TEST_CASE("exchange: a body is passed on in its framing, and waits where it is not taken") {
    for (const BodyForm form : {BodyForm::kLength, BodyForm::kChunked}) {
        Scene scene;
        scene.make_pool(1);
        Asked asked = begin_upload(scene, post(form));
        http::BodySink& sink = *asked.promise.sink;
        sink.take("one");
        CHECK(scene.heard(0).empty());  // small pieces go together
        sink.take("two");
        sink.push();
        sink.end();
        CHECK(scene.heard(0) == (form == BodyForm::kChunked ? "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n" : "onetwo"));
        scene.say(0, kFine);
        REQUIRE(asked.there());
        CHECK(asked.response.body == "hi");
    }
    Scene scene;
    scene.make_pool(1);
    Asked asked = begin_upload(scene, post(BodyForm::kLength));
    const std::string piece(16384, 'p');
    std::size_t taken = 0;
    while (const std::size_t room = asked.promise.sink->room()) {
        if (taken > 10'000'000) break;
        asked.promise.sink->take(std::string_view(piece).substr(0, room));
        asked.promise.sink->push();
        taken += room;
    }
    CHECK(taken < 1'000'000);  // the kernel's buffers, and one piece
    std::size_t heard = scene.heard(0).size();
    const int before = scene.roused;
    scene.turn();
    CHECK(scene.roused > before);
    CHECK(asked.promise.sink->room() > 0);
    heard += scene.heard(0).size();
    CHECK(heard == taken);
}

TEST_CASE("exchange: an answer that comes before the body has, and a body that is too long") {
    Scene scene;
    scene.make_pool(1);
    Asked early = begin_upload(scene, post(BodyForm::kLength));
    early.promise.sink->take("part");
    early.promise.sink->push();
    scene.say(0, "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
    REQUIRE(early.there());
    CHECK(early.response.status == 403);
    CHECK(early.promise.sink->room() > 0);  // and forgotten
    early.promise.sink->take("rest");
    early.promise.sink->end();
    Asked next = ask(scene, get());
    CHECK(scene.dialled.size() == 2);  // the first connection is in the middle of a body

    Passing limited = post(BodyForm::kChunked);
    limited.most_upload = 5;
    Asked large{Exchange::start(scene.pool, scene, limited), {}};
    large.promise.sink->take("12345");
    CHECK_FALSE(large.there());
    large.promise.sink->take("6");
    REQUIRE(large.there());
    CHECK(large.response.status == 413);
    CHECK(large.promise.sink->room() > 0);
    large.promise.sink->take("more");
    large.promise.sink->end();
}

TEST_CASE("exchange: interim answers are not the answer; a switch that nobody asked for is none") {
    Scene scene;
    scene.make_pool(1);
    Asked asked = ask(scene, get());
    scene.say(0, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + kFine);
    REQUIRE(asked.there());
    CHECK(asked.response.body == "hi");
    CHECK(asked.response.own_lines.empty());
    Asked odd = ask(scene, get());
    scene.say(0, "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n");
    REQUIRE(odd.there());
    CHECK(odd.response.status == 502);
}

TEST_CASE("exchange: answers to HEAD, and those without a body") {
    Scene scene;
    scene.make_pool(1);
    Passing head = get();
    head.method = "HEAD";
    head.to_head = true;
    Asked one = ask(scene, head);
    scene.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n");
    REQUIRE(one.there());
    CHECK(one.response.announce);
    CHECK(one.response.announced_length == 70000);
    Asked two = ask(scene, head);
    scene.say(0, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    REQUIRE(two.there());
    CHECK_FALSE(two.response.announce);
    REQUIRE(two.response.live);
    CHECK(two.response.live->ended());
    Asked none = ask(scene, head);
    scene.say(0, "HTTP/1.1 204 No Content\r\n\r\n");
    REQUIRE(none.there());
    CHECK_FALSE(none.response.live);
    Asked three = ask(scene, get());
    scene.say(0, "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n");
    REQUIRE(three.there());
    CHECK(three.response.status == 304);
    CHECK(scene.dialled.size() == 1);
}

TEST_CASE("exchange: a tunnel carries both ways, and ends with either side") {
    Scene scene;
    scene.make_pool(1);
    Passing passing = get();
    passing.upgrade = "WebSocket";
    Asked asked = ask(scene, passing);
    scene.say(0, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: a\r\n\r\nfirst");
    REQUIRE(asked.there());
    CHECK(asked.response.status == 101);
    CHECK(asked.response.own_lines == "Sec-WebSocket-Accept: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n");
    REQUIRE(asked.response.sink);
    CHECK(read(asked) == "first");
    (void)scene.heard(0);
    asked.response.sink->take("there");
    asked.response.sink->push();
    CHECK(scene.heard(0) == "there");
    scene.say(0, "back");
    CHECK(read(asked) == "back");
    scene.pass(599'000);
    CHECK_FALSE(asked.response.live->ended());
    asked.response.sink->take("ping");
    asked.response.sink->push();
    scene.pass(599'000);
    CHECK_FALSE(asked.response.live->ended());
    scene.hang_up(0);
    CHECK(read(asked).empty());
    CHECK(asked.response.live->ended());
    CHECK_FALSE(asked.response.live->failed());
}

TEST_CASE("exchange: when the client goes the upstream's connection does, at any moment") {
    for (int step = 0; step < 4; ++step) {
        CAPTURE(step);
        Scene scene;
        scene.make_pool(1);
        {
            Asked asked{Exchange::start(scene.pool, scene, get()), {}};
            if (step > 0) scene.turn();
            if (step > 1) scene.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n");
            if (step > 2) {
                REQUIRE(asked.there());
                (void)read(asked);
            }
        }
        scene.graveyard.clear();
        CHECK(scene.watched.empty());
        char byte = 0;
        while (::recv(scene.far[0].get(), &byte, 1, MSG_DONTWAIT) > 0) {
        }
        CHECK(::recv(scene.far[0].get(), &byte, 1, MSG_DONTWAIT) == 0);
    }
}

TEST_CASE("exchange: connections at rest are closed after a while, and when the loop ends") {
    Scene scene;
    scene.make_pool(1);
    Asked one = ask(scene, get());
    scene.say(0, kFine);
    REQUIRE(one.there());
    CHECK(scene.pool->until_next(scene.now()) == Millis(15'000));
    scene.pass(15'001);
    CHECK(scene.watched.empty());
    CHECK(scene.pool->until_next(scene.now()).count() < 0);
    Asked two = ask(scene, get());
    scene.say(1, kFine);
    REQUIRE(two.there());
    scene.pool->leave();
    CHECK(scene.watched.empty());
    CHECK(Exchange::start(scene.pool, scene, get()).status == 503);
}

Passing get_of(const std::string& client) {
    Passing passing = get();
    passing.client = client;
    return passing;
}

TEST_CASE("exchange: no more connections than there may be") {
    Scene scene;
    scene.make_pool(1);
    std::vector<Asked> all;
    for (std::size_t i = 0; i < 512; ++i) all.push_back(Asked{Exchange::start(scene.pool, scene, get_of("192.0.2." + std::to_string(i % 100))), {}});
    CHECK(std::all_of(all.begin(), all.end(), [](const Asked& one) { return one.promise.later != nullptr; }));
    CHECK(Exchange::start(scene.pool, scene, get_of("198.51.100.1")).status == 503);
    all.pop_back();
    CHECK(Exchange::start(scene.pool, scene, get_of("198.51.100.1")).later);
}

TEST_CASE("exchange: no client has so many connections that none are left for others") {
    struct Row {
        const char *one, *same, *other;
    };
    for (const Row& row : {Row{"192.0.2.1", "192.0.2.1", "192.0.2.2"}, Row{"2001:db8:0:1::1", "2001:db8:0:1:ffff::9", "2001:db8:0:2::1"}}) {
        CAPTURE(row.one);
        Scene scene;
        scene.make_pool(1);
        std::vector<Asked> all, others;
        for (std::size_t i = 0; i < 256; ++i) all.push_back(Asked{Exchange::start(scene.pool, scene, get_of(row.one)), {}});
        CHECK(all.back().promise.later);  // while there is room for all
        CHECK(Exchange::start(scene.pool, scene, get_of(row.same)).status == 503);
        for (std::size_t i = 0; i < 32; ++i) others.push_back(Asked{Exchange::start(scene.pool, scene, get_of(row.other)), {}});
        CHECK(others.back().promise.later);
        CHECK(Exchange::start(scene.pool, scene, get_of(row.other)).status == 503);
        others.pop_back();
        CHECK(Exchange::start(scene.pool, scene, get_of(row.other)).later);
        all.clear();  // those who go make room
        others.clear();
        for (std::size_t i = 0; i < 256; ++i) all.push_back(Asked{Exchange::start(scene.pool, scene, get_of(row.same)), {}});
        CHECK(all.back().promise.later);
    }
}

TEST_CASE("exchange: a connection at rest is nobody's") {
    Scene scene;
    scene.make_pool(1);
    for (int i = 0; i < 600; ++i) {
        Asked one{Exchange::start(scene.pool, scene, get_of("192.0.2.1")), {}};
        scene.turn();
        (void)scene.heard(0);
        scene.say(0, kFine);
        REQUIRE(one.there());
    }
    CHECK(scene.dialled.size() == 1);
}

}  // namespace
}  // namespace postern::proxy
