#include "firmware/config/editor.h"

#include <doctest.h>

#include <cerrno>

#include "tests/unit/firmware/config/ini_tester.h"

using namespace postern;
using namespace postern::config;
using Outcome = Saved::Outcome;

namespace {

constexpr const char* kPath = "/etc/postern.ini";
constexpr std::string_view kOld = "; mine\r\n[server]\nhttp = 127.0.0.1:8080\n\n# end without a line end";
constexpr std::string_view kNew = "; mine\r\n[server]\nhttp = 127.0.0.1:8081\n\n# end without a line end";
constexpr std::string_view kBroken = "[server]\nhtp = 127.0.0.1:8080\nloops = many\n";

std::string text_at(fakes::FakeFiles& files, const std::string& path) { return files.read(path, 1 << 20).value_or("(none)"); }

}  // namespace

TEST_CASE("what is saved is the file, byte for byte, and the one before is kept") {
    fakes::FakeFiles files = stage(kOld);
    const Editor editor(files, kPath, false);
    const ConfigText before = editor.read().value();
    CHECK(before.text == kOld);
    CHECK(before.why_kept.empty());
    CHECK(!before.has_previous);
    const Saved saved = editor.save(kNew, before.etag);
    CHECK(saved.outcome == Outcome::kSaved);
    CHECK(text_at(files, kPath) == kNew);
    CHECK(text_at(files, std::string(kPath) + ".previous") == kOld);
    CHECK(files.tree().at(kPath).starts_with("file 600 "));
    CHECK(files.tree().at(std::string(kPath) + ".previous").starts_with("file 600 "));
    const ConfigText now = editor.read().value();
    CHECK(now.etag == saved.now.etag);
    CHECK(now.etag != before.etag);
    CHECK(now.has_previous);
    // back, and back again
    CHECK(editor.take_back(now.etag).outcome == Outcome::kSaved);
    CHECK(text_at(files, kPath) == kOld);
    CHECK(editor.read()->etag == before.etag);
    CHECK(editor.take_back(before.etag).outcome == Outcome::kSaved);
    CHECK(text_at(files, kPath) == kNew);
}

TEST_CASE("who saves a text that somebody else has changed meanwhile is told, and nothing is lost") {
    fakes::FakeFiles files = stage(kOld);
    const Editor editor(files, kPath, false);
    const std::string mine = editor.read()->etag;
    files.put(kPath, "# by another\n");
    for (const std::string& etag : {mine, std::string(), std::string("*")}) {
        const Saved saved = editor.save(kNew, etag);
        CHECK(saved.outcome == Outcome::kStale);
        CHECK(saved.now.text == "# by another\n");
        CHECK(text_at(files, kPath) == "# by another\n");
        CHECK(editor.take_back(etag).outcome != Outcome::kSaved);
    }
}

TEST_CASE("a broken text changes nothing and hears every fault") {
    fakes::FakeFiles files = stage(kOld);
    const Editor editor(files, kPath, false);
    const Saved saved = editor.save(kBroken, editor.read()->etag);
    CHECK(saved.outcome == Outcome::kFaulty);
    REQUIRE(saved.faults.size() == 2);
    CHECK(saved.faults[0].line == 2);
    CHECK(saved.faults[0].text.find("http") != std::string::npos);  // the nearest name
    CHECK(saved.faults[1].line == 3);
    CHECK(text_at(files, kPath) == kOld);
    CHECK(!files.exists(std::string(kPath) + ".previous").value());
    CHECK(editor.check(kBroken).size() == 2);
    CHECK(editor.check(kNew).empty());
    CHECK(editor.check(std::string((1 << 20) + 1, '#')).size() == 1);
}

TEST_CASE("a folder or a file that is not ours to change is said, with the remedy") {
    struct Row {
        const char* denied;
        int number;
        const char* said;
    };
    for (const Row& row : {Row{"/etc", EACCES, "edit the file as its owner"}, {"/etc", EROFS, "is read-only"},
                           {"/etc/.postern.ini.previous.tmp", EACCES, "edit the file as its owner"},
                           {"/etc/.postern.ini.tmp", EROFS, "is read-only"}}) {
        CAPTURE(row.denied);
        fakes::FakeFiles files = stage(kOld);
        const Editor editor(files, kPath, false);
        const std::string etag = editor.read()->etag;
        files.deny(row.denied, row.number);
        if (std::string(row.denied) == "/etc") CHECK(editor.read()->why_kept.find(row.said) != std::string::npos);
        const Saved saved = editor.save(kNew, etag);
        files.deny(row.denied, 0);
        CHECK(text_at(files, kPath) == kOld);
        if (std::string(row.denied) == "/etc") continue;  // here only a look at the folder was refused
        CHECK(saved.outcome == Outcome::kKept);
        CHECK(saved.why.find(row.said) != std::string::npos);
    }
    fakes::FakeFiles files = stage(kOld);
    files.deny(kPath, EACCES);
    const Editor editor(files, kPath, false);
    CHECK(editor.read().error().text().find("chgrp") != std::string::npos);
    CHECK(editor.save(kNew, "x").outcome == Outcome::kKept);
}

TEST_CASE("there is nothing to take back before the first change") {
    fakes::FakeFiles files = stage(kOld);
    const Editor editor(files, kPath, false);
    const Saved saved = editor.take_back(editor.read()->etag);
    CHECK(saved.outcome == Outcome::kKept);
    CHECK(saved.why == "there is no previous file");
}

TEST_CASE("a link stays a link") {
    fakes::FakeFiles files = stage(kOld);
    files.put("/srv/real.ini", std::string(kOld), 0640);
    files.put_link("/etc/linked.ini", "../srv/real.ini");
    const Editor editor(files, "/etc/linked.ini", false);
    CHECK(editor.save(kNew, editor.read()->etag).outcome == Outcome::kSaved);
    CHECK(text_at(files, "/srv/real.ini") == kNew);
    CHECK(files.tree().at("/etc/linked.ini") == "link ../srv/real.ini");
    CHECK(files.tree().at("/srv/real.ini").starts_with("file 640 "));
}

TEST_CASE("whatever fails or whenever the power goes, the file is the old one or the new one") {
    for (const bool power : {false, true}) {
        for (int n = 1;; ++n) {
            fakes::FakeFiles files = stage(kOld);
            const Editor editor(files, kPath, false);
            const std::string etag = editor.read()->etag;
            if (power) files.power_cut_at(n);
            else files.fail_at(n, ENOSPC);
            const Saved saved = editor.save(kNew, etag);
            const bool hit = files.fault_hit();
            std::vector<fakes::FakeFiles> left = files.after_power_loss();
            if (!power) {
                files.no_fault();
                const std::string text = text_at(files, kPath);
                // a folder that could not be synced holds the new one already
                CHECK((text == kOld || text == kNew));
                if (saved.outcome == Outcome::kSaved) CHECK(text == kNew);
                CHECK((!hit || saved.outcome == Outcome::kFailed));
                if (hit) CHECK(!saved.why.empty());
            }
            for (fakes::FakeFiles& after : left) {
                const std::string text = text_at(after, kPath);
                CHECK((text == kOld || text == kNew));
                if (saved.outcome == Outcome::kSaved) CHECK(text == kNew);
            }
            if (!hit) break;
        }
    }
}
