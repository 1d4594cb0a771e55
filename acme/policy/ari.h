// What to make of a CA's suggested window for a renewal (RFC 9773 section 4.2 and 4.3). Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "server/base/clock.h"

namespace postern::acme {

// A moment in [start, end), evenly by `draw` (any number): boxes that share a window do not come together. The window may
// lie in the past: then the moment does too, which means now.
WallTime moment_in(WallTime start, WallTime end, std::uint64_t draw);

// Until the CA is asked again: its Retry-After within a minute and a day; six hours without one.
Seconds ari_pause(std::optional<Seconds> retry_after);

// The same after `failures` (>= 1) in a row: 1 h, 2 h, 4 h ... a day; longer if the CA asked for it.
Seconds ari_pause_after_failure(int failures, std::optional<Seconds> retry_after);

}  // namespace postern::acme
