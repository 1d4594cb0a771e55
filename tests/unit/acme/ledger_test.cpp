// The ledger at work: orders that would use up a CA's limit wait, and what was spent outlives a restart.
#include <doctest.h>

#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

constexpr long long kHour = 3600;

std::vector<WantedCert> limited(CaLimits limits, std::vector<std::string> names = {"a.example"}) {
    WantedCert wanted = wanted_cert("a.example", std::move(names));
    wanted.ca.limits = limits;
    return {wanted};
}
CaLimits orders(int tokens, long long hours) {
    CaLimits limits;
    limits.orders = {tokens, Seconds(hours * kHour)};
    return limits;
}

// A CA with three orders in three hours, two of them spent.
struct Spent2 : World {
    Spent2() {
        start(limited(orders(3, 3)));
        REQUIRE(round().rung == Rung::kPublic);
        REQUIRE(keeper->renew({}, true).changed);
        CHECK(ca.count("newOrder") == 2);
    }
    const std::vector<std::string> two{"a.example", "b.example"};
};

}  // namespace

TEST_CASE("an order that would take the last token waits for its date, over a restart, and is placed then by itself") {
    Spent2 world;
    world.start(limited(orders(3, 3), world.two));
    CertStatus status = world.round();
    CHECK(world.ca.count("newOrder") == 2);
    REQUIRE(status.last_problem);
    CHECK(status.last_problem->type == "ledger");
    CHECK(status.last_problem->detail.find("3 orders in 3 hours; it is possible from 2026-11-21T0") != std::string::npos);
    CHECK(status.state == CertState::kFailing);
    CHECK(world.until_next() > kHour - 60);
    CHECK(world.until_next() <= kHour);
    world.start(limited(orders(3, 3), world.two));
    CHECK_FALSE(world.keeper->renew({}, false).changed);  // by hand is not by force
    CHECK(world.ca.count("newOrder") == 2);
    world.clock.advance(Millis(Seconds(world.until_next())));
    CHECK(world.round().state == CertState::kValid);
    CHECK(world.ca.count("newOrder") == 3);
    CHECK_FALSE(world.only().last_problem);
}

TEST_CASE("a ledger of a clock that ran ahead delays an order by its window, not until that clock's date") {
    World world;
    world.files.put("/state/ledger.json", to_text(FullAt{{std::string(fakes::ScriptedCa::kDirectory) + " orders",
                                                          world.clock.wall() + Seconds(400 * 86400)}}));
    world.start(limited(orders(3, 3)));
    CHECK(world.round().last_problem->type == "ledger");
    CHECK(world.until_next() <= 2 * kHour);
    world.clock.advance(Millis(Seconds(kHour)));
    world.start(limited(orders(3, 3)));  // a restart does not begin the wait anew
    world.clock.advance(Millis(Seconds(world.until_next())));
    CHECK(world.round().rung == Rung::kPublic);
}

TEST_CASE("--force takes the last token") {
    Spent2 world;
    world.start(limited(orders(3, 3), world.two));
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(world.ca.count("newOrder") == 3);
}

TEST_CASE("failed validations of a name are counted: the CA's limit on them is never reached") {
    World world;
    world.ca.validates = false;
    CaLimits limits;
    limits.failures = {4, Seconds(200 * kHour)};
    world.start(limited(limits));
    for (int i = 0; i < 40; ++i) world.clock.advance(Millis(world.keeper->run_due() - world.clock.steady()));
    CHECK(world.ca.count("challenge") == 3);
    CHECK(world.only().last_problem->type == "ledger");
    CHECK(world.only().last_problem->detail.find("4 failed validations of a.example in 200 hours") != std::string::npos);
}

TEST_CASE("a damaged ledger is set aside and said; orders go on") {
    Spent2 world;
    world.files.put("/state/ledger.json", "{\"v\":1,\"full\":{\"x\":\"y\"}}");
    world.start(limited(orders(3, 3), world.two));
    CHECK(world.round().state == CertState::kValid);
    CHECK(world.files.tree().count("/state/ledger.json.damaged-1") == 1);
    CHECK(world.status.get()->notices.size() == 1);
}

TEST_CASE("a CA without limits costs no write of a ledger") {
    World world;
    world.start();
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.files.tree().count("/state/ledger.json") == 0);
}
