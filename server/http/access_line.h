// A line of the access log, from what a session tells. Pure: bytes into the caller's room, no clock, no allocation.
#pragma once

#include <cstddef>

#include "server/http/access.h"
#include "server/http/handler.h"

namespace postern::http {

enum class AccessFormat : unsigned char {
    kCombined,  // as Apache and nginx write it: PEER - USER [time] "request" status bytes "referer" "user agent"
    kJson,      // one object a line
};

// Every line fits: what a client may make as long as it likes is cut.
inline constexpr std::size_t kAccessLine = 4096;

// One line with its newline into at least kAccessLine bytes; returns its size. Whatever a client sent, it stays one line of
// ASCII, and the quotes in it are escaped.
std::size_t write_access_line(char* into, AccessFormat format, const Answered& answered, const Context& context);

}  // namespace postern::http
