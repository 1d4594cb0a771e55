// Files that the configuration names and that root can read, but not the user whom the server becomes: `check` tells them as
// faults, `serve` as warnings.
#pragma once

#include <vector>

#include "firmware/config/config.h"

namespace postern {

// In the order of the file; none unless we are root and become somebody. Forks: before there is a second thread.
std::vector<config::Fault> access_faults(const config::Config& config);

}  // namespace postern
