// Strict-Transport-Security (RFC 6797) in front of what a site answers over TLS. A browser that has seen it opens no plain
// connection and passes over no bad certificate until max-age is over: so it is never told for longer than the certificate
// lives that proves we can do it. One instance a loop.
#pragma once

#include <memory>

#include "server/http/handler.h"
#include "server/site/joined_lines.h"

namespace postern::site {

// How long the certificates of a site are good. From any loop thread.
class CertHealth {
public:
    virtual ~CertHealth() = default;
    // When the certificate from a CA that serves under this folder's name expires; the epoch when none serves, or the
    // machine's clock is not set.
    virtual WallTime public_until(const std::string& folder) const = 0;
};

struct HstsRule {
    enum class Kind : unsigned char { kOff, kFixed, kGoverned } kind = Kind::kGoverned;
    Seconds max_age{0};            // of kFixed
    bool subdomains = false, preload = false;
};

class Hsts final : public http::Handler {
public:
    // `folder`: of the site's certificate. `health` must outlive the handler; it is asked once a minute.
    Hsts(std::shared_ptr<http::Handler> inner, HstsRule rule, std::string folder, const CertHealth& health);
    http::Response handle(const http::Request& request, const http::Context& context) override;
    bool takes_body(const http::Request& request) const override { return inner_->takes_body(request); }

private:
    void refresh(const http::Context& context);

    std::shared_ptr<http::Handler> inner_;
    HstsRule rule_;
    std::string folder_;
    const CertHealth& health_;
    SteadyTime next_{};
    JoinedLines line_;  // Strict-Transport-Security, or none
};

}  // namespace postern::site
