// Where the logs of the configuration go, made by serve.cpp at the start and by the server when it reopens them.
#pragma once

#include "firmware/config/config.h"
#include "server/base/log.h"

namespace postern {

Result<std::unique_ptr<LogSink>> open_log(const config::ServerSection& server);

// After somebody moved the file away (logrotate). What cannot be opened again goes on where it went, and says so.
void reopen_log(Log& log, const config::ServerSection& server);

}  // namespace postern
