#include "firmware/admin/words.h"

#include <doctest.h>

#include "acme/advice.h"
#include "firmware/admin/life_bar.h"
#include "tests/unit/firmware/admin/samples.h"

using namespace postern;
using namespace postern::admin;
using samples::kNow;

TEST_CASE("whole_days rounds down, also after the end") {
    static constexpr std::pair<long long, long long> kRows[] = {
        {0, 0}, {1, 0}, {86399, 0}, {86400, 1}, {5 * 86400 + 1, 5}, {-1, -1}, {-86400, -1}, {-86401, -2},
    };
    for (const auto& [seconds, days] : kRows) CHECK(whole_days(Span(seconds)) == days);
}

TEST_CASE("durations and moments in words") {
    struct Row {
        long long seconds;
        std::string_view span, from_now;
    };
    static constexpr Row kRows[] = {
        {0, "less than a minute", "any moment now"},
        {59, "less than a minute", "any moment now"},
        {-1, "less than a minute", "just now"},
        {60, "1 minute", "in 1 minute"},
        {-60, "1 minute", "1 minute ago"},
        {3599, "59 minutes", "in 59 minutes"},
        {3600, "1 hour", "in 1 hour"},
        {86400 + 12 * 3600, "36 hours", "in 36 hours"},
        {2 * 86400, "2 days", "in 2 days"},
        {-58 * 86400, "58 days", "58 days ago"},
        {729 * 86400LL, "729 days", "in 729 days"},
        {5 * 365 * 86400LL, "5 years", "in 5 years"},
    };
    for (const auto& row : kRows) {
        CAPTURE(row.seconds);
        CHECK(span_words(Span(row.seconds)) == row.span);
        CHECK(from_now(kNow + Span(row.seconds), kNow) == row.from_now);
    }
}

TEST_CASE("dates in words, past 2038 too") {
    CHECK(date_words(kNow) == "21 Nov 2026");
    CHECK(moment_words(kNow) == "21 Nov 2026, 01:05 UTC");
    CHECK(date_words(WallTime{}) == "1 Jan 1970");
    CHECK(date_words(WallTime(Span(4294967296LL))) == "7 Feb 2106");
}

TEST_CASE("problems in words: ACME's, our own, with and without the URN, unknown") {
    CHECK(problem_words("connection") == "The certificate authority could not reach this device from outside.");
    CHECK(problem_words("urn:ietf:params:acme:error:connection") == problem_words("connection"));
    // what acme/protocol/problem.cpp has advice for, and what the engine makes up
    for (const std::string_view type :
         {"accountDoesNotExist", "answer", "badCSR", "badNonce", "badPublicKey", "badSignatureAlgorithm", "ca_file", "caa", "certificate",
          "challenge", "clock", "connection", "directory", "disk", "dns", "externalAccountRequired", "incorrectResponse",
          "invalidContact", "malformed", "order", "processing", "rateLimited", "refused", "rejectedIdentifier",
          "serverInternal", "tls", "tos", "transport", "trust", "unauthorized", "unsupportedContact",
          "unsupportedIdentifier", "url", "userActionRequired", "profile", "invalidProfile", "eab", "compound", "revoked", "deleted", "ledger", "shorter"}) {
        CAPTURE(type);
        CHECK(problem_words(type) != problem_words("neverHeardOf"));
    }
    for (const std::string_view type : {"", "neverHeardOf", "urn:ietf:params:acme:error:", "Connection"})
        CHECK(problem_words(type) == "The certificate could not be renewed.");
}

TEST_CASE("advice: plainer where it is the usual one, as it was said else") {
    const std::string usual(acme::usual_advice("connection"));
    CHECK(advice_words("connection", usual) != usual);
    CHECK(advice_words("connection", usual).find("port 80") != std::string::npos);
    CHECK(advice_words("connection", usual, Words::in("ja")).find("ポート 80") != std::string::npos);
    CHECK(advice_words("connection", "Ask Tom.", Words::in("ja")) == "Ask Tom.");
    CHECK(advice_words("neverHeardOf", "") == "");
}

TEST_CASE("keys, serials") {
    CHECK(key_words("ec256") == "ECDSA P-256");
    CHECK(key_words("rsa2048") == "RSA 2048");
    CHECK(key_words("new") == "new");
    CHECK(hex_pairs("") == "");
    CHECK(hex_pairs("ab") == "AB");
    CHECK(hex_pairs("ab12cd") == "AB:12:CD");
    CHECK(hex_pairs("1ab") == "1:AB");
}

TEST_CASE("life bar: where the marks stand") {
    struct Row {
        double age, life, renew_at;  // days; renew_at < 0: none
        int today;
        int renewal;                 // -1: none
        bool word;
    };
    static constexpr Row kRows[] = {
        {0, 90, 60, 0, 67, true},      {45, 90, 60, 50, 67, false}, {60, 90, 60, 67, 67, false},
        {80, 90, 60, 89, 67, false},   {95, 90, 60, 100, 67, true}, {-5, 90, 60, 0, 67, true},
        {10, 90, -1, 11, -1, false},   {10, 90, 90, 11, -1, false}, {10, 90, 0, 11, -1, false},
        {1, 36500, 30000, 0, 82, true}, {0, 0, -1, 100, -1, false},
    };
    for (const auto& row : kRows) {
        CAPTURE(row.age);
        CAPTURE(row.life);
        const auto begin = samples::in_days(-row.age);
        std::optional<WallTime> renew;
        if (row.renew_at >= 0) renew = begin + Span(static_cast<long long>(row.renew_at * samples::kDay));
        const auto bar = life_bar(begin, begin + Span(static_cast<long long>(row.life * samples::kDay)), kNow, renew);
        CHECK(bar.today == row.today);
        CHECK(bar.renewal.value_or(-1) == row.renewal);
        CHECK(bar.renewal_has_word == row.word);
    }
    CHECK(std::string(life_bar(kNow, samples::in_days(90), kNow, {}).today_anchor) == "start");
    CHECK(std::string(life_bar(samples::in_days(-90), kNow, kNow, {}).today_anchor) == "end");
}

TEST_CASE("life bar: when the CA wants the certificate renewed") {
    struct Row {
        double start, end;  // days of a life of 90
        int from, wide;     // -1: not shown
    };
    static constexpr Row kRows[] = {{58.5, 61.5, 65, 3},  {60, 60.1, 67, 2}, {-5, 9, 0, 10},  {88, 95, 98, 2},
                                    {89.9, 90.5, 98, 2},  {-5, 0, -1, 0},    {90, 95, -1, 0}, {60, 60, -1, 0},
                                    {-100, 300, 0, 100}};
    for (const auto& row : kRows) {
        CAPTURE(row.start);
        const auto bar = life_bar(kNow, samples::in_days(90), kNow, {}, TimeWindow{samples::in_days(row.start), samples::in_days(row.end)});
        CHECK((bar.window ? bar.window->from : -1) == row.from);
        CHECK((bar.window ? bar.window->wide : 0) == row.wide);
    }
}

TEST_CASE("life bar: a life that ends before it begins, or lasts for ages") {
    CHECK(life_bar(kNow, samples::in_days(-1), kNow, {}).today == 100);
    const WallTime first(Span(-62135596800LL)), last(Span(253402300799LL));  // years 1 to 9999
    CHECK(life_bar(first, last, kNow, {}).today == 20);
}
