// One fetch of our own page by name at one address, and what came of it. Blocks for limits::kPreflightFetch at most.
#pragma once

#include <string>
#include <string_view>

#include "acme/preflight/outside.h"
#include "firmware/admin/probe.h"
#include "server/base/waiting.h"

namespace postern::checks {

acme::preflight::Fetched fetch_probe(const acme::preflight::Target& target, const admin::Probe& probe, const Clock& clock,
                                     const Cancel& cancel);

// What an answer of HTTP (or of anything else) says of who answers. Pure.
acme::preflight::Fetched judge_answer(std::string_view answer, std::string_view page);

}  // namespace postern::checks
