// Whether what `certificate = CHAIN.pem KEY.pem` names is there and looks like it: for `check`, which somebody reads. The server
// starts all the same, with what it has taken of them before, and says what is wrong where its certificates are shown.
#pragma once

#include <vector>

#include "firmware/config/config.h"
#include "server/base/files.h"

namespace postern {

std::vector<config::Fault> own_files_faults(const config::Config& config, FileSystem& files);

}  // namespace postern
