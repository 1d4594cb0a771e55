#include "server/proxy/route.h"

#include <algorithm>

#include "server/base/text.h"

namespace postern::proxy {

namespace {

constexpr std::string_view kScheme = "http://";

Error wrong(std::string_view url, const std::string& why) {
    return Error::admin("'" + std::string(url) + "': " + why);
}

bool is_path_text(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f && c != '?' && c != '#' && c != '\\' && c != '"'; });
}

}  // namespace

Result<Upstream> Upstream::parse(std::string_view url) {
    if (has_prefix(url, "https://")) return wrong(url, "requests are passed on over plain HTTP only; write http://");
    if (!has_prefix(url, kScheme)) return wrong(url, "a URL begins with http://");
    const std::string_view rest = url.substr(kScheme.size());
    const std::size_t slash = rest.find('/');
    Upstream made;
    made.authority = rest.substr(0, slash);
    std::string numeric = made.authority;
    if (has_prefix(numeric, "localhost:")) numeric.replace(0, 9, "127.0.0.1");
    else if (numeric == "localhost") numeric = "127.0.0.1";
    if (numeric.find(':') == numeric.npos || has_suffix(numeric, "]")) numeric += ":80";
    Result<net::Address> address = net::Address::parse(numeric);
    if (!address.ok() || address->port() == 0) return wrong(url, "there is no IP address and port in it; names but localhost are not looked up, and IPv6 stands in brackets");
    made.address = std::move(address).value();
    if (slash == rest.npos) return made;
    std::string_view base = rest.substr(slash);
    if (!is_path_text(base)) return wrong(url, "the path has characters that no path holds");
    while (has_suffix(base, "/")) base.remove_suffix(1);
    if (base.find("/.") != base.npos || base.find("//") != base.npos) return wrong(url, "the path has dots or slashes that would be resolved");
    made.base = base;
    return made;
}

}  // namespace postern::proxy
