// The status of everything as the JSON text of GET /api/v1/status; its members are promised in the contract.
#pragma once

#include <string>
#include <string_view>

#include "firmware/admin/control.h"
#include "server/base/clock.h"

namespace postern::admin {

// `now` is what days_left counts from (whole days, rounded down; negative once expired). Members that this version has
// nothing to say about (ari, sandbox; ledger without a server) are null. Text that is not UTF-8 is mended, never refused.
std::string status_json(const acme::StatusSnapshot& status, const ServerFacts& facts, WallTime now,
                        std::string_view version);

}  // namespace postern::admin
