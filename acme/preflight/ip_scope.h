// Where an IP address counts: everywhere, in a network of one's own, or nowhere but here (RFC 6890 and its registries).
// Pure; addresses are 4 or 16 bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::acme::preflight {

enum class Scope : unsigned char {
    kPublic,
    kPrivate,   // RFC 1918, RFC 6598 (a provider's NAT), RFC 4193, link-local
    kLoopback,
    kReserved,  // documentation, multicast, "this network": no host has it
};

// An IPv4 address in IPv6's clothes (::ffff:0:0/96) counts as what it is.
Scope scope_of(std::string_view ip);

std::string_view words_of(Scope scope);  // "a public address", "an address of a private network" ...

// This machine's own addresses, loopback left out.
struct OwnAddresses {
    std::vector<std::string> ips;

    bool has(std::string_view ip) const;
    // The first one of that family (4 or 16 bytes) and scope, as text; empty when there is none.
    std::string first(std::size_t family, Scope scope) const;
};

}  // namespace postern::acme::preflight
