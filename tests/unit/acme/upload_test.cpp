// A certificate that its owner brings: what is taken, what is said of what is not, and what becomes of it.
#include "acme/upload.h"

#include <doctest.h>

#include <set>

#include "acme/task.h"
#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

const fakes::TestCa& shop() {
    static const fakes::TestCa ca("Shop");
    return ca;
}
const crypto::PrivateKey& key() {
    static const crypto::PrivateKey key = std::move(crypto::PrivateKey::from_pem(account_key_pem())).value();
    return key;
}
fakes::LeafSpec spec_for(std::vector<std::string> names) {
    fakes::LeafSpec spec;
    spec.names = std::move(names);
    return spec;
}
fakes::LeafSpec lasting(int days) {
    fakes::LeafSpec spec = spec_for({"a.example"});
    spec.not_after = spec.not_before + Seconds(days * 86400LL);
    return spec;
}
std::string chain(const fakes::LeafSpec& spec) { return shop().fullchain(key(), spec); }
std::string chain() { return chain(spec_for({"a.example", "www.a.example"})); }

Task upload(const std::string& chain_pem, const std::string& key_pem = account_key_pem()) {
    Task task;
    task.what = Task::What::kUpload;
    task.names = {"a.example"};
    task.upload = std::make_shared<const Upload>(Upload{Secret(std::string(chain_pem)), Secret(std::string(key_pem))});
    return task;
}

Task revocation() {
    Task task;
    task.what = Task::What::kRevoke;
    task.names = {"a.example"};
    return task;
}

std::string issuer(const World& world) { return world.publisher.served.at("a.example")->facts().issuer; }
constexpr const char* kShop = "Shop Intermediate";
constexpr const char* kCa = "Scripted Intermediate";

}  // namespace

TEST_CASE("upload: what its owner brings serves at once, over a restart too, and nobody is asked about it") {
    World world;
    world.start();
    REQUIRE(world.round().rung == Rung::kPublic);
    world.ca.count_anew();
    const auto outcome = world.keeper->carry_out(upload(chain()));
    CHECK(outcome.ok);
    CHECK(outcome.changed);
    CHECK(issuer(world) == kShop);
    CHECK(world.only().rung == Rung::kPublic);
    CHECK(world.only().generation == 2);
    CHECK(world.only().history.back().said == "uploaded");
    CHECK(world.told("installed: issued by Shop Intermediate"));
    World restarted(world.files);
    restarted.start();
    CHECK(issuer(restarted) == kShop);
    CHECK(restarted.round().state == CertState::kValid);
    CHECK(restarted.until_next() > 40 * 86400);
    CHECK(world.ca.asked.empty());
    CHECK(restarted.ca.asked.empty());
}

TEST_CASE("upload: when it is due the CA of the configuration is asked, whose certificate may be the shorter one") {
    World world;
    world.start();
    CHECK(world.keeper->carry_out(upload(chain(lasting(398)))).ok);
    world.clock.advance(Millis(Seconds(200 * 86400)));
    world.round();
    CHECK(issuer(world) == kShop);
    world.clock.advance(Millis(Seconds(120 * 86400)));
    CHECK(world.round().state == CertState::kValid);
    CHECK(issuer(world) == kCa);
    CHECK(world.ca.replaced == std::vector<std::string>{""});
    CHECK(world.ca.faults.empty());
}

TEST_CASE("upload: it ends a hold, and a failure of before is forgotten") {
    World world;
    world.start();
    world.round();
    REQUIRE(world.keeper->carry_out(revocation()).ok);
    REQUIRE(world.only().last_problem);
    CHECK(world.keeper->carry_out(upload(chain())).ok);
    CHECK_FALSE(world.only().last_problem);
    CHECK(world.only().next_attempt);
}

TEST_CASE("upload: files as people have them") {
    const std::string whole = chain();  // another one each time
    std::string windows, both = account_key_pem() + whole;
    for (const char c : whole) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
    const struct {
        const char* what;
        std::string chain, key;
    } rows[] = {
        {"as openssl pkcs12 writes it", "Bag Attributes\n    friendlyName: x\nsubject=CN = a\n\n" + chain(), "Bag Attributes\nKey Attributes: <No Attributes>\n" + account_key_pem()},
        {"one file that holds both", both, both},
        {"lines of another system", windows, account_key_pem()},
        {"blanks and no last newline", "\n\n  " + whole.substr(0, whole.size() - 1), account_key_pem().substr(0, account_key_pem().size() - 1)},
        {"with the root at its end", chain() + shop().root(), account_key_pem()},
    };
    for (const auto& row : rows) {
        INFO(std::string(row.what));
        World world;
        world.start();
        CHECK_MESSAGE(world.keeper->carry_out(upload(row.chain, row.key)).ok, world.steps.back());
        REQUIRE(issuer(world) == kShop);
        const std::string kept = *world.files.read("/state/archive/a.example/1/fullchain.pem", 100000);
        CHECK(kept.find("Bag") == std::string::npos);
        CHECK(kept.find("KEY") == std::string::npos);
    }
}

