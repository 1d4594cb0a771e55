// Conditional requests (RFC 9110 section 13): does what the client holds still count? Used by handlers that know the
// validators of what they would send.
#pragma once

#include <cstdint>
#include <string_view>

#include "server/http/message.h"

namespace postern::http {

// Of the representation selected for a request.
struct Validators {
    std::string_view etag{};          // strong, with its quotes; empty: none
    long long modified = 0;           // seconds since 1970, as Last-Modified says
    std::string_view modified_text{}; // the same as an HTTP date; empty: no Last-Modified is sent
};

enum class Condition : std::uint8_t {
    kSend,         // go on as if nothing had been asked
    kNotModified,  // 304
    kFailed,       // 412
};

// Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of section 13.2.2. `now` in
// seconds since 1970. What cannot be parsed is ignored, as the RFC says of dates; a broken entity tag matches nothing.
Condition evaluate(const Request& request, const Validators& validators, long long now);

}  // namespace postern::http
