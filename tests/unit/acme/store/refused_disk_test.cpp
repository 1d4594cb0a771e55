// A disk that refuses: what is told, what is kept, and that nothing which may be readable tomorrow is thrown away today.
#include <doctest.h>

#include <cerrno>
#include <functional>

#include "acme/store/store.h"
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

PendingOrder order(const std::string& url) {
    PendingOrder one;
    one.url = url;
    one.key_pem = Secret("key of " + url);
    return one;
}

Job job(int failures) {
    Job one;
    one.failures = failures;
    return one;
}

// One file of the store: written as the `which`th value, and read back as that or as -1 where there is none.
struct Kind {
    const char* path;
    std::function<Result<void>(Store&, int which)> save;
    std::function<int(Store&)> read;
};

int number_of(const std::string& text) { return text.empty() ? -1 : text.back() - '0'; }

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> all = {
        {"/state/jobs/a.json", [](Store& s, int n) { return s.save_job("a", job(n)); },
         [](Store& s) { return s.job("a").failures == 0 ? -1 : s.job("a").failures; }},
        {"/state/jobs/a.order", [](Store& s, int n) { return s.save_pending("a", order("https://ca/" + std::to_string(n))); },
         [](Store& s) {
             const auto kept = s.pending("a");
             return kept && kept->key_pem.view() == "key of " + kept->url ? number_of(kept->url) : -1;
         }},
        {"/state/accounts/le/account.json",
         [](Store& s, int n) { return s.save_account("le", {"https://ca/dir", "https://ca/" + std::to_string(n), "key"}); },
         [](Store& s) {
             const auto kept = s.account("le");
             return kept ? number_of(kept->url) : -1;
         }},
        {"/state/ledger.json", [](Store& s, int n) { return s.save_ledger({{"orders", at(n)}}); },
         [](Store& s) {
             const FullAt kept = s.ledger();
             return kept.empty() ? -1 : static_cast<int>(kept.at("orders").time_since_epoch().count());
         }},
        {"/state/clock", [](Store& s, int n) { return s.save_good_time(at(n)); },
         [](Store& s) {
             const auto kept = s.good_time();
             return kept ? static_cast<int>(kept->time_since_epoch().count()) : -1;
         }},
        {"/state/selfsigned/a.pem", [](Store& s, int n) { return s.save_self_signed("a", "pem " + std::to_string(n)); },
         [](Store& s) {
             const auto kept = s.self_signed("a");
             return kept ? number_of(std::string(kept->view())) : -1;
         }},
        {"/state/jobs/a.ari", [](Store& s, int n) { return s.save_renewal_word("a", {"a.b", {}, at(n)}); },
         [](Store& s) {
             const RenewalWord kept = s.renewal_word("a");
             return kept.next ? static_cast<int>(kept.next->time_since_epoch().count()) : -1;
         }},
    };
    return all;
}

}  // namespace

TEST_CASE("what the disk will not read today is said, left where it is, and read tomorrow") {
    for (const Kind& kind : kinds()) {
        CAPTURE(kind.path);
        FakeFiles files;
        {
            Store store = open(files);
            REQUIRE(kind.save(store, 1).ok());
        }
        Store store = open(files);
        files.deny(kind.path, EIO);
        CHECK(kind.read(store) == -1);
        REQUIRE_FALSE(store.notices().empty());
        CHECK(store.notices().front().find(kind.path) != std::string::npos);
        files.deny(kind.path, 0);
        CHECK(kind.read(store) == 1);
        CHECK(files.tree().count(std::string(kind.path) + ".damaged-1") == 0);
    }
}

TEST_CASE("a fault at every step of a write: it is told, and the old or the new stands there, whole") {
    for (const Kind& kind : kinds()) {
        CAPTURE(kind.path);
        for (int step = 1;; ++step) {
            CAPTURE(step);
            FakeFiles files;
            Store store = open(files);
            REQUIRE(kind.save(store, 1).ok());
            files.fail_at(step, step % 2 == 0 ? ENOSPC : EIO);
            const auto saved = kind.save(store, 2);
            const bool hit = files.fault_hit();
            files.no_fault();
            const int now = kind.read(store);
            CHECK((now == 1 || now == 2));
            if (saved.ok()) CHECK(now == 2);
            if (!hit) break;
            REQUIRE(kind.save(store, 3).ok());
            CHECK(kind.read(store) == 3);
            REQUIRE(step < 50);
        }
    }
}

