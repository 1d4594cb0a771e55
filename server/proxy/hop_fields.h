// Fields that are about one connection and not about the message: they are not passed on (RFC 9110 section 7.6.1).
#pragma once

#include <string_view>

namespace postern::proxy {

// Of either direction, whether or not Connection names it. So is what frames a message: each side frames its own.
bool is_hop_field(std::string_view name);

// Whether `list`, a Connection field's value, names `name`.
bool names_option(std::string_view list, std::string_view name);

}  // namespace postern::proxy
