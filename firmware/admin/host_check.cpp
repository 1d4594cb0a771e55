#include "firmware/admin/host_check.h"

#include <algorithm>

#include "server/base/ip_text.h"
#include "server/base/text.h"

namespace postern::admin {
namespace {

// 4 or 16 bytes of an address; those of IPv4 mapped into IPv6 (::ffff:192.0.2.1) as IPv4; empty for a name.
std::string address_bytes(std::string_view host) {
    static constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xFF\xFF", 12);
    auto bytes = ip_to_bytes(host).value_or(std::string());
    if (bytes.size() == 16 && has_prefix(bytes, kMapped)) bytes.erase(0, kMapped.size());
    return bytes;
}

bool is_loopback(const std::string& bytes) {
    static constexpr std::string_view kLoopback6("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
    return bytes.size() == 4 ? bytes[0] == 127 : bytes == kLoopback6;
}

// A wildcard stands for one label, as in a certificate: whoever rebinds a name below ours has our zone.
bool is_name(std::string_view host, std::string_view own) {
    if (!has_prefix(own, "*.")) return host == own;
    const auto dot = host.find('.');
    return dot != host.npos && dot > 0 && host.substr(dot) == own.substr(1);
}

}  // namespace

bool is_own_host(std::string_view host, std::string_view local, const std::vector<std::string>& hosts) {
    if (host.empty()) return false;
    const auto bytes = address_bytes(host);
    if (bytes.empty()) return host == "localhost" || std::any_of(hosts.begin(), hosts.end(), [&](const std::string& own) { return is_name(host, own); });
    if (is_loopback(bytes) || bytes == address_bytes(local)) return true;
    return std::any_of(hosts.begin(), hosts.end(), [&](const std::string& own) { return address_bytes(own) == bytes; });
}

}  // namespace postern::admin
