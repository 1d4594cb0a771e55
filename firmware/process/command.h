// One command of the owner's, run by /bin/sh and bounded in every way: time, output, what it leaves behind. Used by the
// hooks. Blocks its caller: not for a loop thread. Safe in a process with threads (posix_spawn: nothing runs between).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/clock.h"
#include "server/base/waiting.h"

namespace postern::process {

struct CommandOrder {
    std::string line;                      // for sh -c
    std::vector<std::string> environment;  // "NAME=value": all of it, nothing is inherited
    Millis patience{0};                    // then its whole process group is ended
};

struct CommandEnd {
    enum class How : unsigned char {
        kExited,      // number: its status
        kSignalled,   // number: the signal that somebody else sent
        kTimedOut,    // ended by us
        kFlooded,     // ended by us: more output than kCommandRead
        kStopped,     // ended by us: the server stops
        kNotStarted,  // number: errno
        kLost,        // cannot be waited for, or does not end even when it is killed
    };
    How how = How::kNotStarted;
    int number = 0;
    bool left_behind = false;  // processes of its session outlived it, and were ended
    std::size_t dropped = 0;   // bytes of its output that were not passed on
    Millis took{0};
};

inline constexpr std::size_t kCommandShown = 8192;      // bytes of output passed on: what explains a failure is short
inline constexpr std::size_t kCommandLines = 64;
inline constexpr std::size_t kCommandLine = 500;        // bytes of one line
inline constexpr std::size_t kCommandRead = 16u << 20;  // bytes read at all: a flood costs CPU of a small device
inline constexpr Millis kCommandGrace{2000};            // for what it left behind, and between SIGTERM and SIGKILL
inline constexpr Millis kCommandAtStop{3000};           // what is left of its time when the server stops

// Standard input is /dev/null, standard output and error go to `take_line` (without line ends), no other descriptor is
// inherited; session and process group are its own, signals as a new process has them. `cancel` shortens its time to
// kCommandAtStop. PATH must be in the environment. SIGCHLD must not be ignored by this process.
CommandEnd run_command(const CommandOrder& order, const Clock& clock, const Cancel& cancel,
                       const std::function<void(std::string_view)>& take_line);

// "exited with status 3", "was ended after 300 s: it was still running"; empty for an exit with 0 that left nothing behind.
std::string trouble_of(const CommandEnd& end);

}  // namespace postern::process
