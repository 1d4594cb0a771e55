#include "acme/store/store.h"

#include <doctest.h>

#include <cerrno>

#include "tests/fakes/fake_files.h"

using namespace postern;
using namespace postern::acme;
using fakes::FakeFiles;

namespace {

WallTime at(long long seconds) { return WallTime(Seconds(seconds)); }

Store open(FakeFiles& files) {
    auto store = Store::open(files, "/state", FileSystem::kKeepGroup);
    REQUIRE(store.ok());
    return std::move(store).value();
}

Job some_job(int attempts) {
    Job job;
    job.wanted = "names and such";
    job.issued_for = "other names";
    job.warning = "beware";
    job.failures = 2;
    job.next = at(5000000000LL);  // beyond 2106
    job.hold = at(42);
    job.problem = Problem{"rateLimited", "too many \"certificates\"", "wait"};
    for (int i = 0; i < attempts; ++i) job.add({at(i), at(i + 1), i % 2 == 0, i % 2 ? "no" : "", i});
    return job;
}

PendingOrder some_order() {
    PendingOrder order;
    order.wanted = "w";
    order.url = "https://ca.example/order/1";
    order.made = at(7);
    order.key_pem = Secret("-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n");
    return order;
}

}  // namespace

TEST_CASE("a job comes back as it was") {
    FakeFiles files;
    Store store = open(files);
    CHECK(store.job("a").attempts.empty());
    REQUIRE(store.save_job("a", some_job(3)).ok());
    Job back = store.job("a");
    CHECK(back.wanted == "names and such");
    CHECK(back.issued_for == "other names");
    CHECK(back.warning == "beware");
    CHECK(back.failures == 2);
    CHECK(back.next == at(5000000000LL));
    CHECK(back.hold == at(42));
    REQUIRE(back.problem);
    CHECK(back.problem->detail == "too many \"certificates\"");
    REQUIRE(back.attempts.size() == 3);
    CHECK(back.attempts[1].said == "no");
    CHECK(back.attempts[2].ok);
    CHECK(back.attempts[2].generation == 2);
    CHECK(store.notices().empty());
}

TEST_CASE("32 attempts are kept, in few bytes") {
    Job job = some_job(100);
    CHECK(job.attempts.size() == 32);
    CHECK(job.attempts.front().start == at(68));
    CHECK(to_text(job).size() < 2500);
    job.add({at(1), at(2), false, std::string(5000, 'x'), 0});
    CHECK(job.attempts.back().said.size() == Job::kSaid);
}

TEST_CASE("what is no job record is refused") {
    const char* bad[] = {"", "{", "[]", "null", "{\"v\":2}", "{\"v\":1}", "{\"v\":1,\"wanted\":3,\"failures\":0,\"attempts\":[]}",
                         "{\"v\":1,\"wanted\":\"\",\"failures\":\"x\",\"attempts\":[]}",
                         "{\"v\":1,\"wanted\":\"\",\"failures\":0,\"attempts\":[[1]]}",
                         "{\"v\":1,\"wanted\":\"\",\"failures\":0,\"attempts\":[[1,2,true,4,5]]}",
                         "{\"v\":1,\"wanted\":\"\",\"failures\":0,\"attempts\":{\"a\":1}}",
                         "{\"v\":1,\"wanted\":\"\",\"failures\":0,\"attempts\":[],\"next\":\"soon\"}",
                         "{\"v\":1,\"wanted\":\"\",\"failures\":0,\"attempts\":[],\"problem\":1}"};
    for (const char* text : bad) {
        CAPTURE(text);
        CHECK_FALSE(job_from(text).ok());
    }
    std::string good = to_text(some_job(2));
    for (std::size_t cut = 0; cut + 1 < good.size(); ++cut) CHECK_FALSE(job_from(good.substr(0, cut)).ok());
    CHECK_FALSE(job_from(std::string(200000, '[')).ok());
}

TEST_CASE("a half-written job file is set aside, said, and blocks nothing") {
    FakeFiles files;
    files.put("/state/jobs/a.json", "{\"v\":1,\"wan");
    Store store = open(files);
    CHECK(store.job("a").attempts.empty());
    REQUIRE(store.notices().size() == 1);
    CHECK(store.notices()[0].find("/state/jobs/a.json.damaged-1") != std::string::npos);
    CHECK(files.tree().count("/state/jobs/a.json.damaged-1") == 1);
    REQUIRE(store.save_job("a", some_job(1)).ok());
    CHECK(store.job("a").attempts.size() == 1);
}

