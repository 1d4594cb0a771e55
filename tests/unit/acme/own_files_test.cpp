// Certificates from files that somebody else keeps: when they are looked at, what is told of them and when, what lasts.
#include <doctest.h>

#include "acme/task.h"
#include "acme/upload.h"
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
// One that differs from others by its days.
std::string chain(int days = 90, const std::string& name = "a.example") {
    fakes::LeafSpec spec;
    spec.names = {name};
    spec.not_after = spec.not_before + Seconds(days * 86400LL);
    return shop().fullchain(key(), spec);
}

WantedCert wanted() {
    WantedCert one = wanted_cert();
    one.from_ca = false;
    one.files = CertFiles{"/own/chain.pem", "/own/key.pem"};
    return one;
}

struct Own : World {
    explicit Own(fakes::FakeFiles disk = {}) : World(std::move(disk)) {}
    void put(const std::string& chain_pem, const std::string& key_pem = account_key_pem()) {
        files.put("/own/chain.pem", chain_pem);
        files.put("/own/key.pem", key_pem);
    }
    long long days_served() const {
        const crypto::CertFacts& facts = publisher.served.at("a.example")->facts();
        return (facts.not_after - facts.not_before).count() / 86400;
    }
};

Task task_of(Task::What what) {
    Task task;
    task.what = what;
    task.names = {"a.example"};
    return task;
}

}  // namespace

TEST_CASE("own files: they serve from the start, nothing is ordered, and the next ones are taken when they are there") {
    Own world;
    world.put(chain(90));
    world.start({wanted()});
    CHECK(world.days_served() == 90);
    CHECK(world.only().kind == "files");
    CHECK(world.only().rung == Rung::kPublic);
    CHECK(world.only().state == CertState::kValid);
    CHECK(world.only().history.back().said == "from its files");
    const std::uint64_t written = world.files.bytes_written();
    for (int i = 0; i < 100; ++i) {
        world.clock.advance(Millis(Seconds(3600)));
        world.round();
    }
    CHECK(world.files.bytes_written() == written);
    world.put(chain(60));
    CHECK(world.round().generation == 2);
    CHECK(world.days_served() == 60);
    CHECK(world.ca.count("newOrder") == 0);
    CHECK_FALSE(world.only().next_attempt);
    CHECK_FALSE(world.only().renew_after);
    world.clock.advance(Millis(Seconds(58 * 86400LL)));
    CHECK(world.round().state == CertState::kExpired);
    CHECK(world.ca.count("newOrder") == 0);
}

TEST_CASE("own files: over a restart what was taken serves, whatever became of the files") {
    Own world;
    const std::string first = chain(90);
    world.put(first);
    world.start({wanted()});
    Own again(world.files);
    again.put("");
    again.start({wanted()});
    CHECK(again.days_served() == 90);
    CHECK(again.only().generation == 1);
    CHECK_FALSE(again.only().last_problem);  // not yet
    again.clock.advance(Millis(Seconds(11)));
    CHECK(again.round().last_problem->type == "files");
    CHECK(again.only().state == CertState::kFailing);
    again.put(first);
    CHECK_FALSE(again.round().last_problem);
    CHECK(again.only().generation == 1);
}

TEST_CASE("own files: what cannot be used is told when it has stayed so for ten seconds, and once") {
    Own world;
    world.put(chain(90));
    world.start({wanted()});
    world.files.put("/own/chain.pem", "half");
    CHECK_FALSE(world.round().last_problem);
    world.clock.advance(Millis(Seconds(9)));
    world.files.put("/own/chain.pem", "the other half");
    CHECK_FALSE(world.round().last_problem);
    world.clock.advance(Millis(Seconds(2)));
    CHECK(world.round().last_problem->detail.find("/own/chain.pem with /own/key.pem: ") == 0);
    CHECK(world.lines.count("acme.files") == 1);
    const std::uint64_t written = world.files.bytes_written();
    for (int i = 0; i < 48; ++i) {
        world.clock.advance(Millis(Seconds(3600)));
        CHECK(world.round().last_problem);
    }
    CHECK(world.lines.count("acme.files") == 1);
    CHECK(world.files.bytes_written() == written);
    world.files.deny("/own/key.pem", EACCES);
    world.round();
    world.clock.advance(Millis(Seconds(10)));
    CHECK(world.round().last_problem->detail.find("Permission denied") != std::string::npos);
    CHECK(world.days_served() == 90);
}

TEST_CASE("own files: what would be refused of an upload is refused here, but for who has signed it") {
    struct Row {
        std::string chain, key;
        const char* why;
    };
    auto other = crypto::PrivateKey::generate(crypto::KeyType::kEc256);
    REQUIRE(other.ok());
    const std::string other_key(other->to_pem()->view());
    for (const Row& row : {Row{chain(90, "b.example"), account_key_pem(), "a.example"}, Row{chain(90), other_key, "key"}, Row{"", account_key_pem(), "CERTIFICATE"},
                           Row{chain(90), "", "PRIVATE KEY"}}) {
        Own world;
        world.put(row.chain, row.key);
        world.start({wanted()});
        CHECK(world.only().rung == Rung::kSelfSigned);
        CHECK_FALSE(world.keeper->carry_out(task_of(Task::What::kRenew)).ok);
        CHECK(world.only().last_problem->detail.find(row.why) != std::string::npos);
        CHECK(world.only().rung_reason == "the files have not been taken yet");
    }
    Own alone;
    fakes::LeafSpec spec;
    spec.names = {"a.example"};
    alone.put(shop().leaf(key(), spec));
    alone.start({wanted()});
    CHECK(alone.only().rung == Rung::kPublic);
}

