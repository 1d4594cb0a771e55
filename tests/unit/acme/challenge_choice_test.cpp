// Which challenge is answered, and what is put up for it: the configuration's order, then what the CA offers.
#include <doctest.h>

#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

using Types = std::vector<ChallengeType>;
using Names = std::vector<std::string>;
constexpr ChallengeType kHttp = ChallengeType::kHttp01, kAlpn = ChallengeType::kTlsAlpn01;

WantedCert wanting(Types challenges, Names names = {}) {
    WantedCert wanted = wanted_cert("a.example", std::move(names));
    wanted.challenges = std::move(challenges);
    return wanted;
}

}  // namespace

TEST_CASE("the first wanted challenge that is offered is answered, and nothing else is put up") {
    struct Row {
        Types wanted;
        Names offers;
        const char* answered;
    };
    for (const Row& row : {Row{{kHttp, kAlpn}, {"dns-01", "http-01", "tls-alpn-01"}, "http-01"},
                           Row{{kAlpn, kHttp}, {"dns-01", "http-01", "tls-alpn-01"}, "tls-alpn-01"},
                           Row{{kHttp, kAlpn}, {"tls-alpn-01"}, "tls-alpn-01"}, Row{{kAlpn, kHttp}, {"http-01", "dns-01"}, "http-01"},
                           Row{{kAlpn}, {"http-01", "tls-alpn-01"}, "tls-alpn-01"}, Row{{kHttp}, {"tls-alpn-01", "http-01"}, "http-01"}}) {
        CAPTURE(row.answered);
        World world;
        world.ca.offers = row.offers;
        world.start({wanting(row.wanted)});
        CHECK(world.round().rung == Rung::kPublic);
        CHECK(world.ca.answered == Names{row.answered});
        CHECK(world.ca.faults.empty());
        CHECK(world.board.posted == 1);
        CHECK(world.board.tokens.empty());
        CHECK(world.board.pairs.empty());
    }
}

TEST_CASE("tls-alpn-01 for several names, addresses in any spelling of the CA's among them") {
    World world;
    world.ca.offers = {"tls-alpn-01"};
    world.start({wanting({kAlpn}, {"a.example", "www.a.example", "192.0.2.1", "2001:db8::1"})});
    world.ca.change = [](const std::string& kind, int, HttpReply& reply) {
        const auto at = kind == "authz" ? reply.body.find("\"value\":\"2001:db8::1\"") : std::string::npos;
        if (at != std::string::npos) reply.body.replace(at + 9, 11, "2001:DB8:0::1");
        const auto name = kind == "authz" ? reply.body.find("\"value\":\"www.a") : std::string::npos;
        if (name != std::string::npos) reply.body.replace(name + 9, 3, "WWW");
    };
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.ca.answered == Names(4, "tls-alpn-01"));
    CHECK(world.ca.faults.empty());
    CHECK(world.board.pairs.empty());
}

TEST_CASE("a challenge that is under way is not answered twice, and none beside it; its answer is up") {
    for (const char* type : {"http-01", "tls-alpn-01"}) {
        CAPTURE(type);
        World world;
        world.ca.offers = {"http-01", "tls-alpn-01"};
        world.ca.processing = type;
        std::size_t tokens = 0, pairs = 0;
        world.ca.change = [&](const std::string& kind, int, HttpReply&) {
            if (kind != "order") return;
            tokens = world.board.tokens.size();
            pairs = world.board.pairs.size();
            world.ca.instead = [](const std::string&, int) { return Result<HttpReply>(fakes::ScriptedCa::problem(500, "serverInternal")); };
        };
        world.start({wanting({kAlpn, kHttp})});
        world.round();
        CHECK(world.ca.answered.empty());
        CHECK(tokens == (std::string(type) == "http-01" ? 1 : 0));
        CHECK(pairs == (std::string(type) == "http-01" ? 0 : 1));
        CHECK(world.board.tokens.empty());
        CHECK(world.board.pairs.empty());
    }
}

TEST_CASE("a challenge that has failed is no way any more: the other one is taken, or none is left") {
    const auto spoil = [](HttpReply& reply, const char* type) {
        const auto at = reply.body.find("\"type\":\"" + std::string(type) + "\"");
        const auto status = at == std::string::npos ? at : reply.body.find("\"status\":\"pending\"", at);
        if (status != std::string::npos) reply.body.replace(status + 10, 7, "invalid");
    };
    for (const bool both : {false, true}) {
        World world;
        world.ca.offers = {"http-01", "tls-alpn-01"};
        world.ca.change = [&](const std::string& kind, int, HttpReply& reply) {
            if (kind != "authz") return;
            spoil(reply, "http-01");
            if (both) spoil(reply, "tls-alpn-01");
        };
        world.start({wanting({kHttp, kAlpn})});
        const CertStatus status = world.round();
        CHECK(world.ca.answered == (both ? Names{} : Names{"tls-alpn-01"}));
        if (both) CHECK(status.last_problem->type == "challenge");
        else CHECK(status.rung == Rung::kPublic);
    }
}

TEST_CASE("nothing usable is permanent, and names what is offered") {
    World world;
    world.ca.offers = {"dns-01", "http-01"};
    world.start({wanting({kAlpn})});
    const CertStatus status = world.round();
    REQUIRE(status.last_problem.has_value());
    CHECK(status.last_problem->type == "challenge");
    CHECK(status.last_problem->detail.find("a.example: no tls-alpn-01 that can be answered; offered: dns-01, http-01") != std::string::npos);
    CHECK(status.last_problem->advice.find("`challenge`") != std::string::npos);
    CHECK(world.board.posted == 0);
    CHECK(world.until_next() > 70000);
}

TEST_CASE("a proof for a name that was not ordered is not put up") {
    World world;
    world.ca.offers = {"tls-alpn-01"};
    world.ca.change = [](const std::string& kind, int, HttpReply& reply) {
        const auto at = kind == "authz" ? reply.body.find("\"value\":\"a.example") : std::string::npos;
        if (at != std::string::npos) reply.body.replace(at + 9, 9, "z.example");
    };
    world.start({wanting({kAlpn})});
    const CertStatus status = world.round();
    REQUIRE(status.last_problem.has_value());
    CHECK(status.last_problem->type == "answer");
    CHECK(status.last_problem->detail.find("z.example") != std::string::npos);
    CHECK(world.board.posted == 0);
}

TEST_CASE("a failed validation takes the certificate down, and another `challenge` is tried at once") {
    World world;
    world.ca.offers = {"http-01", "tls-alpn-01"};
    world.ca.validates = false;
    world.start({wanting({kAlpn})});
    CHECK(world.round().last_problem->type == "connection");
    CHECK(world.board.posted == 1);
    CHECK(world.board.pairs.empty());
    world.ca.validates = true;
    world.keeper->set_wanted({wanting({kHttp, kAlpn})});
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.ca.answered == Names{"tls-alpn-01", "http-01"});
}
