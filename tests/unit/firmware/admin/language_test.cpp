#include "firmware/admin/language.h"

#include <doctest.h>

#include "firmware/admin/admin_page.h"
#include "server/base/text.h"
#include "server/http/message.h"
#include "tests/unit/firmware/admin/samples.h"

using namespace postern;
using namespace postern::admin;

namespace {

std::string_view asked(std::string_view query, std::string_view cookie, std::string_view accept) {
    http::Request request;
    request.query = query;
    const http::FieldView fields[] = {{"Cookie", cookie}, {"Accept-Language", accept}};
    request.fields = fields;
    return language_of(request);
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("language: the query before the cookie before the browser's wish") {
    struct Row {
        std::string_view query, cookie, accept, expected;
    };
    static constexpr Row kRows[] = {
        {"", "", "", "en"},
        {"", "", "ja", "ja"},
        {"", "", "ja-JP,ja;q=0.9,en;q=0.8", "ja"},
        {"", "", "de-DE, de;q=0.9, ja;q=0.3, en;q=0.2", "ja"},
        {"", "", "en-GB,en;q=0.9,ja;q=0.8", "en"},
        {"", "", "en;q=0.1, JA;q=0.25", "ja"},
        {"", "", "ja;q=0", "en"},
        {"", "", "ja;q=0.0001, en;q=0.001", "en"},
        {"", "", "japanese", "en"},
        {"", "", "*", "en"},
        {"", "", ";;,q=,,ja;q", "ja"},
        {"", "lang=ja", "en", "ja"},
        {"", "lang=xx", "ja", "ja"},
        {"", "a=b; lang=en", "ja", "en"},
        {"lang=en", "lang=ja", "ja", "en"},
        {"a=1&lang=ja", "lang=en", "en", "ja"},
        {"lang=<script>", "", "", "en"},
        {"lang=", "", "", "en"},
    };
    for (const auto& row : kRows) {
        CAPTURE(row.query);
        CAPTURE(row.cookie);
        CAPTURE(row.accept);
        CHECK(asked(row.query, row.cookie, row.accept) == row.expected);
    }
}

TEST_CASE("words: slots are filled once, and what is missing stays to be seen") {
    const Words& words = Words::in("en");
    CHECK(words.say("when.future", {{"span", "3 days"}}) == "in 3 days");
    CHECK(words.say("when.future", {{"span", "{span}"}}) == "in {span}");
    CHECK(words.say("when.future") == "in {span}");
    CHECK(words.say("no.such.key") == "no.such.key");
    CHECK(words.count("span.day", 1) == "1 day");
    CHECK(words.count("span.day", 0) == "0 days");
    CHECK(Words::in("ja").count("span.day", 3) == "3 日");
    CHECK(&Words::in("ja-JP") == &Words::in("ja"));
    CHECK(Words::in("xx").language() == "en");
}

TEST_CASE("language: every sample in Japanese, with nothing left in English") {
    for (const auto& sample : samples::all()) {
        CAPTURE(sample.name);
        samples::FakeControl control(sample.status);
        http::Request request;
        request.query = "lang=ja";
        http::Context context;
        context.wall = samples::kNow;
        const auto response = status_page(control, context, &request);
        const auto page = samples::body_of(response);
        CHECK(has(page, "<html lang=\"ja\">"));
        CHECK(samples::field_of(response, "set-cookie") == "lang=ja; Path=/; Max-Age=31536000; Secure; SameSite=Strict");
        for (const std::string_view word : {">Issuer<", ">Valid<", "Good for", "Details<", " ago", "This server", "needs attention"})
            CHECK_FALSE(has(page, word));
    }
    samples::FakeControl control(samples::by_name("valid").status);
    http::Context context;
    context.wall = samples::kNow;
    CHECK(samples::field_of(status_page(control, context), "set-cookie").empty());
}

TEST_CASE("language: the doors speak both") {
    CHECK(has(samples::body_of(door_page(Door::kLogin, 200, "", "ja")), "<h1>ログイン</h1>"));
    CHECK(has(samples::body_of(door_page(Door::kSetup, 200, "", "ja")), "初期設定トークン"));
    CHECK(has(samples::body_of(door_page(Door::kSetup, 401, "no", "en", "/var/lib/<p>/setup-token")), "file /var/lib/&lt;p&gt;/setup-token."));
    CHECK(has(samples::body_of(door_page(Door::kLogin, 401, "<no>", "en")), "&lt;no&gt;"));
}

TEST_CASE("language: it is chosen before the door too, and remembered") {
    http::Request request;
    const http::FieldView fields[] = {{"Accept-Language", "en"}};
    request.fields = fields;
    CHECK(has(samples::body_of(door_page(Door::kLogin, request)), "<a href=\"?lang=ja\" lang=\"ja\""));
    CHECK(samples::field_of(door_page(Door::kLogin, request), "set-cookie").empty());
    request.query = "lang=ja";
    const auto chosen = door_page(Door::kSetup, request, "/state/setup-token");
    CHECK(has(samples::body_of(chosen), "ファイル /state/setup-token にも"));
    CHECK(has(samples::body_of(door_page(Door::kSetup, request, "")), "設定ファイルに setup_token として"));
    CHECK(samples::field_of(chosen, "set-cookie") == "lang=ja; Path=/; Max-Age=31536000; Secure; SameSite=Strict");
}
