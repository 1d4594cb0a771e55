// Whether another user could read files, asked of the kernel itself: a child process becomes that user and tries. So modes,
// groups, ACLs, mounts and security modules count as they will for the server. Used by root before it gives up its rights.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/base/result.h"

namespace postern::process {

// A file to be read, or a folder to be entered.
struct Wanted {
    std::string path;
    bool folder = false;
};

struct Barred {
    std::size_t wanted = 0;  // which of them
    std::string by;          // what is closed: it, or a folder on the way; links resolved
    bool itself = false;     // it, not a folder on the way
    int number = 0;          // errno
};

// What the user cannot get at, in the order of `wanted`. Fails when the child cannot become the user. Needs root, and a
// process without other threads.
Result<std::vector<Barred>> what_bars(std::uint32_t uid, std::uint32_t gid, const std::vector<Wanted>& wanted);

}  // namespace postern::process
