// A renewal that would end before what serves: kept out under an unchanged configuration, let in where it is meant.
#include <doctest.h>

#include "server/base/text.h"
#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

constexpr long long kDay = 86400;

// Sixty days into the life of a certificate for ninety, whose CA now hands out six.
struct Shrunk : World {
    explicit Shrunk(std::vector<WantedCert> wanted = {wanted_cert()}) {
        start(std::move(wanted));
        REQUIRE(round().generation == 1);
        first = only().facts->serial;
        clock.advance(Millis(Seconds(60 * kDay)));
        ca.validity = 6 * kDay;
    }
    bool first_serves() const { return only().facts->serial == first; }
    std::string first;
};

}  // namespace

TEST_CASE("a renewal that ends earlier is refused, with both dates, and tried again once a day") {
    Shrunk world;
    CHECK(world.round().state == CertState::kFailing);
    CHECK(world.first_serves());
    CHECK(world.only().generation == 1);
    CHECK(world.files.tree().count("/state/archive/a.example/2") == 0);
    CHECK_FALSE(world.files.exists("/state/jobs/a.example.order").value());
    REQUIRE(world.only().last_problem);
    const Problem problem = *world.only().last_problem;
    CHECK(problem.type == "shorter");
    CHECK(problem.detail.find(to_rfc3339(world.only().facts->not_after.time_since_epoch().count())) != std::string::npos);
    CHECK(problem.detail.find("ends 20") != std::string::npos);
    CHECK(problem.advice.find("--force") != std::string::npos);
    CHECK(world.until_next() > 70000);
    CHECK(world.until_next() <= kDay);
    world.start();  // over a restart too
    CHECK(world.first_serves());
    world.clock.advance(Millis(Seconds(kDay)));
    CHECK(world.round().last_problem);
    CHECK(world.first_serves());
    world.ca.validity = 90 * kDay;  // the CA has come to its senses
    world.clock.advance(Millis(Seconds(kDay)));
    CHECK(world.round().generation == 2);
    CHECK_FALSE(world.only().last_problem);
}

TEST_CASE("it is taken as soon as it outlasts what serves") {
    Shrunk world;
    for (int day = 0; day < 30 && world.first_serves(); day++) {
        world.round();
        world.clock.advance(Millis(Seconds(kDay)));
    }
    CHECK_FALSE(world.first_serves());
    CHECK_FALSE(world.only().last_problem);
}

TEST_CASE("it is taken by force, and only so by hand") {
    Shrunk world;
    CHECK_FALSE(world.keeper->renew({}, false).ok);
    CHECK(world.first_serves());
    CHECK(world.told("--force"));
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(world.only().generation == 2);
    CHECK_FALSE(world.only().last_problem);
}

TEST_CASE("it is taken when something about the order was changed, or its names") {
    for (int what : {0, 1, 2, 3}) {
        CAPTURE(what);
        Shrunk world;
        WantedCert changed = wanted_cert();
        if (what == 0) changed.key_type = crypto::KeyType::kEc384;
        if (what == 1) changed.names.push_back("www.a.example");
        if (what == 2) changed.ca.ca_file = "/etc/other.pem";
        if (what == 3) changed.ca.directory_url = "https://ca.example/dir?profile=short";
        world.keeper->set_wanted({changed});
        if (what == 3) world.keeper->renew({}, false);  // the scripted CA does not know that URL; nothing to outlast
        CHECK((what == 3 || world.round().generation == 2));
        CHECK((!world.only().last_problem || world.only().last_problem->type != "shorter"));
    }
}

TEST_CASE("it is taken when what serves has ended") {
    Shrunk world;
    world.ca.instead = [](const std::string&, int) { return Result<HttpReply>(Error::retry("no route")); };
    world.round();
    world.clock.advance(Millis(Seconds(31 * kDay)));
    world.ca.instead = nullptr;
    CHECK(world.round().generation == 2);
}

TEST_CASE("a state that does not say for what its certificate was issued holds nothing back") {
    Shrunk world;
    std::string job = world.files.read("/state/jobs/a.example.json", 1 << 20).value();
    const std::size_t at = job.find("\"issued_for\"");
    REQUIRE(at != std::string::npos);
    job.erase(at, job.find(',', at) + 1 - at);
    world.files.put("/state/jobs/a.example.json", job);
    world.start();
    CHECK(world.round().generation == 2);
}
