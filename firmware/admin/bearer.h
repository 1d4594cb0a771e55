// Tokens that programs bring (RFC 6750), for the doors of the admin listener that are not for people.
#pragma once

#include <string_view>

#include "server/http/message.h"

namespace postern::admin {

// What stands after "Bearer" in the one Authorization field (RFC 6750 section 2.1; RFC 9110 section 11.1: the scheme in any
// case). Empty: there is none, another scheme, or more than one field.
std::string_view bearer_of(const http::Request& request);

}  // namespace postern::admin
