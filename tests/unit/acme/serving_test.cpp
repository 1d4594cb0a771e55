// What serves when there is nothing yet, when files are damaged, and when the clock is wrong.
#include <doctest.h>

#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

constexpr long long kDay = 86400;
void pass(World& world, long long seconds) { world.clock.advance(Millis(Seconds(seconds))); }
std::optional<Result<HttpReply>> down(const std::string&, int) { return Result<HttpReply>(Error::retry("no route")); }

}  // namespace

TEST_CASE("a clock in 1970 orders nothing and judges nothing expired") {
    World first;
    first.start();
    first.round();
    World world(first.files);
    world.clock.set_wall(WallTime(Seconds(1000)));
    world.start();
    CHECK_FALSE(world.status.get()->clock_sane);
    world.round();
    CHECK(world.ca.asked == std::vector<std::string>{"directory"});  // what time it is
    CHECK(world.only().rung == Rung::kPublic);
    CHECK(world.only().state == CertState::kValid);
    CHECK_FALSE(world.only().next_attempt);
    CHECK_FALSE(world.keeper->renew({}, true).ok);
    CHECK(world.told("clock"));
    CHECK(world.keeper->run_due() - world.clock.steady() <= Seconds(10));
    world.clock.set_wall(WallTime(Seconds(1795219200 + 80 * kDay)));
    CHECK(world.round().generation == 2);
    CHECK(world.status.get()->clock_sane);
}

TEST_CASE("a certificate that nobody renewed is expired, and still serves") {
    World first;
    first.start();
    first.round();
    World world(first.files);
    world.ca.instead = down;
    pass(world, 100 * kDay);
    world.start();
    world.round();
    CHECK(world.only().state == CertState::kExpired);
    CHECK(world.only().rung == Rung::kPublic);
}

TEST_CASE("the self-signed pair stays the same over restarts, and changes with the names") {
    World world;
    world.ca.instead = down;
    world.start();
    const std::string print = world.only().facts->fingerprint;
    CHECK(world.only().facts->not_before == build_time());
    CHECK(world.files.tree()["/state/selfsigned/a.example.pem"].substr(0, 8) == "file 600");
    world.start();
    CHECK(world.only().facts->fingerprint == print);
    world.start({wanted_cert("a.example", {"a.example", "b.example"})});
    CHECK(world.only().facts->fingerprint != print);
    CHECK(world.publisher.served["a.example"]->covers("b.example"));
}

TEST_CASE("a disk that keeps nothing still serves a self-signed pair") {
    World world;
    world.start();
    world.files.deny("/state/selfsigned/.a.example.pem.tmp", 30 /* EROFS */);
    REQUIRE(world.files.remove_file("/state/selfsigned/a.example.pem").ok());
    world.start();
    CHECK(world.only().rung == Rung::kSelfSigned);
    CHECK(world.status.get()->notices.size() == 1);
}

TEST_CASE("a damaged live generation gives way to the one before it") {
    World first;
    first.start();
    first.round();
    pass(first, 61 * kDay);
    REQUIRE(first.round().generation == 2);
    for (const char* damage : {"", "-----BEGIN CERTIFICATE-----\nAAAA", "garbage"}) {
        World world(first.files);
        pass(world, 61 * kDay);
        world.files.put("/state/archive/a.example/2/fullchain.pem", damage, 0644);
        world.start();
        CHECK(world.only().rung == Rung::kPrevious);
        CHECK(world.only().rung_reason.find("generation 2 cannot be used: ") == 0);
        CHECK(world.only().generation == 1);
        CHECK(world.files.tree()["/state/live/a.example"] == "link ../archive/a.example/1");
        CHECK(world.status.get()->notices.size() == 1);
        CHECK(world.round().generation == 3);  // it was old enough to be due
        CHECK(world.only().rung == Rung::kPublic);
        CHECK(world.only().rung_reason.empty());
    }
}

