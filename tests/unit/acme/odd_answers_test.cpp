// Answers of a CA that are well-formed and yet of no use: each ends with a word that says so, the old certificate serves,
// and nothing goes round in circles.
#include <doctest.h>

#include "acme/protocol/limits.h"
#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

using Ca = fakes::ScriptedCa;
using Replies = std::optional<Result<HttpReply>>;

// A world in which a certificate serves, and another is ordered next.
struct Second : World {
    explicit Second(const WantedCert& wanted = wanted_cert()) {
        start({wanted});
        REQUIRE(round().rung == Rung::kPublic);
        ca.count_anew();
        pauser.slept = Millis(0);
    }
    void answers(const std::string& where, const HttpReply& reply, int times = 1000) {
        ca.instead = [=](const std::string& kind, int nth) { return kind == where && nth <= times ? Replies(reply) : std::nullopt; };
    }
    void says(const std::string& where, const std::string& body) {
        ca.change = [=](const std::string& kind, int, HttpReply& reply) {
            if (kind == where) reply.body = body;
        };
    }
    // The renewal fails with this type and these words; what served still does.
    void fails(std::string_view type, std::string_view words) {
        CAPTURE(words);
        CHECK_FALSE(keeper->renew({}, true).ok);
        CHECK(only().rung == Rung::kPublic);
        CHECK(only().generation == 1);
        REQUIRE(only().last_problem.has_value());
        CHECK(only().last_problem->type == type);
        CHECK(only().last_problem->detail.find(words) != std::string::npos);
        CHECK(board.tokens.empty());
    }
    // Of what the run that has just failed says: when the next one would be, were the certificate due.
    long long pause() const { return (job().next.value_or(WallTime{}) - clock.wall()).count(); }

private:
    Job job() const {
        fakes::FakeFiles copy = files;
        return job_from(copy.read("/state/jobs/a.example.json", 1u << 20).value()).value();
    }
};

void swap(HttpReply& reply, std::string_view from, std::string_view to) {
    if (const auto at = reply.body.find(from); at != std::string::npos) reply.body.replace(at, from.size(), to);
}

HttpReply with(HttpReply reply, const std::string& name, const std::string& value) {
    reply.fields.emplace_back(name, value);
    return reply;
}

}  // namespace

TEST_CASE("newNonce without a nonce is told, not asked for without end") {
    Second world;
    world.ca.change = [](const std::string& kind, int, HttpReply& reply) {
        if (kind == "newNonce") reply.fields.clear();
    };
    world.fails("answer", "newNonce gave no nonce");
    CHECK(world.ca.count("newNonce") == 4);
    CHECK(world.ca.count("newOrder") == 0);
}

TEST_CASE("objects without a status are no orders and no authorizations") {
    const std::pair<const char*, const char*> rows[] = {{"newOrder", "an order without a status"},
                                                        {"order", "an order without a status"},
                                                        {"authz", "an authorization without a status"}};
    for (const auto& [where, words] : rows) {
        Second world;
        world.says(where, "{}");
        world.fails("answer", words);
    }
}

TEST_CASE("an order that is invalid from the start is told with what the CA says of it, if it says anything") {
    const std::pair<const char*, std::pair<const char*, const char*>> rows[] = {
        {R"({"status":"invalid"})", {"order", "does not say why"}},
        {R"({"status":"invalid","error":{}})", {"order", "does not say why"}},
        {R"({"status":"invalid","error":"no"})", {"order", "does not say why"}},
        {R"({"status":"invalid","error":{"detail":"closed today"}})", {"refused", "closed today"}},
        {R"({"status":"invalid","error":{"type":"urn:ietf:params:acme:error:caa"}})", {"caa", ""}},
    };
    for (const auto& row : rows) {
        Second world;
        world.says("newOrder", row.first);
        world.fails(row.second.first, row.second.second);
        CHECK(world.ca.count("newOrder") == 1);
    }
}

