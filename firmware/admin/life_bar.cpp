#include "firmware/admin/life_bar.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace postern::admin {
namespace {

constexpr int kEdge = 14;     // percent of a phone's bar that half a word takes
constexpr int kNarrowest = 2; // of the CA's window: two days of 90, which is what they are
constexpr int kTouching = 30; // "today" and "renewal" side by side on a phone

int percent(WallTime at, WallTime begin, WallTime end) {
    const long long life = (end - begin).count();
    if (life <= 0) return 100;
    // in double: a hostile certificate may span centuries, and one percent is all the precision that is shown
    const double share = static_cast<double>((at - begin).count()) / static_cast<double>(life);
    return static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * 100.0));
}

std::optional<LifeBar::Window> window_of(const TimeWindow& wanted, WallTime begin, WallTime end) {
    if (wanted.end <= begin || wanted.start >= end || wanted.end <= wanted.start) return std::nullopt;
    const int from = std::min(percent(wanted.start, begin, end), 100 - kNarrowest);
    return LifeBar::Window{from, std::max(percent(wanted.end, begin, end) - from, kNarrowest)};
}

const char* anchor_at(int place) { return place < kEdge ? "start" : place > 100 - kEdge ? "end" : "middle"; }

}  // namespace

LifeBar life_bar(WallTime not_before, WallTime not_after, WallTime now, std::optional<WallTime> renew_after,
                 const std::optional<TimeWindow>& wanted) {
    LifeBar bar;
    if (wanted) bar.window = window_of(*wanted, not_before, not_after);
    bar.today = percent(now, not_before, not_after);
    bar.today_anchor = anchor_at(bar.today);
    if (!renew_after || *renew_after <= not_before || *renew_after >= not_after) return bar;
    bar.renewal = percent(*renew_after, not_before, not_after);
    bar.renewal_anchor = anchor_at(*bar.renewal);
    bar.renewal_has_word = std::abs(*bar.renewal - bar.today) >= kTouching;
    return bar;
}

}  // namespace postern::admin
