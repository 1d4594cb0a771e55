// Whether the state folder takes what will be written to it.
#pragma once

#include <string>

#include "acme/preflight/sights.h"
#include "server/base/files.h"

namespace postern::checks {

// Writes and removes a small file, as whom the process is; where there is no folder yet, its nearest parent is looked at.
acme::preflight::StateSight look_at_state(FileSystem& files, const std::string& folder, const std::string& user);

}  // namespace postern::checks
