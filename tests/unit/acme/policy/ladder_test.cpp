#include "acme/policy/ladder.h"

#include <doctest.h>

#include "acme/policy/clock_gate.h"

using namespace postern;
using namespace postern::acme;

namespace {
WallTime at(long long seconds) { return WallTime(Seconds(seconds)); }
}  // namespace

TEST_CASE("which certificate serves") {
    const Candidate live{5, true, 0, at(1000)}, before{4, false, 0, at(900)}, other{3, false, 1, at(2000)};
    CHECK_FALSE(choose({}, at(0), true));
    CHECK(choose({before, live, other}, at(0), true) == 1u);
    CHECK(choose({before, other}, at(0), true) == 0u);
    CHECK(choose({before, live, other}, at(1500), true) == 2u);   // the only one that lives
    CHECK(choose({before, live, other}, at(1500), false) == 1u);  // nobody knows what time it is
    CHECK(choose({before, live}, at(5000), true) == 1u);          // all expired: still the live one
}

TEST_CASE("the live one that lost a name gives way to an earlier one that has it") {
    const Candidate live{5, true, 1, at(1000)}, before{4, false, 0, at(900)};
    CHECK(choose({live, before}, at(0), true) == 1u);
}

TEST_CASE("a clock before any date that has surely passed is not believed") {
    const WallTime built = at(1000000);
    CHECK(clock_lower_bound(built, {}) == built);
    CHECK(clock_lower_bound(built, {at(5), at(2000000), at(1500000)}) == at(2000000));
    CHECK(clock_sane(at(1000000), built));
    CHECK(clock_sane(at(1000000 - 300), built));
    CHECK_FALSE(clock_sane(at(1000000 - 301), built));
    CHECK_FALSE(clock_sane(at(0), built));
}
