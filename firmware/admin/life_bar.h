// Where the marks of a certificate's life bar stand, in percent of its life: issued 0, expiry 100. Pure.
#pragma once

#include <optional>

#include "server/base/clock.h"

namespace postern::admin {

struct TimeWindow {
    WallTime start, end;
};

struct LifeBar {
    int today = 0;               // 0..100, also before the beginning and after the end
    std::optional<int> renewal;  // planned renewal, where it lies within the life
    struct Window {
        int from = 0, wide = 0;
    };
    std::optional<Window> window;  // in which the CA wants it renewed, as far as it lies within the life; never too narrow to see
    // Which side of its mark a word stands on, so that it stays within the bar: "start", "middle", "end" (SVG text-anchor).
    const char* today_anchor = "start";
    const char* renewal_anchor = "middle";
    bool renewal_has_word = false;  // false where the two words would touch
};

LifeBar life_bar(WallTime not_before, WallTime not_after, WallTime now, std::optional<WallTime> renew_after,
                 const std::optional<TimeWindow>& wanted = std::nullopt);

}  // namespace postern::admin
