// The status as the state folder alone tells it, for `status` and `show` when no server runs. Reads and changes nothing.
#pragma once

#include <string>
#include <vector>

#include "acme/status.h"
#include "acme/wanted.h"
#include "server/base/clock.h"
#include "server/base/files.h"

namespace postern {

// One entry for each wanted certificate, in this order. kAdmin when the folder cannot be read at all.
Result<acme::StatusSnapshot> read_offline_status(FileSystem& files, const std::string& state,
                                                 const std::vector<acme::WantedCert>& wanted, WallTime now);

}  // namespace postern
