// When a certificate is to be renewed, and when the next attempt may start: pure functions of facts, by fractions of the
// lifetime and never by a number of days. Used by the worker; knows neither CA nor disk.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "server/base/clock.h"

namespace postern::acme {

struct Lifetime {
    WallTime not_before{};
    WallTime not_after{};
};

// As `renew_at` in the INI: with this fraction of the life left, or (seconds > 0) with this many seconds left.
struct RenewRule {
    double fraction = 1.0 / 3;  // in (0, 1)
    long long seconds = 0;
};

// The planned renewal. Lives under ten days are renewed with half of them left at the latest, so that a day's outage is
// survived; a rule in seconds that would leave under a tenth of the life in use counts as one half. `spread` (any number,
// the same for one certificate) moves it earlier by up to 1/60 of the life, 12 h at most: many boxes bought on one day do
// not ask on one second.
WallTime renewal_date(Lifetime life, RenewRule rule, std::uint64_t spread);

// A number for `spread` that stays the same over restarts: from the certificate's fingerprint.
std::uint64_t spread_of(std::string_view fingerprint);

struct DueFacts {
    WallTime now{};
    std::optional<WallTime> renewal;   // of the certificate in use; none: there is no public one for these names
    std::optional<WallTime> next_try;  // remembered after a failure
};

// The moment of the next attempt; <= now means due. A remembered date further away than the longest pause comes from a
// clock that was wrong and is not believed.
WallTime due_date(const DueFacts& facts);

}  // namespace postern::acme
