// The head of an HTTP/1.1 request, parsed strictly: whatever RFC 9112 does not allow is refused, nothing is mended.
// Used by h1_session. Bytes in, a Request or a status out; the same bytes give the same result however they are cut.
#pragma once

#include <cstdint>
#include <string_view>

#include "server/http/request_scratch.h"

namespace postern::http {

// How far an unfinished head was looked at, so that a peer who sends byte by byte costs no more than one who does not.
// Starts as {} with each head.
struct HeadCursor {
    std::uint32_t line = 0;   // where the line at hand begins
    std::uint32_t at = 0;     // bytes before this one need no second look
    std::uint32_t colon = 0;  // of the field line at hand; 0: not met yet
    std::uint16_t fields = 0;
    bool in_fields = false;
};

struct HeadResult {
    enum class State : std::uint8_t { kComplete, kPartial, kBad };
    State state = State::kPartial;
    std::uint16_t status = 0;  // of kBad: 400, 414, 417, 431, 501 or 505
    std::size_t size = 0;      // of kComplete: bytes of the head with its blank line
};

// `bytes` is the head from its first byte on, with whatever follows it. On kComplete scratch.request and scratch.framing
// are set (but for the body) and view `bytes` and `scratch`. On kPartial call again with more bytes and the same cursor.
HeadResult parse_head(std::string_view bytes, HeadCursor& cursor, RequestScratch& scratch);

}  // namespace postern::http
