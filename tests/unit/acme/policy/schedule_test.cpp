#include "acme/policy/schedule.h"

#include <doctest.h>

#include "acme/policy/retry.h"

using namespace postern;
using namespace postern::acme;

namespace {

constexpr long long kDay = 86400;
WallTime at(long long seconds) { return WallTime(Seconds(seconds)); }
Lifetime days(long long n) { return {at(0), at(n * kDay)}; }
long long left(Lifetime life, RenewRule rule, std::uint64_t spread = 0) {
    return (life.not_after - renewal_date(life, rule, spread)).count();
}

}  // namespace

TEST_CASE("renewal lies at a fraction of the life, whatever its length") {
    CHECK(left(days(90), {}) == 30 * kDay);
    CHECK(left(days(45), {}) == 15 * kDay);
    CHECK(left(days(64), {0.5, 0}) == 32 * kDay);
    CHECK(left(days(90), {0.25, 0}) == 90 * kDay / 4);
}

TEST_CASE("short lives are renewed at half") {
    CHECK(left({at(0), at(160 * 3600)}, {}) == 80 * 3600);
    CHECK(left({at(0), at(600)}, {}) == 300);
    CHECK(left({at(0), at(600)}, {0.75, 0}) == 450);
}

TEST_CASE("a rule in seconds") {
    CHECK(left(days(90), {0, 30 * kDay}) == 30 * kDay);
    CHECK(left(days(6), {0, 30 * kDay}) == 3 * kDay);  // longer than the life: would renew for ever
    CHECK(left(days(31), {0, 30 * kDay}) == 31 * kDay / 2);
}

TEST_CASE("spread only moves it earlier, by 1/60 of the life and 12 h at most") {
    for (std::uint64_t spread : {0ull, 1ull, 12345ull, 0xffffffffffffffffull}) {
        CHECK(left(days(90), {}, spread) >= 30 * kDay);
        CHECK(left(days(90), {}, spread) <= 30 * kDay + kDay / 2);
        CHECK(left({at(0), at(600)}, {}, spread) <= 310);
    }
    CHECK(spread_of("ab") == spread_of("ab"));
    CHECK(spread_of("ab") != spread_of("ba"));
}

TEST_CASE("a certificate without a life is due since ever") {
    CHECK(renewal_date({at(100), at(100)}, {}, 7) == at(100));
    CHECK(renewal_date({at(100), at(50)}, {}, 7) == at(100));
}

TEST_CASE("dates beyond 2038 and 2106 do not overflow") {
    Lifetime life{at(4294967296LL + 1000), at(4294967296LL + 1000 + 90 * kDay)};
    CHECK(left(life, {}) == 30 * kDay);
    CHECK(renewal_date(life, {}, 0) > at(4294967296LL));
}

TEST_CASE("what is due when") {
    const WallTime now = at(1000000);
    CHECK(due_date({now, {}, {}}) == now);                              // nothing public yet
    CHECK(due_date({now, now + Seconds(5), {}}) == now + Seconds(5));
    CHECK(due_date({now, now - Seconds(5), now + Seconds(60)}) == now + Seconds(60));
    CHECK(due_date({now, now + Seconds(99), now + Seconds(60)}) == now + Seconds(99));
    CHECK(due_date({now, {}, now - Seconds(60)}) == now);
}

TEST_CASE("a remembered date from a clock in the future is not believed") {
    const WallTime now = at(1000000);
    CHECK(due_date({now, {}, now + kLongestPause}) == now + kLongestPause);
    CHECK(due_date({now, {}, now + kLongestPause + Seconds(1)}) == now);
}
