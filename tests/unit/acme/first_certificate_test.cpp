// The way of a certificate when all goes well, and the ways an order may come back in another state.
#include <doctest.h>

#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

TEST_CASE("a first certificate takes nine requests, in this order") {
    World world;
    world.start();
    CHECK(world.only().rung == Rung::kSelfSigned);
    CHECK(world.only().state == CertState::kWaiting);
    CertStatus status = world.round();
    CHECK(world.ca.asked == std::vector<std::string>{"directory", "newNonce", "newAccount", "newOrder", "authz", "challenge",
                                                     "order", "finalize", "cert"});
    CHECK(world.ca.faults.empty());
    CHECK(status.rung == Rung::kPublic);
    CHECK(status.state == CertState::kValid);
    CHECK(status.generation == 1);
    CHECK(world.publisher.served["a.example"]->facts().issuer == "Scripted Intermediate");
    CHECK(world.pauser.slept <= Millis(500));
    CHECK(world.board.tokens.empty());
    CHECK(world.board.posted == 1);
    CHECK(world.told("order placed for a.example"));
    CHECK(world.told("validated a.example"));
    CHECK(world.lines.contain("acme.installed"));
    CHECK(world.files.tree()["/state/live/a.example"] == "link ../archive/a.example/1");
}

TEST_CASE("with a CA that takes its time it is one more, and its pace is kept") {
    World world;
    world.ca.polls_until_issued = 1;
    world.ca.retry_after = "3";
    world.start();
    world.round();
    CHECK(world.ca.asked.size() == 10);
    CHECK(world.only().rung == Rung::kPublic);
    CHECK(world.pauser.slept >= Millis(3000));
    CHECK(world.pauser.slept <= Millis(3500));
}

TEST_CASE("a date in Retry-After is waited for to its second") {
    World world;
    world.clock.advance(Millis(700));
    world.ca.polls_until_issued = 1;
    world.ca.retry_after = "Sat, 21 Nov 2026 00:00:05 GMT";
    world.start();
    world.round();
    CHECK(world.only().rung == Rung::kPublic);
    CHECK(world.clock.wall() >= WallTime(Seconds(1795219205)));
    CHECK(world.clock.wall() <= WallTime(Seconds(1795219206)));
}

TEST_CASE("polls without a Retry-After come at 40, 60, 200 ms, 1, 2 s") {
    World world;
    world.ca.polls_until_ready = 4;
    world.start();
    world.round();
    CHECK(world.only().rung == Rung::kPublic);
    CHECK(world.ca.count("order") == 5);
    CHECK(world.pauser.slept == Millis(40 + 60 + 200 + 1000 + 2000));
}

TEST_CASE("valid authorizations are not asked for a challenge") {
    World world;
    world.ca.authz_reuse = true;
    world.start();
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.ca.count("challenge") == 0);
    CHECK(world.ca.count("authz") == 0);
    CHECK(world.ca.faults.empty());
}

TEST_CASE("an order without authorizations is finalized at once") {
    World world;
    world.ca.no_authorizations = true;
    world.start();
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.ca.asked.size() == 6);
}

TEST_CASE("an order that is pending without authorizations ends, some time") {
    World world;
    world.ca.no_authorizations = true;
    world.ca.change = [](const std::string& kind, int, HttpReply& reply) {
        if (kind != "newOrder" && kind != "order") return;
        auto at = reply.body.find("ready");
        if (at != std::string::npos) reply.body.replace(at, 5, "pending");
    };
    world.start();
    CHECK(world.round().last_problem->type == "processing");
    CHECK(world.ca.count("order") < 20);
    CHECK(world.pauser.slept <= Millis(200000));
}

TEST_CASE("several names, one certificate; the second renewal keeps account and key of none") {
    World world;
    world.start({wanted_cert("a.example", {"a.example", "www.a.example", "b.example"})});
    world.round();
    CHECK(world.ca.count("challenge") == 3);
    CHECK(world.publisher.served["a.example"]->covers("www.a.example"));
    CHECK(world.ca.faults.empty());
    auto first = world.files.tree()["/state/archive/a.example/1/privkey.pem"];
    world.clock.advance(Millis(Seconds(61 * 86400)));
    CHECK(world.round().generation == 2);
    CHECK(world.ca.count("newAccount") == 1);
    CHECK(world.files.tree()["/state/archive/a.example/2/privkey.pem"] != first);
    CHECK(world.files.tree()["/state/archive/a.example/1/privkey.pem"] == first);
}

TEST_CASE("an account key is made when there is none, readable by us alone") {
    World world({}, false);
    world.start();
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.files.tree()["/state/accounts/lab/account.key"].substr(0, 8) == "file 600");
}

TEST_CASE("an account of another CA under the same name, or of another key, is not used") {
    for (const char* directory : {"https://other.example/dir", fakes::ScriptedCa::kDirectory}) {
        World world;
        world.files.put("/state/accounts/lab/account.json",
                        JsonObject()
                            .add_raw("v", "1")
                            .add("directory", directory)
                            .add("url", "https://ca.example/acct/other")
                            .add("key", "of-another-key")
                            .done());
        world.start();
        CHECK(world.round().rung == Rung::kPublic);
        CHECK(world.ca.count("newAccount") == 1);
        CHECK(world.ca.count("newOrder") == 1);
        CHECK(world.ca.faults.empty());
        CHECK(world.status.get()->notices.empty());
    }
}

TEST_CASE("under 16 kB are passed to write() for a renewal") {
    World world;
    world.start();
    world.round();
    world.clock.advance(Millis(Seconds(61 * 86400)));
    const auto before = world.files.bytes_written();
    CHECK(world.round().generation == 2);
    CHECK(world.files.bytes_written() - before < 16384);
}
