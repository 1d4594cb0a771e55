// Wakes a loop from another thread (eventfd). Any number of calls between two wake-ups count as one.
#pragma once

#include "server/base/result.h"
#include "server/base/unique_fd.h"

namespace postern::net {

class Wakeup {
public:
    static Result<Wakeup> open();
    void wake() const;   // any thread, never blocks
    void clear() const;  // by the loop, when its descriptor is readable
    int fd() const { return fd_.get(); }

private:
    explicit Wakeup(UniqueFd fd) : fd_(std::move(fd)) {}
    UniqueFd fd_;
};

}  // namespace postern::net
