#include "firmware/access/audit_log.h"

#include <doctest.h>

#include <memory>
#include <thread>

#include "server/base/text.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_files.h"
#include "tests/fakes/log_lines.h"

using namespace postern;
using namespace postern::access;

namespace {

constexpr const char* kFile = "/state/audit.log";
constexpr const char* kOlder = "/state/audit.log.1";

struct Scene {
    Scene() { files.put_folder("/state"); }
    void open() { audit = std::make_unique<AuditLog>(clock, files, log, "/state"); }
    AuditLog& at() {
        if (!audit) open();
        return *audit;
    }
    void change(const std::string& object) { at().add({{}, "1f3a9c02", "192.0.2.1", "renew", object, "ok"}); }
    std::vector<std::string> lines_of(const char* path) {
        const auto text = files.read(path, 100000);
        if (!text.ok()) return {};
        std::vector<std::string> found;
        for (const auto& line : split(*text, '\n'))
            if (!line.empty()) found.emplace_back(line);
        return found;
    }
    void guess(std::string_view peer = "198.51.100.1") {
        at().count_wrong_login(peer);
        at().settle();
    }

    fakes::FakeClock clock;
    fakes::FakeFiles files;
    fakes::LogLines lines;
    Log log{clock, lines.sink(), LogLevel::kDebug};
    std::unique_ptr<AuditLog> audit;
};

}  // namespace

TEST_CASE("audit log: a line for each change, read back after a restart, the newest first") {
    Scene scene;
    scene.change("home");
    scene.clock.advance(Seconds(61));
    scene.at().add({WallTime{}, "1f3a9c02", "2001:db8::1", "revoke", "photos", "refused: not confirmed"});
    CHECK(scene.lines_of(kFile) == std::vector<std::string>{"2026-11-21T00:00:00Z\t1f3a9c02\t192.0.2.1\trenew\thome\tok",
                                                            "2026-11-21T00:01:01Z\t1f3a9c02\t2001:db8::1\trevoke\tphotos\trefused: not confirmed"});
    CHECK(scene.files.info(kFile)->mode == 0600);
    CHECK(scene.lines.contain("audit.entry session=1f3a9c02 peer=192.0.2.1 action=renew object=home outcome=ok"));
    scene.open();
    const auto last = scene.at().last(10);
    REQUIRE(last.size() == 2);
    CHECK(last[0].action == "revoke");
    CHECK(last[0].outcome == "refused: not confirmed");
    CHECK(last[1].object == "home");
    CHECK(last[1].session == "1f3a9c02");
    CHECK(last[1].peer == "192.0.2.1");
    CHECK(last[1].at == scene.clock.wall() - Seconds(61));
    CHECK(scene.at().last(1).size() == 1);
    CHECK(scene.at().last(0).empty());
}

TEST_CASE("audit log: nobody forges a line or a field") {
    Scene scene;
    scene.at().add({{}, "", "1.2.3.4\t", "log\nin", "a\tb\r\n2026-11-21T00:00:00Z\tx\ty\tz\tu\tv", "\x1b[2J\xff \xc3\xa4"});
    scene.at().add({{}, "", "", "config", std::string(100000, '\n'), std::string(5000, 'x')});
    const auto lines = scene.lines_of(kFile);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0] == "2026-11-21T00:00:00Z\t\t1.2.3.4\tlog\\x0ain\ta\\x09b\\x0d\\x0a2026-11-21T00:00:00Z\\x09x\\x09y\\x09z\\x09u\\x09v\t\\x1b[2J\\xff \\xc3\\xa4");
    const auto before = scene.at().last(9);
    scene.open();
    const auto after = scene.at().last(9);
    REQUIRE(after.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(after[i].object == before[i].object);
        CHECK(after[i].outcome == before[i].outcome);
        CHECK(after[i].object.size() <= 200);
    }
    CHECK(after[0].outcome == std::string(197, 'x') + "...");
}

