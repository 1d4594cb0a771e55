// What an HTTP/1.1 session keeps of a request while it waits: for the rest of it, or for its answer. For h1_session.cpp alone;
// between requests a session has none of these.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "server/http/h1_chunked.h"
#include "server/http/h1_parser.h"
#include "server/http/later.h"

namespace postern::http {

// What a request that has not wholly arrived needs. Exists only from its first byte to its answer.
struct Incoming {
    std::string head;  // what came of it; complete once a body is awaited, and then read again when that is there
    HeadCursor cursor;
    std::string body;  // decoded; empty when it is dropped
    std::uint64_t body_size = 0;  // bytes of body that came, dropped ones too
    std::uint64_t body_length = 0;  // of a body with Content-Length
    ChunkedDecoder chunks;
};

// A request that a handler could not answer at once.
struct Waiting {
    std::string head;  // to be read again for the answer
    bool must_close = false;
    std::unique_ptr<Later> later;
    AnswerCounts* counts = nullptr;  // whose answer it will be, if its handler said so
};

}  // namespace postern::http
