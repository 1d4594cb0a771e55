// What is counted of renewals and of requests to CAs.
#include "acme/tally.h"

#include <doctest.h>

#include "acme/task.h"
#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

// A world that counts.
struct Counted : World {
    Counted() {
        parts.connect = counted(parts.connect, tally);
        parts.tally = &tally;
    }
    std::uint64_t requests(const std::string& kind) const {
        std::uint64_t all = 0;
        for (const auto& [request, count] : tally.requests())
            if (request.kind == kind) all += count;
        return all;
    }
    std::uint64_t answered(const std::string& kind, int code) const {
        const auto requests = tally.requests();
        const auto found = requests.find({"lab", kind, code});
        return found == requests.end() ? 0 : found->second;
    }
    Tally tally;
};

}  // namespace

TEST_CASE("tally: a certificate, each request by its kind") {
    Counted world;
    world.start();
    world.round();
    CHECK(world.tally.renewals().at("a.example").ok == 1);
    CHECK(world.tally.renewals().at("a.example").failed == 0);
    CHECK(world.answered("directory", 200) == 1);
    CHECK(world.answered("newOrder", 201) == 1);
    CHECK(world.requests("authorization") == static_cast<std::uint64_t>(world.ca.count("authz")));
    CHECK(world.requests("order") == static_cast<std::uint64_t>(world.ca.count("order")));
    CHECK(world.requests("certificate") == 1);
    CHECK(world.requests("other") == 0);
    std::uint64_t all = 0;
    for (const auto& [request, count] : world.tally.requests()) all += count;
    CHECK(all == world.ca.asked.size());
    const auto outcome = world.keeper->carry_out({Task::What::kRevoke, {"a.example"}, false, 1, false});
    CHECK(outcome.ok);
    CHECK(world.answered("revokeCert", 200) == 1);
}

TEST_CASE("tally: failures, and exchanges that brought no reply") {
    Counted world;
    world.ca.instead = [](const std::string& kind, int) -> std::optional<Result<HttpReply>> {
        if (kind == "newOrder") return Result<HttpReply>(Error::retry("connection reset"));
        return std::nullopt;
    };
    world.start();
    world.round();
    CHECK(world.tally.renewals().at("a.example").ok == 0);
    CHECK(world.tally.renewals().at("a.example").failed == 1);
    CHECK(world.answered("newOrder", 0) == world.requests("newOrder"));
    CHECK(world.requests("newOrder") >= 1);
    world.ca.instead = nullptr;
    const auto tried = world.keeper->carry_out({Task::What::kTry, {"a.example"}, false, 0, false});
    CHECK(tried.ok);
    CHECK(world.tally.renewals().at("a.example").ok == 0);  // a trial is no renewal
}

TEST_CASE("tally: what it remembers has an end, and what it knows goes on counting") {
    Tally tally;
    for (std::size_t i = 0; i <= Tally::kMost; ++i) {
        tally.renewal("site " + std::to_string(i), true);
        tally.request({"ca " + std::to_string(i), "newOrder", 200});
    }
    tally.renewal("site 0", false);
    tally.request({"ca 0", "newOrder", 200});
    CHECK(tally.renewals().size() == Tally::kMost);
    CHECK(tally.requests().size() == Tally::kMost);
    CHECK(tally.renewals().at("site 0").failed == 1);
    CHECK(tally.requests().at({"ca 0", "newOrder", 200}) == 2);
}
