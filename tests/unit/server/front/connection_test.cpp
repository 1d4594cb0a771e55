#include "server/front/connection.h"

#include <doctest.h>

#include "tests/unit/server/front/scene.h"

using namespace postern;
using namespace postern::front_tests;

TEST_CASE("the warm path: one recv, one send, and no recv for a mere writability") {
    Scene scene;
    CHECK(scene.connection.run({}) == Turn::kWait);
    CHECK(scene.pipe.reads == 0);
    for (int i = 0; i < 3; i++) {
        scene.pipe.reads = scene.pipe.writes = 0;
        CHECK(scene.arrive("s") == Turn::kWait);
        CHECK(scene.pipe.reads == 1);
        CHECK(scene.pipe.writes == 1);
        CHECK(scene.in(scene.deadlines.idle));
    }
    CHECK(scene.pipe.take().size() == 30);
}

TEST_CASE("each phase has its deadline, absolute from its start") {
    Scene scene;
    CHECK(scene.in(scene.deadlines.head));  // connected and silent
    scene.later(1000);
    CHECK(scene.arrive("h") == Turn::kWait);
    CHECK(scene.in(scene.deadlines.head));
    CHECK(scene.connection.since() == scene.space.now - Millis(1000));  // dripping gains nothing
    CHECK(scene.arrive("b") == Turn::kWait);
    CHECK(scene.in(scene.deadlines.body));
    SteadyTime body = scene.space.now;
    scene.later(500);
    CHECK(scene.arrive("b") == Turn::kWait);
    CHECK(scene.connection.since() == body);
    CHECK(scene.arrive("e") == Turn::kWait);
    CHECK(scene.in(scene.deadlines.idle));
    scene.later(100);
    CHECK(scene.arrive("") == Turn::kWait);  // an event about nothing
    CHECK(scene.connection.since() == scene.space.now - Millis(100));
    CHECK(scene.arrive("s") == Turn::kWait);
    CHECK(scene.connection.since() == scene.space.now);
    scene.later(100);
    CHECK(scene.arrive("sh") == Turn::kWait);  // a whole one and half of the next: that one's time starts now
    CHECK(scene.in(scene.deadlines.head));
    scene.later(100);
    CHECK(scene.arrive("sh") == Turn::kWait);
    CHECK(scene.connection.since() == scene.space.now);
}

TEST_CASE("sleep is another kind of idle") {
    Scene scene;
    scene.arrive("s");
    scene.later(1000);
    CHECK(scene.deadlines.idle.expired(scene.space.now) == &scene.connection);
    scene.connection.sleep();
    CHECK(scene.in(scene.deadlines.asleep));
    CHECK(scene.deadlines.asleep.until_next(scene.space.now) == limits::kIdleTime - Millis(1000));
    scene.later(10);
    scene.arrive("");
    CHECK(scene.in(scene.deadlines.asleep));
    scene.arrive("s");
    CHECK(scene.in(scene.deadlines.idle));
}

TEST_CASE("a large answer comes whole, in turns") {
    Scene scene;
    CHECK(scene.turns(scene.arrive("l")) > 2);
    CHECK(scene.pipe.take() == letters(1000000));
    CHECK(scene.in(scene.deadlines.idle));
}

TEST_CASE("a stalled peer: nothing lost, nothing twice") {
    Scene scene;
    scene.pipe.window = 70000;
    CHECK(scene.arrive("l") == Turn::kWait);
    CHECK(scene.in(scene.deadlines.writing));
    std::string heard = scene.pipe.take();
    while (heard.size() < 1000000) {
        scene.pipe.window = 33333;
        CHECK(scene.turns(scene.connection.run({})) < 100);
        REQUIRE(scene.last == Turn::kWait);
        heard += scene.pipe.take();
    }
    CHECK(heard == letters(1000000));
    CHECK(scene.in(scene.deadlines.idle));
    scene.pipe.window = 0;
    scene.arrive("s");
    CHECK(scene.connection.time_out() == Turn::kClose);
    CHECK_FALSE(scene.pipe.finished);  // cut short, and it shows
}

