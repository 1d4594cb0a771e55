// The fields that a site's owner wants in every answer of it: the `header` lines. In front of all else of the site.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/http/handler.h"

namespace postern::site {

struct OwnField {
    std::string name, value;  // neither holds a control character

    bool operator==(const OwnField&) const = default;
};

class OwnFields final : public http::Handler {
public:
    OwnFields(std::shared_ptr<http::Handler> inner, const std::vector<OwnField>& fields);
    http::Response handle(const http::Request& request, const http::Context& context) override;
    bool takes_body(const http::Request& request) const override { return inner_->takes_body(request); }

private:
    std::shared_ptr<http::Handler> inner_;
    std::string lines_;
    std::string behind_, both_;  // lines that the inner handler had when it was last asked, and these after ours
};

}  // namespace postern::site
