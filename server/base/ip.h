// An IP address as bits, from text, without an allocation: for who asks at every request where it comes from.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace postern {

struct Ip {
    std::array<std::uint8_t, 16> bits{};  // IPv4 in the first four
    bool is_v6 = false;

    // Without brackets and port; IPv4 mapped into IPv6 becomes IPv4, and a zone (fe80::1%eth0) is dropped.
    static std::optional<Ip> parse(std::string_view text);
    // What one client has to itself, so that it counts as one: an IPv4 address, the /64 of an IPv6 address.
    Ip client() const;

    bool operator==(const Ip&) const = default;
};

}  // namespace postern
