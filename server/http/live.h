// A body that comes as things happen, its end not known beforehand: events for a page (text/event-stream), an answer passed on.
// Its connection is kept for it; the loop goes on with others meanwhile.
#pragma once

#include <cstddef>

namespace postern::http {

// Made by a handler, which was handed a waker in its Context; owned by the session; used on the loop's thread. Whoever adds to
// it calls Waker::wake() then (or Rouser::rouse()), and never after this is destroyed. One that has nothing to say for
// limits::kStreamQuiet is ended by the session: say something empty (a comment) before that.
class LiveSource {
public:
    virtual ~LiveSource() = default;  // also when the client went away
    // Up to `room` (1 or more) of the bytes that are there now; 0: none yet, or none any more. Never blocks.
    virtual std::size_t read(char* into, std::size_t room) = 0;
    // No more will come. Asked when read() gave nothing.
    virtual bool ended() const = 0;
    // It ended short: the peer must see that. Asked with ended().
    virtual bool failed() const { return false; }
    // Has an end, and keeps its own time until then: neither quiet nor a wish to end is a reason to end it.
    virtual bool keeps_time() const { return false; }
};

}  // namespace postern::http
