#include "server/net/poller.h"

#include <doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "server/net/wakeup.h"

using namespace postern;
using net::Poller;
using net::Wakeup;

namespace {

struct Ends {
    UniqueFd ours, theirs;
    Ends() {
        int fds[2];
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
        ours.reset(fds[0]);
        theirs.reset(fds[1]);
    }
    void say(const char* text) { REQUIRE(send(theirs.get(), text, 1, 0) == 1); }
};

constexpr Millis kNow{0};

}  // namespace

TEST_CASE("edge-triggered: told once, and again when more comes") {
    Poller poller = Poller::open().value();
    Ends ends;
    int owner = 0;
    REQUIRE(poller.add(ends.ours.get(), &owner).ok());
    auto events = poller.wait(kNow);
    REQUIRE(events.size() == 1);
    CHECK(events[0].owner == &owner);
    CHECK(events[0].writable);
    CHECK_FALSE(events[0].readable);
    CHECK(poller.wait(kNow).empty());
    ends.say("a");
    events = poller.wait(kNow);
    REQUIRE(events.size() == 1);
    CHECK(events[0].readable);
    CHECK_FALSE(events[0].ended);
    CHECK(poller.wait(kNow).empty());  // unread, and yet not told again
    ends.say("b");
    CHECK(poller.wait(kNow).size() == 1);
}

TEST_CASE("what came before add() is told") {
    Poller poller = Poller::open().value();
    Ends ends;
    ends.say("a");
    int owner = 0;
    REQUIRE(poller.add(ends.ours.get(), &owner).ok());
    auto events = poller.wait(kNow);
    REQUIRE(events.size() == 1);
    CHECK(events[0].readable);
}

TEST_CASE("a peer's half-close says that an end is to be read behind the bytes") {
    Poller poller = Poller::open().value();
    Ends ends;
    int owner = 0;
    REQUIRE(poller.add(ends.ours.get(), &owner).ok());
    ends.say("a");
    shutdown(ends.theirs.get(), SHUT_WR);
    auto events = poller.wait(kNow);
    REQUIRE(events.size() == 1);
    CHECK(events[0].readable);
    CHECK(events[0].ended);
}

TEST_CASE("a peer that is gone makes both directions ready") {
    Poller poller = Poller::open().value();
    Ends ends;
    int owner = 0;
    REQUIRE(poller.add(ends.ours.get(), &owner).ok());
    poller.wait(kNow);
    ends.theirs.reset();
    auto events = poller.wait(kNow);
    REQUIRE(events.size() == 1);
    CHECK((events[0].readable && events[0].writable && events[0].ended));
}

TEST_CASE("level-triggered: told until it is read; pause, resume, remove") {
    Poller poller = Poller::open().value();
    Ends ends;
    int owner = 0;
    REQUIRE(poller.add_level(ends.ours.get(), &owner).ok());
    CHECK(poller.wait(kNow).empty());  // not for writing
    ends.say("a");
    CHECK(poller.wait(kNow).size() == 1);
    CHECK(poller.wait(kNow).size() == 1);
    poller.pause(ends.ours.get());
    CHECK(poller.wait(kNow).empty());
    poller.resume(ends.ours.get(), &owner);
    auto events = poller.wait(kNow);
    REQUIRE(events.size() == 1);
    CHECK(events[0].owner == &owner);
    poller.remove(ends.ours.get());
    CHECK(poller.wait(kNow).empty());
}

TEST_CASE("errors of add() are handed back") {
    Poller poller = Poller::open().value();
    CHECK_FALSE(poller.add(-1, nullptr).ok());
    Ends ends;
    REQUIRE(poller.add(ends.ours.get(), nullptr).ok());
    CHECK(poller.add(ends.ours.get(), nullptr).error().number() == EEXIST);
}

TEST_CASE("wakeups add up to one, also from another thread") {
    Poller poller = Poller::open().value();
    Wakeup wakeup = Wakeup::open().value();
    REQUIRE(poller.add_level(wakeup.fd(), nullptr).ok());
    wakeup.clear();  // nothing there: does not block
    wakeup.wake();
    wakeup.wake();
    CHECK(poller.wait(kNow).size() == 1);
    wakeup.clear();
    CHECK(poller.wait(kNow).empty());
    std::thread other([&] { wakeup.wake(); });
    CHECK(poller.wait(Millis(5000)).size() == 1);
    other.join();
}
