// How a thread that may block waits for a descriptor: until a moment, and so that another thread can call it off. For
// acme's thread and the subcommands; a loop thread has net::Poller.
#pragma once

#include <atomic>

#include "server/base/clock.h"
#include "server/base/result.h"
#include "server/base/unique_fd.h"

namespace postern {

// Calls blocking waits off, for good.
class Cancel {
public:
    Cancel();
    void now();  // from any thread
    bool called() const { return called_.load(); }
    int fd() const { return event_.get(); }  // readable once called

private:
    UniqueFd event_;
    std::atomic<bool> called_{false};
};

struct Deadline {
    SteadyTime at;
    const Clock& clock;
    const Cancel& cancel;

    Millis left() const;
};

// Waits for poll(2) events on `fd`; kRetry when the time is over or it was called off.
Result<void> wait_for(int fd, short events, const Deadline& deadline);

}  // namespace postern
