// base64url without padding (RFC 4648 section 5, RFC 7515 section 2), as ACME uses it for everything binary.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern {

std::string base64url_encode(std::string_view bytes);
// Refuses padding, whitespace, any other alphabet, and non-canonical trailing bits.
std::optional<std::string> base64url_decode(std::string_view text);
bool is_base64url(std::string_view text);  // non-empty and of the alphabet only

}  // namespace postern
