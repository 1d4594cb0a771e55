// The commands under way, whichever thread waits for them. As process 1 of a container or an image we get the orphans of all
// others and must bury them, but none of those that a thread of ours waits for. Thread-safe.
#pragma once

#include <sys/types.h>

#include <functional>

namespace postern::process {

// Calls `spawn`, which starts a process and gives 0 or an errno, and takes note of what it started.
int start_child(const std::function<int(pid_t&)>& spawn, pid_t& child);
void forget_child(pid_t child);  // it was waited for, or is given up

// Waits for children that have ended and are not among those. Where one of those has ended first, the rest is left for later.
void bury_orphans();

}  // namespace postern::process
