// What is due when, and what an owner is told.
#include <doctest.h>

#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

constexpr long long kDay = 86400;
void pass(World& world, long long seconds) { world.clock.advance(Millis(Seconds(seconds))); }

std::optional<Result<HttpReply>> down(const std::string&, int) { return Result<HttpReply>(Error::retry("no route")); }

// A connection that never comes about.
class NoRoute final : public Transport {
public:
    explicit NoRoute(int& tries) : tries_(tries) {}
    Result<HttpReply> exchange(const HttpRequest&) override {
        ++tries_;
        return Error::retry("looking up ca.example: no network");
    }
    ExchangeFault fault() const override { return {"transport", false}; }

private:
    int& tries_;
};

}  // namespace

TEST_CASE("a year of ordinary life: six renewals, always two thirds into the life") {
    World world;
    world.start();
    const WallTime start = world.clock.wall();
    int generation = 0;
    while (world.clock.wall() - start < Seconds(365 * kDay)) {
        world.clock.advance(std::max(Millis(0), Millis(world.keeper->run_due() - world.clock.steady())));
        CertStatus now = world.only();
        CHECK(now.state == CertState::kValid);
        CHECK(world.clock.wall() < now.facts->not_after - Seconds(29 * kDay));
        generation = now.generation;
    }
    CHECK(generation == 7);
    CHECK(world.ca.faults.empty());
    CHECK(world.files.tree().count("/state/archive/a.example/3") == 0);
    CHECK(world.files.tree().count("/state/archive/a.example/4") == 1);
    CHECK(world.only().history.size() == 7);
}

TEST_CASE("failures come at 1, 10, 100 minutes, then daily, over restarts; success forgets them") {
    World world;
    world.ca.instead = down;
    world.start();
    const long long expected[] = {60, 600, 6000, 78545, 78545};
    for (long long pause : expected) {
        world.round();
        CHECK(world.until_next() >= pause - pause / 10);
        CHECK(world.until_next() <= pause + pause / 10);
        CHECK(world.only().state == CertState::kFailing);
        CHECK(world.only().rung == Rung::kSelfSigned);
        const std::size_t asked = world.ca.asked.size();
        world.round();
        CHECK(world.ca.asked.size() == asked);  // nothing before its time
        world.start();                          // a restart remembers
        world.round();
        CHECK(world.ca.asked.size() == asked);
        pass(world, world.until_next());
    }
    world.ca.instead = nullptr;
    CHECK(world.round().rung == Rung::kPublic);
    CHECK_FALSE(world.only().last_problem);
    CHECK(world.only().history.size() == 6);
    CHECK(world.only().history.back().ok);
}

TEST_CASE("without a route nothing climbs and little is written") {
    World world;
    int tries = 0;
    world.parts.connect = [&](const CaSettings&) { return std::make_unique<NoRoute>(tries); };
    world.start();
    world.round();
    const auto written = world.files.bytes_written();
    for (int i = 0; i < 50; ++i) {
        CHECK(world.until_next() <= 66);
        pass(world, world.until_next());
        world.round();
    }
    CHECK(tries == 51 * 4);
    CHECK(world.files.bytes_written() == written);
    CHECK(world.only().history.size() == 1);
    CHECK(world.only().last_problem->type == "transport");
}

TEST_CASE("what only a person can mend is tried once a day, at once after a change") {
    World world;
    WantedCert wanted = wanted_cert();
    wanted.ca.agree_tos = false;
    world.start({wanted});
    world.round();
    CHECK(world.only().last_problem->type == "tos");
    CHECK(world.only().last_problem->detail.find("https://ca.example/terms") != std::string::npos);
    CHECK(world.only().last_problem->advice.find("agree_tos = yes") != std::string::npos);
    CHECK(world.ca.count("newAccount") == 0);
    CHECK(world.until_next() > 70000);
    world.keeper->set_wanted({wanted_cert()});
    CHECK(world.round().rung == Rung::kPublic);
}

TEST_CASE("a refused contact is left out, once") {
    World world;
    world.ca.instead = [](const std::string& kind, int nth) -> std::optional<Result<HttpReply>> {
        if (kind == "newAccount" && nth == 1) return Result<HttpReply>(fakes::ScriptedCa::problem(400, "invalidContact"));
        return std::nullopt;
    };
    world.start();
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.ca.count("newAccount") == 2);
}

TEST_CASE("a CA that wants an external account is told of") {
    World world;
    world.ca.instead = [](const std::string& kind, int) -> std::optional<Result<HttpReply>> {
        if (kind == "newAccount") return Result<HttpReply>(fakes::ScriptedCa::problem(403, "externalAccountRequired"));
        return std::nullopt;
    };
    world.start();
    CHECK(world.round().last_problem->advice.find("eab_kid") != std::string::npos);
    CHECK(world.ca.asked.size() == 3);
}

TEST_CASE("names added are ordered at once; names taken away wait for the renewal") {
    World world;
    world.start({wanted_cert("a.example", {"a.example", "b.example"})});
    world.round();
    world.keeper->set_wanted({wanted_cert("a.example", {"a.example"})});
    CHECK(world.round().generation == 1);
    world.keeper->set_wanted({wanted_cert("a.example", {"a.example", "c.example"})});
    CHECK(world.only().rung == Rung::kPublic);
    CHECK(world.round().generation == 2);
}

TEST_CASE("a change of CA is carried out at once") {
    World world;
    world.start();
    world.round();
    WantedCert other = wanted_cert();
    other.ca.directory_url = "https://ca.example/dir?other";
    other.ca.name = "other";
    world.keeper->set_wanted({other});
    CHECK(world.round().generation == 2);
    CHECK(world.files.tree().count("/state/accounts/other/account.key") == 1);
}

