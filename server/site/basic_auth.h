// A site that asks for a name and a password (RFC 7617). Stands between who may see the site at all and what there is. It knows
// neither names nor hashes: those are the CredentialCheck's.
#pragma once

#include <memory>
#include <string>

#include "server/http/handler.h"
#include "server/site/credential_check.h"

namespace postern::site {

class BasicAuth final : public http::Handler {
public:
    BasicAuth(std::shared_ptr<http::Handler> inner, std::shared_ptr<CredentialCheck> check, std::string_view realm);
    // 401, 429, 503, or what the inner one says, with the user.
    http::Response handle(const http::Request& request, const http::Context& context) override;
    bool takes_body(const http::Request& request) const override { return inner_->takes_body(request); }

private:
    http::Response ask_for_it() const;

    std::shared_ptr<http::Handler> inner_;
    std::shared_ptr<CredentialCheck> check_;
    std::string challenge_;  // the value of WWW-Authenticate
};

}  // namespace postern::site
