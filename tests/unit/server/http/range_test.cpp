#include "server/http/range.h"

#include <doctest.h>

namespace postern::http {
namespace {

// "0-3 7-9", "whole" or "none".
std::string text_of(const RangeSet& set) {
    if (set.kind() == RangeSet::Kind::kWhole) return "whole";
    if (set.kind() == RangeSet::Kind::kUnsatisfiable) return "none";
    std::string text;
    for (const ByteRange& range : set.parts()) {
        text += (text.empty() ? "" : " ") + std::to_string(range.first) + "-" + std::to_string(range.last());
    }
    return text;
}

struct Row {
    const char* value;
    std::uint64_t size;
    const char* parts;
};

constexpr Row kRows[] = {
    {"bytes=0-0", 10, "0-0"},
    {"bytes=0-9", 10, "0-9"},
    {"bytes=3-5", 10, "3-5"},
    {"bytes=3-", 10, "3-9"},
    {"bytes=9-9", 10, "9-9"},
    {"bytes=5-100", 10, "5-9"},
    {"bytes=-3", 10, "7-9"},
    {"bytes=-100", 10, "0-9"},
    {"BYTES=1-2", 10, "1-2"},
    {"bytes=01-002", 10, "1-2"},
    {"bytes=0-99999999999999999999999999", 10, "0-9"},
    {"bytes=-99999999999999999999999999", 10, "0-9"},
    {"bytes=18446744073709551614-", 18446744073709551615u, "18446744073709551614-18446744073709551614"},
    // none of it is there
    {"bytes=10-", 10, "none"},
    {"bytes=10-20", 10, "none"},
    {"bytes=-0", 10, "none"},
    {"bytes=99999999999999999999999999-", 10, "none"},
    {"bytes=10-,-0,44-45", 10, "none"},
    {"bytes=0-", 0, "none"},
    {"bytes=0-0", 0, "none"},
    {"bytes=-0", 0, "none"},
    {"bytes=-1", 0, "whole"},
    // several
    {"bytes=0-1,4-5", 10, "0-1 4-5"},
    {"bytes=0-1 ,\t4-5 ", 10, "0-1 4-5"},
    {"bytes=,0-1,,4-5,", 10, "0-1 4-5"},
    {"bytes=8-9,0-1", 10, "8-9 0-1"},
    {"bytes=0-1,20-30,4-5", 10, "0-1 4-5"},
    {"bytes=0-3,2-5", 10, "0-5"},
    {"bytes=0-1,2-3", 10, "0-3"},
    {"bytes=5-6,0-1,2-4", 10, "0-6"},
    {"bytes=8-9,0-1,4-4,1-5", 10, "8-9 0-5"},
    {"bytes=4-4,8-8,0-0,3-5", 10, "3-5 8-8 0-0"},
    {"bytes=0-0,-1", 10, "0-0 9-9"},
    {"bytes=0-,0-,0-,0-,0-,0-,0-,0-,0-,0-,0-,0-,0-,0-,0-,0-,0-,0-", 10, "0-9"},
    {"bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,30-30", 99,
     "0-0 2-2 4-4 6-6 8-8 10-10 12-12 14-14 16-16 18-18 20-20 22-22 24-24 26-26 28-28 30-30"},
    {"bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,30-30,32-32", 99, "whole"},
    // not a range of ours
    {"", 10, "whole"},
    {"bytes", 10, "whole"},
    {"bytes=", 10, "whole"},
    {"bytes=,", 10, "whole"},
    {"bytes=-", 10, "whole"},
    {"bytes=1", 10, "whole"},
    {"bytes=a-b", 10, "whole"},
    {"bytes=1-b", 10, "whole"},
    {"bytes=5-4", 10, "whole"},
    {"bytes=0-1,5-4", 10, "whole"},
    {"bytes=0-1;2-3", 10, "whole"},
    {"bytes=0-1-2", 10, "whole"},
    {"bytes=--1", 10, "whole"},
    {"bytes=+1-2", 10, "whole"},
    {"bytes=0 - 1", 10, "whole"},
    {"bytes = 0-1", 10, "whole"},
    {"bytes 0-1", 10, "whole"},
    {"lines=0-1", 10, "whole"},
    {"bytes=0x1-2", 10, "whole"},
};

constexpr std::string_view kModified = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr long long kSeconds = 784111777;

std::string ask(std::vector<FieldView> fields, long long now = 900000000, Method method = Method::kGet) {
    Request request;
    request.method = method;
    request.fields = fields;
    return text_of(select_ranges(request, {"\"tag\"", kSeconds, kModified}, 10, now));
}

}  // namespace

TEST_CASE("Range: what is asked for, merged, in order; what is broken or too much is ignored") {
    for (const Row& row : kRows) {
        CAPTURE(row.value);
        CHECK(text_of(RangeSet::parse(row.value, row.size)) == row.parts);
    }
}

TEST_CASE("Range: of GET alone, and of one field alone") {
    CHECK(ask({{"Range", "bytes=1-2"}}) == "1-2");
    CHECK(ask({{"rAnGe", "bytes=1-2"}}) == "1-2");
    CHECK(ask({{"Range", "bytes=1-2"}}, 900000000, Method::kHead) == "whole");
    CHECK(ask({{"Range", "bytes=1-2"}}, 900000000, Method::kPost) == "whole");
    CHECK(ask({{"Range", "bytes=1-2"}, {"Range", "bytes=4-5"}}) == "whole");
    CHECK(ask({}) == "whole");
}

TEST_CASE("If-Range: a strong tag, or the very date we send when it is a strong one") {
    for (const char* same : {"\"tag\"", "Sun, 06 Nov 1994 08:49:37 GMT"}) CHECK(ask({{"Range", "bytes=1-2"}, {"If-Range", same}}) == "1-2");
    for (const char* other : {"\"x\"", "W/\"tag\"", "tag", "\"tag\", \"x\"", "*", "", "Sun, 06 Nov 1994 08:49:38 GMT",
                              "Sun, 06 Nov 1994 08:49:36 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"}) {
        CAPTURE(other);
        CHECK(ask({{"Range", "bytes=1-2"}, {"If-Range", other}}) == "whole");
        CHECK(ask({{"Range", "bytes=20-"}, {"If-Range", other}}) == "whole");
    }
    CHECK(ask({{"Range", "bytes=1-2"}, {"If-Range", "\"tag\""}, {"If-Range", "\"tag\""}}) == "whole");
    CHECK(ask({{"If-Range", "\"tag\""}}) == "whole");
    // A file of this very second may change again in it.
    CHECK(ask({{"Range", "bytes=1-2"}, {"If-Range", kModified}}, kSeconds + 1) == "whole");
    CHECK(ask({{"Range", "bytes=1-2"}, {"If-Range", kModified}}, kSeconds + 2) == "1-2");
    Request request;
    const std::vector<FieldView> fields = {{"Range", "bytes=1-2"}, {"If-Range", ""}};
    request.fields = fields;
    CHECK(text_of(select_ranges(request, {"", 0, ""}, 10, 900000000)) == "whole");
}

TEST_CASE("Content-Range") {
    CHECK(content_range({3, 4}, 10) == "bytes 3-6/10");
    CHECK(content_range_of_none(10) == "bytes */10");
}

}  // namespace postern::http
