// Which chain is taken where the CA has several (RFC 8555 section 7.4.2).
#include <doctest.h>

#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

WantedCert wanting(const std::string& chain) {
    WantedCert wanted = wanted_cert();
    wanted.preferred_chain = chain;
    return wanted;
}

std::string issuer_of(const World& world) { return world.publisher.served.at("a.example")->facts().issuer; }

}  // namespace

TEST_CASE("without a preference, or with the first chain preferred, nothing else is fetched") {
    for (const char* chain : {"", "Scripted Root"}) {
        World world;
        world.ca.other.emplace("Other");
        world.start({wanting(chain)});
        CHECK(world.round().rung == Rung::kPublic);
        CHECK(world.ca.count("cert") == 1);
        CHECK(issuer_of(world) == "Scripted Intermediate");
    }
}

TEST_CASE("the chain below the preferred root is taken") {
    World world;
    world.ca.other.emplace("Other");
    world.start({wanting("Other Root")});
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.ca.count("cert") == 2);
    CHECK(world.ca.faults.empty());
    CHECK(issuer_of(world) == "Other Intermediate");
}

TEST_CASE("with no such chain the first is taken, and that is said") {
    for (const bool others : {false, true}) {
        World world;
        if (others) world.ca.other.emplace("Other");
        world.start({wanting("Third Root")});
        CHECK(world.round().rung == Rung::kPublic);
        CHECK(world.ca.count("cert") == (others ? 2 : 1));
        CHECK(issuer_of(world) == "Scripted Intermediate");
        CHECK(world.told("no chain ends below the preferred root Third Root: the CA's first one is taken, below Scripted Root"));
    }
}

TEST_CASE("an alternate that cannot be had does not cost the certificate") {
    using Reply = Result<HttpReply>;
    for (const Reply& answer : {Reply(fakes::ScriptedCa::problem(404, "malformed")), Reply(fakes::ScriptedCa::problem(500, "serverInternal")),
                                Reply(HttpReply{200, {{"Content-Type", "text/html"}}, "<html>"}), Reply(Error::retry("cut off"))}) {
        World world;
        world.ca.other.emplace("Other");
        world.ca.instead = [&](const std::string& kind, int nth) -> std::optional<Reply> {
            if (kind != "cert" || nth == 1) return std::nullopt;
            return answer;
        };
        world.start({wanting("Other Root")});
        CHECK(world.round().rung == Rung::kPublic);
        CHECK(issuer_of(world) == "Scripted Intermediate");
        CHECK(world.ca.count("cert") == 2);
    }
}

TEST_CASE("a nonce that is refused for an alternate is tried again") {
    World world;
    world.ca.other.emplace("Other");
    world.ca.instead = [](const std::string& kind, int nth) -> std::optional<Result<HttpReply>> {
        if (kind != "cert" || nth != 2) return std::nullopt;
        return Result<HttpReply>(fakes::ScriptedCa::problem(400, "badNonce"));
    };
    world.start({wanting("Other Root")});
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(issuer_of(world) == "Other Intermediate");
}
