#include "firmware/admin/verdict.h"

#include <doctest.h>

#include "tests/unit/firmware/admin/samples.h"

using namespace postern;
using namespace postern::admin;
using samples::kNow;

TEST_CASE("the verdict on each sample") {
    struct Row {
        std::string name, level, headline, detail;
    };
    const Row rows[] = {
        {"valid", "well", "All is well", "The certificate is in order. The next renewal is in 28 days."},
        {"failing", "attention", "1 certificate needs attention",
         "Visitors notice nothing yet. See below what happened and what to do."},
        {"waiting", "busy", "Just a moment", "1 certificate is being fetched right now. There is nothing for you to do."},
        {"not-obtained", "broken", "1 certificate needs attention",
         "Visitors of nas.example.net see a warning. See below what happened and what to do."},
        {"expired", "broken", "1 certificate needs attention",
         "Visitors of old.example.com see a warning. See below what happened and what to do."},
        {"renewing", "busy", "Just a moment", "1 certificate is being fetched right now. There is nothing for you to do."},
        {"many", "broken", "3 certificates need attention",
         "Visitors of old.example.com and nas.example.net see a warning. See below what happened and what to do."},
        {"notices", "attention", "The clock is not right",
         "This device does not know what time it is, so nothing is renewed and dates below may be wrong."},
        {"none", "well", "Nothing to look after yet", "Add a [site] to the configuration and reload."},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto verdict = verdict_of(samples::by_name(row.name).status, kNow);
        CHECK(name_of(verdict.level) == row.level);
        CHECK(verdict.headline == row.headline);
        CHECK(verdict.detail == row.detail);
    }
}

TEST_CASE("what its owner took away did not fail to be obtained") {
    const Words& words = Words::in("en");
    for (const auto& [type, word] : {std::pair{"revoked", "Revoked"}, std::pair{"deleted", "Deleted"}}) {
        auto status = samples::by_name("not-obtained").status.certificates.front();
        status.last_problem = acme::Problem{type, "as its owner asked", ""};
        CHECK(state_word(status, kNow, words) == "Not obtained");  // something is due again: it was renewed by force since
        status.next_attempt.reset();
        CHECK(state_word(status, kNow, words) == word);
        CHECK(state_sentence(status, kNow, words) == "Its certificate was " + std::string(type) + ": visitors see a warning.");
        CHECK(level_of(status, kNow) == Level::kBroken);
    }
}

TEST_CASE("the state of one certificate: word, sentence, level") {
    using acme::CertState;
    struct Row {
        CertState state;
        bool self_signed;
        double days_left;
        std::string word, sentence;
        Level level;
    };
    const Row rows[] = {
        {CertState::kValid, false, 58, "Valid", "Good for another 58 days. It renews itself in 28 days.", Level::kWell},
        {CertState::kValid, true, 300, "Self-signed", "Good for another 335 days.", Level::kAttention},
        {CertState::kRenewing, false, 29, "Renewing", "Good for another 29 days, and being renewed right now.", Level::kBusy},
        {CertState::kRenewing, true, 300, "Renewing", "The first certificate is being fetched right now.", Level::kBusy},
        {CertState::kFailing, false, 12, "Renewal failing",
         "Visitors notice nothing yet: this certificate is good for another 12 days. Next try in 2 hours.",
         Level::kAttention},
        {CertState::kFailing, true, 300, "Not obtained",
         "No certificate could be obtained yet: visitors see a warning. Next try in 2 hours.", Level::kBroken},
        {CertState::kFailing, false, -3, "Expired", "Expired 3 days ago: visitors see a warning. Next try in 2 hours.",
         Level::kBroken},
        {CertState::kWaiting, true, 300, "Waiting",
         "The first certificate is on its way. Until it is here, visitors see a warning. Next try in 2 hours.",
         Level::kBusy},
    };
    for (const auto& row : rows) {
        CAPTURE(row.sentence);
        auto status = row.self_signed ? samples::self_signed("a.example", {"a.example"})
                                      : samples::issued("a.example", {"a.example"}, row.days_left);
        status.state = row.state;
        status.next_attempt = kNow + Span(7200);
        CHECK(state_word(status, kNow) == row.word);
        CHECK(state_sentence(status, kNow) == row.sentence);
        CHECK(level_of(status, kNow) == row.level);
    }
}

TEST_CASE("a self-signed certificate that was asked for is well") {
    auto status = samples::self_signed("printer.lan", {"printer.lan"});
    status.kind = "self-signed";
    status.state = acme::CertState::kValid;
    CHECK(level_of(status, kNow) == Level::kWell);
    CHECK(state_sentence(status, kNow) == "Self-signed, as configured: browsers warn unless you accept it there.");
}

TEST_CASE("without a certificate at all nothing is assumed") {
    acme::CertStatus status;
    status.name = "a.example";
    status.kind = "acme";
    for (const auto state : {acme::CertState::kValid, acme::CertState::kRenewing, acme::CertState::kFailing,
                             acme::CertState::kExpired, acme::CertState::kWaiting}) {
        status.state = state;
        CHECK_FALSE(state_word(status, kNow).empty());
        CHECK_FALSE(state_sentence(status, kNow).empty());
        CHECK(level_of(status, kNow) != Level::kWell);
    }
}

TEST_CASE("many in trouble are counted, not listed") {
    acme::StatusSnapshot status;
    for (const std::string name : {"a.example", "b.example", "c.example", "d.example"})
        status.certificates.push_back(samples::issued(name, {name}, -1));
    const auto verdict = verdict_of(status, kNow);
    CHECK(verdict.headline == "4 certificates need attention");
    CHECK(verdict.detail == "Visitors of a.example and 3 others see a warning. See below what happened and what to do.");
}
