#include "firmware/admin/life_bar.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace postern::admin {
namespace {

constexpr int kEdge = 14;     // percent of a phone's bar that half a word takes
constexpr int kTouching = 30; // "today" and "renewal" side by side on a phone

int percent(WallTime at, WallTime begin, WallTime end) {
    const long long life = (end - begin).count();
    if (life <= 0) return 100;
    // in double: a hostile certificate may span centuries, and one percent is all the precision that is shown
    const double share = static_cast<double>((at - begin).count()) / static_cast<double>(life);
    return static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * 100.0));
}

const char* anchor_at(int place) { return place < kEdge ? "start" : place > 100 - kEdge ? "end" : "middle"; }

}  // namespace

LifeBar life_bar(WallTime not_before, WallTime not_after, WallTime now, std::optional<WallTime> renew_after) {
    LifeBar bar;
    bar.today = percent(now, not_before, not_after);
    bar.today_anchor = anchor_at(bar.today);
    if (!renew_after || *renew_after <= not_before || *renew_after >= not_after) return bar;
    bar.renewal = percent(*renew_after, not_before, not_after);
    bar.renewal_anchor = anchor_at(*bar.renewal);
    bar.renewal_has_word = std::abs(*bar.renewal - bar.today) >= kTouching;
    return bar;
}

}  // namespace postern::admin
