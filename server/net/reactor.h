// What a loop offers to those who have descriptors and deadlines of their own on it: connections that it did not accept, but
// that a handler of its opened (server/proxy). All of it on the loop's thread, unless it says otherwise.
#pragma once

#include <memory>

#include "server/base/clock.h"
#include "server/base/result.h"

namespace postern::net {

// Who is told of a descriptor.
class Watched {
public:
    virtual ~Watched() = default;
    // Edge-triggered: read, or write, until it says kWait. Readable is also what was closed or broke.
    virtual void ready(bool readable, bool writable) = 0;
};

// Who lives on a loop. Nobody need tell the loop when it is over: it lets go of whom nobody else holds.
class Resident {
public:
    virtual ~Resident() = default;
    virtual Millis until_next(SteadyTime now) const = 0;  // its next deadline; negative: it has none
    virtual void expire(SteadyTime now) = 0;              // deadlines that are over
    virtual void leave() = 0;  // the loop ends: closes what it has open. Later it may be destroyed on any thread.
};

class Reactor {
public:
    virtual ~Reactor() = default;
    virtual SteadyTime now() const = 0;
    virtual Result<void> watch(int fd, Watched& who) = 0;  // until the descriptor is closed
    virtual void adopt(std::shared_ptr<Resident> who) = 0;
    // Destroys it when no event of this turn can name it any more.
    virtual void bury(std::unique_ptr<Watched> who) = 0;
};

}  // namespace postern::net
