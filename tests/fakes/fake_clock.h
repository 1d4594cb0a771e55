// A clock that a test sets. Loop threads may read it while the test moves it.
#pragma once

#include <atomic>

#include "server/base/clock.h"

namespace postern::fakes {

class FakeClock final : public Clock {
public:
    // 2026-11-21T00:00:00Z; the steady time starts an hour after boot.
    explicit FakeClock(long long wall_seconds = 1795219200) : wall_(wall_seconds) {}

    WallTime wall() const override { return WallTime(std::chrono::duration<long long>(wall_.load())); }
    SteadyTime steady() const override { return SteadyTime(Millis(steady_.load())); }

    // Time passes: both move. Parts of a second reach the wall when they add up to one.
    void advance(Millis by) {
        const long long before = steady_.fetch_add(by.count());
        wall_ += (before + by.count()) / 1000 - before / 1000;
    }
    // Somebody sets the clock: the wall jumps, the steady time does not know.
    void set_wall(WallTime to) { wall_ = to.time_since_epoch().count(); }

private:
    std::atomic<long long> wall_;
    std::atomic<long long> steady_{3600 * 1000};
};

}  // namespace postern::fakes
