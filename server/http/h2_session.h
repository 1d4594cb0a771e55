// HTTP/2 on one connection (RFC 9113): requests out of frames, responses into frames, many at a time. Used by server/front
// where ALPN has chosen h2. What the protocol itself forbids is reset by nghttp2 (h2_frames); what makes no request of ours is
// answered as HTTP/1.1 would.
#pragma once

#include <memory>

#include "server/http/h1_session.h"

namespace postern::http {

// As make_h1_session(); null: no memory. What is too long resets its stream behind the answer; the connection goes on.
std::unique_ptr<Session> make_h2_session(RequestScratch& scratch, std::size_t max_body = 0, Refusal refusal = refuse_by_page);

}  // namespace postern::http
