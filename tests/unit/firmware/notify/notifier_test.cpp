// The notifier as its thread drives it: sends, tries again, gives up, remembers over restarts.
#include "firmware/notify/notifier.h"

#include <doctest.h>

#include "firmware/notify/words.h"
#include "server/base/text.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_files.h"
#include "tests/fakes/fixed_random.h"
#include "tests/fakes/log_lines.h"

using namespace postern;
using namespace postern::notify;
using Outcome = Delivery::Outcome;

namespace {

struct Post {
    std::vector<std::string> sent;  // "WAY SUBJECT"
    std::map<std::string, Delivery> next;
    std::vector<std::string> ids;
};

class FakeWay final : public Way {
public:
    FakeWay(std::string name, Post& post) : name_(std::move(name)), post_(post) {}
    std::string name() const override { return name_; }
    std::string where() const override { return "there"; }
    Delivery deliver(const Message& message, const Deadline&) override {
        const auto planned = post_.next.find(name_);
        post_.ids.push_back(message.id);
        const Delivery delivery = planned == post_.next.end() ? Delivery{Outcome::kDelivered, "ok"} : planned->second;
        if (delivery.outcome == Outcome::kDelivered) post_.sent.push_back(name_ + " " + message.subject);
        return delivery;
    }

private:
    std::string name_;
    Post& post_;
};

struct Scene {
    explicit Scene(fakes::FakeFiles disk = {}) : files(std::move(disk)) {
        files.put_folder("/state");
        settings.on = {"failure", "expiry"};
        start();
    }
    void start() {
        notifier.emplace(NotifierParts{clock, files, random, log, status, "/state/notices.json", "router",
                                       [this](const config::NotifySection&) {
                                           std::vector<std::unique_ptr<Way>> made;
                                           for (const std::string& name : ways) made.push_back(std::make_unique<FakeWay>(name, post));
                                           return made;
                                       }},
                         settings);
    }
    void set_status(bool fails, int generation = 1) {
        auto snapshot = std::make_shared<acme::StatusSnapshot>();
        auto& one = snapshot->certificates.emplace_back();
        one.name = "a.example";
        one.names = {"a.example"};
        one.kind = "acme";
        one.rung = acme::Rung::kPublic;
        one.generation = generation;
        one.facts.emplace();
        one.facts->not_before = clock.wall();
        one.facts->not_after = clock.wall() + Seconds(90 * 86400);
        if (fails) one.last_problem = acme::Problem{"connection", "refused", "open port 80"};
        status.set(std::move(snapshot));
    }
    Millis round() { return notifier->round() - clock.steady(); }
    void pass(long long seconds) { clock.advance(Millis(Seconds(seconds))); }
    std::string sent() { return join(std::exchange(post.sent, {}), "; "); }

    fakes::FakeClock clock;
    fakes::FakeFiles files;
    fakes::FixedRandom random;
    fakes::LogLines lines;
    Log log{clock, lines.sink(), LogLevel::kDebug};
    Published<acme::StatusSnapshot> status;
    config::NotifySection settings;
    Post post;
    std::vector<std::string> ways = {"mail", "webhook"};
    std::optional<Notifier> notifier;
};

const std::string kSubject = "router: a.example: failure: the renewal failed";

}  // namespace

TEST_CASE("a failure goes out by every way, once, and a restart does not repeat it") {
    Scene scene;
    scene.set_status(true);
    CHECK(scene.round() <= Millis(Seconds(3600)));
    CHECK(scene.sent() == "mail " + kSubject + "; webhook " + kSubject);
    CHECK(scene.post.ids[0] == scene.post.ids[1]);
    scene.round();
    scene.start();
    scene.round();
    CHECK(scene.sent() == "");
    const auto written = scene.files.bytes_written();
    for (int i = 0; i < 20; ++i) scene.round();
    CHECK(scene.files.bytes_written() == written);
    scene.pass(86400);
    scene.start();
    scene.round();
    CHECK(scene.sent() == "mail " + kSubject + "; webhook " + kSubject);
    scene.set_status(false, 2);
    scene.round();
    CHECK(scene.sent().find("mail router: a.example: failure is over") == 0);
    CHECK(scene.notifier->troubles().empty());
}

TEST_CASE("what cannot be sent is tried again, over restarts, and keeps no other way from it") {
    Scene scene;
    scene.post.next["mail"] = {Outcome::kLater, "mail.example:587: no answer in time"};
    scene.set_status(true);
    CHECK(scene.round() == Millis(Seconds(60)));
    CHECK(scene.sent() == "webhook " + kSubject);
    REQUIRE(scene.notifier->troubles().size() == 1);
    CHECK(scene.notifier->troubles()[0].find("could not be sent by mail: mail.example:587: no answer in time (next try ") != std::string::npos);
    CHECK(scene.lines.contain("error notify.failed way=mail event=failure certificate=a.example"));
    const long long pauses[] = {60, 300, 900, 3600, 14400, 14400};
    for (const long long pause : pauses) {
        const std::size_t tries = scene.post.ids.size();
        scene.pass(pause - 1);
        scene.start();  // a restart remembers when
        scene.round();
        CHECK(scene.post.ids.size() == tries);
        scene.pass(1);
        scene.round();
        CHECK(scene.post.ids.size() == tries + 1);
    }
    scene.post.next.clear();
    scene.pass(14400);
    scene.round();
    CHECK(scene.sent() == "mail " + kSubject);
    CHECK(scene.notifier->troubles().empty());
}

