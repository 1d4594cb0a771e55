// Who may see a site, by address. Between the hosts and all else of a site: who is not let in learns nothing of what there is.
// The redirects to HTTPS and to the canonical name stand before it, as do the answers to a CA's challenges.
#pragma once

#include <memory>
#include <vector>

#include "server/base/subnet.h"
#include "server/http/handler.h"

namespace postern::site {

struct AddressRule {
    std::vector<Subnet> allow;  // empty: everybody
    std::vector<Subnet> deny;   // wins over allow

    bool restricts() const { return !allow.empty() || !deny.empty(); }
    bool lets_in(std::string_view ip) const;  // what is no address is not let in
};

class Allowed final : public http::Handler {
public:
    Allowed(std::shared_ptr<http::Handler> inner, AddressRule rule) : inner_(std::move(inner)), rule_(std::move(rule)) {}
    http::Response handle(const http::Request& request, const http::Context& context) override;  // 403, or what the inner one says
    bool takes_body(const http::Request& request) const override { return inner_->takes_body(request); }

private:
    std::shared_ptr<http::Handler> inner_;
    AddressRule rule_;
};

}  // namespace postern::site
