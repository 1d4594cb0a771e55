#include "firmware/config/sharing_values.h"

#include <algorithm>

#include "firmware/config/authority.h"
#include "firmware/config/values.h"
#include "server/base/base64url.h"
#include "server/base/text.h"

namespace postern::config {

namespace {

constexpr std::size_t kThumbprint = 43;      // SHA-256 in base64url (RFC 7638 section 3, RFC 8555 section 8.1)
constexpr std::size_t kLongestBase = 200;    // bytes

bool is_base_char(char c) { return is_alpha(c) || is_digit(c) || std::string_view("/-._~%").find(c) != std::string_view::npos; }

}  // namespace

std::string Upstream::text() const {
    if (host.empty()) return "";
    const std::string shown = host.find(':') == host.npos ? host : "[" + host + "]";
    return "http://" + shown + (port == 80 ? "" : ":" + std::to_string(port)) + base;
}

Result<Upstream> parse_upstream(std::string_view text) {
    if (equal_no_case(text.substr(0, 8), "https://"))
        return Error::admin("'" + std::string(text) + "': an answer to a challenge is no secret and is asked for in clear text; write http://");
    if (!equal_no_case(text.substr(0, 7), "http://")) return not_valid(text);
    const std::string_view rest = text.substr(7), where = rest.substr(0, rest.find_first_of("/?#"));
    std::string_view base = rest.substr(where.size());
    while (has_suffix(base, "/")) base.remove_suffix(1);
    if (base.size() > kLongestBase || !std::all_of(base.begin(), base.end(), is_base_char) || where.find('@') != where.npos) return not_valid(text);
    TRY(Authority authority, parse_authority(where));
    return Upstream{std::move(authority.host), static_cast<std::uint16_t>(authority.port == 0 ? 80 : authority.port), std::string(base)};
}

Result<void> take_upstream(Upstream& into, std::string_view value) {
    TRY(into, parse_upstream(value));
    return {};
}

std::string show_upstream(const Upstream& upstream) { return upstream.text(); }

Result<void> take_thumbprint(std::string& into, std::string_view value) {
    if (value.size() != kThumbprint || !is_base64url(value)) return not_valid(value);
    into = value;
    return {};
}

Result<void> take_certificates(std::vector<std::string>& into, std::string_view value) {
    TRY(into, parse_list(value));
    return {};
}

}  // namespace postern::config
