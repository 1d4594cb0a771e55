// Small files that cannot be written while a certificate is got, names that are none, nobody who follows: each is said where
// it can be, and none costs a certificate.
#include <doctest.h>

#include <cerrno>

#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

TEST_CASE("an account that cannot be kept is found again by its key the next time") {
    World world;
    world.files.deny("/state/accounts/lab/.account.json.tmp", ENOSPC);
    world.start();
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.lines.contain("what=account"));
    CHECK_FALSE(world.files.exists("/state/accounts/lab/account.json").value());
    world.files.deny("/state/accounts/lab/.account.json.tmp", 0);
    world.start();
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(world.ca.count("newAccount") == 2);
    CHECK(world.told("account found again"));
    CHECK(world.files.exists("/state/accounts/lab/account.json").value());
}

TEST_CASE("a job that cannot be kept is said; the certificate serves, now and after a restart") {
    World world;
    world.start();
    world.files.deny("/state/jobs/.a.example.json.tmp", ENOSPC);
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.lines.contain("what=job"));
    world.files.deny("/state/jobs/.a.example.json.tmp", 0);
    world.start();
    CHECK(world.round().generation == 1);
    CHECK(world.only().rung == Rung::kPublic);
}

TEST_CASE("a ledger that cannot be kept is said, and holds no order up") {
    World world;
    WantedCert wanted = wanted_cert();
    wanted.ca.limits.orders = {10, Seconds(36000)};
    world.files.deny("/state/.ledger.json.tmp", ENOSPC);
    world.start({wanted});
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.lines.contain("what=ledger"));
    CHECK(world.status.get()->ledger->front().left == 9);  // in memory it is counted
}

TEST_CASE("an order that cannot be dropped is said, and is not taken for one that is under way") {
    World world;
    world.ca.change = [&](const std::string& kind, int, HttpReply&) {
        if (kind == "cert") world.files.deny("/state/jobs/a.example.order", EIO);
    };
    world.start();
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.lines.contain("what=order"));
    world.ca.change = nullptr;
    world.files.deny("/state/jobs/a.example.order", 0);
    REQUIRE(world.files.exists("/state/jobs/a.example.order").value());
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(world.ca.count("newOrder") == 2);
    CHECK_FALSE(world.files.exists("/state/jobs/a.example.order").value());
}

TEST_CASE("a key that cannot be kept is no key to order with: the run ends, and the order is placed when there is room") {
    World world;
    world.files.deny("/state/jobs/.a.example.order.tmp", ENOSPC);
    world.start();
    CHECK(world.round().last_problem->type == "disk");
    CHECK(world.ca.count("finalize") == 0);
    world.files.deny("/state/jobs/.a.example.order.tmp", 0);
    CHECK(world.keeper->renew({}, false).changed);
}

TEST_CASE("names that no folder may have are left out of a new configuration, and refused at the start") {
    World world;
    world.start();
    WantedCert up = wanted_cert("../up", {"up.example"}), nameless = wanted_cert("empty.example");
    nameless.names.clear();
    world.keeper->set_wanted({up, nameless, wanted_cert()});
    CHECK(world.only().name == "a.example");
    for (const WantedCert& bad : {up, nameless}) {
        World other;
        Keeper keeper(other.parts, other.pauser, nullptr);
        const auto prepared = keeper.prepare({bad});
        REQUIRE_FALSE(prepared.ok());
        CHECK(prepared.error().kind() == ErrorKind::kBug);
    }
}

TEST_CASE("a keeper whom nobody follows does the same") {
    World world;
    world.keeper.emplace(world.parts, world.pauser, nullptr);
    REQUIRE(world.keeper->prepare({wanted_cert()}).ok());
    CHECK(world.keeper->renew({}, true).changed);
    CHECK_FALSE(world.keeper->renew({}, false).changed);
    world.keeper->set_wanted({});
    CHECK(world.keeper->carry_out({Task::What::kDelete, {"a.example"}, false, 0, false}).ok);
    CHECK_FALSE(world.keeper->carry_out({Task::What::kDelete, {"a.example"}, false, 0, false}).ok);
}
