// HTTP/1.1 on one connection (RFC 9112): requests out of bytes, responses into bytes, bad input answered once.
// Used by server/front. While it is idle a session holds no buffer at all.
#pragma once

#include <memory>

#include "server/http/request_scratch.h"
#include "server/http/session.h"

namespace postern::http {

// How a listener answers what the session refuses before a handler sees it (400, 408, 413, 414, 417, 431, 501, 505), or has
// waited for too long (504). `path` is decoded where the head could be read, else as sent and perhaps cut; empty: none came.
using Refusal = Response (*)(std::uint16_t status, std::string_view path);
Response refuse_by_page(std::uint16_t status, std::string_view path);  // status_page()

// `scratch` is shared by the sessions of one loop and outlives them. `max_body` is what the handlers of this listener
// want of a request body, in bytes: up to that much is collected before handle() is called, more is refused with 413.
// With 0 nobody wants one: a body of up to limits::kDrainBody is dropped, above that the answer ends the connection.
std::unique_ptr<Session> make_h1_session(RequestScratch& scratch, std::size_t max_body = 0, Refusal refusal = refuse_by_page);

}  // namespace postern::http
