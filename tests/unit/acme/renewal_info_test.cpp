// What the CA's renewal information (RFC 9773) does to a certificate's life.
#include <doctest.h>

#include "acme/policy/ari.h"
#include "acme/protocol/renewal_info.h"
#include "server/base/text.h"
#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

constexpr Seconds kHour(3600), kDay(86400);

std::string date(WallTime at) { return to_rfc3339(at.time_since_epoch().count()); }
std::string window(WallTime start, WallTime end, const std::string& more = "") {
    return R"({"suggestedWindow":{"start":")" + date(start) + R"(","end":")" + date(end) + "\"}" + more + "}";
}

// A CA that offers it, and a certificate of it; the window lies where ours does unless a test moves it.
struct Asked : World {
    Asked() {
        ca.renewal_info = true;
        ca.window = window(clock.wall() + 60 * kDay, clock.wall() + 62 * kDay);
        start();
        REQUIRE(round().rung == Rung::kPublic);
    }
    void pass(Seconds time) { clock.advance(Millis(time)); }
};

}  // namespace

TEST_CASE("renewal information: asked right after issuing, then as the CA says, and kept over a restart") {
    Asked world;
    CHECK(world.ca.count("ari") == 1);
    const std::string id = world.only().facts->ari_id;
    REQUIRE(id.find('.') != std::string::npos);
    CHECK(world.ca.ari_path == id);
    REQUIRE(world.only().ari);
    CHECK(world.only().ari->end - world.only().ari->start == 2 * kDay);
    world.round();
    CHECK(world.ca.count("ari") == 1);
    world.start();
    world.round();
    CHECK(world.ca.count("ari") == 1);  // a restart is no reason
    CHECK(world.only().ari);
    world.pass(6 * kHour + Seconds(1));
    world.round();
    CHECK(world.ca.count("ari") == 2);
    CHECK(world.ca.count("newOrder") == 1);
    CHECK(world.ca.faults.empty());
}

TEST_CASE("renewal information: the moment lies in the window and does not creep forward with each look") {
    Asked world;
    const WallTime moment = world.only().ari->moment;
    CHECK(moment >= world.only().ari->start);
    CHECK(moment < world.only().ari->end);
    for (int i = 0; i < 20; ++i) {
        world.pass(7 * kHour);
        world.round();
        CHECK(world.only().ari->moment == moment);
    }
    CHECK(world.only().renew_after <= moment);
}