TEST_CASE("text that is none of ours is set aside, whichever file it stands in") {
    const std::string v = R"({"v":1,)";
    const std::pair<std::size_t, std::string> rows[] = {
        {1, "[]"}, {1, v + R"("wanted":"w"})"}, {1, v + R"("wanted":"w","url":7,"made":1,"key":"k"})"},
        {1, v + R"("wanted":"w","url":"u","made":"today","key":"k"})"}, {1, v + R"("wanted":"w","url":"u","made":1})"},
        {2, v + R"("directory":"d","url":"u"})"}, {2, v + R"("directory":"d","url":"u","key":[]})"}, {2, R"({"v":2,"directory":"d","url":"u","key":"k"})"},
        {3, v + R"("full":7})"}, {3, v + R"("full":{"x":"y"}})"}, {3, "{}"},
        {4, ""}, {4, "now\n"}, {4, "2026-13-01T00:00:00Z\n"},
        {6, v + R"("next":7})"}, {6, v + R"("id":7,"next":7})"}, {6, v + R"("id":"a","next":"soon"})"},
    };
    for (const auto& row : rows) {
        const Kind& kind = kinds()[row.first];
        const std::string& text = row.second;
        CAPTURE(kind.path);
        CAPTURE(text);
        FakeFiles files;
        Store store = open(files);
        files.put(kind.path, text);
        CHECK(kind.read(store) == -1);
        CHECK(files.tree().count(std::string(kind.path) + ".damaged-1") == 1);
        CHECK(store.notices().size() == 1);
    }
}

