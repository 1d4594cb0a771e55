// The short HTML page for an answer that is an error. One and the same 404 for all that is not there or not shown.
#pragma once

#include "server/http/message.h"

namespace postern::site {

http::Response error_response(std::uint16_t status);  // with Content-Type and, for 405, Allow: GET, HEAD, OPTIONS
// Of a handler that only GET, HEAD and OPTIONS are for: 501 for a method that nobody here knows, else 405 (RFC 9110 section 9.1).
http::Response refuse_method(http::Method method);
inline http::Response not_found() { return error_response(404); }

// What OPTIONS gets where only GET and HEAD are served: 204 with Allow.
http::Response options_response();

}  // namespace postern::site
