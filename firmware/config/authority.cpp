#include "firmware/config/authority.h"

#include "firmware/config/host_name.h"
#include "firmware/config/values.h"
#include "server/base/ip_text.h"
#include "server/base/text.h"

namespace postern::config {

Result<Authority> parse_authority(std::string_view text) {
    Authority authority;
    std::string_view host = text, port;
    if (has_prefix(text, "[")) {
        const auto close = text.find(']');
        if (close == text.npos) return not_valid(text);
        host = text.substr(1, close - 1);
        port = text.substr(close + 1);
        if (ip_to_bytes(host).value_or("").size() != 16) return Error::admin("'" + std::string(host) + "' is no IPv6 address");
    } else if (const auto colon = text.rfind(':'); colon != text.npos) {
        host = text.substr(0, colon);
        port = text.substr(colon);
    }
    authority.is_ip = ip_to_bytes(host).has_value();
    if (!authority.is_ip) TRY_VOID(check_host_name(host));
    authority.host = lower(host);
    if (port.empty()) return authority;
    if (port.front() != ':') return not_valid(text);
    TRY(authority.port, parse_number(port.substr(1), 1, 65535));
    return authority;
}

}  // namespace postern::config
