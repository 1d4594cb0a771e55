// The two times: the wall's (may be wrong, may jump) and the steady one (for every wait and deadline).
// clock.cpp is the one file that asks the system; everybody else is handed a Clock.
#pragma once

#include <chrono>

namespace postern {

using Seconds = std::chrono::seconds;
using Millis = std::chrono::milliseconds;
// Seconds since 1970 in UTC, 64 bits wide on every board (2038, 2106).
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::duration<long long>>;
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, Millis>;

class Clock {
public:
    virtual ~Clock() = default;
    virtual WallTime wall() const = 0;
    virtual SteadyTime steady() const = 0;
};

// CLOCK_REALTIME and CLOCK_MONOTONIC. Thread-safe, no state.
class SystemClock final : public Clock {
public:
    WallTime wall() const override;
    SteadyTime steady() const override;
};

// When this program was built (SOURCE_DATE_EPOCH where set): no true wall clock is earlier.
WallTime build_time();

}  // namespace postern
