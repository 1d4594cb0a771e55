#include "server/http/conditional.h"

#include <doctest.h>

namespace postern::http {
namespace {

constexpr std::string_view kModified = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::string_view kBefore = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr std::string_view kAfter = "Sun, 06 Nov 1994 08:49:38 GMT";

Condition ask(std::vector<FieldView> fields, Method method = Method::kGet) {
    Request request;
    request.method = method;
    request.fields = fields;
    return evaluate(request, {"\"tag\"", 784111777, kModified}, 900000000);
}

}  // namespace

TEST_CASE("If-None-Match: weak comparison over lists, before any date") {
    for (const char* same : {"\"tag\"", "W/\"tag\"", "\"x\", \"tag\"", "\"x\",W/\"tag\" , \"y\"", "*", " * ", "\"a,b\", \"tag\"",
                             ", ,\"tag\""}) {
        CAPTURE(same);
        CHECK(ask({{"If-None-Match", same}}) == Condition::kNotModified);
        CHECK(ask({{"if-none-match", same}}, Method::kHead) == Condition::kNotModified);
        CHECK(ask({{"If-None-Match", same}}, Method::kPut) == Condition::kFailed);
        CHECK(ask({{"If-None-Match", same}, {"If-Modified-Since", kBefore}}) == Condition::kNotModified);
    }
    for (const char* other : {"\"x\"", "tag", "\"tag", "w/\"tag\"", "", "\"TAG\"", "\"x\" junk \"tag\"", "\"tag\"x, *"}) {
        CAPTURE(other);
        const bool first_counts = std::string_view(other).substr(0, 5) == "\"tag\"";
        CHECK(ask({{"If-None-Match", other}}) == (first_counts ? Condition::kNotModified : Condition::kSend));
    }
    CHECK(ask({{"If-None-Match", "\"x\""}, {"If-Modified-Since", kModified}}) == Condition::kSend);
    CHECK(ask({{"If-None-Match", "\"x\""}, {"If-None-Match", "\"tag\""}}) == Condition::kNotModified);
}

TEST_CASE("If-Modified-Since: GET and HEAD only, broken dates ignored") {
    CHECK(ask({{"If-Modified-Since", kModified}}) == Condition::kNotModified);
    CHECK(ask({{"If-Modified-Since", kAfter}}) == Condition::kNotModified);
    CHECK(ask({{"If-Modified-Since", kBefore}}) == Condition::kSend);
    CHECK(ask({{"If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT"}}) == Condition::kNotModified);
    CHECK(ask({{"If-Modified-Since", "yesterday"}}) == Condition::kSend);
    CHECK(ask({{"If-Modified-Since", ""}}) == Condition::kSend);
    CHECK(ask({{"If-Modified-Since", kModified}}, Method::kPost) == Condition::kSend);
    CHECK(ask({{"If-Modified-Since", kModified}, {"If-Modified-Since", kModified}}) == Condition::kSend);
    CHECK(ask({{"If-Modified-Since", kModified}, {"If-Modified-Since", kModified}, {"If-Modified-Since", kModified}}) == Condition::kSend);
}

TEST_CASE("If-Match: strong comparison; If-Unmodified-Since only without it") {
    CHECK(ask({{"If-Match", "\"x\", \"tag\""}}) == Condition::kSend);
    CHECK(ask({{"If-Match", "*"}}) == Condition::kSend);
    CHECK(ask({{"If-Match", "W/\"tag\""}}) == Condition::kFailed);
    CHECK(ask({{"If-Match", "\"x\""}}) == Condition::kFailed);
    CHECK(ask({{"If-Match", "\"tag\""}, {"If-Unmodified-Since", kBefore}}) == Condition::kSend);
    CHECK(ask({{"If-Unmodified-Since", kBefore}}) == Condition::kFailed);
    CHECK(ask({{"If-Unmodified-Since", kModified}}) == Condition::kSend);
    CHECK(ask({{"If-Unmodified-Since", "soon"}}) == Condition::kSend);
    CHECK(ask({{"If-Unmodified-Since", kBefore}, {"If-Unmodified-Since", kBefore}}) == Condition::kSend);
    CHECK(ask({{"If-Match", "\"tag\""}, {"If-None-Match", "\"tag\""}}) == Condition::kNotModified);
}

TEST_CASE("without validators nothing but * matches") {
    Request request;
    const FieldView dated{"If-Modified-Since", kAfter};
    request.fields = {&dated, 1};
    CHECK(evaluate(request, {}, 900000000) == Condition::kSend);
    const FieldView tagged{"If-None-Match", "\"\""};
    request.fields = {&tagged, 1};
    CHECK(evaluate(request, {}, 900000000) == Condition::kSend);
}

TEST_CASE("no condition") {
    CHECK(ask({}) == Condition::kSend);
    CHECK(ask({{"If-Range", "\"tag\""}, {"Accept", "*/*"}, {"In-Reply-To-Nothing", "x"}}) == Condition::kSend);
}

}  // namespace postern::http
