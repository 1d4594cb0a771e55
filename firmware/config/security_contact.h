// security.txt: where those who find a hole report it (RFC 9116). Checked when the configuration is read, so that what is
// served is one. Used by the binding of [admin] security_txt.
#pragma once

#include <cstddef>
#include <string_view>

#include "server/base/result.h"

namespace postern::config {

inline constexpr std::size_t kLongestSecurityText = 8192;  // bytes

// RFC 9116 section 2.5: UTF-8; lines "Name: value", comments and blank ones; at least one Contact that is a URI (https:, mailto:
// or tel:) and exactly one Expires. Signed (section 2.3): the lines around the text count for nothing, and the signature is not
// checked. Whether it has expired is not looked at: a device must start after years. kAdmin, with the line's number.
Result<void> check_security_text(std::string_view text);

}  // namespace postern::config
