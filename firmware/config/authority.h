// HOST or HOST:PORT of a URL in the INI (RFC 3986 section 3.2), without user information.
#pragma once

#include <string>
#include <string_view>

#include "server/base/result.h"

namespace postern::config {

struct Authority {
    std::string host;  // without brackets, lower case
    int port = 0;      // 0: not written
    bool is_ip = false;
};

// kAdmin when it is none.
Result<Authority> parse_authority(std::string_view text);

}  // namespace postern::config
