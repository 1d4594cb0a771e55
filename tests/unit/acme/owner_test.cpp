// What an owner asks besides renewals: dry runs, revocations, the end of a certificate's files.
#include <doctest.h>

#include "acme/task.h"
#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

using What = Task::What;

Task task(What what, int reason = 0, bool remove = false) { return {what, {"a.example"}, false, reason, remove}; }

bool serves(const World& world, const char* issuer) { return world.publisher.served.at("a.example")->facts().issuer == issuer; }
constexpr const char* kCa = "Scripted Intermediate";
constexpr const char* kOwn = "Postern self-signed";

}  // namespace

TEST_CASE("a revoked certificate serves no more, and none is ordered before --force") {
    World world;
    world.start();
    world.round();
    const std::string first = world.publisher.served["a.example"]->facts().fingerprint;
    const auto outcome = world.keeper->carry_out(task(What::kRevoke, 1));
    CHECK(outcome.ok);
    CHECK(outcome.changed);
    CHECK(world.ca.faults.empty());
    REQUIRE(world.ca.revoked.size() == 1);
    CHECK(world.ca.revoked[0].fingerprint == first);
    CHECK(world.ca.revoked[0].reason == 1);
    CHECK_FALSE(world.ca.revoked[0].by_own_key);
    CHECK(serves(world, kOwn));
    CHECK(world.only().rung == Rung::kSelfSigned);
    CHECK(world.only().last_problem->type == "revoked");
    CHECK_FALSE(world.only().next_attempt.has_value());
    CHECK(world.files.tree().count("/state/live/a.example") == 0);
    world.ca.count_anew();
    world.clock.advance(Seconds(200 * 86400));
    world.round();
    CHECK_FALSE(world.keeper->renew({}, false).changed);
    CHECK(world.told("held back"));
    CHECK(world.ca.count("newOrder") == 0);
    World restarted(world.files);
    restarted.clock.advance(Seconds(86400));
    restarted.start();
    restarted.round();
    CHECK(serves(restarted, kOwn));
    CHECK(restarted.ca.count("newOrder") == 0);
    CHECK(restarted.keeper->renew({}, true).changed);
    CHECK(serves(restarted, kCa));
    CHECK_FALSE(restarted.only().last_problem.has_value());
    CHECK(restarted.only().next_attempt.has_value());
}

TEST_CASE("the generation before it serves in its place, and a change of configuration orders again") {
    World world;
    world.start();
    world.round();
    const std::string first = world.publisher.served["a.example"]->facts().fingerprint;
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(world.keeper->carry_out(task(What::kRevoke)).ok);
    CHECK(world.publisher.served["a.example"]->facts().fingerprint == first);
    CHECK(world.only().rung == Rung::kPrevious);
    CHECK(world.only().rung_reason == "generation 2 was revoked");
    CHECK(world.files.tree()["/state/live/a.example"] == "link ../archive/a.example/1");
    world.round();
    CHECK(world.ca.issued == 2);
    CHECK(world.keeper->carry_out(task(What::kRevoke)).ok);  // that one as well
    CHECK(serves(world, kOwn));
    WantedCert other = wanted_cert();
    other.key_type = crypto::KeyType::kEc384;
    world.keeper->set_wanted({other});
    world.round();
    CHECK(world.ca.issued == 3);
    CHECK(serves(world, kCa));
}

TEST_CASE("revoked already counts as done; a refusal leaves all as it is") {
    World world;
    world.start();
    world.round();
    world.ca.instead = [](const std::string& kind, int nth) -> std::optional<Result<HttpReply>> {
        if (kind != "revoke") return std::nullopt;
        return Result<HttpReply>(nth == 1 ? fakes::ScriptedCa::problem(403, "badRevocationReason", "not that one")
                                          : fakes::ScriptedCa::problem(400, "alreadyRevoked"));
    };
    CHECK_FALSE(world.keeper->carry_out(task(What::kRevoke, 5)).ok);
    CHECK(world.told("not revoked: badRevocationReason: not that one"));
    CHECK(serves(world, kCa));
    CHECK(world.only().next_attempt.has_value());
    CHECK(world.keeper->carry_out(task(What::kRevoke, 5)).ok);
    CHECK(world.told("the CA had revoked it already"));
    CHECK(serves(world, kOwn));
}

TEST_CASE("without an account that is entitled the certificate's own key signs") {
    for (const bool account_known : {true, false}) {
        World first;
        first.start();
        first.round();
        fakes::FakeFiles disk = first.files;
        if (!account_known) REQUIRE(disk.remove_file("/state/accounts/lab/account.json").ok());
        World world(disk);
        world.ca.instead = [&](const std::string& kind, int nth) -> std::optional<Result<HttpReply>> {
            if (kind != "revoke" || nth > 1 || !account_known) return std::nullopt;
            return Result<HttpReply>(fakes::ScriptedCa::problem(403, "unauthorized"));
        };
        world.ca.know_all_accounts = true;
        world.start();
        CHECK(world.keeper->carry_out(task(What::kRevoke)).ok);
        REQUIRE(world.ca.revoked.size() == 1);
        CHECK(world.ca.revoked[0].by_own_key);
        CHECK(serves(world, kOwn));
    }
}

