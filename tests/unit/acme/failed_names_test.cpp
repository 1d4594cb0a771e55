// What an order that failed leaves behind: a word for each name, and no authorization that is still pending.
#include <doctest.h>

#include <algorithm>

#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

using Names = std::vector<std::string>;

WantedCert wanting(Names names) { return wanted_cert("a.example", std::move(names)); }

}  // namespace

TEST_CASE("each name that failed is told, and only those") {
    World world;
    world.ca.invalid = {"b.example", "d.example"};
    world.start({wanting({"a.example", "b.example", "c.example", "d.example"})});
    const CertStatus status = world.round();
    REQUIRE(status.last_problem.has_value());
    CHECK(status.last_problem->type == "connection");
    const std::string& detail = status.last_problem->detail;
    CHECK(detail.find("b.example: connection: 192.0.2.1: Timeout during connect; d.example: connection: ") != std::string::npos);
    CHECK(detail.find("a.example") == std::string::npos);
    CHECK(detail.find("c.example") == std::string::npos);
    CHECK(world.ca.faults.empty());
}

TEST_CASE("names that failed for different reasons are a compound problem") {
    World world;
    world.ca.invalid = {"a.example", "b.example"};
    world.ca.change = [](const std::string& kind, int, HttpReply& reply) {
        if (kind != "authz" || reply.body.find("b.example") == std::string::npos) return;
        for (std::size_t at = 0; (at = reply.body.find("error:connection", at)) != std::string::npos;)
            reply.body.replace(at, 16, "error:dns");
    };
    world.start({wanting({"a.example", "b.example"})});
    const CertStatus status = world.round();
    REQUIRE(status.last_problem.has_value());
    CHECK(status.last_problem->type == "compound");
    CHECK(status.last_problem->detail.find("a.example: connection: ") != std::string::npos);
    CHECK(status.last_problem->detail.find("b.example: dns: ") != std::string::npos);
    CHECK(status.last_problem->advice.find("each") != std::string::npos);
}

TEST_CASE("of forty names that failed sixteen are told and the others counted") {
    World world;
    Names names;
    for (int i = 0; i < 40; ++i) names.push_back("n" + std::to_string(i) + ".example");
    world.ca.invalid = {names.begin(), names.end()};
    world.start({wanting(names)});
    const std::string detail = world.round().last_problem->detail;
    CHECK(detail.find("n15.example: connection") != std::string::npos);
    CHECK(detail.find("n16.example") == std::string::npos);
    CHECK(detail.find("and 24 more names") != std::string::npos);
}

TEST_CASE("authorizations that are pending when the order has failed are given back") {
    World world;
    world.ca.offers = {"dns-01"};  // nothing that we can answer
    world.start({wanting({"a.example", "b.example"})});
    CHECK(world.round().last_problem->type == "challenge");
    CHECK(world.ca.deactivated == Names{"a.example", "b.example"});
    CHECK(world.ca.faults.empty());
}

TEST_CASE("those of an order that the CA gives up in between are given back too") {
    World world;
    world.ca.invalid = {"a.example"};
    world.ca.change = [](const std::string& kind, int nth, HttpReply& reply) {
        // the answer to the second challenge never counts: that authorization stays pending
        const auto at = kind == "authz" && nth == 4 ? reply.body.find("\"status\":\"valid\"") : std::string::npos;
        if (at != std::string::npos) reply.body.replace(at, 16, "\"status\":\"pending\"");
    };
    world.start({wanting({"a.example", "b.example"})});
    CHECK(world.round().last_problem->detail.find("a.example: ") != std::string::npos);
    CHECK(world.ca.count("authz") == 5);
    CHECK(world.ca.deactivated == Names{"b.example"});
}

TEST_CASE("a CA that will not take them back changes nothing about what is told") {
    using Reply = Result<HttpReply>;
    for (const Reply& answer : {Reply(fakes::ScriptedCa::problem(500, "serverInternal")), Reply(fakes::ScriptedCa::problem(400, "badNonce")),
                                Reply(Error::retry("cut off"))}) {
        World world;
        world.ca.offers = {"dns-01"};
        world.ca.instead = [&](const std::string& kind, int nth) -> std::optional<Reply> {
            if (kind != "authz" || nth == 1) return std::nullopt;
            return answer;
        };
        world.start({wanting({"a.example", "b.example"})});
        const CertStatus status = world.round();
        CHECK(status.last_problem->type == "challenge");
        CHECK(world.ca.count("authz") <= 20);
        CHECK(world.until_next() > 70000);
    }
}
