// The certificates of a configuration as the status would name them, for the commands that work without a server.
#pragma once

#include "acme/status.h"
#include "firmware/config/config.h"

namespace postern {

// Names alone; nothing is read.
acme::StatusSnapshot planned_certificates(const config::Config& config);

}  // namespace postern
