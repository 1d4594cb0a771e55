// Does the client take gzip (RFC 9110 section 12.5.3)? Used by handlers that hold a compressed copy.
#pragma once

#include <string_view>

namespace postern::site {

// By an Accept-Encoding value: "gzip", "x-gzip" or "*" with a quality above 0, the most exact one counting.
// A part that cannot be parsed counts as not said.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace postern::site
