// Room for the one request that a loop is working on: requests are handled synchronously, so all sessions of a loop
// share it and a connection that waits holds none. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>

#include "server/base/block_pool.h"
#include "server/base/limits.h"
#include "server/http/date.h"
#include "server/http/message.h"
#include "server/http/open_places.h"
#include "server/http/uri.h"

namespace postern::http {

// How the body of a request is delimited and what the connection should become (RFC 9112 sections 6 and 9).
struct Framing {
    enum class Body : std::uint8_t { kNone, kLength, kChunked };
    Body body = Body::kNone;
    bool keep_alive = true;
    bool expects_continue = false;
    std::uint64_t length = 0;  // of kLength; at least 1
};

struct RequestScratch {
    Request request;
    Framing framing;
    std::array<FieldView, limits::kRequestFields> fields;
    std::array<char, limits::kRequestLine> path;
    std::array<char, kHostSize> host;
    DateLine date;
    BlockPool blocks;  // for what sessions hold while they work
    OpenPlaces open;   // what answers over HTTP/2 hold
};

}  // namespace postern::http