TEST_CASE("a nonce that is refused is replaced; a CA that is away is told of") {
    World world;
    world.start();
    world.round();
    world.ca.instead = [](const std::string& kind, int nth) -> std::optional<Result<HttpReply>> {
        if (kind != "revoke" || nth > 2) return std::nullopt;
        if (nth == 1) return Result<HttpReply>(Error::retry("no route"));
        return Result<HttpReply>(fakes::ScriptedCa::problem(400, "badNonce"));
    };
    CHECK_FALSE(world.keeper->carry_out(task(What::kRevoke)).ok);
    CHECK(world.told("not revoked: no route"));
    CHECK(serves(world, kCa));
    CHECK(world.keeper->carry_out(task(What::kRevoke)).ok);
}

TEST_CASE("a self-signed certificate is nobody's to revoke") {
    World world;
    world.start();
    CHECK_FALSE(world.keeper->carry_out(task(What::kRevoke)).ok);
    CHECK(world.told("self-signed"));
    CHECK(world.ca.asked.empty());
}

TEST_CASE("a power cut after the revocation: what is revoked does not serve again") {
    World world;
    world.start();
    world.round();
    fakes::FakeFiles before = world.files;
    CHECK(world.keeper->carry_out(task(What::kRevoke)).ok);
    // the link is as it was, the job is written: the moment between the two
    REQUIRE(before.atomic_write("/state/jobs/a.example.json", world.files.read("/state/jobs/a.example.json", 1u << 20).value(), 0600).ok());
    World restarted(before);
    restarted.start();
    CHECK(serves(restarted, kOwn));
    CHECK(restarted.files.tree().count("/state/live/a.example") == 0);
}

TEST_CASE("delete: no files, no word to the CA; a revocation may go before it") {
    for (const bool revoke : {false, true}) {
        World world;
        world.start();
        world.round();
        world.keeper->renew({}, true);
        CHECK(world.keeper->carry_out(task(revoke ? What::kRevoke : What::kDelete, 0, revoke)).ok);
        CHECK(world.ca.revoked.size() == (revoke ? 1 : 0));
        CHECK(serves(world, kOwn));
        for (const auto& [path, entry] : world.files.tree()) {
            CHECK(path.find("/archive/a.example") == std::string::npos);
            CHECK(path.find("/live/a.example") == std::string::npos);
        }
        CHECK(world.only().last_problem->type == "deleted");
        world.clock.advance(Seconds(86400));
        world.ca.count_anew();
        world.round();
        CHECK(world.ca.count("newOrder") == 0);
        CHECK(world.keeper->renew({}, true).changed);
        CHECK(serves(world, kCa));
    }
}

TEST_CASE("delete takes what is no longer configured, and says when there is nothing") {
    World world;
    world.start();
    world.round();
    world.keeper->set_wanted({});
    CHECK(world.keeper->carry_out(task(What::kDelete)).ok);
    for (const auto& [path, entry] : world.files.tree()) CHECK(path.find("a.example") == std::string::npos);
    CHECK_FALSE(world.keeper->carry_out(task(What::kDelete)).ok);
    CHECK(world.told("no certificate of that name"));
}

TEST_CASE("a dry run goes all the way and keeps nothing") {
    World world;
    world.start();
    world.round();
    const auto before = world.files.tree();
    const std::string served = world.publisher.served["a.example"]->facts().fingerprint;
    world.ca.count_anew();
    const auto outcome = world.keeper->carry_out({What::kTry, {}, false, 0, false});
    CHECK(outcome.ok);
    CHECK(world.ca.count("finalize") == 1);
    CHECK(world.ca.count("cert") == 1);
    CHECK(world.ca.replaced.back().empty());
    CHECK(world.told("would issue it; nothing was kept"));
    CHECK(world.files.tree() == before);
    CHECK(world.publisher.served["a.example"]->facts().fingerprint == served);
    CHECK(world.board.tokens.empty());
}

TEST_CASE("a dry run that fails is told, and is no failure of the certificate") {
    World world;
    world.start();
    world.round();
    const auto before = world.files.tree();
    world.ca.validates = false;
    CHECK_FALSE(world.keeper->carry_out(task(What::kTry)).ok);
    CHECK(world.told("connection: authorization: a.example"));
    CHECK_FALSE(world.only().last_problem.has_value());
    CHECK(world.files.tree() == before);
}

TEST_CASE("a dry run asks the CA's staging directory, with an account of its own") {
    World world;
    WantedCert wanted = wanted_cert();
    wanted.ca.directory_url = "https://acme-v02.api.letsencrypt.org/directory";
    world.start({wanted});
    CHECK_FALSE(world.keeper->carry_out(task(What::kTry)).ok);  // the scripted CA does not know that URL
    CHECK(world.told("dry run at https://acme-staging-v02.api.letsencrypt.org/directory"));
    CHECK(world.files.tree().count("/state/accounts/lab-staging/account.key") == 1);
    CHECK(world.only().rung == Rung::kSelfSigned);
    CHECK_FALSE(world.only().last_problem.has_value());
}

TEST_CASE("the reasons that may be given") {
    CHECK(revocation_reason("keyCompromise") == 1);
    CHECK(revocation_reason("KEYCOMPROMISE") == 1);
    CHECK(revocation_reason("superseded") == 4);
    CHECK(revocation_reason("cessationOfOperation") == 5);
    CHECK(revocation_reason("unspecified") == 0);
    CHECK_FALSE(revocation_reason("cACompromise").has_value());
    CHECK(revocation_reasons().size() == 4);
}