TEST_CASE("audit log: two files of 32 kB in turn") {
    Scene scene;
    for (int i = 0; i < 2000; ++i) {
        scene.change("certificate-number-" + std::to_string(i));
        REQUIRE(scene.files.info(kFile)->size <= 32768);
    }
    CHECK(scene.files.info(kOlder)->size <= 32768);
    CHECK(scene.files.info(kOlder)->size > 32000);
    const auto older = scene.lines_of(kOlder), newer = scene.lines_of(kFile);
    CHECK(newer.back().ends_with("certificate-number-1999\tok"));
    CHECK(older.size() + newer.size() > 400);
    scene.open();
    const auto last = scene.at().last(1000);
    REQUIRE(last.size() == AuditLog::kMostRemembered);
    CHECK(last.front().object == "certificate-number-1999");
    CHECK(last.back().object == "certificate-number-1900");
}

TEST_CASE("audit log: wrong logins are one line a minute, then fewer, and cost little flash") {
    Scene scene;
    scene.guess();
    CHECK(scene.lines_of(kFile).size() == 1);  // the first at once
    for (int second = 1; second < 60; ++second) {
        scene.clock.advance(Seconds(1));
        scene.guess("198.51.100." + std::to_string(second));
    }
    CHECK(scene.lines_of(kFile).size() == 1);
    REQUIRE(scene.at().last(5).size() == 2);  // the page sees them all the same
    CHECK(scene.at().last(5)[0].outcome == "59 wrong passwords since 2026-11-21T00:00:01Z from several addresses");
    scene.clock.advance(Seconds(1));
    scene.at().settle();
    CHECK(scene.lines_of(kFile).back() == "2026-11-21T00:01:00Z\t\t198.51.100.59\tlogin\t\t59 wrong passwords since 2026-11-21T00:00:01Z from several addresses");
    const auto written = scene.files.bytes_written();
    for (int second = 0; second < 86400; ++second) {
        scene.clock.advance(Seconds(1));
        scene.guess();
    }
    CHECK(scene.lines_of(kFile).size() < 35);
    CHECK(scene.files.bytes_written() - written < 1'000'000);
    scene.clock.advance(Seconds(7200));
    scene.guess();
    const auto rested = scene.lines_of(kFile).size();
    scene.clock.advance(Seconds(7200));
    scene.guess();
    CHECK(scene.lines_of(kFile).size() == rested + 1);
    CHECK(scene.lines_of(kFile).back().ends_with("\tlogin\t\twrong password"));
    scene.clock.advance(Seconds(60));
    scene.guess();
    CHECK(scene.lines_of(kFile).size() == rested + 2);  // a minute again
}

TEST_CASE("audit log: whoever guesses and rests in turn wears no flash either") {
    for (int rest : {61, 181, 600, 3601, 7201}) {
        Scene scene;
        for (int i = 0; i < 300; ++i) scene.change("filling the file with something that is there already");
        const auto written = scene.files.bytes_written();
        for (int second = 0; second < 86400; second += rest) {
            scene.guess();
            scene.clock.advance(Seconds(rest));
        }
        CHECK(scene.files.bytes_written() - written < 2'000'000);
    }
}

TEST_CASE("audit log: the wrong logins come before the change that follows them, and before the end") {
    Scene scene;
    scene.guess();
    scene.guess();
    scene.change("home");
    CHECK(scene.lines_of(kFile).size() == 3);
    CHECK(scene.lines_of(kFile)[1].ends_with("wrong password"));
    scene.guess();
    scene.at().settle();
    CHECK(scene.lines_of(kFile).size() == 3);
    scene.audit.reset();
    CHECK(scene.lines_of(kFile).size() == 4);
    scene.open();
    scene.audit.reset();
    CHECK(scene.lines_of(kFile).size() == 4);
}

