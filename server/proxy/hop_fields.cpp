#include "server/proxy/hop_fields.h"

#include <algorithm>
#include <array>

#include "server/base/text.h"

namespace postern::proxy {

bool is_hop_field(std::string_view name) {
    static constexpr std::array<std::string_view, 12> kNames{
        "connection", "content-length", "http2-settings", "keep-alive", "proxy-authenticate", "proxy-authentication-info",
        "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"};
    return std::any_of(kNames.begin(), kNames.end(), [&](std::string_view hop) { return equal_no_case(name, hop); });
}

bool names_option(std::string_view list, std::string_view name) {
    while (true) {
        const std::size_t comma = list.find(',');
        if (equal_no_case(trim(list.substr(0, comma)), name)) return true;
        if (comma == list.npos) return false;
        list.remove_prefix(comma + 1);
    }
}

}  // namespace postern::proxy