TEST_CASE("each rung but the best says why none better serves") {
    World world;
    world.start();
    CHECK(world.only().rung_reason == "no certificate of the CA is here yet");
    world.round();
    CHECK(world.only().rung_reason.empty());
    const auto rungs = [](World& of, std::vector<std::string> names) {
        WantedCert wanted = wanted_cert("a.example", std::move(names));
        of.start({wanted});
        return of.only().rung_reason;
    };
    REQUIRE(world.keeper->renew({}, true).changed);
    CHECK(rungs(world, {"a.example"}).empty());
    world.files.put("/state/archive/a.example/1/privkey.pem", "", 0600);
    world.files.put("/state/archive/a.example/2/privkey.pem", "", 0600);
    CHECK(rungs(world, {"a.example"}).find("generation 2 cannot be used: ") == 0);
    WantedCert own = wanted_cert();
    own.from_ca = false;
    world.start({own});
    CHECK(world.only().rung_reason == "as configured");

    World wider;
    wider.start({wanted_cert("a.example", {"a.example", "b.example"})});
    REQUIRE(wider.round().rung == Rung::kPublic);
    wider.start({wanted_cert("a.example", {"a.example"})});
    REQUIRE(wider.keeper->renew({}, true).changed);
    CHECK(rungs(wider, {"a.example", "b.example"}) == "generation 2 does not cover every name");
    CHECK(wider.only().rung == Rung::kPrevious);
}

TEST_CASE("key and certificate cut to nothing by a crash: self-signed, then a new one") {
    World first;
    first.start();
    first.round();
    World world(first.files);
    world.files.put("/state/archive/a.example/1/privkey.pem", "", 0600);
    world.start();
    CHECK(world.only().rung == Rung::kSelfSigned);
    CHECK(world.round().generation == 2);
}

TEST_CASE("a damaged account key is set aside, and another account made") {
    World world({}, false);
    world.files.put("/state/accounts/lab/account.key", "garbage");
    world.start();
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.status.get()->notices.size() == 1);
    CHECK(world.files.tree().count("/state/accounts/lab/account.key.damaged-1") == 1);
}

TEST_CASE("every rung and state has its word") {
    CHECK(name_of(Rung::kPublic) == "public");
    CHECK(name_of(Rung::kPrevious) == "previous");
    CHECK(name_of(Rung::kLocalCa) == "local-ca");
    CHECK(name_of(Rung::kSelfSigned) == "self-signed");
    CHECK(name_of(CertState::kValid) == "valid");
    CHECK(name_of(CertState::kRenewing) == "renewing");
    CHECK(name_of(CertState::kFailing) == "failing");
    CHECK(name_of(CertState::kExpired) == "expired");
    CHECK(name_of(CertState::kWaiting) == "waiting");
}

TEST_CASE("a self-signed site asks no CA, is well, and keeps its pair") {
    WantedCert wanted = wanted_cert();
    wanted.from_ca = false;
    wanted.key_type = crypto::KeyType::kEc384;
    World first;
    first.ca.instead = [](const std::string&, int) { return std::optional(Result<HttpReply>(Error::bug("asked"))); };
    first.start({wanted});
    const CertStatus status = first.round();
    CHECK(status.kind == "self-signed");
    CHECK(status.state == CertState::kValid);
    CHECK(status.facts->key == "ec384");
    CHECK_FALSE(status.next_attempt.has_value());
    CHECK_FALSE(status.last_problem.has_value());
    CHECK(first.keeper->renew({}, true).ok);
    CHECK(first.told("self-signed, as configured"));

    World second(first.files);
    second.start({wanted});
    CHECK(second.only().facts->serial == status.facts->serial);
    // of another key type, it is made anew
    wanted.key_type = crypto::KeyType::kEc256;
    World third(first.files);
    third.start({wanted});
    CHECK(third.only().facts->key == "ec256");
}