TEST_CASE("audit log: a full disk is said once, and the gap is told") {
    Scene scene;
    scene.change("first");
    scene.files.set_free(50);
    scene.change("second");
    scene.change("third");
    CHECK(scene.lines_of(kFile).size() == 1);
    CHECK(scene.lines.count("audit.not_kept") == 1);
    CHECK(scene.lines.contain("object=third"));
    CHECK(scene.at().last(5).size() == 3);
    scene.files.set_free(100000);
    scene.change("fourth");
    const auto lines = scene.lines_of(kFile);
    REQUIRE(lines.size() == 3);
    CHECK(lines[1].ends_with("\t\t\taudit\t\t2 entries could not be written before this one"));
    CHECK(lines[2].ends_with("fourth\tok"));
    scene.change("fifth");
    CHECK(scene.lines_of(kFile).size() == 4);
}

TEST_CASE("audit log: damaged lines are left out, a file that is none is set aside") {
    Scene scene;
    scene.files.put(kFile, "2026-11-21T00:00:00Z\ts\tp\trenew\tgood\tok\nnonsense\n2026-11-21T00:00:00Z\ts\tp\trenew\n" + std::string(100, '\0') + "\n" +
                               "2026-99-21T00:00:00Z\ts\tp\trenew\tno date\tok\n2026-11-21T00:00:01Z\ts\tp\trenew\tg\x1b\xc3od\tok\n2026-11-21T00:00:00Z\ts\tp\trenew\thalf a li");
    const auto last = scene.at().last(10);
    REQUIRE(last.size() == 2);
    CHECK(last[0].object == "g\\x1b\\xc3od");
    CHECK(last[1].object == "good");
    scene.change("next");
    CHECK(scene.lines_of(kFile).back().ends_with("next\tok"));
    scene.files.put(kFile, std::string(40000, 'x'));
    scene.open();
    CHECK(scene.files.exists("/state/audit.log.damaged").value());
    CHECK(scene.lines.contain("audit.damaged"));
    scene.files.put(kFile, std::string(40000, 'y'));  // while it runs
    scene.change("after");
    REQUIRE(scene.lines_of(kFile).size() == 1);
    CHECK(scene.lines_of(kFile)[0].ends_with("after\tok"));
}

TEST_CASE("audit log: the power may go at each step, also where the files take turns") {
    Scene prepared;
    while (!prepared.files.exists(kOlder).value()) prepared.change("a certificate with quite a long name, so that the file is soon full");
    prepared.files.put(kFile, prepared.files.read(kOlder, 40000).value());
    prepared.audit.reset();
    for (int step = 1;; ++step) {
        Scene scene;
        scene.files = prepared.files;
        scene.open();
        scene.files.power_cut_at(step);
        scene.change("last");
        const bool done = !scene.files.fault_hit();
        for (fakes::FakeFiles& after : scene.files.after_power_loss()) {
            Log quiet(scene.clock, scene.lines.sink(), LogLevel::kError);
            AuditLog again(scene.clock, after, quiet, "/state");
            const auto last = again.last(100);
            CHECK(last.size() == 100);
            if (done) CHECK(last[0].object == "last");
        }
        if (done) break;
    }
}

TEST_CASE("audit log: counted and shown while another thread writes") {
    Scene scene;
    scene.open();
    std::thread counting([&] {
        for (int i = 0; i < 500; ++i) {
            scene.at().count_wrong_login("198.51.100.1");
            (void)scene.at().last(3);
        }
    });
    for (int i = 0; i < 50; ++i) scene.change("x");
    counting.join();
    scene.at().settle();
    scene.audit.reset();
    std::uint64_t wrong = 0;
    for (const std::string& line : scene.lines_of(kFile)) {
        if (line.find("\tlogin\t") == std::string::npos) continue;
        const auto counted = parse_decimal(split(split(line, '\t')[5], ' ')[0]);
        wrong += counted.value_or(1);
    }
    CHECK(wrong == 500);
}