TEST_CASE("what is no longer configured is withdrawn and not renewed") {
    World world;
    world.start({wanted_cert("a.example"), wanted_cert("b.example")});
    world.keeper->run_due();
    CHECK(world.publisher.served.size() == 2);
    world.keeper->set_wanted({wanted_cert("b.example")});
    CHECK(world.publisher.served.size() == 1);
    CHECK(world.only().name == "b.example");
    world.ca.asked.clear();
    pass(world, 61 * kDay);
    world.keeper->run_due();
    CHECK(world.ca.count("newOrder") == 1);
    CHECK(world.files.tree().count("/state/live/a.example") == 1);  // its files stay
}

TEST_CASE("two certificates of one CA share directory, nonce and account") {
    World world;
    world.start({wanted_cert("a.example"), wanted_cert("b.example")});
    world.keeper->run_due();
    CHECK(world.ca.count("directory") == 1);
    CHECK(world.ca.count("newNonce") == 1);
    CHECK(world.ca.count("newAccount") == 1);
    CHECK(world.ca.issued == 2);
    pass(world, 61 * kDay);
    world.keeper->run_due();
    CHECK(world.ca.count("directory") == 2);  // read anew for each pass
}

TEST_CASE("renew by hand: not due, by force, while it fails, while the CA said no") {
    World world;
    world.start();
    world.round();
    world.steps.clear();
    Keeper::Outcome outcome = world.keeper->renew({}, false);
    CHECK(outcome.ok);
    CHECK_FALSE(outcome.changed);
    CHECK(world.told("not due before 2027-01-"));
    CHECK(world.keeper->renew({"a.example"}, true).changed);
    CHECK_FALSE(world.keeper->renew({"b.example"}, true).changed);

    World failing;
    failing.ca.instead = down;
    failing.start();
    failing.round();
    failing.ca.instead = nullptr;
    CHECK(failing.keeper->renew({}, false).changed);  // our own pause does not hold a person up

    World forced;
    forced.start();
    forced.round();
    forced.ca.instead = down;
    CHECK_FALSE(forced.keeper->renew({}, true).ok);
    CHECK(forced.told("Next try 2027-01-"));  // when it would have been due, as the status says
    const CertStatus after = forced.status.get()->certificates.at(0);
    CHECK(after.next_attempt == after.renew_after);

    World limited;
    limited.ca.instead = [](const std::string& kind, int) -> std::optional<Result<HttpReply>> {
        if (kind != "newOrder") return std::nullopt;
        HttpReply refusal = fakes::ScriptedCa::problem(429, "rateLimited");
        refusal.fields.emplace_back("Retry-After", "7200");
        return Result<HttpReply>(refusal);
    };
    limited.start();
    limited.round();
    limited.ca.instead = nullptr;
    CHECK_FALSE(limited.keeper->renew({}, false).changed);  // the CA's does
    CHECK(limited.keeper->renew({}, true).changed);
}

TEST_CASE("a remembered date from a clock that was wrong does not stop renewals for ever") {
    World world;
    world.files.put("/state/jobs/a.example.json",
                    R"({"v":1,"wanted":")" + Lineage(wanted_cert()).digest() +
                        R"(","failures":3,"next":9999999999,"hold":9999999999,"attempts":[]})");
    world.start();
    CHECK(world.round().rung == Rung::kPublic);
}

TEST_CASE("no key, token or nonce reaches the log or the steps") {
    World world;
    world.start();
    world.ca.validates = false;
    world.round();
    world.ca.validates = true;
    world.keeper->renew({}, true);
    for (const std::string& line : world.lines.all()) {
        for (const char* secret : {"token-", "nonce-", "PRIVATE", "aaaaaaaa"}) CHECK(line.find(secret) == std::string::npos);
    }
    for (const std::string& step : world.steps) CHECK(step.find("token-") == std::string::npos);
}

TEST_CASE("stopping in the middle of a run is neither success nor failure") {
    World world;
    world.ca.change = [&](const std::string& kind, int, HttpReply&) {
        if (kind == "authz") world.keeper->cancel();
    };
    world.start();
    world.keeper->run_due();
    CHECK_FALSE(world.only().last_problem);
    CHECK(world.ca.asked.size() == 5);
    CHECK(world.board.tokens.empty());
    world.keeper->run_due();
    CHECK(world.ca.asked.size() == 5);
}

TEST_CASE("a certificate whose root nobody here knows serves, with a warning") {
    World world;
    const fakes::TestCa stranger("Stranger");
    std::vector<std::string> known = {stranger.root()};
    world.parts.anchors = [&](const CaSettings&) { return Anchors{"/etc/bundle", known}; };
    world.start();
    CHECK(world.status.get()->notices.empty());
    CHECK(world.round().rung == Rung::kPublic);
    REQUIRE(world.status.get()->notices.size() == 1);
    const std::string notice = world.status.get()->notices.front();
    CHECK(notice.find("a.example: issued by Scripted") == 0);
    CHECK(notice.find("/etc/bundle") != std::string::npos);
    CHECK(world.told("root is not among"));
    CHECK(world.lines.contain("acme.untrusted"));
    CHECK(world.only().state == CertState::kValid);
    world.start();  // a restart remembers
    CHECK(world.status.get()->notices == std::vector<std::string>{notice});

    known.push_back(world.ca.issuer.root());
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(world.status.get()->notices.empty());
    known.clear();  // this machine knows nobody: it cannot tell
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(world.status.get()->notices.empty());
}
