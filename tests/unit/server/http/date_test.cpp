#include "server/http/date.h"

#include <doctest.h>

namespace postern::http {

TEST_CASE("dates are written in the one preferred form") {
    CHECK(format_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(format_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(format_date(951782400) == "Tue, 29 Feb 2000 00:00:00 GMT");
    CHECK(format_date(2147483648) == "Tue, 19 Jan 2038 03:14:08 GMT");
    CHECK(format_date(4294967296) == "Sun, 07 Feb 2106 06:28:16 GMT");
    CHECK(format_date(253402300799) == "Fri, 31 Dec 9999 23:59:59 GMT");
    // What four digits of a year cannot hold is clamped: a clock that is wrong must not make a field that is.
    CHECK(format_date(253402300800) == "Fri, 31 Dec 9999 23:59:59 GMT");
    CHECK(format_date(-1) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST_CASE("dates are read in all three forms, and back") {
    constexpr long long kNow = 784111777;
    for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
        CAPTURE(text);
        CHECK(parse_date(text, kNow) == kNow);
    }
    CHECK(parse_date("Wed Nov 16 08:49:37 1994", kNow) == kNow + 864000);
    CHECK(parse_date("Thu, 31 Dec 1998 23:59:60 GMT", kNow) == 915148800);  // a leap second
    for (long long second = 0; second < 8'000'000'000; second += 86'400'007) CHECK(parse_date(format_date(second), 0) == second);
}

TEST_CASE("years of two digits lie at most 50 years ahead") {
    constexpr long long kIn2030 = 1'900'000'000;
    CHECK(parse_date("Sunday, 06-Nov-80 00:00:00 GMT", kIn2030) == 3498076800);  // 2080
    CHECK(parse_date("Sunday, 06-Nov-81 00:00:00 GMT", kIn2030) == 373852800);   // 1981
    CHECK(parse_date("Sunday, 06-Nov-94 08:49:37 GMT", kIn2030) == 784111777);
}

TEST_CASE("what is no date is refused") {
    for (const char* text :
         {"", "0", "Sun", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 GMT ",
          " Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun,06 Nov 1994 08:49:37 GMT",
          "Xyz, 06 Nov 1994 08:49:37 GMT", "unM, 06 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
          "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 2001 08:49:37 GMT",
          "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
          "Sun, 06 Nov 19940 8:49:37 GMT", "Sun, 06 Nov -994 08:49:37 GMT", "Sun, 06 Nov 1994 +8:49:37 GMT",
          "Someday, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
          "Sun Nov 06 08:49:37 94", "Sun Nov  6 08:49:37 1994 GMT", "784111777",
          "Sunday, 06-Nov-94 08:49:37 GMT and a text that goes on and on and on"}) {
        CAPTURE(text);
        CHECK(!parse_date(text, 784111777));
    }
}

TEST_CASE("the Date line is written anew when the second changes") {
    DateLine line;
    const WallTime first(Seconds(784111777));
    CHECK(line.at(first) == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    CHECK(line.at(first) == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    CHECK(line.at(first + Seconds(1)) == "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
    CHECK(line.at(first) == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    DateLine early;
    CHECK(early.at(WallTime(Seconds(-1))) == "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
}

}  // namespace postern::http
