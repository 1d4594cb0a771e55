// URLs that a CA or the configuration hands us. Only https comes through (RFC 8555 section 6.1).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/base/result.h"

namespace postern::acme {

struct HttpsUrl {
    std::string host;     // lower case; an IPv6 address without its brackets
    std::uint16_t port = 443;
    std::string target;   // path and query, "/" when there is none
    bool ip_literal = false;

    std::string authority() const;  // for Host: brackets and a port that is not 443
};

// kRefuse, with the URL in the text: another scheme (clear text is named as such), user information, a fragment, a host
// that is none, a port out of range, characters that belong in no URL, more than limits::kUrl bytes.
Result<HttpsUrl> parse_https_url(std::string_view text);

// A Location against the URL it came from: absolute, or a path on the same host.
Result<std::string> resolve_location(const std::string& base, std::string_view location);

}  // namespace postern::acme
