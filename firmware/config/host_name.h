// Host names and IP addresses as a certificate may hold them, and the folder that a certificate's name gives.
#pragma once

#include <string>
#include <string_view>

#include "server/base/result.h"

namespace postern::config {

// Letters, digits and hyphens in labels of 1 to 63, 253 in all (RFC 1123 section 2.1); the last label not all digits.
Result<void> check_host_name(std::string_view name);

// For `names` of a site: a host name in lower case, "*.example.org" (one label), or an IP address in canonical form.
Result<std::string> parse_site_name(std::string_view text);

// The folder live/NAME of [site NAME]: '*' becomes "_wildcard", ':' becomes '-', lower case. Refuses what cannot be a
// folder or could be taken for one of our temporary files or for a second key ("NAME+rsa").
Result<std::string> folder_of(std::string_view site_name);

bool is_wildcard(std::string_view name);

}  // namespace postern::config
