// Whose the state folder is, and how a process becomes him: for the server, and for the commands that work without one.
#pragma once

#include <string>

#include "firmware/config/config.h"
#include "server/base/files.h"

namespace postern {

std::string lock_path(const config::ServerSection& server);

// Makes the folder where there is none, for the user whom we become. kAdmin where another server uses it.
Result<void> prepare_state(FileSystem& files, const config::ServerSection& server);

// Nobody's rights but the server's from here on: what only root can read or reach says nothing of what the server can.
Result<void> become_its_owner(const config::ServerSection& server);

}  // namespace postern