TEST_CASE("renewal information: a window in the past means now, and the order says what it replaces") {
    Asked world;
    const std::string id = world.only().facts->ari_id, serial = world.only().facts->serial;
    world.ca.window = window(world.clock.wall() - 2 * kHour, world.clock.wall() - kHour, R"(,"explanationURL":"https://ca.example/why")");
    world.pass(7 * kHour);
    world.round();
    CHECK(world.ca.count("newOrder") == 2);
    CHECK(world.only().facts->serial != serial);
    CHECK(world.ca.replaced == std::vector<std::string>{"", id});
    CHECK(world.ca.faults.empty());
}

TEST_CASE("renewal information: somebody who asks by hand need not wait for the next look") {
    Asked world;
    CHECK_FALSE(world.keeper->renew({}, false).changed);
    world.ca.window = window(world.clock.wall() - 2 * kHour, world.clock.wall() - kHour);
    CHECK(world.keeper->renew({}, false).changed);
}

TEST_CASE("renewal information: our own date stands whatever the CA says or fails to say") {
    Asked world;
    const WallTime own = *world.only().renew_after;
    SUBCASE("a window behind the end of the certificate") {
        world.ca.window = window(world.clock.wall() + 200 * kDay, world.clock.wall() + 300 * kDay);
    }
    SUBCASE("a window that ends before it begins") {
        world.ca.window = window(world.clock.wall(), world.clock.wall() - kDay);
    }
    SUBCASE("no JSON") { world.ca.window = "{broken"; }
    SUBCASE("silence") {
        world.ca.instead = [](const std::string& kind, int) -> std::optional<Result<HttpReply>> {
            if (kind == "ari") return Result<HttpReply>(Error::retry("no route"));
            return std::nullopt;
        };
    }
    for (int i = 0; i < 40; ++i) {
        world.pass(kDay);
        world.round();
    }
    CHECK(world.ca.count("ari") <= 1 + 4 * 41);
    CHECK(*world.only().renew_after <= own);
    world.pass(own - world.clock.wall());
    world.round();
    CHECK(world.ca.count("newOrder") == 2);
    CHECK_FALSE(world.only().last_problem);
}

TEST_CASE("renewal information: a refusal says when to ask again; a CA that does not know the certificate is asked as seldom") {
    Asked world;
    world.ca.instead = [](const std::string& kind, int) -> std::optional<Result<HttpReply>> {
        if (kind != "ari") return std::nullopt;
        return Result<HttpReply>(HttpReply{503, {{"Retry-After", "43200"}}, {}});
    };
    world.pass(7 * kHour);
    world.round();
    CHECK(world.ca.count("ari") == 2);
    CHECK(world.lines.contain("the CA answered 503"));
    world.pass(11 * kHour);
    world.round();
    CHECK(world.ca.count("ari") == 2);
    world.pass(kHour + Seconds(1));
    world.round();
    CHECK(world.ca.count("ari") == 3);
    CHECK(world.only().ari);  // the last one that was told stands
}

TEST_CASE("renewal information: a directory that cannot be read, or offers it no longer, is asked again after a pause") {
    Asked away;
    away.ca.count_anew();
    away.ca.instead = [](const std::string& kind, int) -> std::optional<Result<HttpReply>> {
        if (kind == "directory") return Result<HttpReply>(HttpReply{502, {}, {}});
        return std::nullopt;
    };
    away.pass(7 * kHour);
    for (int i = 0; i < 30; ++i, away.pass(Seconds(60))) away.round();
    CHECK(away.ca.count("directory") == 1);
    CHECK(away.ca.count("ari") == 0);
    CHECK_FALSE(away.only().last_problem);

    Asked without;
    without.ca.count_anew();
    without.ca.renewal_info = false;
    for (int day = 0; day < 20; ++day, without.pass(kDay)) without.round();
    CHECK(without.ca.count("directory") == 1);
    CHECK(without.ca.count("ari") == 0);
}

TEST_CASE("renewal information: without the account's key it is not asked, and nothing else is lost") {
    Asked world;
    world.files.deny("/state/accounts/lab/account.key", 5 /* EIO */);
    world.pass(7 * kHour);
    world.round();
    CHECK(world.ca.count("ari") == 1);
    CHECK(world.only().state == CertState::kValid);
    world.files.deny("/state/accounts/lab/account.key", 0);
    world.round();
    CHECK(world.ca.count("ari") == 2);
}

TEST_CASE("renewal information: a next look that a wrong clock put years away does not wait for it") {
    Asked world;
    std::string word = world.files.read("/state/jobs/a.example.ari", 1u << 20).value();
    const auto at = word.find("\"next\":");
    REQUIRE(at != std::string::npos);
    word.replace(at, word.find('}', at) - at, "\"next\":9999999999");
    world.files.put("/state/jobs/a.example.ari", word);
    world.start();
    world.round();
    CHECK(world.ca.count("ari") == 2);
}

TEST_CASE("renewal information: it goes on being asked after a renewal by force that failed, for the next try is far away") {
    Asked world;
    world.ca.instead = [](const std::string& kind, int) -> std::optional<Result<HttpReply>> {
        if (kind == "newOrder") return Result<HttpReply>(fakes::ScriptedCa::problem(403, "rejectedIdentifier"));
        return std::nullopt;
    };
    CHECK_FALSE(world.keeper->renew({}, true).ok);
    REQUIRE(world.only().last_problem);
    world.ca.instead = nullptr;
    world.ca.window = window(world.clock.wall() - 2 * kHour, world.clock.wall() - kHour);
    const std::string serial = world.only().facts->serial;
    for (int i = 0; i < 8; ++i) {
        world.pass(7 * kHour);
        world.round();
    }
    CHECK(world.only().facts->serial != serial);
    CHECK_FALSE(world.only().last_problem);
}

TEST_CASE("renewal information: of what was taken back nothing is asked") {
    Asked world;
    Task task;
    task.what = Task::What::kRevoke;
    task.names = {"a.example"};
    world.round();
    REQUIRE(world.keeper->renew({}, true).changed);
    REQUIRE(world.keeper->carry_out(task).ok);
    REQUIRE(world.only().rung == Rung::kPrevious);
    world.ca.count_anew();
    world.pass(7 * kHour);
    world.round();
    CHECK(world.ca.asked.empty());
}

TEST_CASE("renewal information: a new window costs the flash a few hundred bytes, however long the history is") {
    Asked world;
    for (int i = 0; i < 40; ++i) world.keeper->renew({}, true);
    world.ca.window = window(world.clock.wall() + 50 * kDay, world.clock.wall() + 51 * kDay);
    world.pass(7 * kHour);
    const auto before = world.files.bytes_written();
    world.round();
    CHECK(world.files.bytes_written() > before);
    CHECK(world.files.bytes_written() - before < 500);
    CHECK(world.only().ari->end - world.only().ari->start == kDay);
}

TEST_CASE("renewal information: a file of it that is damaged is set aside, and the CA is asked anew") {
    Asked world;
    world.files.put("/state/jobs/a.example.ari", "{\"v\":1,\"id\":");
    world.start();
    world.round();
    CHECK(world.ca.count("ari") == 2);
    CHECK(world.only().ari);
    CHECK(world.status.get()->notices.size() == 1);
}

TEST_CASE("renewal information: an order that replaces what is replaced already is placed once more without that") {
    for (const char* type : {"alreadyReplaced", "malformed"}) {
        Asked world;
        world.ca.instead = [&](const std::string& kind, int) -> std::optional<Result<HttpReply>> {
            if (kind == "newOrder" && world.ca.count("newOrder") == 2) return Result<HttpReply>(fakes::ScriptedCa::problem(409, type));
            return std::nullopt;
        };
        CHECK(world.keeper->renew({}, true).changed);
        CHECK(world.ca.count("newOrder") == 3);
        CHECK(world.ca.replaced == std::vector<std::string>{"", ""});  // the refused one was not counted
    }
}

TEST_CASE("renewal information: a CA that fails inside over `replaces` gets an order without it, one that just fails does not") {
    for (int failures : {1, 2, 9}) {
        Asked world;
        world.ca.instead = [&](const std::string& kind, int) -> std::optional<Result<HttpReply>> {
            const int orders = world.ca.count("newOrder");
            if (kind == "newOrder" && orders > 1 && orders <= 1 + failures)
                return Result<HttpReply>(fakes::ScriptedCa::problem(500, "serverInternal"));
            return std::nullopt;
        };
        CHECK(world.keeper->renew({}, true).changed == (failures < 9));
        if (failures == 1) CHECK_FALSE(world.ca.replaced.back().empty());
        if (failures == 2) CHECK(world.ca.replaced.back().empty());
        if (failures == 9) CHECK(world.only().last_problem->type == "serverInternal");
    }
}

TEST_CASE("renewal information: a CA without it is not asked, and gets no `replaces`") {
    World world;
    world.start();
    REQUIRE(world.round().rung == Rung::kPublic);
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(world.ca.replaced == std::vector<std::string>{"", ""});
    CHECK(world.ca.faults.empty());
    CHECK_FALSE(world.only().ari);
}

TEST_CASE("renewal information: after a change of the CA the old one's is neither asked nor followed") {
    Asked world;
    world.ca.window = window(world.clock.wall() - 2 * kHour, world.clock.wall() - kHour);
    world.pass(7 * kHour);
    WantedCert wanted = wanted_cert();
    wanted.ca.directory_url = "https://ca.example/elsewhere";
    world.ca.renewal_info = false;
    world.start({wanted});
    world.round();
    CHECK(world.ca.count("ari") == 1);
    CHECK(world.ca.replaced.back().empty());
    CHECK(world.ca.faults.empty());
}

TEST_CASE("renewal information: what is no window is refused") {
    auto parse = [](const std::string& text) { return renewal_info_from(*Json::parse(text)); };
    CHECK(parse(window(WallTime(Seconds(100)), WallTime(Seconds(200)))).ok());
    for (const char* bad : {"{}", "[]", R"({"suggestedWindow":null})", R"({"suggestedWindow":{"start":"2026-01-01T00:00:00Z"}})",
                            R"({"suggestedWindow":{"start":"soon","end":"later"}})", R"({"suggestedWindow":{"start":1,"end":2}})"})
        CHECK_FALSE(parse(bad).ok());
    CHECK_FALSE(parse(window(WallTime(Seconds(200)), WallTime(Seconds(200)))).ok());
    CHECK(renewal_info_url("https://ca.example/ari", "a.b") == "https://ca.example/ari/a.b");
    CHECK(renewal_info_url("https://ca.example/ari/", "a.b") == "https://ca.example/ari/a.b");
}
