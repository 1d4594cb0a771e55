#include "acme/protocol/url.h"

#include <algorithm>

#include "acme/protocol/limits.h"
#include "server/base/ip_text.h"
#include "server/base/text.h"

namespace postern::acme {

namespace {

Error bad(std::string_view url, std::string_view why) {
    return Error::refuse("URL " + printable(url, 200) + ": " + std::string(why));
}

bool is_url_char(char c) {
    return c > ' ' && c < 0x7f && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
}

bool is_host_name(std::string_view host) {
    if (host.empty() || host.size() > 253 || host.front() == '.' || host.front() == '-') return false;
    return std::all_of(host.begin(), host.end(),
                       [](char c) { return is_alpha(c) || is_digit(c) || c == '.' || c == '-' || c == '_'; });
}

// "host", "host:port", "[v6]", "[v6]:port" into `url`; a reason when it is none of them.
std::string_view read_authority(std::string_view authority, HttpsUrl& url) {
    std::string_view host = authority, port;
    if (has_prefix(authority, "[")) {
        auto close = authority.find(']');
        if (close == std::string_view::npos) return "a bracket is not closed";
        host = authority.substr(1, close - 1);
        port = authority.substr(close + 1);
        auto bytes = ip_to_bytes(host);
        if (!bytes || bytes->size() != 16) return "no IPv6 address in the brackets";
        url.ip_literal = true;
    } else if (auto colon = authority.find(':'); colon != std::string_view::npos) {
        host = authority.substr(0, colon);
        port = authority.substr(colon);
    }
    if (!url.ip_literal && !is_host_name(host)) return "the host is no name";
    if (!url.ip_literal) url.ip_literal = ip_to_bytes(host).has_value();
    url.host = lower(host);
    if (port.empty()) return {};
    auto number = port.front() == ':' ? parse_decimal(port.substr(1)) : std::nullopt;
    if (!number || *number == 0 || *number > 65535) return "the port is no number from 1 to 65535";
    url.port = static_cast<std::uint16_t>(*number);
    return {};
}

}  // namespace

std::string HttpsUrl::authority() const {
    std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return port == 443 ? text : text + ":" + std::to_string(port);
}

Result<HttpsUrl> parse_https_url(std::string_view text) {
    if (text.empty() || text.size() > limits::kUrl) return bad(text, "empty or too long");
    if (!std::all_of(text.begin(), text.end(), is_url_char)) return bad(text, "a character that belongs in no URL");
    auto scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos) return bad(text, "no absolute URL");
    std::string_view scheme = text.substr(0, scheme_end);
    if (equal_no_case(scheme, "http")) return bad(text, "clear text; only https is spoken with a CA");
    if (!equal_no_case(scheme, "https")) return bad(text, "not https");
    std::string_view rest = text.substr(scheme_end + 3);
    std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    std::string_view target = rest.substr(authority.size());
    if (authority.find('@') != std::string_view::npos) return bad(text, "user information in it");
    if (target.find('#') != std::string_view::npos) return bad(text, "a fragment in it");
    HttpsUrl url;
    if (auto why = read_authority(authority, url); !why.empty()) return bad(text, why);
    url.target = has_prefix(target, "/") ? std::string(target) : "/" + std::string(target);
    return url;
}

Result<std::string> resolve_location(const std::string& base, std::string_view location) {
    std::string absolute(location);
    if (has_prefix(location, "/") && !has_prefix(location, "//")) {
        TRY(HttpsUrl from, parse_https_url(base));
        absolute = "https://" + from.authority() + absolute;
    }
    TRY_VOID(parse_https_url(absolute));
    return absolute;
}

}  // namespace postern::acme
