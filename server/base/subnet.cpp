#include "server/base/subnet.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "server/base/text.h"

namespace postern {

namespace {

constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};  // RFC 4291 section 2.5.5.2

struct Ip {
    std::array<std::uint8_t, 16> bits{};
    bool is_v6 = false;
};

bool read_ip(std::string_view text, Ip& ip) {
    text = text.substr(0, text.find('%'));
    const std::string z(text);
    if (text.size() >= INET6_ADDRSTRLEN || z.size() != std::strlen(z.c_str())) return false;
    if (inet_pton(AF_INET, z.c_str(), ip.bits.data()) == 1) return true;
    if (inet_pton(AF_INET6, z.c_str(), ip.bits.data()) != 1) return false;
    ip.is_v6 = std::memcmp(ip.bits.data(), kMapped, sizeof kMapped) != 0;
    if (!ip.is_v6) {
        std::copy(ip.bits.begin() + 12, ip.bits.end(), ip.bits.begin());
        std::fill(ip.bits.begin() + 4, ip.bits.end(), std::uint8_t{0});
    }
    return true;
}

// The part of the byte `index` that belongs to a network of that length.
std::uint8_t mask_at(int length, int index) {
    const int bits = std::clamp(length - index * 8, 0, 8);
    return static_cast<std::uint8_t>(0xff00 >> bits);
}

}  // namespace

Result<Subnet> Subnet::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    const std::string shown = "'" + printable(text, 60) + "'";
    Ip ip;
    if (text.substr(0, slash).find('%') != text.npos || !read_ip(text.substr(0, slash), ip))
        return Error::refuse(shown + " is no network; write one as 192.168.1.0/24 or fd00::/8");
    Subnet subnet;
    subnet.bits_ = ip.bits;
    subnet.is_v6_ = ip.is_v6;
    const int most = ip.is_v6 ? 128 : 32;
    subnet.length_ = most;
    if (slash == text.npos) return subnet;
    const auto length = parse_decimal(text.substr(slash + 1));
    if (!length || *length > static_cast<unsigned>(most))
        return Error::refuse(shown + " has no length from 0 to " + std::to_string(most) + " behind its '/'");
    subnet.length_ = static_cast<int>(*length);
    Subnet whole = subnet;
    for (int i = 0; i < 16; ++i) whole.bits_[static_cast<std::size_t>(i)] &= mask_at(subnet.length_, i);
    if (whole.bits_ != subnet.bits_) return Error::refuse(shown + " is an address inside a network; did you mean " + whole.text() + "?");
    return subnet;
}

bool Subnet::contains(std::string_view text) const {
    Ip ip;
    if (!read_ip(text, ip) || ip.is_v6 != is_v6_) return false;
    for (int i = 0; i * 8 < length_; ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (((ip.bits[at] ^ bits_[at]) & mask_at(length_, i)) != 0) return false;
    }
    return true;
}

std::string Subnet::text() const {
    char buffer[INET6_ADDRSTRLEN];
    const char* ip = inet_ntop(is_v6_ ? AF_INET6 : AF_INET, bits_.data(), buffer, sizeof buffer);
    std::string text = ip != nullptr ? ip : "";
    return length_ == (is_v6_ ? 128 : 32) ? text : text + "/" + std::to_string(length_);
}

bool contains(const std::vector<Subnet>& subnets, std::string_view ip) {
    return std::any_of(subnets.begin(), subnets.end(), [&](const Subnet& subnet) { return subnet.contains(ip); });
}

const std::vector<Subnet>& private_subnets() {
    static const std::vector<Subnet> all = [] {
        std::vector<Subnet> made;
        for (const char* text : {"127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
                                 "169.254.0.0/16", "fe80::/10", "fc00::/7"})
            if (auto subnet = Subnet::parse(text)) made.push_back(*subnet);
        return made;
    }();
    return all;
}

}  // namespace postern
