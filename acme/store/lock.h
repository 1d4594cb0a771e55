// One server per state folder: a lock file held with flock(2) while the process lives, its number inside. Taken by
// firmware before the Worker. The one file of acme that calls the system directly: a lock is no file content.
#pragma once

#include <string>

#include "server/base/result.h"
#include "server/base/unique_fd.h"

namespace postern::acme {

class StateLock {
public:
    // kAdmin, with the other's process number, when another process holds it. Creates the file (0644), not the folder.
    static Result<StateLock> take(const std::string& path);

private:
    explicit StateLock(UniqueFd fd) : fd_(std::move(fd)) {}
    UniqueFd fd_;  // the lock goes with it, even after kill -9
};

// The number in a lock file that somebody holds right now; 0: nobody does.
Result<int> lock_holder(const std::string& path);

}  // namespace postern::acme
