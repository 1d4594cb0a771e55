#include "server/net/proxy_header.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "server/base/text.h"

namespace postern::net {

namespace {

using State = ProxyHeader::State;

constexpr std::string_view kText = "PROXY ";
constexpr std::string_view kBinary("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kLongestLine = 107, kFixed = 16;

ProxyHeader bad(const char* why) {
    ProxyHeader header;
    header.state = State::kBad;
    header.why = why;
    return header;
}

// Decimal, without a sign or zeros that say nothing.
bool is_port(std::string_view text) {
    if (text.empty() || text.size() > 5 || (text.size() > 1 && text[0] == '0')) return false;
    unsigned value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return false;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value <= 65535;
}

Result<Address> address_of(std::string_view ip, std::string_view port, bool v6) {
    std::string text = v6 ? "[" : "";
    ((text += ip) += v6 ? "]:" : ":") += port;
    return Address::parse(text);
}

// "TCP4 SOURCE DESTINATION PORT PORT", one blank between two; behind UNKNOWN anything may stand (section 2.1).
ProxyHeader read_line(std::string_view line) {
    ProxyHeader header;
    header.state = State::kComplete;
    header.size = kText.size() + line.size() + 2;
    if (line == "UNKNOWN" || has_prefix(line, "UNKNOWN ")) return header;
    std::array<std::string_view, 5> words;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::size_t blank = line.find(' ');
        if ((blank == line.npos) != (i + 1 == words.size())) return bad("a PROXY line of the wrong number of words");
        words[i] = line.substr(0, blank);
        line.remove_prefix(blank == line.npos ? line.size() : blank + 1);
    }
    const bool v6 = words[0] == "TCP6";
    if (!v6 && words[0] != "TCP4") return bad("a PROXY line for neither TCP4 nor TCP6");
    if (!is_port(words[3]) || !is_port(words[4])) return bad("a PROXY line with a port that is none");
    auto source = address_of(words[1], words[3], v6), destination = address_of(words[2], words[4], v6);
    const int family = v6 ? AF_INET6 : AF_INET;
    if (!source || !destination || source->family() != family || destination->family() != family)
        return bad("a PROXY line with an address that is none");
    header.told = true;
    header.source = *source;
    return header;
}

ProxyHeader read_text(std::string_view bytes) {
    const std::size_t end = bytes.substr(0, kLongestLine).find_first_of("\r\n");
    if (end == bytes.npos) return bytes.size() < kLongestLine ? ProxyHeader{} : bad("a PROXY line without an end");
    if (bytes[end] == '\r' && end + 1 == bytes.size()) return end + 1 < kLongestLine ? ProxyHeader{} : bad("a PROXY line without an end");
    if (bytes[end] != '\r' || end + 2 > kLongestLine || bytes[end + 1] != '\n') return bad("a PROXY line without an end");
    return read_line(bytes.substr(kText.size(), end - kText.size()));
}

Address source_of(const char* at, bool v6) {
    if (v6) {
        sockaddr_in6 in6{};
        in6.sin6_family = AF_INET6;
        std::memcpy(&in6.sin6_addr, at, 16);
        std::memcpy(&in6.sin6_port, at + 32, 2);
        return Address::from_native(reinterpret_cast<const sockaddr*>(&in6), sizeof in6);
    }
    sockaddr_in in{};
    in.sin_family = AF_INET;
    std::memcpy(&in.sin_addr, at, 4);
    std::memcpy(&in.sin_port, at + 8, 2);
    return Address::from_native(reinterpret_cast<const sockaddr*>(&in), sizeof in);
}

// Two addresses, two ports, and notes that nobody reads here (section 2.2).
ProxyHeader read_binary(std::string_view bytes) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    if (bytes.size() > 12 && byte(12) >> 4 != 2) return bad("a PROXY header of an unknown version");
    if (bytes.size() > 12 && (byte(12) & 15) > 1) return bad("a PROXY header with an unknown command");
    if (bytes.size() > 13 && (byte(13) >> 4 > 3 || (byte(13) & 15) > 2)) return bad("a PROXY header for an unknown family");
    if (bytes.size() < kFixed) return {};
    const std::size_t more = byte(14) * 256u + byte(15);
    if (kFixed + more > kLongestProxyHeader) return bad("a PROXY header that is too long");
    const unsigned family = byte(13) >> 4, transport = byte(13) & 15;
    const bool local = (byte(12) & 15) == 0, v6 = family == 2;
    const bool known = !local && transport == 1 && (family == 1 || v6);
    if (known && more < (v6 ? 36u : 12u)) return bad("a PROXY header that is too short for its addresses");
    if (bytes.size() < kFixed + more) return {};
    ProxyHeader header;
    header.state = State::kComplete;
    header.size = kFixed + more;
    header.told = known;
    if (known) header.source = source_of(bytes.data() + kFixed, v6);
    return header;
}

}  // namespace

ProxyHeader parse_proxy_header(std::string_view bytes) {
    for (const std::string_view begin : {kText, kBinary}) {
        const std::size_t same = std::min(bytes.size(), begin.size());
        if (bytes.substr(0, same) != begin.substr(0, same)) continue;
        if (bytes.size() < begin.size()) return {};
        return begin == kText ? read_text(bytes) : read_binary(bytes);
    }
    return bad("no PROXY header");
}

}  // namespace postern::net
