// Media types as an owner names them: "text/html", "text/*", "*+json". Used by handlers that compress some types and not others.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::site {

// Whether one of them names it. `media_type` as Content-Type has it, parameters and all (RFC 9110 section 8.3.1).
bool is_named(std::string_view media_type, const std::vector<std::string>& patterns);

}  // namespace postern::site
