#include "firmware/metrics/history.h"

#include <doctest.h>

using namespace postern;
using namespace postern::metrics;

namespace {

using Numbers = std::vector<std::uint32_t>;

// A server that is looked at every fifteen seconds.
struct Scene {
    History history;
    SteadyTime now{Millis(5'000'000)};
    Totals totals{};
    void pass(int rounds, std::uint64_t requests_each = 0) {
        for (int i = 0; i < rounds; ++i) {
            now += Millis(15000);
            totals.requests += requests_each;
            history.sample(now, totals);
        }
    }
    Series hour() const { return history.series(Span::kHour); }
    Series day() const { return history.series(Span::kDay); }
};

}  // namespace

TEST_CASE("history: nothing before a minute is over, and what was before the start is none of it") {
    Scene scene;
    CHECK(scene.hour().requests.empty());
    CHECK(scene.hour().step == Seconds(60));
    scene.totals = {1000, 500, 7, 3};
    scene.history.sample(scene.now, scene.totals);
    scene.pass(3, 2);
    CHECK(scene.hour().requests.empty());
    scene.totals.handshakes += 4;
    scene.totals.errors += 1;
    scene.pass(1, 2);
    CHECK(scene.hour().requests == Numbers{8});
    CHECK(scene.hour().handshakes == Numbers{4});
    CHECK(scene.hour().errors == Numbers{1});
    CHECK(scene.hour().connections == Numbers{7});
    CHECK(scene.day().requests.empty());
    CHECK(scene.day().step == Seconds(900));
}

TEST_CASE("history: connections are the most of a step") {
    Scene scene;
    scene.history.sample(scene.now, scene.totals);
    scene.totals.connections = 40;
    scene.pass(1);
    scene.totals.connections = 2;
    scene.pass(3);
    scene.totals.connections = 3;
    scene.pass(4);
    scene.pass(4);
    CHECK(scene.hour().connections == Numbers{40, 3, 3});
    scene.pass(48);
    CHECK(scene.day().connections == Numbers{40});
}

TEST_CASE("history: an hour of minutes and a day of quarters, then the oldest goes") {
    Scene scene;
    scene.history.sample(scene.now, scene.totals);
    scene.pass(4, 1);
    scene.pass(59 * 4, 10);
    CHECK(scene.hour().requests.size() == 60);
    CHECK(scene.hour().requests.front() == 4);
    scene.pass(4, 25);
    CHECK(scene.hour().requests.size() == 60);
    CHECK(scene.hour().requests.front() == 40);
    CHECK(scene.hour().requests.back() == 100);
    CHECK(scene.day().requests == Numbers{4 + 14 * 40, 600, 600, 600});
    scene.pass(24 * 240, 1);
    Numbers quarters(96, 60);
    quarters.front() = 100 + 14 * 4;  // with the last minute of before
    CHECK(scene.day().requests == quarters);
    CHECK(scene.hour().requests == Numbers(60, 4));
}

TEST_CASE("history: who comes late fills what was missed with nothing") {
    Scene scene;
    scene.history.sample(scene.now, scene.totals);
    scene.now += Millis(Seconds(200));
    scene.totals.requests = 9;
    scene.history.sample(scene.now, scene.totals);
    CHECK(scene.hour().requests == Numbers{0, 0, 9});
    scene.now += Millis(Seconds(40));  // the fourth minute began in time
    scene.totals.requests = 10;
    scene.history.sample(scene.now, scene.totals);
    CHECK(scene.hour().requests == Numbers{0, 0, 9, 1});
    scene.now += Millis(Seconds(100'000'000));
    scene.totals.requests = 1ull << 40;
    scene.history.sample(scene.now, scene.totals);
    CHECK(scene.hour().requests.size() == 60);
    CHECK(scene.hour().requests.back() == 0xffffffff);
    CHECK(scene.hour().requests.front() == 0);
}
