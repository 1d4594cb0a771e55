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
// The name below which DNS knows an address of 4 or 16 bytes: "1.2.0.192.in-addr.arpa" (RFC 1035 section 3.5),
// "1.0. … .8.b.d.0.1.0.0.2.ip6.arpa" (RFC 3596 section 2.5). Empty for any other size.
std::string reverse_name(std::string_view bytes);

}  // namespace postern
