#include "acme/policy/retry.h"

#include <algorithm>
#include <iterator>

namespace postern::acme {

std::optional<Millis> pause_in_run(int failures, std::optional<Seconds> retry_after) {
    if (failures < 1 || failures >= kTriesPerStep) return std::nullopt;
    if (retry_after) {
        if (*retry_after > kLongestInRun) return std::nullopt;
        return Millis(std::max(*retry_after, Seconds(1)));
    }
    return Millis(Seconds(1LL << (failures - 1)));
}

Seconds pause_between_runs(const FailedRun& run, std::uint64_t jitter) {
    static constexpr long long kTable[] = {60, 600, 6000, 78545};  // the last: 24 h after its tenth of jitter
    static constexpr auto kLast = static_cast<int>(std::size(kTable)) - 1;
    int row = std::clamp(run.consecutive - 1, 0, kLast);
    if (run.permanent) row = kLast;
    if (!run.reached_ca) row = 0;
    long long base = kTable[row];
    long long tenth = base / 10;
    Seconds pause(base - tenth + static_cast<long long>(jitter % static_cast<std::uint64_t>(2 * tenth + 1)));
    if (!run.retry_after) return pause;
    return std::max(pause, std::min(*run.retry_after, kLongestAsked));
}

Millis next_poll(PollPace& pace, std::optional<Seconds> retry_after) {
    static constexpr long long kQuick[] = {40, 60, 200};
    if (retry_after && retry_after->count() > 0) return Millis(*retry_after);
    if (pace.quick < static_cast<int>(std::size(kQuick))) return Millis(kQuick[pace.quick++]);
    return Millis(Seconds(std::min(30LL, 1LL << std::min(pace.slow++, 5))));
}

}  // namespace postern::acme
