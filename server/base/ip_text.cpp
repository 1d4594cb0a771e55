#include "server/base/ip_text.h"

#include <arpa/inet.h>

#include <cstdio>

namespace postern {

namespace {

unsigned group_at(std::string_view bytes, int index) {
    const auto at = static_cast<std::size_t>(index) * 2;
    return static_cast<unsigned>(static_cast<unsigned char>(bytes[at]) << 8 | static_cast<unsigned char>(bytes[at + 1]));
}

// RFC 5952 section 4.2: the longest run of at least two zero groups, the first of equals.
struct Run {
    int first = -1;
    int size = 0;
};
Run longest_zeros(std::string_view bytes) {
    Run best;
    for (int i = 0; i < 8; ++i) {
        int size = 0;
        while (i + size < 8 && group_at(bytes, i + size) == 0) ++size;
        if (size > best.size && size > 1) best = {i, size};
        i += size;
    }
    return best;
}

std::string ipv6_text(std::string_view bytes) {
    const Run zeros = longest_zeros(bytes);
    std::string text;
    for (int i = 0; i < 8;) {
        if (i == zeros.first) {
            text += "::";
            i += zeros.size;
            continue;
        }
        if (!text.empty() && text.back() != ':') text += ':';
        char group[8];
        (void)std::snprintf(group, sizeof group, "%x", group_at(bytes, i++));
        text += group;
    }
    return text;
}

}  // namespace

std::optional<std::string> ip_to_bytes(std::string_view text) {
    const std::string zero_ended(text);
    if (zero_ended.find('\0') != std::string::npos) return std::nullopt;
    char bytes[16];
    // inet_pton takes strict forms only: no octal, no missing parts, no zone.
    if (::inet_pton(AF_INET, zero_ended.c_str(), bytes) == 1) return std::string(bytes, 4);
    if (::inet_pton(AF_INET6, zero_ended.c_str(), bytes) == 1) return std::string(bytes, 16);
    return std::nullopt;
}

std::string ip_from_bytes(std::string_view bytes) {
    if (bytes.size() == 16) return ipv6_text(bytes);
    if (bytes.size() != 4) return {};
    std::string text;
    for (char c : bytes) {
        if (!text.empty()) text += '.';
        text += std::to_string(static_cast<unsigned char>(c));
    }
    return text;
}

std::string reverse_name(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    if (bytes.size() != 4 && bytes.size() != 16) return {};
    std::string name;
    for (auto at = bytes.rbegin(); at != bytes.rend(); ++at) {
        const auto byte = static_cast<unsigned char>(*at);
        if (bytes.size() == 4) name += std::to_string(byte) + ".";
        else name.append({kDigits[byte & 0xf], '.', kDigits[byte >> 4], '.'});
    }
    return name + (bytes.size() == 4 ? "in-addr.arpa" : "ip6.arpa");
}

}  // namespace postern
