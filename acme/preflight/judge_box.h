// What of this machine itself can spoil an order: its clock and its state folder. Pure.
#pragma once

#include <optional>

#include "acme/preflight/finding.h"
#include "acme/preflight/sights.h"

namespace postern::acme::preflight {

// `lower_bound`: no true clock is before it (acme/policy/clock_gate.h). `ca_date`: the CA's, over a verified chain.
Finding judge_clock(WallTime now, WallTime lower_bound, std::optional<WallTime> ca_date);

Finding judge_state(const StateSight& state);

}  // namespace postern::acme::preflight
