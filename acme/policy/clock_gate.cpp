#include "acme/policy/clock_gate.h"

#include <algorithm>

namespace postern::acme {

WallTime clock_lower_bound(WallTime built, const std::vector<WallTime>& issued) {
    WallTime bound = built;
    for (WallTime at : issued) bound = std::max(bound, at);
    return bound;
}

bool clock_sane(WallTime now, WallTime lower_bound) { return now + Seconds(300) >= lower_bound; }

}  // namespace postern::acme
