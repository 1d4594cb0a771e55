#include "firmware/metrics/history.h"

#include <algorithm>
#include <limits>

namespace postern::metrics {
namespace {

constexpr Millis kMinute = Seconds(60), kQuarter = Seconds(900);

std::uint32_t clamp(std::uint64_t value) {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

template <std::size_t kSteps>
void History::Ring<kSteps>::push(const Step& step) {
    steps[next] = step;
    next = (next + 1) % kSteps;
    size = std::min(size + 1, kSteps);
}

// Who comes late after several steps cannot tell them apart: what was done counts to the last of them.
template <std::size_t kSteps>
void History::Ring<kSteps>::sample(Millis length, SteadyTime now, const Totals& totals) {
    most = std::max(most, clamp(totals.connections));
    const auto over = std::max<Millis>(now - begun, Millis(0)) / length;
    if (over == 0) return;
    for (auto missed = std::min<decltype(over)>(over - 1, kSteps); missed > 0; --missed) push({});
    push({clamp(totals.requests - before.requests), clamp(totals.handshakes - before.handshakes), most,
          clamp(totals.errors - before.errors)});
    begun += length * over;
    before = totals;
    most = clamp(totals.connections);
}

void History::sample(SteadyTime now, const Totals& totals) {
    if (!begun_) {
        hour_.begun = day_.begun = now;
        hour_.before = day_.before = totals;
        begun_ = true;
    }
    hour_.sample(kMinute, now, totals);
    day_.sample(kQuarter, now, totals);
}

Series History::series(Span span) const {
    Series series;
    const auto copy = [&series](const auto& ring, Millis length) {
        series.step = std::chrono::duration_cast<Seconds>(length);
        for (std::size_t i = 0; i < ring.size; ++i) {
            const Step& step = ring.steps[(ring.next + ring.steps.size() - ring.size + i) % ring.steps.size()];
            series.requests.push_back(step.requests);
            series.handshakes.push_back(step.handshakes);
            series.connections.push_back(step.connections);
            series.errors.push_back(step.errors);
        }
    };
    if (span == Span::kDay) copy(day_, kQuarter);
    else copy(hour_, kMinute);
    return series;
}

}  // namespace postern::metrics
