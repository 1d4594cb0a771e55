// How fast a peer takes its answer, and what becomes of it: a window of 5 s first, then of 25 s.
#include <doctest.h>

#include "tests/unit/server/front/scene.h"

using namespace postern;
using namespace postern::front_tests;

namespace {

// Some of an answer of 1 MB has been taken; `n` more bytes then are, over `ms`, a few at a time.
struct Taker : Scene {
    Taker() {
        pipe.window = 1000;
        arrive("l");
    }
    void take(std::size_t n, int ms) {
        for (int i = 0; i < 10; i++) {
            later(ms / 10);
            pipe.window = n / 10;
            turns(connection.run({}));
        }
    }
    bool writing() { return in(deadlines.writing); }
    bool slow() { return in(deadlines.slow); }
    bool over() { return (slow() ? deadlines.slow : deadlines.writing).expired(space.now) == &connection; }
};

}  // namespace

TEST_CASE("a byte now and then does not lengthen the window") {
    Taker taker;
    REQUIRE(taker.writing());
    const SteadyTime start = taker.space.now;
    taker.take(100, 4990);
    CHECK(taker.connection.since() == start);
    CHECK_FALSE(taker.over());
    taker.take(10, 10);
    CHECK(taker.over());
}

TEST_CASE("who takes 64 kB in 5 s is brisk, who takes less is slow, and nobody is cut yet") {
    Taker brisk;
    brisk.take(65540, 5000);
    REQUIRE(brisk.over());
    CHECK(brisk.connection.keeps_pace());
    CHECK(brisk.writing());
    CHECK(brisk.connection.since() == brisk.space.now);
    for (std::size_t size : {0u, 100u, 65000u}) {
        CAPTURE(size);
        Taker taker;
        taker.take(size, 5000);
        REQUIRE(taker.over());
        CHECK(taker.connection.keeps_pace());
        CHECK(taker.slow());
        CHECK(taker.connection.taken() == size);
    }
}

TEST_CASE("the slow must take 32 kB in 25 s, and may become brisk again") {
    Taker taker;
    taker.take(100, 5000);
    REQUIRE(taker.connection.keeps_pace());
    taker.take(32790, 24990);
    CHECK_FALSE(taker.over());
    taker.later(10);
    CHECK(taker.over());
    CHECK(taker.connection.keeps_pace());
    CHECK(taker.slow());
    taker.take(327700, 25000);
    CHECK(taker.connection.keeps_pace());
    CHECK(taker.writing());
    taker.take(0, 5000);
    REQUIRE(taker.connection.keeps_pace());
    CHECK(taker.slow());
    taker.take(32700, 25000);
    CHECK_FALSE(taker.connection.keeps_pace());
}

TEST_CASE("who takes nothing is cut after half a minute") {
    Taker taker;
    taker.later(5000);
    REQUIRE(taker.connection.keeps_pace());
    taker.later(25000);
    REQUIRE(taker.over());
    CHECK_FALSE(taker.connection.keeps_pace());
}

TEST_CASE("what the kernel holds for the peer is not taken") {
    Taker taker;
    taker.take(200000, 5000);
    taker.pipe.delivered -= 190000;  // not acknowledged
    CHECK(taker.connection.keeps_pace());
    CHECK(taker.slow());
}

TEST_CASE("an answer taken whole begins no window, the next one a new one") {
    Taker taker;
    taker.take(100, 5000);
    REQUIRE(taker.connection.keeps_pace());
    taker.pipe.window = static_cast<std::size_t>(-1);
    taker.turns(taker.connection.run({}));
    CHECK(taker.in(taker.deadlines.idle));
    taker.later(500);
    taker.pipe.window = 100;
    taker.arrive("m");
    CHECK(taker.writing());
    CHECK(taker.connection.since() == taker.space.now);
}