TEST_CASE("damaged files do not pile up") {
    FakeFiles files;
    Store store = open(files);
    for (int i = 0; i < 30; ++i) {
        files.put("/state/jobs/a.json", "garbage " + std::to_string(i));
        CHECK(store.job("a").failures == 0);
    }
    int aside = 0;
    for (const auto& [path, what] : files.tree()) aside += path.find(".damaged-") != std::string::npos ? 1 : 0;
    CHECK(aside == 9);
    CHECK(store.notices().size() <= 16);
}

TEST_CASE("account key and record") {
    FakeFiles files;
    Store store = open(files);
    CHECK_FALSE(store.account_key("le").value().has_value());
    REQUIRE(store.save_account_key("le", "KEY").ok());
    CHECK(files.tree()["/state/accounts/le/account.key"] == "file 600 KEY");
    CHECK(store.account_key("le").value()->view() == "KEY");
    CHECK_FALSE(store.account("le").has_value());
    REQUIRE(store.save_account("le", {"https://ca.example/dir", "https://ca.example/acct/1", "thumb"}).ok());
    CHECK(store.account("le")->url == "https://ca.example/acct/1");
    // another key is not the one of that account
    REQUIRE(store.save_account_key("le", "OTHER").ok());
    CHECK_FALSE(store.account("le").has_value());
    REQUIRE(store.save_account("le", {"https://ca.example/dir", "https://ca.example/acct/2", "thumb"}).ok());
    files.put("/state/accounts/le/account.json", "{}");
    CHECK_FALSE(store.account("le").has_value());
    CHECK(store.notices().size() == 1);
}

TEST_CASE("an account key that cannot be read today is no reason for a new one") {
    FakeFiles files;
    Store store = open(files);
    REQUIRE(store.save_account_key("le", "KEY").ok());
    files.deny("/state/accounts/le/account.key", EIO);
    CHECK_FALSE(store.account_key("le").ok());
    files.deny("/state/accounts/le/account.key", 0);
    CHECK(store.account_key("le").value()->view() == "KEY");
}

TEST_CASE("a file far too large is set aside") {
    FakeFiles files;
    files.put("/state/accounts/le/account.key", std::string(1 << 20, 'x'));
    Store store = open(files);
    CHECK_FALSE(store.account_key("le").value().has_value());
    CHECK(store.notices().size() == 1);
}

TEST_CASE("an order under way is remembered with its key, readable by us alone") {
    FakeFiles files;
    Store store = open(files);
    CHECK_FALSE(store.pending("a").has_value());
    REQUIRE(store.save_pending("a", some_order()).ok());
    CHECK(files.tree()["/state/jobs/a.order"].substr(0, 8) == "file 600");
    auto back = store.pending("a");
    REQUIRE(back);
    CHECK(back->url == some_order().url);
    CHECK(back->key_pem.view() == some_order().key_pem.view());
    CHECK(back->made == at(7));
    REQUIRE(store.drop_pending("a").ok());
    REQUIRE(store.drop_pending("a").ok());
    CHECK_FALSE(store.pending("a").has_value());
}

TEST_CASE("the start empties staging and makes what is missing") {
    FakeFiles files;
    files.put("/state/staging/a.example/privkey.pem", "half a ke");
    files.put("/state/staging/.old-a.example-3/cert.pem", "x");
    open(files);
    CHECK(files.list("/state/staging")->empty());
    for (const char* folder : {"/state/accounts", "/state/archive", "/state/live", "/state/jobs", "/state/selfsigned"})
        CHECK(files.tree().count(folder) == 1);
}

TEST_CASE("a power cut at every step of the small writes reads as old or new") {
    FakeFiles prepared;
    {
        Store store = open(prepared);
        REQUIRE(store.save_job("a", some_job(1)).ok());
        REQUIRE(store.save_pending("a", some_order()).ok());
    }
    for (int step = 1;; ++step) {
        FakeFiles files = prepared;
        Store store = open(files);
        files.power_cut_at(step);
        (void)store.save_job("a", some_job(2));
        (void)store.drop_pending("a");
        for (FakeFiles& after : files.after_power_loss()) {
            Store fresh = open(after);
            std::size_t attempts = fresh.job("a").attempts.size();
            CHECK((attempts == 1 || attempts == 2));
            (void)fresh.pending("a");
            CHECK(fresh.notices().empty());
        }
        if (!files.fault_hit()) break;
        REQUIRE(step < 100);
    }
}

TEST_CASE("names that would leave their folder are no names") {
    for (const char* name : {"", ".", "..", ".hidden", "a/b", "a\nb", "a b"}) CHECK_FALSE(Store::is_safe_name(name));
    CHECK_FALSE(Store::is_safe_name(std::string(201, 'a')));
    for (const char* name : {"a.example", "_wildcard.a.example", "192.0.2.1", "2001-db8--1", "a+rsa"})
        CHECK(Store::is_safe_name(name));
}