TEST_CASE("renewal information is whole or none") {
    const std::string head = R"({"v":1,"id":"a.b","next":7,"window":)";
    auto good = renewal_word_from(head + R"({"start":100,"end":200,"moment":150,"see":"https://ca/why"}})");
    REQUIRE(good.ok());
    REQUIRE(good->window.has_value());
    CHECK(good->id == "a.b");
    CHECK(good->next == at(7));
    CHECK(good->window->moment == at(150));
    CHECK(good->window->explanation == "https://ca/why");
    CHECK(to_text(*good) == to_text(*renewal_word_from(to_text(*good))));
    for (const char* bad : {"7}", R"({"start":"soon"}})", R"({"see":[]}})"}) CHECK_FALSE(renewal_word_from(head + bad).ok());
    for (const char* bad : {R"({"v":1})", R"({"v":1,"id":7})", R"({"v":1,"id":"a","next":"soon"})", R"({"v":2,"id":"a"})"})
        CHECK_FALSE(renewal_word_from(bad).ok());
}

TEST_CASE("a job is whole or none") {
    for (const char* revoked : {R"("revoked":7)", R"("revoked":[7])", R"("held":"yes")"})
        CHECK_FALSE(job_from(R"({"v":1,"wanted":"w","failures":0,"attempts":[],)" + std::string(revoked) + "}").ok());
    for (const char* row : {"[1,2,true,0]", "[1,2,true,0,7]", "[1,2,1,0,\"\"]", "[\"1\",2,true,0,\"\"]", "{\"a\":1,\"b\":2,\"c\":true,\"d\":0,\"e\":\"\"}", "7"})
        CHECK_FALSE(job_from(R"({"v":1,"wanted":"w","failures":0,"attempts":[)" + std::string(row) + "]}").ok());
    CHECK(job_from(R"({"v":1,"wanted":"w","failures":0,"attempts":[[1,2,true,0,""]]})").ok());
}

TEST_CASE("attempts: the oldest lose what was said first, but for its beginning; the file stays small") {
    Job job;
    const std::string sentence = "rateLimited: \"zu viele Aufträge\" für ";
    std::string said;
    while (said.size() < 1000) said += sentence;
    for (int i = 0; i < 100; ++i) {
        job.add({at(1700000000 + i), at(1700000000 + i), false, said, i});
        job.add_revoked(std::string(63, 'a') + std::to_string(i));
        job.add_uploaded(std::string(63, 'b') + std::to_string(i));
    }
    REQUIRE(job.attempts.size() == Job::kAttempts);
    CHECK(job.attempts.back().said.size() > Job::kSaid - 8);
    CHECK(job.attempts.front().said == "rateLimited: \"zu viel...");
    std::size_t all = 0;
    for (const Attempt& attempt : job.attempts) {
        all += attempt.said.size();
        CHECK(attempt.said.find("rateLimited: ") == 0);
    }
    CHECK(all < Job::kSaidInAll + Job::kAttempts * Job::kSaidAtLeast);
    const std::string text = to_text(job);
    CHECK(text.size() < 5400);  // with a chain of 5 kB, thrice its size, a renewal stays below 16 kB
    CHECK(to_text(*job_from(text)) == text);
}

TEST_CASE("revoked fingerprints: each once, the oldest forgotten, and kept over a restart") {
    Job one;
    for (int i = 0; i < 3; ++i) one.add_revoked("same");
    CHECK(one.revoked.size() == 1);
    for (std::size_t i = 0; i < Job::kRevoked; ++i) one.add_revoked("f" + std::to_string(i));
    CHECK(one.revoked.size() == Job::kRevoked);
    CHECK_FALSE(one.is_revoked("same"));
    CHECK(job_from(to_text(one))->is_revoked("f0"));
}

TEST_CASE("damage that cannot be set aside is said, and the file is still there") {
    FakeFiles files;
    files.put("/state/jobs/a.json", "garbage");
    Store store = open(files);
    files.fail_at(1, EROFS);
    CHECK(store.job("a").failures == 0);
    REQUIRE(store.notices().size() == 1);
    CHECK(store.notices().front().find("could not be set aside") != std::string::npos);
    CHECK(files.tree().at("/state/jobs/a.json") == "file 600 garbage");
}

TEST_CASE("what is no file at all is set aside like any damage, the account's key too") {
    FakeFiles files;
    files.put_folder("/state/jobs/a.json");
    files.put_folder("/state/accounts/le/account.key");
    Store store = open(files);
    CHECK(store.job("a").failures == 0);
    CHECK_FALSE(store.account_key("le").value().has_value());
    CHECK(store.notices().size() == 2);
    REQUIRE(store.save_job("a", job(3)).ok());
    CHECK(store.job("a").failures == 3);
}

TEST_CASE("a new key is not written beside the account of an old one: where that cannot be removed, the old key stays") {
    FakeFiles files;
    Store store = open(files);
    REQUIRE(store.save_account_key("le", "OLD").ok());
    REQUIRE(store.save_account("le", {"https://ca/dir", "https://ca/1", "old"}).ok());
    files.deny("/state/accounts/le/account.json", EIO);
    CHECK_FALSE(store.save_account_key("le", "NEW").ok());
    files.deny("/state/accounts/le/account.json", 0);
    CHECK(store.account_key("le").value()->view() == "OLD");
    CHECK(store.account("le")->url == "https://ca/1");
    files.deny("/state/accounts/le", EIO);
    CHECK_FALSE(store.save_account_key("le", "NEW").ok());
    CHECK_FALSE(store.save_account("le", {"https://ca/dir", "https://ca/2", "new"}).ok());
}

TEST_CASE("an order that cannot be dropped, and a certificate that cannot be forgotten, are told and still there") {
    FakeFiles files;
    Store store = open(files);
    REQUIRE(store.save_pending("a", order("https://ca/1")).ok());
    REQUIRE(store.save_job("a", job(1)).ok());
    REQUIRE(store.save_self_signed("a", "pem").ok());
    files.deny("/state/jobs/a.order", EIO);
    CHECK_FALSE(store.drop_pending("a").ok());
    CHECK_FALSE(store.forget("a").ok());
    files.deny("/state/jobs/a.order", 0);
    CHECK(store.pending("a").has_value());
    CHECK(store.self_signed("a").has_value());
    for (const char* folder : {"/state/jobs", "/state/selfsigned"}) {
        files.deny(folder, EIO);
        CHECK_FALSE(store.forget("a").ok());  // gone from sight, but not yet for good
        files.deny(folder, 0);
    }
    CHECK(store.forget("a").ok());
    CHECK_FALSE(store.has("a"));
    CHECK_FALSE(store.pending("a").has_value());
}

TEST_CASE("a fault at every step of the first start: it is told, or noticed; the next start goes on from there") {
    for (int step = 1;; ++step) {
        CAPTURE(step);
        FakeFiles files;
        files.put("/state/staging/a/privkey.pem", "half a ke");
        files.fail_at(step, EIO);
        const auto store = Store::open(files, "/state", FileSystem::kKeepGroup);
        const bool hit = files.fault_hit();
        files.no_fault();
        if (store.ok()) CHECK((store->notices().size() == 1) == hit);
        CHECK(open(files).notices().empty());
        CHECK(files.list("/state/staging")->empty());
        if (!hit) break;
        REQUIRE(step < 50);
    }
    FakeFiles barred;
    barred.deny("/state/archive", EACCES);
    CHECK(Store::open(barred, "/state", FileSystem::kKeepGroup).error().text().find("/state/archive") != std::string::npos);
}
