#include <doctest.h>

#include "server/base/clock.h"
#include "server/base/text.h"
#include "tests/fakes/fake_clock.h"

using namespace postern;

TEST_CASE("RFC 3339: both ways, far beyond 2038 and 2106") {
    struct Row {
        long long seconds;
        std::string_view text;
    };
    for (const Row& row : std::vector<Row>{{0, "1970-01-01T00:00:00Z"},
                                           {-1, "1969-12-31T23:59:59Z"},
                                           {951782399, "2000-02-28T23:59:59Z"},
                                           {951782400, "2000-02-29T00:00:00Z"},
                                           {951868800, "2000-03-01T00:00:00Z"},
                                           {1795223000, "2026-11-21T01:03:20Z"},
                                           {2147483647, "2038-01-19T03:14:07Z"},
                                           {2147483648, "2038-01-19T03:14:08Z"},
                                           {4107542400, "2100-03-01T00:00:00Z"},  // 2100 is no leap year
                                           {4294967295, "2106-02-07T06:28:15Z"},
                                           {4294967296, "2106-02-07T06:28:16Z"},
                                           {253402300799, "9999-12-31T23:59:59Z"},
                                           {-62167219200, "0000-01-01T00:00:00Z"},
                                           {-62135596801, "0000-12-31T23:59:59Z"}}) {
        CAPTURE(row.text);
        CHECK(to_rfc3339(row.seconds) == row.text);
        CHECK(from_rfc3339(row.text) == row.seconds);
    }
    CHECK(to_rfc3339(253402300800) == "9999-12-31T23:59:59Z");
    CHECK(to_rfc3339(std::numeric_limits<long long>::max()) == "9999-12-31T23:59:59Z");
    CHECK(to_rfc3339(std::numeric_limits<long long>::min()) == "0000-01-01T00:00:00Z");
}

TEST_CASE("RFC 3339: offsets, fractions, leap seconds when reading") {
    struct Row {
        std::string_view text;
        long long seconds;
    };
    for (const Row& row : std::vector<Row>{{"1985-04-12T23:20:50.52Z", 482196050},      // the RFC's own examples
                                           {"1996-12-19T16:39:57-08:00", 851042397},
                                           {"1990-12-31T23:59:60Z", 662688000},
                                           {"1990-12-31T15:59:60-08:00", 662688000},
                                           {"1937-01-01T12:00:27.87+00:20", -1041337173},
                                           {"2026-11-21t01:03:20z", 1795223000},
                                           {"2026-11-21 01:03:20Z", 1795223000},
                                           {"2026-11-21T01:03:20.123456789Z", 1795223000},
                                           {"2026-11-21T01:03:20-00:00", 1795223000},
                                           {"2026-11-21T06:33:20+05:30", 1795223000}}) {
        CAPTURE(row.text);
        CHECK(from_rfc3339(row.text) == row.seconds);
    }
}

TEST_CASE("RFC 3339: bad texts") {
    for (std::string_view bad :
         {"", "2026", "2026-11-21", "2026-11-21T01:03:20", "2026-11-21T01:03Z", "2026-11-21T01:03:20.Z", "2026-11-21T01:03:20.5",
          "2026-11-21T24:00:00Z", "2026-11-21T01:60:00Z", "2026-11-21T01:03:61Z", "2026-13-01T00:00:00Z",
          "2026-00-01T00:00:00Z", "2026-11-31T00:00:00Z", "2026-11-00T00:00:00Z", "2026-02-29T00:00:00Z",
          "2100-02-29T00:00:00Z", "2026-1-21T01:03:20Z", "+026-11-21T01:03:20Z", "2026-11-21T01:03:20Z ",
          " 2026-11-21T01:03:20Z", "2026-11-21T01:03:20+24:00", "2026-11-21T01:03:20+0530", "2026-11-21T01:03:20+05",
          "2026-11-21T01:03:20ZZ", "20261121T010320Z", "2026-11-21X01:03:20Z"}) {
        CAPTURE(bad);
        CHECK_FALSE(from_rfc3339(bad).has_value());
    }
}

TEST_CASE("RFC 3339: every day of four centuries comes back") {
    for (long long day = -170000; day < 146097 - 170000 + 146097; day += 1) {
        const long long seconds = day * 86400 + 4242;
        if (from_rfc3339(to_rfc3339(seconds)) != seconds) FAIL("day " << day);
    }
}

TEST_CASE("clock: the system's is past its build, steady never goes back") {
    SystemClock clock;
    CHECK(clock.wall() >= build_time());
    CHECK(build_time() > WallTime(std::chrono::duration<long long>(1767225600)));  // 2026
    const SteadyTime first = clock.steady();
    CHECK(clock.steady() >= first);
    static_assert(sizeof(WallTime::rep) == 8);
}

TEST_CASE("FakeClock: parts of a second add up") {
    fakes::FakeClock clock;
    const WallTime wall = clock.wall();
    const SteadyTime steady = clock.steady();
    for (int i = 0; i < 10; ++i) clock.advance(Millis(250));
    CHECK(clock.wall() - wall == Seconds(2));
    CHECK(clock.steady() - steady == Millis(2500));
    clock.set_wall(wall - Seconds(100));
    CHECK(clock.wall() - wall == Seconds(-100));
    CHECK(clock.steady() - steady == Millis(2500));
}
