// A request as it is passed on. Pure: what came, and what we know of it, in; bytes out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/http/handler.h"

namespace postern::proxy {

enum class BodyForm : std::uint8_t { kNone, kLength, kChunked };

struct RequestTail {
    BodyForm form = BodyForm::kNone;
    std::uint64_t length = 0;  // of kLength
    bool upgrade = false;      // asks for another protocol, and may
};

// What comes behind the target: " HTTP/1.1", the fields, and the blank line. Fields of the connection are left out; Host stays
// as the client sent it; who asked, how and for what is told in X-Forwarded-For, -Proto and -Host, whatever the client said of
// that, and the way in Via (RFC 9110 section 7.6.3).
std::string request_tail(const http::Request& request, const http::Context& context, const RequestTail& form);

// Whether the request asks for another protocol (RFC 9110 section 7.8) that may be passed on. Not for HTTP/2 or TLS: what goes on
// within would be seen by nobody here.
bool asks_for_upgrade(const http::Request& request);

}  // namespace postern::proxy
