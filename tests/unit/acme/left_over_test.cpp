// Certificates of sites that are no longer configured: listed, and no more than that.
#include "acme/left_over.h"

#include <doctest.h>

#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

TEST_CASE("what is no longer configured is listed until it is deleted or configured again, and read only then") {
    World world;
    world.start({wanted_cert("a.example"), wanted_cert("b.example")});
    world.keeper->run_due();
    CHECK(world.status.get()->unconfigured.empty());
    world.keeper->set_wanted({wanted_cert("b.example")});
    REQUIRE(world.status.get()->unconfigured.size() == 1);
    const LeftOver one = world.status.get()->unconfigured.front();
    CHECK(one.name == "a.example");
    CHECK(one.names == std::vector<std::string>{"a.example"});
    CHECK(one.not_after > world.clock.wall());
    world.files.deny("/state/archive", 13);  // from now on it would be empty
    world.clock.advance(Seconds(10 * 86400));
    world.keeper->run_due();
    CHECK(world.status.get()->unconfigured.size() == 1);
    world.files.deny("/state/archive", 0);
    world.clock.advance(Seconds(200 * 86400));
    CHECK(world.round().state == CertState::kValid);  // that the other one ended is nobody's trouble
    CHECK(world.status.get()->unconfigured.size() == 1);
    World again(world.files);
    again.start({wanted_cert("b.example")});
    CHECK(again.status.get()->unconfigured.size() == 1);
    again.keeper->set_wanted({wanted_cert("a.example"), wanted_cert("b.example")});
    CHECK(again.status.get()->unconfigured.empty());
    again.keeper->set_wanted({wanted_cert("b.example")});
    CHECK(again.keeper->carry_out({Task::What::kDelete, {"a.example"}, false, 0, false}).ok);
    CHECK(again.status.get()->unconfigured.empty());
}

TEST_CASE("what is no longer configured and cannot be deleted, or read, is listed all the same") {
    World world;
    world.start();
    world.round();
    world.files.put("/state/archive/bad.example/1/fullchain.pem", "no certificate");
    world.files.put_folder("/state/archive/empty.example");
    world.files.put_folder("/state/archive/.hidden");
    world.keeper->set_wanted({});
    auto listed = world.status.get()->unconfigured;
    REQUIRE(listed.size() == 3);
    CHECK(listed[0].name == "a.example");
    CHECK(listed[1].name == "bad.example");
    CHECK_FALSE(listed[1].not_after);
    CHECK(listed[2].name == "empty.example");
    world.files.deny("/state/live/a.example", 30 /* EROFS */);
    CHECK_FALSE(world.keeper->carry_out({Task::What::kDelete, {"a.example"}, false, 0, false}).ok);
    CHECK(world.status.get()->unconfigured.size() == 3);
    world.files.deny("/state/archive", 5 /* EIO */);
    world.keeper->set_wanted({});
    CHECK(world.status.get()->unconfigured.empty());  // serving comes first
}

TEST_CASE("what is no longer configured: a hundred are listed, in order") {
    World world;
    for (int i = 0; i < 120; ++i) world.files.put_folder("/state/archive/" + std::to_string(1000 + i) + ".example");
    world.start({wanted_cert("1000.example")});
    const auto listed = world.status.get()->unconfigured;
    REQUIRE(listed.size() == kMostLeftOver);
    CHECK(listed.front().name == "1001.example");
    CHECK(listed.back().name == "1100.example");
}
