// Giving up root after the ports are bound, and what a process that faces the internet does without. Called by compose
// before there is a second thread. Knows numbers, not names: those are the configuration's.
#pragma once

#include <cstdint>

#include "server/base/result.h"

namespace postern::process {

// Whether we are root and should not stay it. PID 1 may: in an image or a container there is nobody else.
bool must_become_somebody();

// Sets the groups, the group and the user, all three ids of each, and proves that there is no way back. A failure is
// final: the caller must end, for it may be half root.
Result<void> become(std::uint32_t uid, std::uint32_t gid);

// umask 027; no capabilities (unless root); no privileges by execve (PR_SET_NO_NEW_PRIVS); no core dump and no ptrace by others of our user, because of
// the keys in memory (PR_SET_DUMPABLE, which become() resets: call this after it).
Result<void> harden();

// The soft limit on open files up to the hard one. Returns the limit that holds.
Result<std::uint64_t> raise_file_limit();

}  // namespace postern::process
