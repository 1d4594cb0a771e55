#include "acme/policy/ledger.h"

#include <doctest.h>

using namespace postern;
using namespace postern::acme;

namespace {

constexpr Seconds kHour(3600), kDay(86400);
const WallTime kNow{Seconds(1'800'000'000)};

Ledger::Order order_of(std::vector<std::string> names = {"a.example.org"}) {
    return {"https://ca.example/dir", {{2, kHour}, {4, 4 * kHour}, {5, 7 * kDay}, {3, 7 * kDay}, {2, kHour}}, std::move(names), false, false};
}

// Orders and certificates until the ledger refuses; how many there were.
int until_refused(Ledger& ledger, const Ledger::Order& order, WallTime now, Spent what) {
    int count = 0;
    while (count < 1000 && !ledger.refuse(order, now)) {
        CHECK(ledger.spend(what, order, order.names.front(), now));
        ++count;
    }
    return count;
}

}  // namespace

TEST_CASE("ledger: the last token of each limit is left alone") {
    Ledger orders, same, failures;
    CHECK(until_refused(orders, order_of(), kNow, Spent::kOrder) == 3);          // of 4
    auto renewal = order_of();
    renewal.renewal = true;
    CHECK(until_refused(same, renewal, kNow, Spent::kCertificate) == 4);         // of 5
    CHECK(until_refused(failures, order_of(), kNow, Spent::kFailure) == 1);      // of 2
    auto refusal = same.refuse(renewal, kNow);
    REQUIRE(refusal);
    CHECK(refusal->limit == "5 certificates for the same names in 7 days");
    CHECK(refusal->until == kNow + 7 * kDay / 5);  // when a second token has come back
    CHECK_FALSE(same.refuse(renewal, refusal->until));
    CHECK(same.refuse(renewal, refusal->until - Seconds(1)));
}

TEST_CASE("ledger: other names, another CA and a renewal have buckets of their own") {
    Ledger ledger;
    CHECK(until_refused(ledger, order_of(), kNow, Spent::kCertificate) == 2);  // the domain's 3
    CHECK(ledger.refuse(order_of({"b.example.org"}), kNow)->limit == "3 certificates for names of example.org in 7 days");
    auto renewal = order_of();
    renewal.renewal = true;
    CHECK_FALSE(ledger.refuse(renewal, kNow));                  // exempt from the domain's limit
    CHECK_FALSE(ledger.refuse(order_of({"example.net"}), kNow));
    auto elsewhere = order_of();
    elsewhere.directory_url = "https://other.example/dir";
    CHECK_FALSE(ledger.refuse(elsewhere, kNow));
}

TEST_CASE("ledger: the order of names does not matter, a name more does") {
    Ledger ledger;
    auto ab = order_of({"a.example.org", "b.example.net"}), ba = order_of({"b.example.net", "a.example.org"});
    ab.renewal = ba.renewal = true;
    CHECK(until_refused(ledger, ab, kNow, Spent::kCertificate) == 4);
    CHECK(ledger.refuse(ba, kNow));
    auto abc = order_of({"a.example.org", "b.example.net", "c.example.com"});
    abc.renewal = true;
    CHECK_FALSE(ledger.refuse(abc, kNow));
}

TEST_CASE("ledger: a new account is asked for only when one is missing") {
    Ledger ledger;
    auto first = order_of();
    first.new_account = true;
    CHECK(until_refused(ledger, first, kNow, Spent::kAccount) == 1);
    CHECK(ledger.refuse(first, kNow)->limit == "2 new accounts in 1 hour");
    CHECK_FALSE(ledger.refuse(order_of(), kNow));
}

TEST_CASE("ledger: a CA without limits is never refused, and nothing is remembered of it") {
    Ledger ledger;
    Ledger::Order free = order_of();
    free.limits = {};
    for (int i = 0; i < 100; ++i) CHECK_FALSE(ledger.spend(Spent::kOrder, free, "", kNow));
    CHECK_FALSE(ledger.refuse(free, kNow));
    CHECK(ledger.remembered(kNow).empty());
}

TEST_CASE("ledger: what was remembered goes on after a restart; what has refilled is forgotten") {
    Ledger ledger;
    until_refused(ledger, order_of(), kNow, Spent::kOrder);
    Ledger again(ledger.remembered(kNow));
    CHECK(again.refuse(order_of(), kNow));
    CHECK(again.refuse(order_of(), kNow)->until == ledger.refuse(order_of(), kNow)->until);
    CHECK(again.remembered(kNow + 4 * kHour).empty());
}

TEST_CASE("ledger: more tokens than there are cannot be owed") {
    Ledger ledger;  // --force spends on; the wait afterwards is that of an empty bucket
    for (int i = 0; i < 50; ++i) ledger.spend(Spent::kOrder, order_of(), "", kNow);
    CHECK(ledger.refuse(order_of(), kNow)->until == kNow + 2 * kHour);
}

TEST_CASE("ledger: a date from a clock in the future counts as an empty bucket, not as years") {
    Ledger ledger(std::map<std::string, WallTime>{{"https://ca.example/dir orders", kNow + 3650 * kDay}});
    CHECK(ledger.refuse(order_of(), kNow)->until == kNow + 2 * kHour);
}

TEST_CASE("ledger: such a date is mended once, and the bucket refills from then on") {
    const std::string key = "https://ca.example/dir orders";
    Ledger ledger(std::map<std::string, WallTime>{{key, kNow + 3650 * kDay}});
    CHECK(ledger.mend(order_of(), kNow));
    CHECK_FALSE(ledger.mend(order_of(), kNow));
    CHECK(ledger.refuse(order_of(), kNow + kHour)->until == kNow + 2 * kHour);
    CHECK_FALSE(ledger.refuse(order_of(), kNow + 2 * kHour));
    CHECK(ledger.remembered(kNow).at(key) == kNow + 4 * kHour);
}

TEST_CASE("ledger: the file stays small, and keeps what is emptiest") {
    Ledger ledger;
    for (int i = 0; i < 1000; ++i) {
        auto order = order_of({"n" + std::to_string(i) + ".example"});
        ledger.spend(Spent::kFailure, order, order.names.front(), kNow + Seconds(i));
    }
    auto left = ledger.remembered(kNow);
    CHECK(left.size() == Ledger::kBuckets);
    CHECK(left.count("https://ca.example/dir failures n999.example") == 1);
    CHECK(left.count("https://ca.example/dir failures n0.example") == 0);
}

TEST_CASE("ledger: what is left of each limit, and when the next token is there") {
    Ledger ledger;
    const auto state = [&](std::string_view words, WallTime now) {
        for (const Ledger::State& one : ledger.states({order_of(), order_of({"b.example.org"})}, now))
            if (one.limit == words) return std::optional(one);
        return std::optional<Ledger::State>();
    };
    const auto fresh = ledger.states({order_of(), order_of({"b.example.org"})}, kNow);
    REQUIRE(fresh.size() == 2);  // accounts and orders, once; nothing is spent of any name's
    for (const Ledger::State& one : fresh) {
        CHECK(one.left == one.of);
        CHECK_FALSE(one.next);
        CHECK(one.directory_url == "https://ca.example/dir");
    }
    ledger.spend(Spent::kOrder, order_of(), "", kNow);
    ledger.spend(Spent::kOrder, order_of(), "", kNow + Seconds(600));
    const auto orders = state("4 orders in 4 hours", kNow + Seconds(600));
    REQUIRE(orders);
    CHECK(orders->left == 2);
    CHECK(orders->of == 4);
    CHECK(orders->next == kNow + kHour);
    CHECK(state("4 orders in 4 hours", kNow + kHour)->left == 3);
    CHECK(state("4 orders in 4 hours", kNow + kHour)->next == kNow + 2 * kHour);
    CHECK(state("4 orders in 4 hours", kNow + 2 * kHour)->left == 4);
    ledger.spend(Spent::kCertificate, order_of(), "", kNow);
    CHECK(state("5 certificates for the same names in 7 days", kNow)->left == 4);
    CHECK(state("3 certificates for names of example.org in 7 days", kNow)->left == 2);
    for (int i = 0; i < 9; ++i) ledger.spend(Spent::kFailure, order_of(), "a.example.org", kNow);
    CHECK(state("2 failed validations of a.example.org in 1 hour", kNow)->left == 0);
    CHECK(state("2 failed validations of a.example.org in 1 hour", kNow)->next == kNow + kHour / 2);
    Ledger::Order free = order_of();
    free.limits = {};
    CHECK(ledger.states({free}, kNow).empty());
}

TEST_CASE("ledger: of several limits the one that lasts longest is told, with its length in words") {
    const std::pair<Seconds, const char*> rows[] = {{kDay, "in 1 day"}, {3 * kDay, "in 3 days"}, {kHour, "in 1 hour"}, {30 * kHour, "in 30 hours"}};
    for (const auto& row : rows) {
        const Seconds window = row.first;
        const std::string words = row.second;
        CAPTURE(words);
        Ledger ledger;
        auto order = order_of();
        order.limits = {{}, {2, window}, {2, kHour / 2}, {}, {}};
        ledger.spend(Spent::kOrder, order, "", kNow);
        ledger.spend(Spent::kCertificate, order, "", kNow);
        const auto refusal = ledger.refuse(order, kNow);
        REQUIRE(refusal);
        CHECK(refusal->limit == "2 orders " + words);
        CHECK(refusal->until == kNow + window / 2);
    }
}

TEST_CASE("ledger: a dry run's directory is known for Let's Encrypt alone") {
    CHECK(staging_directory("https://acme-v02.api.letsencrypt.org/directory") == "https://acme-staging-v02.api.letsencrypt.org/directory");
    for (const char* other : {"https://acme-staging-v02.api.letsencrypt.org/directory", "https://ca.example/dir", ""})
        CHECK(staging_directory(other).empty());
}

TEST_CASE("ledger: registered domains") {
    CHECK(registered_domain("example.org") == "example.org");
    CHECK(registered_domain("a.b.example.org") == "example.org");
    CHECK(registered_domain("www.example.co.uk") == "example.co.uk");
    CHECK(registered_domain("example.co.uk") == "example.co.uk");
    CHECK(registered_domain("co.uk") == "co.uk");
    CHECK(registered_domain("www.bbc.com") == "bbc.com");
    CHECK(registered_domain("localhost") == "localhost");
    CHECK(registered_domain("192.0.2.7") == "192.0.2.7");
    CHECK(registered_domain("2001:db8::1") == "2001:db8::1");
    CHECK(registered_domain(".org") == ".org");        // what is no name does no harm
    CHECK(registered_domain(".co.uk") == "co.uk");
    CHECK(registered_domain("a.long-label.uk") == "long-label.uk");
}

TEST_CASE("ledger: Let's Encrypt's limits by its directory, none for others") {
    CHECK(limits_of("https://acme-v02.api.letsencrypt.org/directory").same_names.tokens == 5);
    CHECK(limits_of("https://acme-staging-v02.api.letsencrypt.org/directory").failures.tokens == 200);
    CHECK(limits_of("https://ca.example/dir").orders.tokens == 0);
}
