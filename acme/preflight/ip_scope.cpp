#include "acme/preflight/ip_scope.h"

#include <algorithm>
#include <iterator>

#include "server/base/ip_text.h"

namespace postern::acme::preflight {

namespace {

struct Block {
    const char* prefix;  // as text
    unsigned bits;
    Scope scope;
};

// IANA's registries of special-purpose addresses, as far as a host or a record may meet them.
constexpr Block kBlocks[] = {
    {"0.0.0.0", 8, Scope::kReserved},        {"10.0.0.0", 8, Scope::kPrivate},     {"100.64.0.0", 10, Scope::kPrivate},
    {"127.0.0.0", 8, Scope::kLoopback},      {"169.254.0.0", 16, Scope::kPrivate}, {"172.16.0.0", 12, Scope::kPrivate},
    {"192.0.0.0", 24, Scope::kReserved},     {"192.0.2.0", 24, Scope::kReserved},  {"192.168.0.0", 16, Scope::kPrivate},
    {"198.18.0.0", 15, Scope::kReserved},    {"198.51.100.0", 24, Scope::kReserved}, {"203.0.113.0", 24, Scope::kReserved},
    {"224.0.0.0", 3, Scope::kReserved},      {"::1", 128, Scope::kLoopback},       {"fc00::", 7, Scope::kPrivate},
    {"fe80::", 10, Scope::kPrivate},         {"2001:db8::", 32, Scope::kReserved}, {"3fff::", 20, Scope::kReserved},
    {"64:ff9b:1::", 48, Scope::kPrivate},    {"100::", 64, Scope::kReserved},
};

bool lies_in(std::string_view ip, const Block& block) {
    const std::string prefix = ip_to_bytes(block.prefix).value_or("");
    if (prefix.size() != ip.size()) return false;
    for (unsigned bit = 0; bit < block.bits; ++bit) {
        const unsigned differs = static_cast<unsigned char>(ip[bit / 8]) ^ static_cast<unsigned char>(prefix[bit / 8]);
        if ((differs >> (7 - bit % 8)) & 1u) return false;
    }
    return true;
}

}  // namespace

Scope scope_of(std::string_view ip) {
    static const std::string kMapped = std::string(10, '\0') + "\xff\xff";
    if (ip.size() == 16 && ip.substr(0, 12) == kMapped) ip.remove_prefix(12);
    for (const Block& block : kBlocks)
        if (lies_in(ip, block)) return block.scope;
    if (ip.size() == 4) return Scope::kPublic;
    const unsigned first = ip.size() == 16 ? static_cast<unsigned char>(ip[0]) : 0;
    return first >> 5 == 1 || ip.substr(0, 4) == std::string_view("\0\x64\xff\x9b", 4) ? Scope::kPublic : Scope::kReserved;  // 2000::/3, NAT64
}

std::string_view words_of(Scope scope) {
    switch (scope) {
        case Scope::kPublic: return "a public address";
        case Scope::kPrivate: return "an address of a private network";
        case Scope::kLoopback: return "an address of every machine for itself";
        case Scope::kReserved: return "an address that no machine has";
    }
    return "an unknown address";
}

bool OwnAddresses::has(std::string_view ip) const { return std::find(ips.begin(), ips.end(), ip) != ips.end(); }

std::string OwnAddresses::first(std::size_t family, Scope scope) const {
    for (const std::string& ip : ips)
        if (ip.size() == family && scope_of(ip) == scope) return ip_from_bytes(ip);
    return {};
}

}  // namespace postern::acme::preflight
