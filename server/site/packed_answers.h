// Compresses what another handler answers for those who take gzip, on its way: stands before a proxy, whose answers lie in no file
// that a copy could lie beside.
#pragma once

#include <memory>

#include "server/http/handler.h"
#include "server/site/packed_body.h"
#include "server/site/packed_fields.h"

namespace postern::site {

class PackedAnswers final : public http::Handler {
public:
    // `places`: of the loop.
    PackedAnswers(std::shared_ptr<http::Handler> inner, PackRules rules, std::shared_ptr<PackingPlaces> places);
    http::Response handle(const http::Request& request, const http::Context& context) override;
    bool takes_body(const http::Request& request) const override { return inner_->takes_body(request); }

private:
    // What of a request must be known when its answer is there.
    struct Asked {
        bool head = false, gzip = false;
        std::string tags;  // of If-None-Match, where there is a weak one
        http::Rouser* rouser = nullptr;
    };
    class Promised;
    static Asked asked_of(const http::Request& request, const http::Context& context);
    void dress(http::Response& response, const Asked& asked) const;
    bool pack_body(http::Response& response, const Asked& asked) const;

    std::shared_ptr<http::Handler> inner_;
    PackRules rules_;
    std::shared_ptr<PackingPlaces> places_;
};

}  // namespace postern::site
