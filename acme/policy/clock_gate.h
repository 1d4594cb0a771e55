// Is the wall clock to be believed? A box without a battery boots in 1970; until its clock passes every date that must
// already lie behind us, nothing expires and nothing is ordered. Pure.
#pragma once

#include <vector>

#include "server/base/clock.h"

namespace postern::acme {

// The newest moment that has surely passed: the program was built, each stored certificate was issued.
WallTime clock_lower_bound(WallTime built, const std::vector<WallTime>& issued);

// False while `now` lies before the bound (five minutes are forgiven: a CA's clock may be ahead of ours).
bool clock_sane(WallTime now, WallTime lower_bound);

}  // namespace postern::acme
