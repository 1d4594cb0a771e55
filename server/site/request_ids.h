// Gives each request a name of its own, to be found by it in the access log, in the answer and in the log of an upstream. In front
// of all sites.
#pragma once

#include <memory>

#include "server/base/random.h"
#include "server/http/handler.h"

namespace postern::site {

// X-Request-Id: 32 random digits, or what a trusted proxy has called it already, if that is a name: 1 to 64 letters, digits
// and signs of -._~+/=:@.
class RequestIds final : public http::Handler {
public:
    RequestIds(std::shared_ptr<http::Handler> inner, Random& random) : inner_(std::move(inner)), random_(random) {}
    // What the inner one says, with the field; that one sees Context::request_id.
    http::Response handle(const http::Request& request, const http::Context& context) override;
    bool takes_body(const http::Request& request) const override { return inner_->takes_body(request); }

private:
    std::string id_of(const http::Request& request, const http::Context& context);

    std::shared_ptr<http::Handler> inner_;
    Random& random_;
};

}  // namespace postern::site
