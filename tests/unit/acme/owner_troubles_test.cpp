// What an owner is told when a dry run, a revocation or a deletion cannot be carried out; and that nothing is lost by it.
#include <doctest.h>

#include "acme/task.h"
#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

using What = Task::What;
using Ca = fakes::ScriptedCa;
constexpr int kIoError = 5;

Task task(What what) { return {what, {"a.example"}, false, 0, false}; }

struct Serving : World {
    explicit Serving(const WantedCert& wanted = wanted_cert()) {
        start({wanted});
        REQUIRE(round().rung == Rung::kPublic);
        steps.clear();
        ca.count_anew();
    }
    // Not carried out, told with these words; what served still does.
    void refuses(What what, std::string_view words) {
        CAPTURE(words);
        CHECK_FALSE(keeper->carry_out(task(what)).ok);
        CHECK(told(words));
        CHECK(lines.contain("acme.asked"));
        CHECK(only().rung == Rung::kPublic);
        CHECK_FALSE(only().last_problem.has_value());
    }
};

}  // namespace

TEST_CASE("a dry run before the clock is set, without a disk, or of a certificate that would not do") {
    Serving early;
    early.clock.set_wall(WallTime(Seconds(1000)));
    early.start();
    early.steps.clear();
    CHECK_FALSE(early.keeper->carry_out(task(What::kTry)).ok);
    CHECK(early.told("the clock is not set yet"));
    CHECK(early.ca.count("newOrder") == 0);

    Serving broken;
    broken.files.deny("/state/accounts/lab/account.key", kIoError);
    broken.refuses(What::kTry, "disk: ");

    Serving other;
    other.ca.issues_for = {"z.example"};
    other.refuses(What::kTry, "certificate: ");
    CHECK(other.only().generation == 1);

    Serving deaf;
    deaf.probe.fails = true;
    deaf.refuses(What::kTry, "no handshake");
}

TEST_CASE("a stop in the middle of a dry run is no success") {
    Serving world;
    world.ca.change = [&](const std::string& kind, int, HttpReply&) {
        if (kind == "newOrder") world.keeper->cancel();
    };
    CHECK_FALSE(world.keeper->carry_out(task(What::kTry)).ok);
    CHECK(world.ca.count("finalize") == 0);
    CHECK_FALSE(world.keeper->carry_out(task(What::kTry)).ok);  // nothing more is begun
    CHECK(world.ca.count("newOrder") == 1);
}

TEST_CASE("tasks are for the certificates that they name") {
    World world;
    world.start({wanted_cert("a.example"), wanted_cert("b.example")});
    world.keeper->run_due();
    world.ca.count_anew();
    CHECK(world.keeper->carry_out({What::kTry, {"b.example"}, false, 0, false}).ok);
    CHECK(world.ca.count("newOrder") == 1);
    CHECK(world.keeper->carry_out({What::kTry, {}, false, 0, false}).ok);
    CHECK(world.ca.count("newOrder") == 3);
}

TEST_CASE("a revocation that cannot be asked for: files, CA, nonce") {
    Serving unreadable;
    unreadable.files.deny("/state/archive/a.example/1/fullchain.pem", kIoError);
    unreadable.refuses(What::kRevoke, "disk: ");

    Serving keyless;
    keyless.files.deny("/state/accounts/lab/account.key", kIoError);
    keyless.refuses(What::kRevoke, "disk: ");

    Serving without;
    without.ca.change = [](const std::string& kind, int, HttpReply& reply) {
        const auto at = kind == "directory" ? reply.body.find("revokeCert") : std::string::npos;
        if (at != std::string::npos) reply.body.replace(at, 10, "revokeNone");
    };
    without.refuses(What::kRevoke, "does not offer to revoke");

    Serving away;
    away.ca.instead = [](const std::string& kind, int) {
        return kind == "directory" ? std::optional(Result<HttpReply>(Error::retry("no route"))) : std::nullopt;
    };
    away.refuses(What::kRevoke, "not revoked: no route");

    Serving dry;
    dry.ca.change = [](const std::string& kind, int, HttpReply& reply) {
        if (kind == "newNonce") reply.fields.clear();
    };
    dry.refuses(What::kRevoke, "gave no nonce");

    Serving stubborn;
    stubborn.ca.instead = [](const std::string& kind, int) {
        return kind == "revoke" ? std::optional(Result<HttpReply>(Ca::problem(400, "badNonce", "again"))) : std::nullopt;
    };
    stubborn.refuses(What::kRevoke, "not revoked: badNonce");
    CHECK(stubborn.ca.count("revoke") < 100);
}

