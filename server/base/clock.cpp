#include "server/base/clock.h"

#include <ctime>
#include <string_view>

namespace postern {

namespace {

timespec ask(clockid_t id) {
    timespec now{};
    clock_gettime(id, &now);  // cannot fail for these two clocks and a valid pointer
    return now;
}

#ifndef POSTERN_BUILD_EPOCH
// "Mmm dd yyyy" as the compiler writes it. It is local time (UTC under SOURCE_DATE_EPOCH), hence the day taken off:
// the answer may be early, never late.
constexpr long long seconds_from(std::string_view date) {
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const auto month = static_cast<unsigned>(kMonths.find(date.substr(0, 3)) / 3 + 1);
    const auto tens = date[4] == ' ' ? 0u : static_cast<unsigned>(date[4] - '0');
    const auto day = tens * 10 + static_cast<unsigned>(date[5] - '0');
    int year = 0;
    for (char digit : date.substr(7, 4)) year = year * 10 + (digit - '0');
    const std::chrono::sys_days days = std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
    return static_cast<long long>(days.time_since_epoch().count() - 1) * 86400;
}
static_assert(seconds_from("Jan  2 1970") == 0);
static_assert(seconds_from("Feb 29 2028") == 1835308800);
#define POSTERN_BUILD_EPOCH seconds_from(__DATE__)
#endif

}  // namespace

WallTime SystemClock::wall() const {
    return WallTime(std::chrono::duration<long long>(ask(CLOCK_REALTIME).tv_sec));
}

SteadyTime SystemClock::steady() const {
    const timespec now = ask(CLOCK_MONOTONIC);
    return SteadyTime(Seconds(now.tv_sec) + Millis(now.tv_nsec / 1000000));
}

WallTime build_time() {
    return WallTime(std::chrono::duration<long long>(POSTERN_BUILD_EPOCH));
}

}  // namespace postern
