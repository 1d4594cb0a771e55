#include "acme/policy/retry.h"

#include <doctest.h>

using namespace postern;
using namespace postern::acme;

TEST_CASE("within a run: 1, 2, 4 s, then the run ends") {
    CHECK(pause_in_run(1, {}) == Millis(1000));
    CHECK(pause_in_run(2, {}) == Millis(2000));
    CHECK(pause_in_run(3, {}) == Millis(4000));
    CHECK_FALSE(pause_in_run(4, {}));
    CHECK_FALSE(pause_in_run(0, {}));
}

TEST_CASE("within a run: Retry-After up to 60 s wins") {
    CHECK(pause_in_run(1, Seconds(3)) == Millis(3000));
    CHECK(pause_in_run(3, Seconds(60)) == Millis(60000));
    CHECK(pause_in_run(1, Seconds(0)) == Millis(1000));  // no tight loop
    CHECK_FALSE(pause_in_run(1, Seconds(61)));
    CHECK_FALSE(pause_in_run(4, Seconds(1)));
}

TEST_CASE("between runs: 1, 10, 100 min, then daily, a tenth of jitter") {
    const long long expected[] = {60, 600, 6000, 78545, 78545, 78545};
    for (int n = 1; n <= 6; ++n) {
        for (std::uint64_t jitter : {0ull, 17ull, 999999999ull, 0xffffffffffffffffull}) {
            long long pause = pause_between_runs({n, true, false, {}}, jitter).count();
            CHECK(pause >= expected[n - 1] - expected[n - 1] / 10);
            CHECK(pause <= expected[n - 1] + expected[n - 1] / 10);
            CHECK(pause <= 86400);
        }
    }
}

TEST_CASE("between runs: what never reached the CA does not climb") {
    CHECK(pause_between_runs({9, false, false, {}}, 6) == Seconds(60));
}

TEST_CASE("between runs: what only a person can mend waits a day at once") {
    CHECK(pause_between_runs({1, true, true, {}}, 0) >= Seconds(70000));
}

TEST_CASE("between runs: a Retry-After is never shortened, and believed up to a week") {
    CHECK(pause_between_runs({1, true, false, Seconds(3600)}, 0) == Seconds(3600));
    CHECK(pause_between_runs({1, true, false, Seconds(604800)}, 0) == Seconds(604800));
    CHECK(pause_between_runs({1, true, false, Seconds(1LL << 60)}, 0) == Seconds(604800));
    CHECK(pause_between_runs({3, true, false, Seconds(5)}, 600) == Seconds(6000));
}

TEST_CASE("polls: 40, 60, 200 ms once, then 1, 2, 4 ... 30 s, or as the CA says") {
    PollPace pace;
    for (long long expected : {40, 60, 200, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000})
        CHECK(next_poll(pace, {}).count() == expected);
    pace.slow = 0;
    CHECK(next_poll(pace, {}).count() == 1000);
    CHECK(next_poll(pace, Seconds(5)).count() == 5000);
    CHECK(next_poll(pace, Seconds(0)).count() == 2000);  // no tight loop
}
