#include "firmware/checks/state_look.h"

#include <doctest.h>

#include <cerrno>

#include "acme/store/job.h"
#include "firmware/checks/cases.h"
#include "tests/fakes/fake_files.h"
#include "tests/unit/firmware/config/ini_tester.h"

using namespace postern;
using namespace postern::checks;

TEST_CASE("a folder that takes what is written leaves nothing behind") {
    fakes::FakeFiles files;
    files.put_folder("/var/lib/postern");
    const auto before = files.tree();
    const auto sight = look_at_state(files, "/var/lib/postern", "postern");
    CHECK(sight.there);
    CHECK(sight.failure == "");
    CHECK(sight.free_bytes > 0);
    CHECK(files.tree() == before);
    files.put("/var/lib/postern/.preflight.tmp", "of a look that was cut short");
    CHECK(look_at_state(files, "/var/lib/postern", "").failure == "");
    CHECK(files.tree() == before);
}

TEST_CASE("each step that fails is told, and nothing stays behind") {
    for (int step = 1;; ++step) {
        fakes::FakeFiles files;
        files.put_folder("/state");
        files.fail_at(step, EROFS);
        const auto sight = look_at_state(files, "/state", "");
        if (!files.fault_hit()) break;
        CAPTURE(step);
        if (sight.failure.empty()) continue;  // the removal of what is not there
        CHECK(sight.number == EROFS);
    }
}

TEST_CASE("a full disk") {
    fakes::FakeFiles files;
    files.put_folder("/state");
    files.set_free(100);
    const auto sight = look_at_state(files, "/state", "");
    CHECK(sight.number == ENOSPC);
    CHECK(sight.free_bytes == 100);
}

TEST_CASE("a folder that is not there yet, and one that is closed") {
    fakes::FakeFiles files;
    files.put_folder("/var");
    const auto sight = look_at_state(files, "/var/lib/postern", "");
    CHECK(!sight.there);
    CHECK(sight.failure == "");
    CHECK(sight.free_bytes > 0);
    files.put_folder("/closed/state");
    files.deny("/closed/state", EACCES);
    CHECK(look_at_state(files, "/closed/state", "").number == EACCES);
}

TEST_CASE("what the configuration and the state give to look at") {
    fakes::FakeFiles files = config::stage(
        "[server]\nhttp = [::]:8080\npublic_http_port = 80\nhttps = off\nstate = /var/state\n[acme]\nagree_tos = yes\n"
        "[site a.example]\nnames = a.example, www.a.example\nredirect_http = no\n[site b.example]\nredirect_http = no\n"
        "[site c.example]\ncertificate = self-signed\nredirect_http = no\n");
    files.put("/var/state/accounts/letsencrypt/account.json",
              acme::to_text(acme::AccountRecord{"https://acme-v02.api.letsencrypt.org/directory", "https://ca/acct/1", "k"}));
    const auto read = config::read_config(files, "/etc/postern.ini", false);
    REQUIRE(read.config);
    const auto frame = frame_of(*read.config, files, true);
    CHECK(frame.http_port == 80);
    CHECK(frame.http_listener == 8080);
    CHECK(frame.https_port == 0);
    CHECK(frame.clock_bound == build_time());
    files.put("/var/state/clock", "2127-01-01T00:00:00Z\n");
    CHECK(frame_of(*read.config, files, true).clock_bound == WallTime(Seconds(4954435200)));
    const auto cases = cases_of(*read.config, files);
    REQUIRE(cases.size() == 2);
    CHECK(cases[0].names == std::vector<std::string>{"a.example", "www.a.example"});
    CHECK(cases[0].account_url == "https://ca/acct/1");
    CHECK(!cases[0].order.new_account);
    CHECK(!cases[0].order.renewal);
    CHECK(cases[0].order.limits.same_names.tokens == 5);
    CHECK(!cases[0].methods.empty());
    CHECK(cases_of(*read.config, files, "b.example").size() == 1);
    files.put("/var/state/ledger.json", "{broken");
    CHECK(!ledger_of(files, "/var/state").refuse(cases[0].order, WallTime(Seconds(1795219200))));
}
