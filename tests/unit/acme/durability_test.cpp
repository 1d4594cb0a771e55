// A whole renewal with a fault at every step of the disk, and with the power cut at every step: what a restart finds is
// the old pair or the new one, and it goes on from there.
#include <doctest.h>

#include <cerrno>
#include <set>

#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

// A disk with an account and one certificate, and the serial of that.
struct Prepared {
    fakes::FakeFiles files;
    std::string serial;
};

const Prepared& prepared() {
    static const Prepared kPrepared = [] {
        World world;
        world.start();
        REQUIRE(world.round().rung == Rung::kPublic);
        return Prepared{world.files, world.only().facts->serial};
    }();
    return kPrepared;
}

// What a restart on this disk serves: the serial, or what is wrong.
std::string serial_after(const fakes::FakeFiles& files, std::size_t* notices = nullptr) {
    World world(files);
    world.files.no_fault();
    world.start();
    if (notices != nullptr) *notices = world.status.get()->notices.size();
    if (world.only().rung == Rung::kSelfSigned) return "self-signed";
    return world.only().facts->serial;
}

}  // namespace

TEST_CASE("a fault at every step of a renewal: old or new serves, and the next try succeeds") {
    const std::string old = prepared().serial;
    int points = 0;
    for (int step = 1;; ++step, ++points) {
        CAPTURE(step);
        World world(prepared().files);
        world.start();
        world.files.fail_at(step, step % 2 == 0 ? ENOSPC : EIO);
        const Keeper::Outcome outcome = world.keeper->renew({}, true);
        const bool hit = world.files.fault_hit();
        const std::string serving = world.publisher.served["a.example"]->facts().serial;
        CHECK(outcome.ok == (serving != old));  // in memory: new only when all went well
        const std::string after = serial_after(world.files);
        CHECK((after == old || world.ca.issued > 0));
        CHECK(after != "self-signed");
        if (!outcome.ok) {
            CHECK(world.only().last_problem->type == "disk");
            world.files.no_fault();
            CHECK(world.keeper->renew({}, true).ok);
            CHECK(world.ca.issued <= 2);
        }
        if (!hit) break;
        REQUIRE(step < 300);
    }
    CHECK(points >= 40);
}

TEST_CASE("a power cut at every step of a renewal: old or new serves after it") {
    const std::string old = prepared().serial;
    std::set<std::map<std::string, std::string>> seen;  // many cuts leave the same disk
    int points = 0;
    bool saw_old = false, saw_new = false;
    for (int step = 1;; ++step, ++points) {
        CAPTURE(step);
        World world(prepared().files);
        world.start();
        world.files.power_cut_at(step);
        (void)world.keeper->renew({}, true);
        const bool hit = world.files.fault_hit();
        for (const fakes::FakeFiles& after : world.files.after_power_loss()) {
            if (!seen.insert(after.tree()).second) continue;
            std::size_t notices = 0;
            const std::string serial = serial_after(after, &notices);
            CHECK(notices == 0);
            CHECK(serial != "self-signed");
            (serial == old ? saw_old : saw_new) = true;
        }
        if (!hit) break;
        REQUIRE(step < 300);
    }
    CHECK(points >= 40);
    CHECK(saw_old);
    CHECK(saw_new);
}

TEST_CASE("a power cut at every step of the very first run: a start serves something, and ends with a certificate") {
    std::set<std::map<std::string, std::string>> seen;
    int points = 0;
    for (int step = 1;; ++step, ++points) {
        World world({}, false);
        world.files.power_cut_at(step);
        world.keeper.emplace(world.parts, world.pauser, nullptr);
        if (world.keeper->prepare({wanted_cert()})) world.keeper->run_due();
        const bool hit = world.files.fault_hit();
        for (const fakes::FakeFiles& after : world.files.after_power_loss()) {
            if (!seen.insert(after.tree()).second || seen.size() % 5 != 1) continue;
            CAPTURE(step);
            World again(after, false);
            again.start();
            CHECK(again.round().rung == Rung::kPublic);
            CHECK(again.status.get()->notices.empty());
        }
        if (!hit) break;
        REQUIRE(step < 300);
    }
    CHECK(points >= 40);
}

namespace {

// The power went when the certificate's first file would have been written, and is back.
struct AfterCrash : World {
    AfterCrash() : World(prepared().files) {
        start();
        ca.change = [&](const std::string& kind, int, HttpReply&) {
            if (kind == "cert") files.power_cut_at(1);
        };
        (void)keeper->renew({}, true);
        REQUIRE(files.fault_hit());
        REQUIRE(ca.issued == 1);
        const auto disks = files.after_power_loss();
        REQUIRE_FALSE(disks.empty());
        files = disks.front();
        files.no_fault();
        ca.change = nullptr;
        ca.count_anew();
        start();
    }
};

}  // namespace

