// Which certificate serves when there are several: the public one in use, an earlier one, or our own. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "server/base/clock.h"

namespace postern::acme {

// A generation that was read and whose key matches.
struct Candidate {
    int generation = 0;
    bool live = false;         // the one that live/NAME points to
    std::size_t missing = 0;   // wanted names that it does not cover
    WallTime not_after{};
};

// The index of the one to serve, or nothing when there is none. What still lives comes before what has expired (with a
// clock that is not to be believed nothing has), then the one that misses fewest names, then the live one, then the newest.
// An expired one still beats a self-signed one: browsers refuse both, other clients tell more from the former.
std::optional<std::size_t> choose(const std::vector<Candidate>& candidates, WallTime now, bool clock_is_sane);

}  // namespace postern::acme
