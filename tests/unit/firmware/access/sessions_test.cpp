#include "firmware/access/sessions.h"

#include <doctest.h>

#include <set>
#include <thread>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fixed_random.h"

using namespace postern;
using namespace postern::access;

namespace {

constexpr Millis kMinute{60'000};

struct Scene {
    fakes::FakeClock clock;
    fakes::FixedRandom random;
    Sessions sessions{clock, random};

    std::string open(std::string_view peer = "192.0.2.1") { return std::string(sessions.open(peer).token.view()); }
};

}  // namespace

TEST_CASE("sessions: opened, found, ended") {
    Scene scene;
    const auto opened = scene.sessions.open("192.0.2.1");
    CHECK(opened.token.view().size() == 22);
    CHECK(opened.session.confirmed);
    const auto found = scene.sessions.find(opened.token.view());
    REQUIRE(found);
    CHECK(found->id == opened.session.id);
    CHECK(found->id.size() == 8);
    CHECK(std::string(opened.token.view()).find(found->id) == std::string::npos);
    CHECK(found->peer == "192.0.2.1");
    CHECK(found->since == scene.clock.wall());
    CHECK(scene.sessions.end(opened.token.view()));
    CHECK_FALSE(scene.sessions.end(opened.token.view()));
    CHECK_FALSE(scene.sessions.find(opened.token.view()));
    CHECK_FALSE(scene.sessions.confirm(opened.token.view()));
}

TEST_CASE("sessions: nobody else's token, and no id, opens the door") {
    Scene scene;
    const std::string token = scene.open();
    const std::string id = scene.sessions.all().at(0).id;
    std::string other = token;
    other.back() = other.back() == 'A' ? 'B' : 'A';
    for (const std::string& wrong : {std::string(), id, other, token + "A", token.substr(1), token + std::string(1, '\0'), std::string(22, 'A'), std::string(100000, 'x')})
        CHECK_FALSE(scene.sessions.find(wrong));
    CHECK(scene.sessions.find(token));
}

TEST_CASE("sessions: over after 30 minutes of rest") {
    Scene scene;
    const std::string token = scene.open();
    scene.clock.advance(kSessionIdle - Millis(1));
    CHECK(scene.sessions.find(token));
    scene.clock.advance(kSessionIdle - Millis(1));
    CHECK(scene.sessions.find(token));
    scene.clock.advance(kSessionIdle - Millis(1));
    CHECK(scene.sessions.look(token)->peer == "192.0.2.1");  // the page by itself
    scene.clock.advance(Millis(1));
    CHECK_FALSE(scene.sessions.look(token));
    CHECK_FALSE(scene.sessions.find(token));
    CHECK(scene.sessions.all().empty());
}

TEST_CASE("sessions: over after 12 hours, however busy; the wall's clock has no say") {
    Scene scene;
    const std::string token = scene.open();
    for (int minutes = 0; minutes < 12 * 60 - 10; minutes += 10) {
        REQUIRE(scene.sessions.find(token));
        scene.clock.set_wall(WallTime(Seconds(minutes * 1'000'000LL)));
        scene.clock.advance(10 * kMinute);
    }
    const auto confirmed = scene.sessions.confirm(token);
    REQUIRE(confirmed);
    scene.clock.advance(10 * kMinute - Millis(1));
    CHECK(scene.sessions.find(confirmed->token.view()));
    scene.clock.advance(Millis(1));
    CHECK_FALSE(scene.sessions.find(confirmed->token.view()));
}

TEST_CASE("sessions: confirmed for 5 minutes after the password, not after use") {
    Scene scene;
    const std::string token = scene.open();
    scene.clock.advance(kConfirmedFor - Millis(1));
    CHECK(scene.sessions.find(token)->confirmed);
    scene.clock.advance(Millis(1));
    CHECK_FALSE(scene.sessions.find(token)->confirmed);
    const auto confirmed = scene.sessions.confirm(token);
    REQUIRE(confirmed);
    CHECK(scene.sessions.find(confirmed->token.view())->confirmed);
    scene.clock.advance(kConfirmedFor);
    CHECK_FALSE(scene.sessions.find(confirmed->token.view())->confirmed);
    CHECK_FALSE(scene.sessions.all().at(0).confirmed);
}

TEST_CASE("sessions: confirmed is the same session under another token") {
    Scene scene;
    const std::string token = scene.open(), other = scene.open();
    const std::string id = scene.sessions.find(token)->id;
    scene.clock.advance(kConfirmedFor);
    const auto confirmed = scene.sessions.confirm(token);
    REQUIRE(confirmed);
    CHECK(confirmed->token.view().size() == 22);
    CHECK(confirmed->token.view() != token);
    CHECK(confirmed->session.confirmed);
    CHECK(scene.sessions.find(confirmed->token.view())->id == id);
    CHECK_FALSE(scene.sessions.find(token));
    CHECK_FALSE(scene.sessions.confirm(token));
    CHECK_FALSE(scene.sessions.find(other)->confirmed);
    CHECK(scene.sessions.all().size() == 2);
}

TEST_CASE("sessions: beyond 32 the oldest login goes, those that are over first") {
    Scene scene;
    const std::string first = scene.open("first"), second = scene.open("second");
    for (std::size_t i = 2; i < kMostSessions; ++i) scene.open("more");
    CHECK(scene.sessions.find(first));
    const std::string last = scene.open("last");
    CHECK_FALSE(scene.sessions.find(first));
    CHECK(scene.sessions.find(second));
    CHECK(scene.sessions.all().size() == kMostSessions);
    CHECK(scene.sessions.all().front().peer == "last");
    CHECK(scene.sessions.all().back().peer == "second");
    scene.clock.advance(kSessionIdle - Millis(1));
    CHECK(scene.sessions.find(second));
    scene.clock.advance(Millis(1));
    scene.open("new");
    CHECK(scene.sessions.find(second));
    CHECK(scene.sessions.all().size() == 2);
}

TEST_CASE("sessions: a changed password ends them all") {
    Scene scene;
    const std::string one = scene.open(), two = scene.open();
    CHECK(scene.sessions.end_all() == 2);
    CHECK_FALSE(scene.sessions.find(one));
    CHECK_FALSE(scene.sessions.find(two));
    CHECK(scene.sessions.end_all() == 0);
    CHECK(scene.sessions.find(scene.open()));
}

TEST_CASE("sessions: from many threads at once") {
    Scene scene;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int k = 0; k < 100; ++k) {
                const std::string token = scene.open(std::string(200, 'p'));
                (void)scene.sessions.find(token);
                const auto confirmed = scene.sessions.confirm(token);
                if (k % 2 == 0 && confirmed) (void)scene.sessions.end(confirmed->token.view());
            }
        });
    for (std::thread& thread : threads) thread.join();
    const auto all = scene.sessions.all();
    CHECK(all.size() == kMostSessions);
    std::set<std::string> ids;
    for (const Session& one : all) ids.insert(one.id);
    CHECK(ids.size() == kMostSessions);
    CHECK(all.front().peer.size() == 64);
}
