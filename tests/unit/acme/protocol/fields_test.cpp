#include <doctest.h>

#include "acme/protocol/retry_after.h"

using namespace postern;
using namespace postern::acme;

namespace {

WallTime at(long long seconds) { return WallTime(Seconds(seconds)); }
std::optional<RetryAfter> asked(const std::string& value, long long now = 784111777) {
    return retry_after({503, {{"retry-after", value}}, {}}, at(now));
}

}  // namespace

TEST_CASE("the three forms of an HTTP date") {
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == at(784111777));
    CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == at(784111777));
    CHECK(parse_http_date("Sun Nov  6 08:49:37 1994") == at(784111777));
    CHECK(parse_http_date("Fri, 29 Feb 2036 00:00:00 GMT") == at(2087856000));
    CHECK(parse_http_date("Thu, 01 Jan 2099 00:00:00 GMT") == at(4070908800));  // beyond 2038
    CHECK(parse_http_date("Sun, 01 Jan 2108 00:00:00 GMT") == at(4354819200));  // beyond 2106
    CHECK(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT") == at(0));
    CHECK(parse_http_date("Saturday, 21-Nov-26 00:00:07 GMT") == at(1795219207));  // of two digits: 1970 to 2069
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:60 GMT") == at(784111800));      // a leap second
    for (const char* bad : {"", "soon", "Sun, 06 Nov 1994", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
                            "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
                            "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 19945 08:49:37 GMT",
                            "Sun, 06 Nov 1994 08:49:x7 GMT", "Sun, 06 Nov 1994 xx:49:37 GMT", "Sun, 06 Nov 1994 08:xx:37 GMT",
                            "Sun, xx Nov 1994 08:49:37 GMT", "Sun, 06 Nov xxxx 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
                            "Sun, 06 Nov 1994 08:49:37 GMT and more of it", "1994-11-06T08:49:37Z", ",,,,,,,,", "a b c d e f g"})
        CHECK_FALSE(parse_http_date(bad));
}

TEST_CASE("Retry-After in seconds") {
    CHECK(asked("0")->wait == Seconds(0));
    CHECK(asked("120")->wait == Seconds(120));
    CHECK(asked(" 7 ")->wait == Seconds(7));
    CHECK_FALSE(asked("7")->until);
    CHECK(asked("4294967297")->wait > Seconds(86400 * 300));  // 32 bits would make it 1
    CHECK(asked("18446744073709551617")->wait > Seconds(86400 * 300));
    CHECK(asked(std::string(500, '9'))->wait > Seconds(86400 * 300));
    for (const char* bad : {"", " ", "-1", "+1", "1.5", "1e3", "0x10", "soon", "1 2"}) CHECK_FALSE(asked(bad));
}

TEST_CASE("Retry-After as a date") {
    CHECK(asked("Sun, 06 Nov 1994 08:49:47 GMT")->wait == Seconds(10));
    CHECK(asked("Sun, 06 Nov 1994 08:49:47 GMT")->until == at(784111787));
    CHECK(asked("Sun, 06 Nov 1994 08:49:27 GMT")->wait == Seconds(0));  // past
    CHECK_FALSE(asked("Sun, 06 Nov 1994 08:49:27 GMT")->until);
    CHECK(asked("Fri, 31 Dec 9999 23:59:59 GMT")->wait < Seconds(86400 * 400));
}

TEST_CASE("fields are found without regard to case; the first counts") {
    HttpReply reply{200, {{"LOCATION", "a"}, {"location", "b"}, {"Link", "x"}, {"link", "y"}}, {}};
    CHECK(reply.field("Location") == "a");
    CHECK(reply.field("Nothing").empty());
    CHECK(reply.all("LINK").size() == 2);
}

TEST_CASE("a media type is compared without its parameters and without case; a missing one is overlooked") {
    const auto typed = [](const char* type) { return HttpReply{200, {{"Content-Type", type}}, {}}.has_type("application/json"); };
    for (const char* good : {"", "application/json", "Application/JSON", " application/json ;charset=utf-8"}) CHECK(typed(good));
    for (const char* bad : {"text/json", "application/json2", ";application/json", "application"}) CHECK_FALSE(typed(bad));
    CHECK(HttpReply{200, {}, {}}.has_type("application/json"));
}

TEST_CASE("relations in quotes that do not close are none") {
    for (const char* field : {"<https://ca/1>; rel=\"up", "<https://ca/1>; rel=\"", "<https://ca/1>; rel=up\"", "<https://ca/1>; rev=up", "<https://ca/1>"})
        CHECK(link_target({200, {{"Link", field}}, {}}, "up").empty());
    CHECK(link_target({200, {{"Link", ">x<https://ca/1>; rel=up"}}, {}}, "up") == "https://ca/1");
}

TEST_CASE("links by relation") {
    HttpReply reply{200,
                    {{"Link", "<https://ca/dir>;rel=\"index\", <https://ca/2>; title=\"x\"; rel=\"alternate up\""},
                     {"Link", "<https://ca/tos>;rel=terms-of-service"},
                     {"Link", "broken"},
                     {"Link", "<unclosed; rel=\"author\""},
                     {"Link", "<https://ca/3>; rel"}},
                    {}};
    CHECK(link_target(reply, "index") == "https://ca/dir");
    CHECK(link_target(reply, "alternate") == "https://ca/2");
    CHECK(link_target(reply, "up") == "https://ca/2");
    CHECK(link_target(reply, "terms-of-service") == "https://ca/tos");
    reply.fields.emplace_back("Link", "</4>; rel=alternate, <https://ca/5>;rel=alternate");
    CHECK(link_targets(reply, "alternate") == std::vector<std::string>{"https://ca/2", "/4", "https://ca/5"});
    CHECK(link_target(reply, "author").empty());
    CHECK(link_target(reply, "rel").empty());
    CHECK(link_target({200, {}, {}}, "index").empty());
}
