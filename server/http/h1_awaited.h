// What an HTTP/1.1 session keeps of a request while it waits: for the rest of it, or for its answer. For h1_session.cpp alone;
// between requests a session has none of these.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "server/http/h1_chunked.h"
#include "server/http/h1_parser.h"
#include "server/http/handler.h"
#include "server/http/later.h"
#include "server/http/message.h"
#include "server/http/response_rules.h"

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
    // Of `response`, which has a Later, it takes what it needs.
    Waiting(std::string_view of, bool closes, Response& response)
        : head(of), must_close(closes), later(std::move(response.later)), promised(std::move(response)) {
        keep_promise(promised);
    }

    std::string head;  // to be read again for the answer
    bool must_close = false;
    std::unique_ptr<Later> later;
    Response promised;  // what was said of the answer beforehand
    Handler* again = nullptr;  // to be asked once more; null: `later` gives the answer
    std::string body;          // for that
};

}  // namespace postern::http