TEST_CASE("own files: a second pair with a key of the first one's kind is told, and taken when it has another") {
    Own world;
    world.put(chain(90));
    world.files.put("/own/chain2.pem", chain(60));
    world.files.put("/own/key2.pem", account_key_pem());
    WantedCert second = wanted();
    second.name += "+2";
    second.files = CertFiles{"/own/chain2.pem", "/own/key2.pem"};
    world.start({wanted(), second});
    Task task = task_of(Task::What::kRenew);
    task.names = {second.name};
    CHECK_FALSE(world.keeper->carry_out(task).ok);
    CHECK(world.told("its key is ec256, and that of /own/chain.pem is ec256"));
    auto other = crypto::PrivateKey::generate(crypto::KeyType::kRsa2048);
    REQUIRE(other.ok());
    fakes::LeafSpec spec;
    spec.names = {"a.example"};
    world.files.put("/own/chain2.pem", shop().fullchain(*other, spec));
    world.files.put("/own/key2.pem", std::string(other->to_pem()->view()));
    CHECK(world.keeper->carry_out(task).ok);
    CHECK(world.publisher.served.at(second.name)->facts().key == "rsa2048");
}

TEST_CASE("own files: without a clock nothing is judged, and with one at once") {
    Own world;
    world.put(chain(90));
    const WallTime now = world.clock.wall();
    world.clock.set_wall(WallTime(Seconds(0)));
    world.start({wanted()});
    CHECK(world.only().rung == Rung::kSelfSigned);
    world.clock.set_wall(now);
    CHECK(world.round().rung == Rung::kPublic);
}

TEST_CASE("own files: what was revoked is not taken again, and uploads are not taken") {
    Own world;
    world.put(chain(90));
    world.start({wanted()});
    Task upload = task_of(Task::What::kUpload);
    upload.upload = std::make_shared<const Upload>(Upload{Secret(chain(60)), Secret(std::string(account_key_pem()))});
    CHECK_FALSE(world.keeper->carry_out(upload).ok);
    CHECK(world.told("comes from /own/chain.pem, which is watched"));
    CHECK(world.keeper->carry_out(task_of(Task::What::kRevoke)).ok);
    CHECK(world.only().rung == Rung::kSelfSigned);
    CHECK_FALSE(world.keeper->carry_out(task_of(Task::What::kRenew)).ok);
    CHECK(world.only().last_problem->detail.find("it has been revoked") != std::string::npos);
    world.put(chain(60));
    CHECK(world.round().rung == Rung::kPublic);
}

TEST_CASE("own files: a power cut at every step of taking them, and the next start has them") {
    Own first;
    first.put(chain(90));
    first.start({wanted()});
    first.put(chain(60));
    for (int step = 1;; ++step) {
        Own world(first.files);
        world.put(chain(90));
        world.start({wanted()});
        world.put(chain(60));
        world.files.power_cut_at(step);
        world.keeper->run_due();
        const bool hit = world.files.fault_hit();
        for (const fakes::FakeFiles& after : world.files.after_power_loss()) {
            CAPTURE(step);
            Own again(after);
            again.start({wanted()});
            CHECK(again.days_served() == 60);
            CHECK(again.status.get()->notices.empty());
        }
        if (!hit) break;
        REQUIRE(step < 100);
    }
}

TEST_CASE("own files: a full disk is told, and the files are tried again") {
    Own world;
    world.put("");
    world.start({wanted()});
    world.put(chain(90));
    world.files.deny("/state/archive", ENOSPC);
    CHECK(world.round().rung == Rung::kPublic);  // they serve all the same
    CHECK(world.only().generation == 0);
    world.clock.advance(Millis(Seconds(11)));
    CHECK(world.round().last_problem);
    world.files.deny("/state/archive", 0);
    world.clock.advance(Millis(Seconds(3600)));
    CHECK(world.round().generation == 1);
    CHECK_FALSE(world.only().last_problem);
}

TEST_CASE("own files: with another configuration the CA is asked at once, whatever life is left in them") {
    Own world;
    world.put(chain(3650));
    world.start({wanted()});
    CHECK(world.days_served() == 3650);
    for (const bool restarted : {false, true}) {
        Own next(world.files);
        if (restarted) {
            next.start({wanted_cert()});
        } else {
            next.start({wanted()});
            next.keeper->set_wanted({wanted_cert()});
        }
        CHECK(next.days_served() == 3650);  // until then
        CHECK(next.round().generation == 2);
        CHECK(next.ca.issued == 1);
        CHECK(next.only().kind == "acme");
    }
}
