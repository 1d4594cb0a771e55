// Fields for every answer of a site: its owner's `header` lines, in front of all else of the site; and those that files are sent
// with, in front of a folder, but not of its errors: those look alike wherever they come from.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/http/handler.h"
#include "server/site/joined_lines.h"

namespace postern::site {

struct OwnField {
    std::string name, value;  // neither holds a control character

    bool operator==(const OwnField&) const = default;
};

class OwnFields final : public http::Handler {
public:
    enum class Of : unsigned char { kAll, kWhatIsThere };

    OwnFields(std::shared_ptr<http::Handler> inner, const std::vector<OwnField>& fields, Of of = Of::kAll);
    http::Response handle(const http::Request& request, const http::Context& context) override;
    bool takes_body(const http::Request& request) const override { return inner_->takes_body(request); }

private:
    std::shared_ptr<http::Handler> inner_;
    Of of_;
    JoinedLines lines_;
};

}  // namespace postern::site
