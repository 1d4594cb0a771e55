// Readiness: epoll, each descriptor registered once for both directions, edge-triggered, so that the warm path makes no
// epoll_ctl at all. One a loop.
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <span>
#include <vector>

#include "server/base/clock.h"
#include "server/base/result.h"
#include "server/base/unique_fd.h"
#include "server/net/reactor.h"

namespace postern::net {

class Poller {
public:
    struct Event {
        void* owner;
        Watched* watched;  // or this one; then there is no owner
        bool readable;  // or hung up or broken: a read will tell
        bool writable;
        bool broken;    // reset, or ended both ways
        bool ended;     // the peer closed its side: a short read is not the last one, the end is still to be read
    };

    static Result<Poller> open();

    // `owner` comes back with each event; it must outlive its registration. Closing the descriptor ends it.
    Result<void> add(int fd, void* owner);                  // both directions, edge-triggered
    Result<void> add_level(int fd, void* owner);            // readable only, level-triggered: listeners and wakeups
    Result<void> watch(int fd, Watched& who);               // likewise both directions, edge-triggered
    void remove(int fd);                                    // of a descriptor that stays open
    void pause(int fd);                                     // no more events of a level-triggered one, until resume
    void resume(int fd, void* owner);

    // Waits at most `timeout` (negative: for ever). The span is valid until the next wait.
    std::span<const Event> wait(Millis timeout);

private:
    static constexpr int kBatch = 128;
    explicit Poller(UniqueFd fd) : fd_(std::move(fd)), raw_(kBatch), events_(kBatch) {}
    UniqueFd fd_;
    std::vector<epoll_event> raw_;
    std::vector<Event> events_;
};

}  // namespace postern::net
