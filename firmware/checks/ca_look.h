// The CA as the preflight sees it: its directory over a verified chain, its clock, what it is called in CAA records.
#pragma once

#include "acme/preflight/sights.h"
#include "acme/protocol/transport.h"

namespace postern::checks {

// Blocks as long as the transport does, for each of a few redirects. `now` decides the century of an old date's form.
acme::preflight::CaSight look_at_ca(acme::Transport& transport, const acme::preflight::Case& one, WallTime now);

}  // namespace postern::checks
