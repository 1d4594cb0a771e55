// IP addresses between text and bytes, for certificate names (SAN). Sockets use net/address.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern {

// "192.0.2.1" gives 4 bytes, "2001:db8::1" (no brackets, no zone) 16; nullopt for everything else.
std::optional<std::string> ip_to_bytes(std::string_view text);
// Of 4 or 16 bytes; IPv6 in RFC 5952 form. Empty for any other size.
std::string ip_from_bytes(std::string_view bytes);

}  // namespace postern
