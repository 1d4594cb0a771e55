#include <doctest.h>

#include <string>

#include "tests/unit/server/proxy/asked.h"

namespace postern::proxy {
namespace {

TEST_CASE("exchange: a small answer comes whole, and its connection serves the next request") {
    Scene scene;
    scene.make_pool(1);
    Asked one = ask(scene, get());
    CHECK_FALSE(one.there());
    CHECK(scene.heard(0) == kGet);
    scene.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Up: 1\r\n\r\nh");
    CHECK_FALSE(one.there());
    const int before = scene.roused;
    scene.say(0, "i");
    CHECK(scene.roused > before);
    REQUIRE(one.there());
    CHECK(one.response.status == 200);
    CHECK(one.response.body == "hi");
    CHECK(one.response.own_lines == "X-Up: 1\r\n");
    Asked two = ask(scene, get("/y"));
    CHECK(scene.dialled.size() == 1);
    CHECK(scene.heard(0) == "GET /y HTTP/1.1\r\nHost: h\r\n\r\n");
}

TEST_CASE("exchange: larger answers are read as they are taken, in each framing") {
    const std::string body(40000, 'b');
    struct Row {
        std::string head, sent;
        bool ends, kept, announced;
    };
    const Row rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n", body, false, true, true},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "9c40\r\n" + body + "\r\n0\r\n\r\n", false, true, false},
        {"HTTP/1.1 200 OK\r\n\r\n", body, true, false, false},
        {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 40000\r\n\r\n", body, false, false, true},
    };
    for (const Row& row : rows) {
        CAPTURE(row.head);
        Scene scene;
        scene.make_pool(1);
        Asked asked = ask(scene, get());
        scene.say(0, row.head + row.sent.substr(0, 9));
        REQUIRE(asked.there());
        REQUIRE(asked.response.live);
        CHECK(asked.response.announce == row.announced);
        std::string got = read(asked);
        CHECK_FALSE(asked.response.live->ended());
        scene.say(0, row.sent.substr(9));
        got += read(asked);
        if (row.ends) {
            scene.hang_up(0);
            got += read(asked);
        }
        CHECK(got == body);
        CHECK(asked.response.live->ended());
        CHECK_FALSE(asked.response.live->failed());
        Asked next = ask(scene, get());
        CHECK(scene.dialled.size() == (row.kept ? 1 : 2));
    }
}

TEST_CASE("exchange: an answer that ends short is told so") {
    for (const std::string head : {"HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n"}) {
        Scene scene;
        scene.make_pool(1);
        Asked asked = ask(scene, get());
        scene.say(0, head + "part");
        REQUIRE(asked.there());
        CHECK(read(asked) == "part");
        scene.hang_up(0);
        CHECK(read(asked).empty());
        CHECK(asked.response.live->failed());
    }
    Scene scene;
    scene.make_pool(1);
    Asked asked = ask(scene, get());
    scene.say(0, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
    REQUIRE(asked.there());
    CHECK(read(asked).empty());
    CHECK(asked.response.live->failed());
}

TEST_CASE("exchange: what follows an answer unasked makes its connection nobody's") {
    for (const std::string extra : {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", "x"}) {
        Scene scene;
        scene.make_pool(1);
        Asked one = ask(scene, get());
        scene.say(0, kFine + extra);
        REQUIRE(one.there());
        CHECK(one.response.body == "hi");
        Asked two = ask(scene, get());
        CHECK(scene.dialled.size() == 2);
        scene.say(1, kFine);
        REQUIRE(two.there());
        CHECK(two.response.body == "hi");
    }
    Scene scene;  // it comes while the connection rests
    scene.make_pool(1);
    Asked one = ask(scene, get());
    scene.say(0, kFine);
    REQUIRE(one.there());
    scene.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    Asked two = ask(scene, get());
    CHECK(scene.dialled.size() == 2);
}

TEST_CASE("exchange: another is asked when one refuses, closes or says nothing, if that can do no harm") {
    struct Row {
        Passing passing;
        int refused;          // errno
        std::string said;     // before it hangs up
        bool again;
    };
    const Row rows[] = {
        {get(), ECONNREFUSED, "", true},
        {get(), 0, "", true},
        {get(), 0, "HTTP/1.1 200", true},
        {get(), 0, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nh", true},
        {post(BodyForm::kNone), ECONNREFUSED, "", true},
        {post(BodyForm::kNone), 0, "", false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.passing.method);
        CAPTURE(row.said);
        Scene scene;
        scene.make_pool(2);
        if (row.refused != 0) scene.refuse = {row.refused};
        Asked asked = ask(scene, row.passing);
        if (row.refused == 0) {
            if (!row.said.empty()) scene.say(0, row.said);
            scene.hang_up(0);
        }
        CHECK(scene.dialled.size() == (row.again ? 2 : 1));
        if (row.again) {
            scene.turn();
            scene.say(row.refused == 0 ? 1 : 0, kFine);
        }
        REQUIRE(asked.there());
        CHECK(asked.response.status == (row.again ? 200 : 502));
        if (row.again) CHECK(asked.response.body == "hi");
    }
}

TEST_CASE("exchange: a connection at rest that closes just then costs an idempotent request nothing, and no other uses one") {
    Scene scene;
    scene.make_pool(1);
    Asked one = ask(scene, get());
    scene.say(0, kFine);
    REQUIRE(one.there());
    Asked two = ask(scene, get());  // on the kept one
    CHECK(scene.dialled.size() == 1);
    scene.hang_up(0);
    CHECK(scene.dialled.size() == 2);
    scene.turn();
    scene.say(1, kFine);
    REQUIRE(two.there());
    CHECK(two.response.body == "hi");
    Asked three = ask(scene, post(BodyForm::kNone));
    CHECK(scene.dialled.size() == 3);
}

TEST_CASE("exchange: those that fail are left out for a while, and asked where there is no other") {
    Scene scene;
    scene.make_pool(2);
    scene.refuse = {ECONNREFUSED};
    Asked one = ask(scene, get());  // 8001 refuses
    scene.say(0, kFine);
    REQUIRE(one.there());
    for (int i = 0; i < 4; ++i) {
        const std::size_t before = scene.dialled.size();
        Asked next = ask(scene, post(BodyForm::kNone));
        REQUIRE(scene.dialled.size() == before + 1);
        CHECK(scene.dialled.back() == "127.0.0.1:8002");
    }
    scene.pass(10'001);
    const std::size_t before = scene.dialled.size();
    Asked five = ask(scene, post(BodyForm::kNone));
    Asked six = ask(scene, post(BodyForm::kNone));
    REQUIRE(scene.dialled.size() == before + 2);
    CHECK(scene.dialled[before] != scene.dialled[before + 1]);  // by turns again
    scene.refuse = {ECONNREFUSED, ECONNREFUSED, ECONNREFUSED, 0};
    Asked seven = ask(scene, post(BodyForm::kNone));
    CHECK(seven.response.status == 502);
    Asked eight = ask(scene, post(BodyForm::kNone));  // both are down: tried all the same
    CHECK_FALSE(eight.there());
}

TEST_CASE("exchange: out of descriptors is no fault of the upstream's") {
    Scene scene;
    scene.make_pool(2);
    scene.refuse = {EMFILE};
    Asked asked = ask(scene, get());
    CHECK(asked.response.status == 503);
    CHECK(scene.dialled.size() == 1);
}

TEST_CASE("exchange: a connection that is not taken is given up, and another is asked") {
    Scene scene;
    scene.make_pool(2);
    Asked asked{Exchange::start(scene.pool, scene, post(BodyForm::kNone)), {}};  // no event tells that it is connected
    scene.pass(5'001);
    CHECK(scene.dialled.size() == 2);
    scene.turn();
    CHECK(scene.heard(1) == kPost);
}

}  // namespace
}  // namespace postern::proxy
