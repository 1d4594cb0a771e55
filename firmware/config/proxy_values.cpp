#include "firmware/config/proxy_values.h"

#include <algorithm>
#include <utility>

#include "firmware/config/content_values.h"
#include "firmware/config/values.h"
#include "server/site/path_text.h"

namespace postern::config {

namespace {

constexpr long long kLongestWait = 3600;  // seconds: a script of an hour

bool is_among(const std::vector<proxy::Upstream>& all, const proxy::Upstream& one) {
    return std::any_of(all.begin(), all.end(), [&](const proxy::Upstream& other) { return other.address == one.address; });
}

std::string text_of(const proxy::Route& route) {
    std::string text = route.prefix.empty() ? "/" : site::encode_path(route.prefix);
    for (const proxy::Upstream& upstream : route.upstreams) {
        text += " http://" + upstream.authority;
        if (upstream.base) text += *upstream.base + (upstream.base->empty() ? "/" : "");
    }
    return text;
}

}  // namespace

Result<void> take_proxy(std::vector<proxy::Route>& into, std::string_view value) {
    std::string_view rest = value;
    proxy::Route route;
    TRY(route.prefix, take_prefix(next_word(rest)));
    while (!rest.empty()) {
        const std::string_view url = next_word(rest);
        TRY(proxy::Upstream upstream, proxy::Upstream::parse(url));
        if (is_among(route.upstreams, upstream)) return Error::admin(std::string(url) + " stands there twice");
        route.upstreams.push_back(std::move(upstream));
    }
    if (route.upstreams.empty()) return not_valid(value);
    if (route.upstreams.size() > proxy::kMostUpstreams) return Error::admin("there are more than 32 servers for one prefix");
    const bool twice = std::any_of(into.begin(), into.end(), [&](const proxy::Route& one) { return one.prefix == route.prefix; });
    if (twice) return Error::admin("'" + (route.prefix.empty() ? "/" : route.prefix) + "' is passed on by an earlier line");
    into.push_back(std::move(route));
    return {};
}

std::string show_proxy(const std::vector<proxy::Route>& routes) {
    std::string text;
    for (const proxy::Route& route : routes) text += (text.empty() ? "" : "\n") + text_of(route);
    return text;
}

Result<void> take_proxy_time(int& into, std::string_view value) {
    TRY(const long long seconds, parse_duration(value));
    if (seconds < 1) return Error::admin("'" + std::string(value) + "' is too short");
    if (seconds > kLongestWait) return Error::admin("'" + std::string(value) + "' is too long: a client would have gone");
    into = static_cast<int>(seconds);
    return {};
}

std::string show_proxy_time(int seconds) { return print_duration(seconds); }

}  // namespace postern::config