TEST_CASE("an authorization that is over ends the order, whichever way it ended") {
    for (const char* status : {"expired", "revoked", "deactivated"}) {
        Second world;
        world.ca.change = [&](const std::string& kind, int, HttpReply& reply) {
            if (kind == "authz") swap(reply, R"("status":"pending","identifier")", "\"status\":\"" + std::string(status) + R"(","identifier")");
        };
        world.fails("order", "a.example: its authorization is no longer usable");
        CHECK(world.ca.count("challenge") == 0);
    }
}

TEST_CASE("an authorization that is invalid and does not say why is told by its name") {
    Second world;
    world.ca.change = [&](const std::string& kind, int, HttpReply& reply) {
        if (kind == "authz") reply.body = R"({"status":"invalid","identifier":{"type":"dns","value":"a.example"},"challenges":[]})";
    };
    world.fails("refused", "a.example: the CA calls the authorization invalid");
}

TEST_CASE("refusals at steps that they do not belong to are a person's, and not tried again at once") {
    const struct {
        const char *where, *type;
    } rows[] = {{"newOrder", "badCSR"}, {"newOrder", "invalidContact"}, {"authz", "unsupportedContact"}, {"newOrder", "badPublicKey"}};
    for (const auto& row : rows) {
        CAPTURE(row.type);
        Second world;
        world.answers(row.where, Ca::problem(400, row.type, "not so"));
        world.fails(row.type, "not so");
        CHECK(world.ca.count(row.where) == 1);
        CHECK(world.pause() > 70000);
    }
}

TEST_CASE("a contact that is refused twice, or that was never given, is the owner's to correct") {
    for (const char* email : {"", "owner@example.com"}) {
        World world;
        WantedCert wanted = wanted_cert();
        wanted.ca.email = email;
        world.ca.instead = [](const std::string& kind, int) {
            return kind == "newAccount" ? Replies(Ca::problem(400, "unsupportedContact", "whose?")) : std::nullopt;
        };
        world.start({wanted});
        const CertStatus status = world.round();
        REQUIRE(status.last_problem.has_value());
        CHECK(status.last_problem->type == "unsupportedContact");
        CHECK(status.last_problem->advice.find("`email`") != std::string::npos);
        CHECK(world.ca.count("newAccount") == (*email == '\0' ? 1 : 2));
        CHECK(world.until_next() > 70000);
    }
}

TEST_CASE("newAccount that says there is no account is not asked again") {
    World world;
    world.ca.instead = [](const std::string& kind, int) {
        return kind == "newAccount" ? Replies(Ca::problem(400, "accountDoesNotExist")) : std::nullopt;
    };
    world.start();
    CHECK(world.round().last_problem->type == "accountDoesNotExist");
    CHECK(world.ca.count("newAccount") == 1);
}

TEST_CASE("busy without a word of ACME: tried again within the run, told as a refusal with its status") {
    for (const int status : {408, 429}) {
        Second world;
        world.answers("newOrder", {status, {}, "later"});
        world.fails("refused", "HTTP " + std::to_string(status));
        CHECK(world.ca.count("newOrder") == 4);
    }
    Second early;
    early.answers("newOrder", Ca::problem(403, "orderNotReady", "which order?"));
    early.fails("orderNotReady", "which order?");
    CHECK(early.ca.count("newOrder") == 4);
}

TEST_CASE("what a refusal says of when to come again is kept to, whatever it refuses") {
    const std::string week = std::to_string(7 * 86400);
    Second gone;
    gone.answers("directory", with(Ca::problem(410, "malformed", "moved away"), "Retry-After", week));
    gone.fails("directory", "no ACME directory at https://ca.example/dir: moved away");
    CHECK(gone.pause() >= 7 * 86400 - 1);
    Second refused;
    refused.answers("newOrder", with(Ca::problem(403, "unauthorized", "not this week"), "Retry-After", week));
    refused.fails("unauthorized", "not this week");
    CHECK(refused.pause() >= 7 * 86400 - 1);
    Second wrong;
    wrong.answers("directory", Ca::problem(405, "malformed", "what is this"));
    wrong.fails("directory", "what is this");
}