TEST_CASE("a key of any kind revokes its own certificate where the account is not known") {
    for (const crypto::KeyType type : {crypto::KeyType::kEc256, crypto::KeyType::kEc384, crypto::KeyType::kRsa2048}) {
        WantedCert wanted = wanted_cert();
        wanted.key_type = type;
        Serving world(wanted);
        world.ca.instead = [](const std::string& kind, int) {
            return kind == "revoke" ? std::optional(Result<HttpReply>(Ca::problem(403, "unauthorized", "who are you"))) : std::nullopt;
        };
        world.refuses(What::kRevoke, "not revoked: unauthorized: who are you");
        world.ca.instead = nullptr;
        REQUIRE(world.files.remove_file("/state/accounts/lab/account.json").ok());
        CHECK(world.keeper->carry_out(task(What::kRevoke)).ok);
        CHECK(world.ca.revoked.size() == 1);
        CHECK(world.ca.faults.empty());
    }
}

TEST_CASE("a disk that fails while something is taken back is told, and the owner can try again") {
    Serving job;
    job.files.deny("/state/jobs/.a.example.json.tmp", kIoError);
    CHECK_FALSE(job.keeper->carry_out(task(What::kRevoke)).ok);
    CHECK(job.told("disk: "));
    CHECK(job.only().rung == Rung::kSelfSigned);  // taken back is taken back

    Serving files;
    files.files.deny("/state/archive/a.example", kIoError);
    CHECK_FALSE(files.keeper->carry_out(task(What::kDelete)).ok);
    CHECK(files.told("disk: "));
    files.files.deny("/state/archive/a.example", 0);
    CHECK(files.keeper->carry_out(task(What::kDelete)).ok);
    CHECK(files.files.tree().count("/state/archive/a.example") == 0);

    Serving unknown;
    unknown.keeper->set_wanted({});
    unknown.files.deny("/state/archive/a.example", kIoError);
    CHECK_FALSE(unknown.keeper->carry_out(task(What::kDelete)).ok);
    unknown.files.deny("/state/archive/a.example", 0);
    unknown.files.deny("/state/jobs/a.example.json", kIoError);
    CHECK_FALSE(unknown.keeper->carry_out(task(What::kDelete)).ok);
    CHECK(unknown.told("disk: "));
}

TEST_CASE("a fault at every step of a revocation: what the CA has revoked does not serve, or the owner is told") {
    int revoked = 0;
    for (int step = 1;; ++step) {
        CAPTURE(step);
        Serving world;
        world.files.fail_at(step, kIoError);
        const bool ok = world.keeper->carry_out(task(What::kRevoke)).ok;
        const bool hit = world.files.fault_hit();
        world.files.no_fault();
        revoked += world.ca.revoked.empty() ? 0 : 1;
        CHECK((world.only().rung == Rung::kSelfSigned) == !world.ca.revoked.empty());
        World restarted(world.files);
        restarted.start();
        const bool serves_own = restarted.only().rung == Rung::kSelfSigned;
        CHECK((serves_own || !ok || world.ca.revoked.empty()));
        CHECK((ok || world.told("disk: ") || world.told("not revoked")));
        if (!hit) break;
        REQUIRE(step < 100);
    }
    CHECK(revoked > 5);
}

TEST_CASE("files that were spoilt while the server ran: what cannot be read is not sent to the CA") {
    const std::string block = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
    for (const std::string& chain : {std::string("garbage"), block}) {
        Serving world;
        world.files.put("/state/archive/a.example/1/fullchain.pem", chain, 0644);
        world.refuses(What::kRevoke, "not revoked: ");
        CHECK(world.ca.count("revoke") == 0);
    }
    Serving keyless;
    REQUIRE(keyless.files.remove_file("/state/accounts/lab/account.json").ok());
    keyless.files.put("/state/archive/a.example/1/privkey.pem", "garbage");
    keyless.refuses(What::kRevoke, "not revoked: ");
    CHECK(keyless.ca.count("revoke") == 0);
}
