// A Session speaks HTTP without touching a socket: bytes in, requests out; responses in, bytes out. One a connection.
// h1_session is HTTP/1.1, h2_session HTTP/2.
#pragma once

#include <cstddef>
#include <string_view>

#include "server/base/clock.h"
#include "server/http/handler.h"
#include "server/http/message.h"

namespace postern::http {

// Where a session writes: a window of a buffer that the loop owns. Append as much as fits.
class Output {
public:
    Output(char* begin, std::size_t room) : begin_(begin), room_(room) {}
    std::size_t size() const { return size_; }
    std::size_t room() const { return room_ - size_; }
    std::string_view bytes() const { return {begin_, size_}; }
    char* tail() { return begin_ + size_; }
    void advance(std::size_t n) { size_ += n; }
    bool append(std::string_view bytes);  // all or nothing

private:
    char* begin_;
    std::size_t room_;
    std::size_t size_ = 0;
};

// What the connection should do next: it sets the deadline by this.
enum class Phase : unsigned char {
    kIdle,       // between requests, nothing buffered
    kHead,       // part of a request head has arrived
    kBody,       // a request body is arriving
    kWaiting,    // for an answer that a handler promised (Later)
    kStreaming,  // for more of a live body (LiveSource)
    kWriting,    // a response is not yet wholly produced
    kClosing,    // nothing more will be read; close once the output is sent
};

class Session {
public:
    virtual ~Session() = default;

    // Takes bytes from the peer, calls `handler` for every complete request, and puts responses into `out` as long as
    // there is room. Returns how many bytes of `in` were taken; fewer than all only when the output is full or the
    // session is closing (it then keeps nothing: the caller hands the rest again after draining).
    virtual std::size_t feed(std::string_view in, Handler& handler, const Context& context, Output& out) = 0;

    // Goes on producing a response that did not fit. True when there is nothing left to produce.
    virtual bool produce(Output& out) = 0;

    // In kWriting: what comes next of the response, where it lies in memory as it is to be sent; views what the session holds until
    // the next call of anything but this. Empty: produce() it. The caller may send it from there, and says how much.
    virtual std::string_view rest() const { return {}; }
    virtual void took(std::size_t) {}

    // In kWaiting and kStreaming, when the loop was woken: the answer, or more of it, may be there. What is goes into `out`.
    virtual void resume(const Context& context, Output& out) = 0;

    virtual Phase phase() const = 0;

    // The peer closed its side; or no further requests are wanted (drain): answers carry Connection: close from now on.
    virtual void no_more_requests() = 0;

    // A deadline passed: a 408 in kHead or kBody, a 504 in kWaiting, the end of a body in kStreaming is put into `out` (nothing
    // between requests), then kClosing.
    virtual void time_out(Output& out, const Context& context) = 0;

    // HTTP/2, and bodies and tunnels that are passed on: input is taken while answers are under way, produce() may be called at any
    // time, and the phase is that of whatever is most pressing.
    virtual bool multiplexes() const { return false; }
    // While it waits for an answer, or multiplexes: feed() would take something. It does not where what that would be passed on to
    // has no room.
    virtual bool takes_input() const { return true; }
    // What it waits for, or what it streams, keeps its own time.
    virtual bool keeps_time() const { return false; }
    // Of a session that multiplexes: produce() would write something, given room. In kWriting without it the peer gives no window.
    virtual bool has_output() const { return true; }
    // It will not be run for a while, for its peer takes nothing: it must not stand in line for what others give back.
    virtual void stand_back() {}
    // Whether a request was answered, or a good piece of one passed on, since this was last asked.
    virtual bool take_progress() { return true; }
};

}  // namespace postern::http