TEST_CASE("a person's way out is the link of the refusal itself, where it has one") {
    Second world;
    HttpReply refusal = with(Ca::problem(403, "userActionRequired", "new terms"), "Link", R"(<https://ca.example/other>;rel="terms-of-service")");
    swap(refusal, "{", R"({"instance":"https://ca.example/agree",)");
    world.answers("newOrder", refusal);
    world.fails("userActionRequired", "https://ca.example/agree");
    CHECK(world.only().last_problem->detail.find("/other") == std::string::npos);
}

TEST_CASE("an order that changes its mind without end uses up the run's last fuse, and no more") {
    Second world;
    int looks = 0;
    world.ca.change = [&](const std::string& kind, int, HttpReply& reply) {
        if (kind != "order") return;
        reply.body = std::string(R"({"status":")") + (++looks % 2 == 0 ? "pending" : "processing") +
                     R"(","finalize":"https://ca.example/finalize/1"})";
    };
    world.fails("malformed", "busy without end");
    CHECK(world.ca.asked.size() == static_cast<std::size_t>(limits::kRounds));
}

TEST_CASE("a step that has taken its time already is not tried again") {
    Second slow;
    slow.ca.instead = [&](const std::string& kind, int) {
        if (kind != "newOrder") return Replies();
        slow.clock.advance(limits::kExchangeTime);
        return Replies(Error::retry("no answer in time"));
    };
    slow.fails("transport", "no answer in time");
    CHECK(slow.ca.count("newOrder") == 2);
    Second fussy;
    fussy.ca.instead = [&](const std::string& kind, int) {
        if (kind != "newOrder") return Replies();
        fussy.clock.advance(limits::kStepTime / 4);
        return Replies(Ca::problem(400, "badNonce", "again"));
    };
    fussy.fails("badNonce", "again");
    CHECK(fussy.ca.count("newOrder") < 10);
}

TEST_CASE("a nonce that is refused while authorizations are given back is replaced, and they are") {
    World world;
    world.ca.offers = {"dns-01"};  // nothing that we can answer
    world.ca.instead = [](const std::string& kind, int nth) {
        return kind == "authz" && nth == 2 ? Replies(Ca::problem(400, "badNonce")) : std::nullopt;
    };
    world.start({wanted_cert("a.example", {"a.example", "b.example"})});
    CHECK(world.round().last_problem->type == "challenge");
    CHECK(world.ca.deactivated == std::vector<std::string>{"a.example", "b.example"});
}

TEST_CASE("a chain whose end cannot be read is below no root, and is not installed") {
    WantedCert wanted = wanted_cert();
    wanted.preferred_chain = "Scripted Root";
    Second world(wanted);
    world.ca.change = [](const std::string& kind, int, HttpReply& reply) {
        if (kind == "cert") reply.body += "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    };
    world.fails("certificate", "");
    CHECK(world.told("no chain ends below the preferred root Scripted Root"));
}

TEST_CASE("of the chains that a CA links to, eight are looked at, and none in clear text") {
    WantedCert wanted = wanted_cert();
    wanted.preferred_chain = "Another Root";
    World world;
    world.ca.change = [](const std::string& kind, int, HttpReply& reply) {
        if (kind != "cert") return;
        std::string links = "<http://ca.example/cert/0>;rel=\"alternate\"";
        for (int i = 0; i < 20; ++i) links += ", <https://ca.example/cert/0>;rel=\"alternate\"";
        reply.fields.emplace_back("Link", links);
    };
    world.start({wanted});
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.ca.count("cert") == 1 + static_cast<int>(limits::kAlternates));
}