TEST_CASE("a final no is said and not repeated; the daily message tries anew") {
    Scene scene;
    scene.ways = {"mail"};
    scene.start();
    scene.post.next["mail"] = {Outcome::kNever, "550 no such user"};
    scene.set_status(true);
    scene.round();
    scene.pass(3600);
    scene.round();
    CHECK(scene.post.ids.size() == 1);
    CHECK(scene.notifier->troubles().at(0).find("550 no such user (given up)") != std::string::npos);
    scene.pass(86400);
    scene.round();
    CHECK(scene.post.ids.size() == 2);
}

TEST_CASE("what is told late is the latest, and no old news") {
    Scene scene;
    scene.ways = {"mail"};
    scene.start();
    scene.post.next["mail"] = {Outcome::kLater, "down"};
    scene.set_status(true);
    for (int hour = 0; hour < 50; ++hour) {
        scene.round();
        scene.pass(3600);
    }
    scene.set_status(false, 2);
    scene.post.next.clear();
    scene.round();
    CHECK(scene.sent().find("mail router: a.example: failure is over") == 0);
    CHECK(scene.files.read("/state/notices.json", 10000).value().find("\"outbox\":[]") != std::string::npos);
}

TEST_CASE("a message that nobody takes is given up after three days") {
    Scene scene;
    scene.ways = {"mail"};
    scene.start();
    scene.post.next["mail"] = {Outcome::kLater, "down"};
    scene.set_status(true);
    scene.round();
    scene.set_status(false, 1);  // no news follow
    for (int hour = 0; hour < 100; ++hour) {
        scene.pass(3600);
        scene.round();
    }
    CHECK(scene.lines.contain("next=\"given up\""));
    const std::size_t tries = scene.post.ids.size();
    scene.pass(86400);
    scene.round();
    CHECK(scene.post.ids.size() == tries);
}

TEST_CASE("other settings after a reload: tried at once; a way that is gone keeps nothing waiting") {
    Scene scene;
    scene.post.next["mail"] = {Outcome::kLater, "down"};
    scene.set_status(true);
    scene.round();
    scene.round();
    CHECK(scene.post.ids.size() == 2);
    scene.notifier->set(scene.settings);
    scene.round();
    CHECK(scene.post.ids.size() == 3);
    scene.ways = {"webhook"};
    scene.notifier->set(scene.settings);
    CHECK(scene.round() > Millis(Seconds(60)));
    CHECK(scene.notifier->troubles().empty());
    CHECK(scene.files.read("/state/notices.json", 10000).value().find("\"outbox\":[]") != std::string::npos);
    scene.ways.clear();
    scene.notifier->set(scene.settings);
    scene.pass(10 * 86400);
    scene.post.sent.clear();
    scene.round();
    CHECK(scene.sent() == "");
}

TEST_CASE("a damaged file is set aside, a full disk is said once, and it is told all the same") {
    fakes::FakeFiles disk;
    disk.put_folder("/state");
    disk.put("/state/notices.json", "{\"v\":1,\"told\":");
    Scene scene(std::move(disk));
    scene.files.set_free(0);
    scene.set_status(true);
    scene.round();
    scene.pass(86400);
    scene.round();
    CHECK(scene.files.exists("/state/notices.json.damaged-1").value());
    CHECK(scene.lines.contain("warn notify.damaged"));
    CHECK(scene.lines.count("warn notify.not_kept") == 1);
    CHECK(scene.post.sent.size() == 4);
}

TEST_CASE("the power may go at every step of writing: it reads as old or new") {
    for (int step = 1;; ++step) {
        Scene scene;
        scene.set_status(true);
        scene.files.power_cut_at(step);
        scene.round();
        const bool hit = scene.files.fault_hit();
        scene.files.no_fault();
        const auto text = scene.files.read("/state/notices.json", 100000);
        if (text.ok()) CHECK(memory_from(*text).ok());
        else CHECK(text.error().number() == ENOENT);
        if (!hit) break;
        REQUIRE(step < 200);
    }
}

TEST_CASE("memory as text") {
    Memory memory;
    memory.known["a"] = {7, Told{WallTime(Seconds(1)), WallTime(Seconds(2))}, std::nullopt};
    memory.known["b"] = {};
    Message message = test_message(WallTime(Seconds(99)), "h\"\\");
    message.names = {"x", "y"};
    message.problem = {"t", "d\n", "a"};
    message.over = true;
    message.id = "id";
    CHECK(memory.add({message, {{"mail", {3, WallTime(Seconds(5))}}}}) == 0);
    const std::string text = to_text(memory);
    const Memory again = memory_from(text).value();
    CHECK(to_text(again) == text);
    CHECK(again.known.at("a").failure->last == WallTime(Seconds(2)));
    CHECK(again.outbox.at(0).open.at("mail").count == 3);
    for (const char* bad : {"", "{}", "[]", "{\"v\":2,\"told\":[],\"outbox\":[]}", "{\"v\":1,\"told\":{},\"outbox\":[]}"}) CHECK_FALSE(memory_from(bad).ok());
    for (std::size_t i = 0; i < 40; ++i) {
        message.certificate = std::to_string(i);
        (void)memory.add({message, {}});
    }
    CHECK(memory.outbox.size() == Memory::kParcels);
    CHECK(memory.outbox.back().message.certificate == "39");
}

TEST_CASE("the thread starts, sends and ends") {
    Scene scene;
    scene.set_status(true);
    scene.notifier->start();
    while (!scene.lines.contain("notify.sent way=webhook")) std::this_thread::yield();
    scene.notifier->stop();
    scene.notifier->stop();
    CHECK(scene.post.sent.size() == 2);
}

TEST_CASE("who works alone ends when all is sent") {
    Scene scene;
    scene.notifier->start();
    scene.set_status(true);
    scene.notifier->finish();
    CHECK(scene.post.sent.size() == 2);
    Scene other;
    other.set_status(true);
    other.notifier->finish();  // it was never started
    CHECK(other.post.sent.empty());
}
