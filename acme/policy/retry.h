// How long to wait after a failure (the delay table of the client's duties): within a run and between runs. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "server/base/clock.h"

namespace postern::acme {

inline constexpr int kTriesPerStep = 4;                 // the first, and three more after 1, 2 and 4 s
inline constexpr Seconds kLongestInRun = Seconds(60);   // a Retry-After above this ends the run
inline constexpr Seconds kLongestAsked = Seconds(604800);  // a CA's Retry-After counts up to a week, its longest window
inline constexpr Seconds kLongestPause = Seconds(8 * 86400);  // beyond any pause of ours

// The pause before the next try of a step that failed `failures` times (>= 1) in this run, or nothing: the run ends.
// A Retry-After wins over the table as long as it is within kLongestInRun.
std::optional<Millis> pause_in_run(int failures, std::optional<Seconds> retry_after);

struct FailedRun {
    int consecutive = 1;        // failed runs in a row that reached the CA, this one included
    bool reached_ca = true;     // false: no route, no name: says nothing about the CA, so it does not climb
    bool permanent = false;     // only a person can mend it: once a day, in case they did
    std::optional<Seconds> retry_after;  // what the CA asked for
};

// Seconds until the next run: 1 min, 10 min, 100 min, then daily, less or more a tenth by `jitter` (any number). Daily means
// at most 24 h. A Retry-After is never shortened.
Seconds pause_between_runs(const FailedRun& run, std::uint64_t jitter);

// The pace of polling without a Retry-After: 40, 60 and 200 ms once a run (a CA near by is done by then, and three more
// requests are what politeness allows), then 1, 2, 4 ... 30 s.
struct PollPace {
    int quick = 0;
    int slow = 0;  // starts anew when the order has moved on
};
Millis next_poll(PollPace& pace, std::optional<Seconds> retry_after);

}  // namespace postern::acme
