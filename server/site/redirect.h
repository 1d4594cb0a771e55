// Redirects whole requests: plain HTTP to HTTPS, and other names to the canonical one, in one hop.
#pragma once

#include <string>

#include "server/http/handler.h"

namespace postern::site {

// Sends every request to https://HOST[:port]TARGET, path and query kept: 301 for GET and HEAD, 308 else.
// HOST is `canonical` when set, else the request's own Host, which the caller has matched to a name of ours before.
class Redirect final : public http::Handler {
public:
    Redirect(std::string canonical, std::uint16_t public_https_port)
        : canonical_(std::move(canonical)), port_(public_https_port) {}
    http::Response handle(const http::Request& request, const http::Context& context) override;

private:
    std::string canonical_;
    std::uint16_t port_;
};

}  // namespace postern::site
