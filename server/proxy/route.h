// Where requests below a prefix are passed on to: one `proxy` line of a site.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.h"
#include "server/net/address.h"

namespace postern::proxy {

// A server that answers plain HTTP/1.1: "http://127.0.0.1:8080/base".
struct Upstream {
    net::Address address;
    std::string authority;            // as it stands in the URL
    std::optional<std::string> base;  // of a URL with a path: "" for "/", else "/base"; takes the place of the prefix

    // kAdmin: what is wrong. Nothing is looked up: an IP address, or "localhost", which is 127.0.0.1.
    static Result<Upstream> parse(std::string_view url);
    bool operator==(const Upstream& other) const { return authority == other.authority && base == other.base; }
};

struct Route {
    std::string prefix;  // "" for all, else "/app": whole segments count
    std::vector<Upstream> upstreams;  // one at least, kMostUpstreams at most

    bool operator==(const Route&) const = default;
};

inline constexpr std::size_t kMostUpstreams = 32;

}  // namespace postern::proxy
