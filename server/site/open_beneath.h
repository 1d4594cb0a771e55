// Opens a file below a folder and nowhere else, whatever the path or a symlink in it says. Used by static_files.
#pragma once

#include <string>

#include "server/base/unique_fd.h"

namespace postern::site {

struct Opened {
    UniqueFd fd;    // read-only, non-blocking (a FIFO holds nobody up); empty on failure
    int error = 0;  // errno then
};

// `path` is relative, without "..", and does not end with '/'. The kernel (openat2, Linux 5.6) keeps the lookup beneath
// `root`: relative symlinks are followed as long as they stay there, absolute ones and /proc's magic ones never.
// Where there is no openat2, open_walking().
Opened open_beneath(int root, const std::string& path);

// Component by component without following any symlink: stricter, but needs nothing of the kernel.
Opened open_walking(int root, const std::string& path);

}  // namespace postern::site
