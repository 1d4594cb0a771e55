// Profiles: the first of the wanted ones that the CA advertises and takes.
#include <doctest.h>

#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

using Names = std::vector<std::string>;

WantedCert wanting(Names profiles) {
    WantedCert wanted = wanted_cert();
    wanted.profiles = std::move(profiles);
    return wanted;
}

}  // namespace

TEST_CASE("the first wanted profile that is advertised is asked for, and none unless one is wanted") {
    struct Row {
        Names wanted, offered;
        const char* ordered;
    };
    for (const Row& row : {Row{{}, {"classic", "tlsserver"}, ""}, Row{{}, {}, ""}, Row{{"tlsserver"}, {"classic", "tlsserver"}, "tlsserver"},
                           Row{{"shortlived", "tlsserver"}, {"classic", "tlsserver"}, "tlsserver"},
                           Row{{"tlsserver", "classic"}, {"classic", "tlsserver"}, "tlsserver"}}) {
        CAPTURE(row.ordered);
        World world;
        world.ca.profiles = row.offered;
        world.start({wanting(row.wanted)});
        CHECK(world.round().rung == Rung::kPublic);
        CHECK(world.ca.ordered_profiles == Names{row.ordered});
        CHECK(world.ca.faults.empty());
    }
}

TEST_CASE("one that the CA refuses gives way to the next, within the run") {
    World world;
    world.ca.profiles = {"shortlived", "tlsserver"};
    world.ca.refused_profiles = {"shortlived"};
    world.start({wanting({"shortlived", "tlsserver"})});
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.ca.ordered_profiles == Names{"shortlived", "tlsserver"});
    CHECK(world.told("the CA refuses the profile shortlived (shortlived is not for you)"));
}

TEST_CASE("none that is taken is permanent, told with what is offered, and nothing is ordered without a profile") {
    World world;
    world.ca.profiles = {"classic", "fast"};
    world.ca.refused_profiles = {"fast"};
    world.start({wanting({"shortlived", "fast"})});
    const CertStatus status = world.round();
    REQUIRE(status.last_problem.has_value());
    CHECK(status.last_problem->type == "profile");
    CHECK(status.last_problem->detail == "newOrder: the CA takes none of the profiles shortlived, fast; it offers classic, fast; "
                                         "refused: fast (fast is not for you)");
    CHECK(status.last_problem->advice.find("`profile`") != std::string::npos);
    CHECK(world.ca.ordered_profiles == Names{"fast"});
    CHECK(world.until_next() > 70000);
    world.keeper->set_wanted({wanting({"shortlived", "classic"})});  // another configuration: at once
    CHECK(world.round().rung == Rung::kPublic);
}

TEST_CASE("a CA without profiles is asked for nothing") {
    World world;
    world.start({wanting({"shortlived"})});
    CHECK(world.round().last_problem->detail.find("it offers none") != std::string::npos);
    CHECK(world.ca.count("newOrder") == 0);
}
