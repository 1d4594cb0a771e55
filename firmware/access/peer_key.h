// Which client an address belongs to, for the gate. Pure.
#pragma once

#include <string>
#include <string_view>

namespace postern::access {

// What of an address names the client: all of an IPv4 one (IPv4-mapped IPv6 too); of IPv6 the /64, which one household has
// to itself, but all of a link-local one (fe80::/10), where everybody has the same /64. What is no address (a unix
// socket, empty) is one client. The result is bytes, not text.
std::string client_of(std::string_view peer);
// The address itself, in one form for all of its spellings; with its zone, if there is one.
std::string address_of(std::string_view peer);

}  // namespace postern::access
