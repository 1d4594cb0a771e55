// HTTP/1.1 on one connection (RFC 9112): requests out of bytes, responses into bytes, bad input answered once.
// Used by server/front. While it is idle a session holds no buffer at all.
#pragma once

#include <memory>

#include "server/http/request_scratch.h"
#include "server/http/session.h"

namespace postern::http {

// `scratch` is shared by the sessions of one loop and outlives them. `max_body` is what the handlers of this listener
// want of a request body, in bytes: up to that much is collected before handle() is called, more is refused with 413.
// With 0 nobody wants one: a body of up to limits::kDrainBody is dropped, above that the answer ends the connection.
std::unique_ptr<Session> make_h1_session(RequestScratch& scratch, std::size_t max_body = 0);

}  // namespace postern::http