TEST_CASE("upload: what is not taken is said, and what serves stays") {
    const std::string leaf = shop().leaf(key(), spec_for({"a.example"})), other = std::string(crypto::PrivateKey::generate(crypto::KeyType::kEc256)->to_pem()->view());
    fakes::LeafSpec old = lasting(-1);
    old.not_before -= Seconds(90 * 86400);
    fakes::LeafSpec for_clients = lasting(90);
    for_clients.clients_only = true;
    fakes::LeafSpec later = lasting(90);
    later.not_before += Seconds(2 * 86400);
    const struct {
        const char* what;
        std::string chain, key, words;
    } rows[] = {
        {"no certificate", "hello", account_key_pem(), "no CERTIFICATE block"},
        {"no key", chain(), chain(), "no PRIVATE KEY block"},
        {"nothing", "", "", "no CERTIFICATE block"},
        {"cut short", chain().substr(0, 500), account_key_pem(), "has no END line of its own"},
        {"not what it says", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", account_key_pem(), "certificate chain"},
        {"an encrypted key", chain(), "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", "without a passphrase"},
        {"two keys", chain(), account_key_pem() + other, "one PRIVATE KEY block"},
        {"another's key", chain(), other, "the private key does not belong to the first certificate"},
        {"in disorder", shop().intermediate() + leaf, account_key_pem(), "does not belong"},
        {"in disorder behind the leaf", leaf + shop().root() + shop().intermediate(), account_key_pem(), "out of order or broken"},
        {"another's intermediate", leaf + fakes::TestCa("Other").intermediate(), account_key_pem(), "out of order or broken"},
        {"expired", chain(old), account_key_pem(), "expired at"},
        {"not yet valid", chain(later), account_key_pem(), "is not valid before"},
        {"for clients only", chain(for_clients), account_key_pem(), "not one for servers"},
        {"without its intermediate", leaf, account_key_pem(), "it comes alone, and Shop Intermediate, who signed it, is not known here"},
        {"a line that is wrong, by its number", "\nsubject=x\n-----BEGIN CERTIFICATE-----\nAA\n", account_key_pem(), "line 3: "},
        {"of another name", chain(spec_for({"b.example"})), account_key_pem(), "does not cover a.example; it is for: b.example"},
    };
    for (const auto& row : rows) {
        INFO(std::string(row.what));
        World world;
        world.start();
        const auto outcome = world.keeper->carry_out(upload(row.chain, row.key));
        CHECK_FALSE(outcome.ok);
        CHECK_FALSE(outcome.changed);
        CHECK_MESSAGE(world.told("not taken: "), world.steps.back());
        CHECK_MESSAGE(world.told(row.words), world.steps.back());
        CHECK(world.only().rung == Rung::kSelfSigned);
        CHECK(world.files.tree().count("/state/archive/a.example/1/fullchain.pem") == 0);
        CHECK(world.keeper->renew({}, false).ok);  // its own certificate is got as before
    }
}

TEST_CASE("upload: nor is what signed itself, what was revoked, what fails its handshake or comes too early") {
    World world;
    world.start();
    const auto refused = [&](const Task& task, const char* words) {
        world.steps.clear();
        CHECK_FALSE(world.keeper->carry_out(task).ok);
        CHECK_MESSAGE(world.told(words), world.steps.back());
    };
    const std::string own = *world.files.read("/state/selfsigned/a.example.pem", 100000);
    refused(upload(own, own), "signed by itself");
    world.probe.fails = true;
    refused(upload(chain()), "not taken: trial handshake: no handshake");
    world.probe.fails = false;
    world.round();
    const auto pair = std::move(Store::open(world.files, "/state", FileSystem::kKeepGroup)).value().archive().read("a.example", 1);
    REQUIRE(world.keeper->carry_out(revocation()).ok);
    refused(upload(pair->fullchain, std::string(pair->key.view())), "it has been revoked");
    WantedCert self_signed = wanted_cert();
    self_signed.from_ca = false;
    world.start({self_signed});
    refused(upload(chain()), "self-signed, as configured");
}

TEST_CASE("upload: its key is never used again, whatever reuse_key says") {
    World world;
    WantedCert wanted = wanted_cert();
    wanted.reuse_key = true;
    world.start({wanted});
    REQUIRE(world.round().rung == Rung::kPublic);
    CHECK(world.keeper->carry_out(upload(chain())).ok);
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(issuer(world) == kCa);
    CHECK(world.files.read("/state/live/a.example/privkey.pem", 10000)->find(account_key_pem().substr(40, 60)) == std::string::npos);
}

TEST_CASE("upload: what is revoked afterwards serves no more; its CA is not ours to ask") {
    World world;
    world.start();
    world.round();
    CHECK(world.keeper->carry_out(upload(chain())).ok);
    world.ca.count_anew();
    CHECK(world.keeper->carry_out(revocation()).ok);
    CHECK(world.told("the CA that it came from must be asked"));
    CHECK(issuer(world) == kCa);  // the one before
    CHECK(world.only().last_problem->type == "revoked");
    CHECK_FALSE(world.only().next_attempt);
    CHECK(world.ca.asked.empty());
}

TEST_CASE("upload: of two the second is revoked: the first serves, and what was asked for binds until it is by force") {
    World world;
    world.start();
    CHECK(world.keeper->carry_out(upload(chain(lasting(398)))).ok);
    const auto first = world.publisher.served.at("a.example")->facts().fingerprint;
    CHECK(world.keeper->carry_out(upload(chain(lasting(300)))).ok);
    CHECK(world.keeper->carry_out(revocation()).ok);
    CHECK(world.publisher.served.at("a.example")->facts().fingerprint == first);
    World restarted(world.files);
    restarted.start();
    for (World* one : {&world, &restarted}) {
        CHECK_FALSE(one->only().next_attempt);
        one->clock.advance(Millis(Seconds(350 * 86400)));
        one->round();
        CHECK(one->ca.asked.empty());
        CHECK(one->publisher.served.at("a.example")->facts().fingerprint == first);
    }
    CHECK(restarted.keeper->renew({}, true).changed);
    CHECK(issuer(restarted) == kCa);
}

TEST_CASE("upload: after a revocation, the power goes before it is done: what came is renewed in its time") {
    World first;
    first.start();
    first.round();
    REQUIRE(first.keeper->carry_out(revocation()).ok);
    const std::string bought = chain(lasting(398));
    int came = 0;
    for (int step = 1;; ++step) {
        World world(first.files);
        world.start();
        world.files.power_cut_at(step);
        (void)world.keeper->carry_out(upload(bought));
        const bool hit = world.files.fault_hit();
        for (const fakes::FakeFiles& after : world.files.after_power_loss()) {
            CAPTURE(step);
            World again(after);
            again.start();
            const bool is_new = issuer(again) == kShop;
            came += is_new;
            CHECK(again.only().next_attempt.has_value() == is_new);
            again.clock.advance(Millis(Seconds(350 * 86400LL)));
            again.round();
            CHECK(again.ca.issued == (is_new ? 1 : 0));
        }
        if (!hit) break;
        REQUIRE(step < 100);
    }
    CHECK(came > 1);
}

TEST_CASE("upload: a power cut at every step of it: whatever serves then is renewed in its time, by whomever it came") {
    const std::string bought = chain(lasting(398));
    std::set<std::map<std::string, std::string>> seen;
    int points = 0, old_ones = 0, new_ones = 0;
    World first;
    first.start();
    first.round();
    for (int step = 1;; ++step, ++points) {
        World world(first.files);
        world.start();
        world.files.power_cut_at(step);
        (void)world.keeper->carry_out(upload(bought));
        const bool hit = world.files.fault_hit();
        for (const fakes::FakeFiles& after : world.files.after_power_loss()) {
            if (!seen.insert(after.tree()).second) continue;
            CAPTURE(step);
            World again(after);
            again.ca.renewal_info = true;
            again.start();
            CHECK(again.status.get()->notices.empty());
            const bool is_new = issuer(again) == kShop;
            (is_new ? new_ones : old_ones) += 1;
            again.round();
            CHECK(again.ca.count("newOrder") == 0);
            CHECK(again.ca.count("ari") == 0);  // of an old one not yet
            again.clock.advance(Millis(Seconds((is_new ? 330 : 70) * 86400LL)));
            CHECK(again.round().state == CertState::kValid);
            CHECK(again.ca.issued == 1);
            CHECK(issuer(again) == kCa);
            CHECK(again.ca.replaced.back().empty() == is_new);
        }
        if (!hit) break;
        REQUIRE(step < 100);
    }
    CHECK(points >= 20);
    CHECK(old_ones > 0);
    CHECK(new_ones > 0);
}

TEST_CASE("upload: a full disk is said, and what serves stays") {
    World world;
    world.start();
    world.files.deny("/state/archive", ENOSPC);
    CHECK_FALSE(world.keeper->carry_out(upload(chain())).ok);
    CHECK(world.told("disk: "));
    CHECK(world.only().rung == Rung::kSelfSigned);
}
