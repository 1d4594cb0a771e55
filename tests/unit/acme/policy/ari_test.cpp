#include "acme/policy/ari.h"

#include <doctest.h>

using namespace postern;
using namespace postern::acme;

namespace {

const WallTime kStart{Seconds(1'800'000'000)};

}  // namespace

TEST_CASE("ari: the moment is anywhere in the window, and never at its end") {
    const WallTime end = kStart + Seconds(1000);
    CHECK(moment_in(kStart, end, 0) == kStart);
    CHECK(moment_in(kStart, end, 999) == kStart + Seconds(999));
    CHECK(moment_in(kStart, end, 1000) == kStart);
    CHECK(moment_in(kStart, end, ~0ull) < end);
    CHECK(moment_in(kStart, kStart, 7) == kStart);
}

TEST_CASE("ari: the CA's pace within a minute and a day") {
    CHECK(ari_pause(std::nullopt) == Seconds(6 * 3600));
    CHECK(ari_pause(Seconds(0)) == Seconds(60));
    CHECK(ari_pause(Seconds(600)) == Seconds(600));
    CHECK(ari_pause(Seconds(10 * 86400)) == Seconds(86400));
}

TEST_CASE("ari: failures double the pause up to a day") {
    CHECK(ari_pause_after_failure(1, std::nullopt) == Seconds(3600));
    CHECK(ari_pause_after_failure(3, std::nullopt) == Seconds(4 * 3600));
    CHECK(ari_pause_after_failure(1000, std::nullopt) == Seconds(86400));
    CHECK(ari_pause_after_failure(1, Seconds(10)) == Seconds(3600));
    CHECK(ari_pause_after_failure(1, Seconds(7200)) == Seconds(7200));
    CHECK(ari_pause_after_failure(1, Seconds(1000000)) == Seconds(86400));
}
