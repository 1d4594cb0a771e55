// Where a request's body goes that is passed on as it comes, and what a tunnel's peer says (RFC 9110 section 7.8).
#pragma once

#include <cstddef>
#include <string_view>

namespace postern::http {

// Made by a handler, owned by the session, used on the loop's thread.
class BodySink {
public:
    virtual ~BodySink() = default;  // before end(): the rest will not come
    // How many bytes take() takes now. 0: none before the connection is roused (Context::rouser). One that wants no more says
    // that it has room, and forgets what it takes.
    virtual std::size_t room() const = 0;
    virtual void take(std::string_view bytes) = 0;  // at most room()
    virtual void push() = 0;                        // no more is there now: what was taken may go
    virtual void end() = 0;                         // that was all; the last call
};

}  // namespace postern::http
