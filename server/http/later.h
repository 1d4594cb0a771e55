// An answer that somebody else is still finding out. Its connection waits for it and takes no other request meanwhile, so
// that answers keep the order of the requests (RFC 9112 section 9.3.2); the loop goes on with others.
#pragma once

namespace postern::http {

struct Response;

// Rouses the loop that serves the request.
class Waker {
public:
    virtual ~Waker() = default;
    virtual void wake() const = 0;  // any thread, never blocks
};

// Made by a handler, which was handed the waker in its Context; owned by the session; used on the loop's thread. Whoever finds
// the answer out calls wake() then, and never after this is destroyed.
class Later {
public:
    virtual ~Later() = default;  // also when nobody waits any more: the client went away, or time was up
    // False: not yet. Else `into` becomes the answer, which is not another Later (where Response::again was set it counts for
    // nothing). Asked whenever the loop is woken, by whomever.
    virtual bool take(Response& into) = 0;
    // Will have an answer by a time of its own (limits::kLaterTime counts for nothing).
    virtual bool keeps_time() const { return false; }
};

}  // namespace postern::http
