// The head of an upstream's answer (RFC 9112 section 4), and what of it is passed on. Pure: bytes in, facts out.
// Strict where another reading would frame the message otherwise; a lone LF ends a line, for the scripts of small servers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace postern::proxy {

struct ResponseHead {
    enum class Body : std::uint8_t { kNone, kLength, kChunked, kToTheEnd };

    std::uint16_t status = 0;      // 100..599
    bool keep_alive = false;
    Body body = Body::kNone;
    std::uint64_t length = 0;      // with has_length
    bool has_length = false;       // also of an answer to HEAD and of a 304, which have no body
    std::string upgrade;           // of a 101
    std::string lines;             // "Name: value\r\n" each: all but those of the connection, Date, and Strict-Transport-Security
};

// How a Location of the upstream's is to be read: what it says of itself becomes what the client knows.
struct Mapping {
    std::string_view authority;  // of the upstream
    std::string_view base;       // its part of the path, empty if none
    std::string_view prefix;     // ours
    bool named = false;          // the request has an X-Request-Id of ours, and so its answer
};

enum class ParseState : std::uint8_t { kPartial, kComplete, kBad };

struct ParsedHead {
    ParseState state = ParseState::kPartial;
    std::size_t size = 0;  // of kComplete: bytes up to the body
    std::string fault;     // of kBad, for the log
};

// `bytes` from the head's first one on; kPartial: again with more. `to_head`: the request was HEAD.
ParsedHead parse_response(std::string_view bytes, bool to_head, const Mapping& mapping, ResponseHead& into);

}  // namespace postern::proxy
