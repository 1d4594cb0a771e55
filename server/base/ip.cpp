#include "server/base/ip.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace postern {

namespace {

constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};  // RFC 4291 section 2.5.5.2

}  // namespace

std::optional<Ip> Ip::parse(std::string_view text) {
    text = text.substr(0, text.find('%'));
    char z[INET6_ADDRSTRLEN] = {};
    if (text.size() >= sizeof z || text.find('\0') != text.npos) return std::nullopt;
    std::copy(text.begin(), text.end(), z);
    Ip ip;
    if (inet_pton(AF_INET, z, ip.bits.data()) == 1) return ip;
    if (inet_pton(AF_INET6, z, ip.bits.data()) != 1) return std::nullopt;
    ip.is_v6 = std::memcmp(ip.bits.data(), kMapped, sizeof kMapped) != 0;
    if (!ip.is_v6) {
        std::copy(ip.bits.begin() + 12, ip.bits.end(), ip.bits.begin());
        std::fill(ip.bits.begin() + 4, ip.bits.end(), std::uint8_t{0});
    }
    return ip;
}

Ip Ip::client() const {
    Ip client = *this;
    if (is_v6) std::fill(client.bits.begin() + 8, client.bits.end(), std::uint8_t{0});
    return client;
}

}  // namespace postern