TEST_CASE("a kept order outlives a run that does not get as far as the order") {
    for (const char* where : {"directory", "newNonce"}) {
        for (const bool elsewhere : {false, true}) {
            CAPTURE(where);
            AfterCrash world;
            world.ca.instead = [&](const std::string& kind, int) -> std::optional<Result<HttpReply>> {
                if (kind != where) return std::nullopt;
                if (elsewhere) return Result<HttpReply>(HttpReply{404, {{"Content-Type", "text/plain"}}, "404 page not found"});
                return Result<HttpReply>(Error::retry("connection reset"));
            };
            CHECK_FALSE(world.keeper->renew({}, true).ok);
            CHECK(world.files.tree().count("/state/jobs/a.example.order") == 1);
            world.ca.instead = nullptr;
            CHECK(world.keeper->renew({}, true).changed);
            CHECK(world.ca.count("newOrder") == 0);
        }
    }
}

TEST_CASE("after a crash between order and download the certificate is fetched, not ordered again") {
    AfterCrash world;
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(world.ca.issued == 1);
    CHECK(world.ca.count("newOrder") == 0);
    CHECK(world.ca.count("finalize") == 0);
    CHECK(world.only().generation == 2);
    CHECK(world.files.tree().count("/state/jobs/a.example.order") == 0);
}

TEST_CASE("an order whose certificate is in use already is not fetched again") {
    World world(prepared().files);
    world.start();
    auto pair = Archive(world.files, "/state", FileSystem::kKeepGroup).read("a.example", 1);
    REQUIRE(pair.ok());
    Store store = std::move(Store::open(world.files, "/state", FileSystem::kKeepGroup)).value();
    Lineage lineage(wanted_cert());
    REQUIRE(store.save_pending("a.example", {lineage.digest(), "https://ca.example/order/0", world.clock.wall(),
                                             std::move(pair->key)}).ok());
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(world.ca.count("order") == 1);  // the new one, after its challenge
    CHECK(world.ca.issued == 1);
}

TEST_CASE("an order of another configuration, of last month or of a clock that ran ahead is dropped") {
    for (const auto& row : {std::pair("", 30 * 86400), {"another", 60}, {"", -86400}}) {
        const std::string digest = row.first;
        CAPTURE(row.second);
        World world(prepared().files);
        world.start();
        Store store = std::move(Store::open(world.files, "/state", FileSystem::kKeepGroup)).value();
        Lineage lineage(wanted_cert());
        REQUIRE(store.save_pending("a.example", {digest.empty() ? lineage.digest() : digest, "https://ca.example/order/7",
                                                 world.clock.wall() - Seconds(row.second), Secret(account_key_pem())}).ok());
        CHECK(world.keeper->renew({}, true).changed);
        CHECK(world.ca.count("order") == 1);
        CHECK(world.ca.faults.empty());
    }
}

TEST_CASE("a kept order whose key cannot be used any more is no order") {
    World world(prepared().files);
    world.start();
    Store store = std::move(Store::open(world.files, "/state", FileSystem::kKeepGroup)).value();
    REQUIRE(store.save_pending("a.example", {Lineage(wanted_cert()).digest(), "https://ca.example/order/7", world.clock.wall(),
                                             Secret(std::string("no key"))}).ok());
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(world.ca.count("order") == 1);  // the new one, after its challenge
    CHECK(world.ca.faults.empty());
}

TEST_CASE("a kept order that the CA has forgotten or given up is replaced in the same run") {
    for (const char* url : {"https://ca.example/order/77", "https://ca.example/order/0"}) {
        World world(prepared().files);
        world.ca.change = [](const std::string& kind, int nth, HttpReply& reply) {
            if (kind == "order" && nth == 1 && reply.status == 200) reply.body = R"({"status":"invalid"})";
        };
        world.start();
        Store store = std::move(Store::open(world.files, "/state", FileSystem::kKeepGroup)).value();
        REQUIRE(store.save_pending("a.example", {Lineage(wanted_cert()).digest(), url, world.clock.wall(),
                                                 Secret(account_key_pem())}).ok());
        CHECK(world.keeper->renew({}, true).changed);
        CHECK(world.ca.count("newOrder") == 1);
    }
}
