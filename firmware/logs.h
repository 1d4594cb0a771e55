// Where the logs of the configuration go, made by serve.cpp at the start and by the server when it reopens them.
#pragma once

#include "firmware/config/config.h"
#include "server/base/log.h"
#include "server/front/access_log.h"

namespace postern {

Result<std::unique_ptr<LogSink>> open_log(const config::ServerSection& server);

// Null where nothing is to be noted: off.  `ring` is what access_log = ring fills.
Result<std::shared_ptr<front::AccessLog>> open_access_log(Log& log, const config::ServerSection& server,
                                                          const std::shared_ptr<LineRing>& ring);

// After somebody moved the file away (logrotate). What cannot be opened again goes on where it went, and says so.
void reopen_logs(Log& log, front::AccessLog* access, const config::ServerSection& server);

}  // namespace postern
