// An account that is bound to one which the CA knows already (RFC 8555 section 7.3.4).
#include <doctest.h>

#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

WantedCert wanting(const std::string& kid, const std::string& key) {
    WantedCert wanted = wanted_cert();
    wanted.ca.external = {kid, std::make_shared<const Secret>(std::string(key))};
    return wanted;
}

}  // namespace

TEST_CASE("the account is bound with the configured key, once") {
    World world;
    world.ca.mac_key = "a key for MACs";
    world.start({wanting("kid-1", "a key for MACs")});
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.ca.faults.empty());
    CHECK(world.ca.count("newAccount") == 1);
    CHECK(world.keeper->renew({}, true).ok);
    CHECK(world.ca.count("newAccount") == 1);
    for (const std::string& line : world.lines.all()) CHECK(line.find("a key for MACs") == std::string::npos);
}

TEST_CASE("a wrong key or a wrong kid is permanent, and told as what it is; a better one is tried at once") {
    for (const WantedCert& wrong : {wanting("kid-1", "another"), wanting("kid-2", "a key for MACs")}) {
        World world;
        world.ca.mac_key = "a key for MACs";
        world.start({wrong});
        const CertStatus status = world.round();
        REQUIRE(status.last_problem.has_value());
        CHECK(status.last_problem->type == "eab");
        CHECK(status.last_problem->detail == "newAccount: the CA makes no account with the external account " +
                                                 wrong.ca.external.kid + ": unauthorized: the MAC is wrong");
        CHECK(status.last_problem->advice.find("`eab_hmac_key`") != std::string::npos);
        CHECK(world.ca.count("newAccount") == 1);
        CHECK(world.until_next() > 70000);
        world.keeper->set_wanted({wanting("kid-1", "a key for MACs")});
        CHECK(world.round().rung == Rung::kPublic);
    }
}

TEST_CASE("a CA that wants one is not asked without one") {
    World world;
    world.ca.mac_key = "a key for MACs";
    world.start();
    CHECK(world.round().last_problem->type == "externalAccountRequired");
    CHECK(world.ca.count("newAccount") == 0);
    CHECK(world.until_next() > 70000);
}

TEST_CASE("trouble of the CA's own while it makes the account is passing") {
    World world;
    world.ca.mac_key = "a key for MACs";
    world.ca.instead = [](const std::string& kind, int nth) -> std::optional<Result<HttpReply>> {
        if (kind != "newAccount" || nth > 1) return std::nullopt;
        return Result<HttpReply>(fakes::ScriptedCa::problem(503, "serverInternal"));
    };
    world.start({wanting("kid-1", "a key for MACs")});
    CHECK(world.round().rung == Rung::kPublic);
}
