#include "acme/preflight/judge_box.h"

#include <doctest.h>

#include <cerrno>

#include "acme/preflight/judge_ca.h"
#include "tests/unit/acme/preflight/fake_outside.h"

using namespace postern;
using namespace postern::acme;
using namespace postern::acme::preflight;

namespace {

constexpr WallTime kNow{Seconds(1795219200)};

bool holds(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

StateSight state() { return {"/var/lib/postern", true, 100u << 20, "", 0, "postern"}; }

Case one() {
    Case wanted;
    wanted.certificate = "example.org";
    wanted.names = {"example.org"};
    wanted.methods = {"http-01"};
    wanted.directory_url = "https://acme-v02.api.letsencrypt.org/directory";
    wanted.order = {wanted.directory_url, limits_of(wanted.directory_url), wanted.names, false, false};
    return wanted;
}

}  // namespace

TEST_CASE("the clock against the program and against the CA") {
    CHECK(judge_clock(kNow, kNow, kNow).level == Level::kOk);
    CHECK(judge_clock(kNow, kNow, kNow + Seconds(200)).level == Level::kOk);
    CHECK(judge_clock(kNow, kNow, std::nullopt).level == Level::kOk);
    const Finding old = judge_clock(WallTime(Seconds(100)), kNow, std::nullopt);
    CHECK(old.level == Level::kFault);
    CHECK(holds(old.seen, "1970-01-01"));
    CHECK(!old.paste.empty());
    const Finding behind = judge_clock(kNow, kNow, kNow + Seconds(7200));
    CHECK(behind.level == Level::kFault);
    CHECK(holds(behind.seen, "2 h behind"));
    CHECK(holds(behind.result, "not to be valid yet"));
    CHECK(judge_clock(kNow, kNow, kNow + Seconds(600)).level == Level::kWarning);
    const Finding ahead = judge_clock(kNow + Seconds(7 * 86400), kNow, kNow);
    CHECK(ahead.level == Level::kWarning);
    CHECK(holds(ahead.seen, "7 days ahead"));
}

TEST_CASE("the state folder") {
    CHECK(judge_state(state()).level == Level::kOk);
    CHECK(holds(judge_state(state()).seen, "100 MB"));
    StateSight fresh = state();
    fresh.there = false;
    CHECK(judge_state(fresh).level == Level::kOk);
    CHECK(holds(judge_state(fresh).seen, "made at the first start"));
    StateSight small = state();
    small.free_bytes = 1u << 20;
    CHECK(judge_state(small).level == Level::kWarning);
    small.free_bytes = 100;
    CHECK(judge_state(small).level == Level::kFault);
    CHECK(holds(judge_state(small).seen, "100 bytes"));
    const std::pair<int, const char*> rows[] = {{ENOSPC, "full"}, {EDQUOT, "full"}, {EROFS, "read-only"}, {EACCES, "by user postern"},
                                                {EPERM, "by user postern"}, {EIO, "it broke"}};
    for (const auto& row : rows) {
        const int number = row.first;
        StateSight bad = state();
        bad.failure = "it broke";
        bad.number = number;
        const Finding finding = judge_state(bad);
        CAPTURE(number);
        CHECK(finding.level == Level::kFault);
        CHECK(holds(finding.seen, row.second));
        CHECK(holds(finding.change, number == EACCES || number == EPERM ? "chown -R postern /var/lib/postern" : "[server] state"));
    }
}

TEST_CASE("how far a clock is off, and how much room there is, in the unit that fits") {
    const std::pair<long long, const char*> spans[] = {{90, "differs by 90 s"}, {200, "differs by 3 min"},  {600, "10 min behind"},
                                                       {7200, "2 h behind"},    {172800, "2 days behind"}};
    for (const auto& row : spans) {
        CAPTURE(row.second);
        CHECK(holds(judge_clock(kNow, kNow, kNow + Seconds(row.first)).seen, row.second));
    }
    const std::pair<std::uint64_t, const char*> sizes[] = {{10239, "10239 bytes are free"}, {10240, "10 kB are free"}, {10u << 20, "10 MB are free"}};
    for (const auto& row : sizes) {
        CAPTURE(row.second);
        StateSight sight = state();
        sight.free_bytes = row.first;
        CHECK(holds(judge_state(sight).seen, row.second));
    }
}

TEST_CASE("a state folder that cannot be written, looked at by who is not the server's user") {
    StateSight sight = state();
    sight.user = "";
    sight.failure = "Permission denied";
    sight.number = EACCES;
    const Finding finding = judge_state(sight);
    CHECK(holds(finding.seen, "by the server's user: Permission denied"));
    CHECK(holds(finding.change, "chown USER /var/lib/postern"));
}

TEST_CASE("a machine without trust anchors is told that none were found") {
    CaSight ca;
    CHECK(holds(judge_directory(one(), ca).seen, "its chain verified."));
    ca.failure = "it failed";
    ca.type = "trust";
    CHECK(holds(judge_directory(one(), ca).change, "(none were found)"));
    ca.trusts = "/etc/bundle.pem";
    CHECK(holds(judge_directory(one(), ca).change, "(/etc/bundle.pem)"));
}

TEST_CASE("the CA's directory and chain") {
    CaSight ca;
    ca.trusts = "/etc/bundle.pem";
    CHECK(judge_directory(one(), ca).level == Level::kOk);
    CHECK(holds(judge_directory(one(), ca).seen, "/etc/bundle.pem"));
    ca.failure = "it failed";
    const std::pair<const char*, const char*> rows[] = {{"trust", "ca_file"}, {"ca_file", "trust anchors"}, {"clock", "Set the clock"},
                                                        {"transport", "443"}, {"url", "443"}, {"directory", "URL"}};
    for (const auto& row : rows) {
        CAPTURE(row.first);
        ca.type = row.first;
        const Finding finding = judge_directory(one(), ca);
        CHECK(finding.level == Level::kFault);
        CHECK(holds(finding.seen, "it failed"));
        CHECK(holds(finding.change, row.second));
        CHECK(!finding.result.empty());
    }
    Case own = one();
    own.ca_file = "/etc/my-ca.pem";
    ca.type = "trust";
    CHECK(holds(judge_directory(own, ca).change, "ca_file = /etc/my-ca.pem"));
    CHECK(judge_directory(own, ca).paste.empty());
    ca.type = "ca_file";
    CHECK(holds(judge_directory(own, ca).change, "/etc/my-ca.pem"));
}

TEST_CASE("a CA that makes accounts for its own customers only: what matters is whether there is one, or the keys for one") {
    CaSight ca;
    ca.trusts = "/etc/bundle.pem";
    ca.external_account = true;
    const Finding missing = judge_directory(one(), ca);
    CHECK(missing.level == Level::kFault);
    CHECK(holds(missing.seen, "external account binding"));
    CHECK(holds(missing.result, "externalAccountRequired"));
    const auto keys = missing.change.find("Add the two"), other = missing.change.find("ca = letsencrypt");
    CHECK(keys < other);  // the keys first, another CA only then
    CHECK(other != missing.change.npos);
    REQUIRE(missing.paste.size() == 1);
    CHECK(missing.paste[0].lines == std::vector<std::string>{"eab_kid = KEY-ID", "eab_hmac_key = KEY"});
    Case keyed = one();
    keyed.has_external_account = true;
    CHECK(judge_directory(keyed, ca).level == Level::kOk);
    CHECK(holds(judge_directory(keyed, ca).seen, "has the keys"));
    CHECK(judge_directory(keyed, ca).paste.empty());
    Case known = one();
    known.account_url = "https://ca.example/account/1";
    CHECK(judge_directory(known, ca).level == Level::kOk);
    CHECK(holds(judge_directory(known, ca).seen, "ours is made"));
    ca.failure = "it failed";  // nothing else counts then
    ca.type = "transport";
    CHECK(holds(judge_directory(keyed, ca).change, "443"));
}

TEST_CASE("CAA, one finding for names that fare alike") {
    using Answer = dns::CaaVerdict::Answer;
    dns::CaaVerdict none;
    none.why = "no CAA records: every CA may issue";
    dns::CaaVerdict no;
    no.answer = Answer::kForbidden;
    no.why = "the CAA records of example.org do not name the CA";
    no.change = "example.org. IN CAA 0 issue \"ca.example\"";
    no.found = {"0 issue \"other.example\""};
    dns::CaaVerdict unknown;
    unknown.answer = Answer::kUnknown;
    unknown.why = "SERVFAIL";
    const auto findings = judge_caa_of({{"a.example", none, true}, {"b.example", none, true}, {"example.org", no, true}, {"c", unknown, false},
                                        {"d", unknown, true}});
    REQUIRE(findings.size() == 4);
    CHECK(findings[0].level == Level::kOk);
    CHECK(findings[0].about == "CAA of a.example, b.example");
    CHECK(findings[1].level == Level::kFault);
    CHECK(holds(findings[1].seen, "The CAA records of example.org do not name the CA. They are: 0 issue \"other.example\"."));
    CHECK(findings[1].paste.at(0).lines.at(0) == no.change);
    CHECK(findings[2].level == Level::kWarning);
    CHECK(holds(findings[2].seen, "could not be looked up: SERVFAIL"));
    CHECK(findings[3].level == Level::kNote);
}

TEST_CASE("a CAA record that is to be taken out is no record to add") {
    dns::CaaVerdict critical;
    critical.answer = dns::CaaVerdict::Answer::kForbidden;
    critical.why = "1.example has a critical CAA property";
    critical.change = "take it out, or make its flag 0: 128 tbs \"x\"";
    const auto findings = judge_caa_of({{"1.example", critical, true}, {"2.example", {}, true}});
    REQUIRE(findings.size() == 2);
    CHECK(holds(findings[0].seen, "1.example has"));  // nothing to write in capitals
    CHECK(findings[0].change == "Where the domain's DNS is looked after, take it out, or make its flag 0: 128 tbs \"x\".");
    CHECK(findings[0].paste.empty());
    CHECK(findings[1].level == Level::kOk);
}

TEST_CASE("the limits of the CA") {
    Ledger ledger;
    CHECK(judge_limits(one(), ledger, kNow).level == Level::kOk);
    for (int i = 0; i < 4; ++i) ledger.spend(Spent::kCertificate, one().order, "", kNow);
    const Finding spent = judge_limits(one(), ledger, kNow);
    CHECK(spent.level == Level::kWarning);
    CHECK(holds(spent.seen, "5 certificates for the same names in 7 days"));
    CHECK(holds(spent.result, "orders from 2026-11-2"));
    Case other = one();
    other.order.limits = {};
    CHECK(holds(judge_limits(other, ledger, kNow).seen, "None are known"));
}

TEST_CASE("findings as one sentence, and the worst of them") {
    CHECK(worst_of({}) == Level::kOk);
    CHECK(worst_of({{"a", Level::kNote, "", "", "", ""}, {"b", Level::kFault, "", "", "", ""}, {"c", Level::kOk, "", "", "", ""}}) == Level::kFault);
    CHECK(sentence_of({"a", Level::kFault, "x", "Seen.", "Then.", "Do."}) == "x: Seen. Then. To do: Do.");
    CHECK(sentence_of({"a", Level::kOk, "x", "Seen.", "", ""}) == "x: Seen.");
    CHECK(sentence_of({"a", Level::kFault, "x", "Seen.", "", "Add:", {{"zone", {"line"}}}}) == "x: Seen. To do: Add: line");
    CHECK(holds(sentence_of({"a", Level::kFault, "x", "Seen.", "", "Add:", {{"one", {"a"}}, {"two", {"b"}}}}), "check --preflight shows"));
    CHECK(name_of(Level::kOk) == "ok");
    CHECK(name_of(Level::kNote) == "note");
    CHECK(name_of(Level::kWarning) == "warning");
    CHECK(name_of(Level::kFault) == "fault");
}
