// The answers of our own server, read by our own subcommands: enough of HTTP/1.1 for that, and no more. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "server/base/result.h"

namespace postern {

struct Reply {
    int status = 0;
    std::string body;
};

// More than a status of the largest configuration with its history.
inline constexpr std::size_t kLargestReply = 8u << 20;

// `bytes` is all that came until the server closed ("Connection: close"). Refuses what is cut short: a Content-Length that
// is not met, or no complete head. Without a Content-Length the body goes on to the end (RFC 9112 section 6.3).
Result<Reply> read_reply(std::string_view bytes);

}  // namespace postern
