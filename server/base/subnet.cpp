#include "server/base/subnet.h"

#include <arpa/inet.h>

#include <algorithm>

#include "server/base/text.h"

namespace postern {

namespace {

// The part of the byte `index` that belongs to a network of that length.
std::uint8_t mask_at(int length, int index) {
    const int bits = std::clamp(length - index * 8, 0, 8);
    return static_cast<std::uint8_t>(0xff00 >> bits);
}

}  // namespace

Result<Subnet> Subnet::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    const std::string shown = "'" + printable(text, 60) + "'";
    const std::optional<Ip> ip = Ip::parse(text.substr(0, slash));
    if (!ip || text.substr(0, slash).find('%') != text.npos)
        return Error::refuse(shown + " is no network; write one as 192.168.1.0/24 or fd00::/8");
    Subnet subnet;
    subnet.first_ = *ip;
    const int most = ip->is_v6 ? 128 : 32;
    subnet.length_ = most;
    if (slash == text.npos) return subnet;
    const auto length = parse_decimal(text.substr(slash + 1));
    if (!length || *length > static_cast<unsigned>(most))
        return Error::refuse(shown + " has no length from 0 to " + std::to_string(most) + " behind its '/'");
    subnet.length_ = static_cast<int>(*length);
    Subnet whole = subnet;
    for (int i = 0; i < 16; ++i) whole.first_.bits[static_cast<std::size_t>(i)] &= mask_at(subnet.length_, i);
    if (whole.first_ != subnet.first_) return Error::refuse(shown + " is an address inside a network; did you mean " + whole.text() + "?");
    return subnet;
}

bool Subnet::contains(std::string_view text) const {
    const std::optional<Ip> ip = Ip::parse(text);
    return ip && contains(*ip);
}

bool Subnet::contains(const Ip& ip) const {
    if (ip.is_v6 != first_.is_v6) return false;
    for (int i = 0; i * 8 < length_; ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (((ip.bits[at] ^ first_.bits[at]) & mask_at(length_, i)) != 0) return false;
    }
    return true;
}

std::string Subnet::text() const {
    char buffer[INET6_ADDRSTRLEN];
    const char* ip = inet_ntop(first_.is_v6 ? AF_INET6 : AF_INET, first_.bits.data(), buffer, sizeof buffer);
    std::string text = ip != nullptr ? ip : "";
    return length_ == (first_.is_v6 ? 128 : 32) ? text : text + "/" + std::to_string(length_);
}

bool contains(const std::vector<Subnet>& subnets, std::string_view text) {
    const std::optional<Ip> ip = Ip::parse(text);
    return ip && contains(subnets, *ip);
}

bool contains(const std::vector<Subnet>& subnets, const Ip& ip) {
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
