// What this process uses of the machine. Asks the system, which answers at once; in a chroot without /proc some of it is missing.
#pragma once

#include <cstdint>
#include <optional>

#include "server/base/files.h"

namespace postern::process {

struct OwnFigures {
    std::optional<std::uint64_t> cpu_ms;          // user and system, of all threads
    std::optional<std::uint64_t> resident_bytes;
    std::optional<std::uint64_t> open_fds, max_fds;
};

OwnFigures own_figures(FileSystem& files);

}  // namespace postern::process
