// A Handler turns one request into one response. One implementation a file, most of them in server/site.
#pragma once

#include <vector>

#include "server/base/clock.h"
#include "server/base/subnet.h"
#include "server/http/access.h"
#include "server/http/message.h"
#include "server/http/rouser.h"

namespace postern::net {
class Reactor;
}

namespace postern::http {

// What a handler may know of the connection and the moment.
struct Context {
    bool secure = false;              // came over TLS
    std::string_view peer;            // IP address in text, of who is connected; who asks is client_of()
    const std::vector<Subnet>* trusted = nullptr;  // the peer is a proxy in one of these; null: no proxy that is known
    std::string_view local;           // likewise, ours that the peer has reached; empty where nobody asks for it
    std::string_view server_name;     // SNI, lower case; empty without
    std::uint16_t local_port = 0;
    std::string_view request_id;      // of the request at hand, for handlers behind who gives it; empty: it has none
    SteadyTime now;
    WallTime wall;
    AccessObserver* access = nullptr;  // the session's to tell; a handler leaves it alone
    AnswerCounts* counts = nullptr;    // of answers that no handler claims; null: nobody counts
    const Waker* waker = nullptr;      // for an answer that comes later; null: nobody can wait here
    Rouser* rouser = nullptr;          // likewise, from the loop's own thread; stays while the Later, LiveSource or BodySink does
    net::Reactor* reactor = nullptr;   // of the loop; null: nothing can be opened here
};

// A Handler belongs to one loop thread: it may keep a cache of its own without locks. It must not block.
class Handler {
public:
    virtual ~Handler() = default;
    virtual Response handle(const Request& request, const Context& context) = 0;
    // Asked where the endpoint collects no bodies, at the head of a request that has one. False: it is dropped. True: handle()
    // gets it, whole in Request::body if it is no larger than limits::kSmallBody, else as it comes (Request::body_follows).
    virtual bool takes_body(const Request&) const { return false; }
};

}  // namespace postern::http
