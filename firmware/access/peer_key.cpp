#include "firmware/access/peer_key.h"

#include <algorithm>

#include "server/base/ip_text.h"

namespace postern::access {

namespace {

constexpr std::size_t kNetwork = 8;  // bytes of a /64

bool is_link_local(std::string_view bytes) {
    return static_cast<unsigned char>(bytes[0]) == 0xfe && (static_cast<unsigned char>(bytes[1]) & 0xc0) == 0x80;
}

// Empty for what is no address.
std::string bytes_of(std::string_view peer) {
    static constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);  // RFC 4291 section 2.5.5.2
    const auto bytes = ip_to_bytes(peer.substr(0, peer.find('%')));
    if (!bytes) return "";
    return bytes->starts_with(kMapped) && bytes->size() == 16 ? bytes->substr(kMapped.size()) : *bytes;
}

}  // namespace

std::string client_of(std::string_view peer) {
    std::string bytes = bytes_of(peer);
    if (bytes.size() == 16 && !is_link_local(bytes)) bytes.resize(kNetwork);
    return bytes;
}

std::string address_of(std::string_view peer) {
    std::string bytes = bytes_of(peer);
    if (bytes.size() == 16 && is_link_local(bytes)) bytes += peer.substr(std::min(peer.find('%'), peer.size()));
    return bytes;
}

}  // namespace postern::access
