// A file that lines are appended to, opened so that nobody can use it to lead root astray. For the sinks of the log and of
// the access log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "server/base/result.h"
#include "server/base/unique_fd.h"

namespace postern {

// Whom root gives a log file that it has just made, so that it can be opened again when root's rights are gone.
struct FileOwner {
    std::uint32_t uid = 0, gid = 0;
};

// 0640, made when it is not there. Writes to it never wait for a reader.
Result<UniqueFd> open_log_file(const std::string& path, std::optional<FileOwner> owner = {});

}  // namespace postern