TEST_CASE("who takes nothing, and who only lingers, stands in no line") {
    Scene scene;
    scene.arrive("s");
    CHECK(scene.session->stood_back == 0);
    scene.pipe.window = 5;
    CHECK(scene.arrive("s") == Turn::kWait);
    CHECK(scene.session->stood_back == 1);
    scene.pipe.window = 100;
    CHECK(scene.connection.run({}) == Turn::kWait);
    CHECK(scene.session->stood_back == 1);
    CHECK(scene.turns(scene.arrive("c")) > 0);
    CHECK(scene.in(scene.deadlines.linger));
    CHECK(scene.session->stood_back == 2);
}

TEST_CASE("what lies in memory is sent from there: in turns, over any window, nothing lost, nothing twice") {
    for (const std::size_t window : {std::size_t{1}, std::size_t{1000}, limits::kLoopOutput, limits::kPlainPiece + 1, std::size_t{300000}}) {
        CAPTURE(window);
        Scene scene;
        scene.pipe.window = window;
        scene.turns(scene.arrive("rs"));
        std::string heard = scene.pipe.take();
        for (int i = 0; i < 3200 && heard.size() < kInMemory + 10; i++) {
            scene.pipe.window = std::max<std::size_t>(window, 1000);
            CHECK(scene.turns(scene.connection.run({})) < 100);
            heard += scene.pipe.take();
        }
        CHECK(heard.substr(0, kInMemory) == letters(kInMemory));
        CHECK(heard.size() == kInMemory + 10);
        CHECK(scene.in(scene.deadlines.idle));
    }
    Scene scene;
    scene.pipe.writes = 0;
    CHECK(scene.turns(scene.arrive("R")) > 1);  // others have their turn
    CHECK(scene.last == Turn::kWait);           // it lingers
    CHECK(scene.pipe.take() == letters(kInMemory));
    CHECK(scene.pipe.writes < 30);
    Scene stalled;
    stalled.pipe.window = 50000;
    stalled.arrive("r");
    CHECK(stalled.in(stalled.deadlines.writing));
    CHECK(stalled.connection.time_out() == Turn::kClose);
    CHECK_FALSE(stalled.pipe.finished);
}

TEST_CASE("what arrives while an answer is stalled is read afterwards, though no event says so again") {
    Scene scene;
    scene.pipe.window = 10;
    CHECK(scene.arrive("m") == Turn::kWait);
    CHECK(scene.arrive("s") == Turn::kWait);  // the edge comes now; nothing is read
    CHECK(scene.pipe.inbound == "s");
    scene.pipe.window = static_cast<std::size_t>(-1);
    scene.turns(scene.connection.run({}));  // writable
    CHECK(scene.pipe.outbound.size() == 100010);
    CHECK(scene.in(scene.deadlines.idle));
}

TEST_CASE("pipelined requests that do not fit wait their turn and keep their order") {
    Scene scene;
    scene.turns(scene.arrive("mmmsmms"));
    CHECK(scene.pipe.take() == letters(500020));
    CHECK(scene.in(scene.deadlines.idle));
    scene.pipe.window = 0;
    scene.arrive("mmmsmms");
    std::string heard;
    for (int i = 0; i < 1000 && heard.size() < 500020; i++) {
        scene.pipe.window = 5000;
        scene.turns(scene.connection.run({}));
        heard += scene.pipe.take();
    }
    CHECK(heard.size() == 500020);
    CHECK(scene.in(scene.deadlines.idle));
}

TEST_CASE("a request and the end behind it in one event: answered, then closed") {
    Scene scene;
    scene.turns(scene.arrive("s", true));
    CHECK(scene.last == Turn::kClose);
    CHECK(scene.pipe.take().size() == 10);
    Scene large;
    large.pipe.window = 1000;
    large.turns(large.arrive("m", true));
    CHECK(large.last == Turn::kWait);  // half-closed is no reason to drop the answer
    large.pipe.window = static_cast<std::size_t>(-1);
    large.turns(large.connection.run({}));
    CHECK(large.last == Turn::kClose);
    CHECK(large.pipe.take() == letters(100000));
}

