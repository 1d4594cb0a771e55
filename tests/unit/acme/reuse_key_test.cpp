// `reuse_key`: the certificate's key over renewals, and when it is a new one all the same.
#include <doctest.h>

#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

WantedCert keeping(crypto::KeyType type = crypto::KeyType::kEc256) {
    WantedCert wanted = wanted_cert();
    wanted.reuse_key = true;
    wanted.key_type = type;
    return wanted;
}

std::string key_of(World& world, int generation) {
    return world.files.tree()["/state/archive/a.example/" + std::to_string(generation) + "/privkey.pem"];
}

}  // namespace

TEST_CASE("the key stays over renewals where that is wanted, and nowhere else") {
    World world;
    world.start({keeping()});
    REQUIRE(world.round().generation == 1);
    CHECK(world.keeper->renew({}, true).changed);
    REQUIRE(world.only().generation == 2);
    CHECK(key_of(world, 2) == key_of(world, 1));
    CHECK(world.ca.faults.empty());
    world.keeper->set_wanted({wanted_cert()});
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(key_of(world, 3) != key_of(world, 1));
}

TEST_CASE("another type of key is a new key") {
    World world;
    world.start({keeping()});
    world.round();
    world.keeper->set_wanted({keeping(crypto::KeyType::kEc384)});
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(world.only().facts->key == "ec384");
}

TEST_CASE("a key that the CA does not take is not offered twice") {
    World world;
    world.start({keeping()});
    world.round();
    world.ca.instead = [&](const std::string& kind, int) -> std::optional<Result<HttpReply>> {
        if (kind != "finalize" || world.ca.count("finalize") != 2) return std::nullopt;
        return Result<HttpReply>(fakes::ScriptedCa::problem(400, "badCSR", "that key is known to be weak"));
    };
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(world.ca.count("finalize") == 3);
    CHECK(key_of(world, 2) != key_of(world, 1));
}

TEST_CASE("a key that cannot be read any more is replaced") {
    World world;
    world.start({keeping()});
    world.round();
    for (const char* damage : {"", "garbage"}) {
        world.files.put("/state/archive/a.example/" + std::to_string(world.only().generation) + "/privkey.pem", damage);
        CHECK(world.keeper->renew({}, true).changed);
    }
    CHECK(key_of(world, 3).find("PRIVATE KEY") != std::string::npos);
    CHECK(world.only().rung == Rung::kPublic);
}
