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

TEST_CASE("a second refusal moves the date, and a restart knows the later one") {
    Spent2 world;
    const auto wanted = [&](std::vector<std::string> names) {
        std::vector<WantedCert> both = limited(orders(3, 3), std::move(names));
        both.push_back(wanted_cert("c.example"));
        both.back().ca.limits = orders(3, 3);
        return both;
    };
    const auto next = [&] { return *world.status.get()->certificates.front().next_attempt - world.clock.wall(); };
    world.start(wanted(world.two));
    world.keeper->run_due();  // refuses both
    const Seconds first = next();
    CHECK(first <= Seconds(kHour));
    REQUIRE(world.keeper->renew({"c.example"}, true).changed);
    REQUIRE(world.keeper->renew({"c.example"}, true).changed);
    world.clock.advance(Millis(first));
    world.keeper->run_due();  // refuses the one that was due now
    const Seconds second = next();
    CHECK(second >= Seconds(kHour));
    const auto refused = world.lines.count(" error acme.failed ");
    world.start(wanted(world.two));
    world.keeper->run_due();
    CHECK(next() == second);
    CHECK(world.lines.count(" error acme.failed ") == refused);  // it did not even try
    CHECK(world.ca.count("newOrder") == 4);
}

TEST_CASE("an order takes the place of a kept one that went bad only if the limits have one left, or by force") {
    for (const bool force : {false, true}) {
        CAPTURE(force);
        Spent2 world;
        const auto wanted = limited(orders(3, 3), world.two);
        Store store = std::move(Store::open(world.files, "/state", FileSystem::kKeepGroup)).value();
        REQUIRE(store.save_pending("a.example", {Lineage(wanted.front()).digest(), "https://ca.example/order/77", world.clock.wall(),
                                                 Secret(account_key_pem())}).ok());
        world.start(wanted);
        Job job = store.job("a.example");
        job.failures = 3;  // of before: the CA is not asked more seldom for what the ledger says
        job.wanted = Lineage(wanted.front()).digest();
        REQUIRE(store.save_job("a.example", job).ok());
        world.start(wanted);
        world.ca.count_anew();
        CHECK(world.keeper->renew({}, force).changed == force);
        CHECK(world.ca.count("order") == (force ? 2 : 1));  // the kept one is asked for
        CHECK(world.ca.count("newOrder") == (force ? 1 : 0));
        CHECK_FALSE(store.pending("a.example"));
        if (force) continue;
        CHECK(world.only().last_problem->type == "ledger");
        CHECK(world.until_next() <= kHour);
        world.clock.advance(Millis(Seconds(world.until_next())));
        CHECK(world.round().state == CertState::kValid);
        CHECK(world.ca.count("newOrder") == 1);
    }
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

TEST_CASE("the status tells what is left of the CA's limits") {
    Spent2 world;
    const auto& ledger = world.status.get()->ledger;
    REQUIRE(ledger);
    REQUIRE(ledger->size() == 1);
    CHECK(ledger->front().limit == "3 orders in 3 hours");
    CHECK(ledger->front().left == 1);
    CHECK(ledger->front().next <= world.clock.wall() + Seconds(kHour));
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

namespace {

CaLimits five_a_week() {
    CaLimits limits;
    limits.same_names = {5, Seconds(7 * 24 * kHour)};
    return limits;
}

// Of the limit on certificates for the same names; 5: nothing has been taken.
int left_of(const World& world) {
    for (const Ledger::State& state : *world.status.get()->ledger)
        if (state.limit == "5 certificates for the same names in 7 days") return state.left;
    return 5;
}

}  // namespace

TEST_CASE("CAs count a certificate when they make it: those that never reach us are counted as well") {
    const struct {
        const char* what;
        bool download;  // spoiled; else all that is said of the order once it was finalized
    } rows[] = {{"the chain is empty", true}, {"what is said of the order is no JSON", false}};
    for (const auto& row : rows) {
        CAPTURE(row.what);
        World world;
        bool finalized = false;
        world.ca.change = [&](const std::string& kind, int, acme::HttpReply& reply) {
            if (kind == "newOrder") finalized = false;
            if (kind == "finalize") finalized = true;
            if (row.download ? kind == "cert" : finalized && (kind == "finalize" || kind == "order")) reply.body = row.download ? "" : "{";
        };
        world.start(limited(five_a_week()));
        const SteadyTime end = world.clock.steady() + Millis(Seconds(30 * kHour));  // less than it takes for a token to come back
        while (world.clock.steady() < end) world.clock.advance(world.keeper->run_due() - world.clock.steady());
        CHECK(world.ca.issued == 4);
        CHECK(left_of(world) == 1);
        CHECK(world.only().last_problem->type == "ledger");
        world.start(limited(five_a_week()));
        CHECK(left_of(world) == 1);  // a restart knows of them
    }
}

TEST_CASE("a finalization that the CA refuses has made no certificate") {
    World world;
    world.ca.instead = [](const std::string& kind, int) -> std::optional<Result<acme::HttpReply>> {
        if (kind != "finalize") return std::nullopt;
        return Result<acme::HttpReply>(fakes::ScriptedCa::problem(403, "unauthorized"));
    };
    world.start(limited(five_a_week()));
    CHECK(world.round().last_problem->type == "unauthorized");
    CHECK(left_of(world) == 5);
    world.ca.instead = nullptr;
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(left_of(world) == 4);
}

TEST_CASE("a certificate that only the next run can fetch is counted by both") {
    World world;
    world.ca.instead = [](const std::string& kind, int) -> std::optional<Result<acme::HttpReply>> {
        if (kind != "cert") return std::nullopt;
        return Result<acme::HttpReply>(Error::retry("no route"));
    };
    world.start(limited(five_a_week()));
    CHECK(world.round().rung != Rung::kPublic);
    CHECK(left_of(world) == 4);
    world.ca.instead = nullptr;
    CHECK(world.keeper->renew({}, false).changed);
    CHECK(world.ca.issued == 1);
    CHECK(left_of(world) == 3);  // too many is safe, too few is not
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