TEST_CASE("a peer that leaves: silent, half-way, idle, broken") {
    for (const char* said : {"", "h", "s", "b"}) {
        Scene scene;
        if (*said) scene.arrive(said);
        CHECK(scene.arrive("", true) == Turn::kClose);
    }
    Scene broken;
    broken.pipe.broken = true;
    CHECK(broken.connection.run({true, true}) == Turn::kClose);
}

TEST_CASE("a closing answer lingers until the peer ends or its time is over") {
    Scene scene;
    CHECK(scene.arrive("c") == Turn::kWait);
    CHECK(scene.pipe.take().size() == 5);
    CHECK(scene.pipe.finished);
    CHECK(scene.in(scene.deadlines.linger));
    scene.later(500);
    CHECK(scene.arrive("more that nobody reads") == Turn::kWait);
    CHECK(scene.connection.since() == scene.space.now - Millis(500));
    CHECK(scene.arrive("", true) == Turn::kClose);
    Scene late;
    late.arrive("c");
    CHECK(late.connection.time_out() == Turn::kClose);
}

TEST_CASE("a closing answer that stalls is sent whole before the good-bye") {
    Scene scene;
    scene.pipe.window = 2;
    CHECK(scene.arrive("c") == Turn::kWait);
    CHECK_FALSE(scene.pipe.finished);
    scene.pipe.window = 100;
    CHECK(scene.connection.run({}) == Turn::kWait);
    CHECK(scene.pipe.take().size() == 5);
    CHECK(scene.pipe.finished);
}

TEST_CASE("time out: 408 for half a request, nothing for silence, good-bye for the idle") {
    Scene half;
    half.arrive("h");
    CHECK(half.connection.time_out() == Turn::kWait);
    CHECK(half.pipe.take() == "408");
    CHECK(half.in(half.deadlines.linger));
    Scene silent;
    CHECK(silent.connection.time_out() == Turn::kClose);
    CHECK(silent.pipe.take().empty());
    Scene idle;
    idle.arrive("s");
    CHECK(idle.connection.time_out() == Turn::kClose);
    CHECK(idle.pipe.take().size() == 10);
    Scene body;
    body.arrive("b");
    body.pipe.window = 0;
    CHECK(body.connection.time_out() == Turn::kClose);  // a 408 that nobody takes is not waited for
}

TEST_CASE("a source that gives up ends the connection") {
    Scene scene;
    scene.turns(scene.arrive("x"));
    CHECK(scene.pipe.take().size() == 1);
    CHECK(scene.pipe.finished);
}

TEST_CASE("drain: the idle and silent go at once, who was heard is answered") {
    Scene idle;
    idle.arrive("s");
    CHECK(idle.connection.drain() == Turn::kClose);
    Scene silent;
    CHECK(silent.connection.drain() == Turn::kClose);
    Scene unread;
    unread.arrive("s");
    unread.pipe.take();
    unread.pipe.arrive("s");  // arrived, but its event did not get through yet
    CHECK(unread.connection.drain() == Turn::kWait);
    CHECK(unread.pipe.take().size() == 10);
    CHECK(unread.in(unread.deadlines.linger));
    Scene head;
    head.arrive("h");
    CHECK(head.connection.drain() == Turn::kWait);
    CHECK(head.arrive("s") == Turn::kWait);
    CHECK(head.pipe.take().size() == 10);
    CHECK(head.pipe.finished);
}

TEST_CASE("drain: an answer under way is finished, then its connection") {
    Scene scene;
    scene.pipe.window = 100;
    CHECK(scene.arrive("m") == Turn::kWait);
    CHECK(scene.connection.drain() == Turn::kWait);
    scene.pipe.window = static_cast<std::size_t>(-1);
    scene.turns(scene.connection.run({}));
    CHECK(scene.pipe.take() == letters(100000));
    CHECK(scene.pipe.finished);
    Scene lingering;
    lingering.arrive("c");
    CHECK(lingering.connection.drain() == Turn::kWait);
}

TEST_CASE("eviction says good-bye to the idle only") {
    Scene idle;
    idle.arrive("s");
    idle.connection.leave_early();
    CHECK_FALSE(idle.pipe.finished);  // without TLS closing says it all
}
