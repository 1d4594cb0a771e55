// A site's own pages for what it has not (404) and for what went wrong in it (5xx), in place of the built-in ones.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "server/base/result.h"
#include "server/base/unique_fd.h"
#include "server/http/handler.h"

namespace postern::site {

// Files below a folder; empty: the built-in page.
struct ErrorPageFiles {
    std::string not_found, server_error;
};

// A page that is missing or larger than limits::kCachedFile is the built-in one. The last good copy is kept for when the
// server is out of descriptors, which is when it is wanted.
class ErrorPages final : public http::Handler {
public:
    static Result<std::unique_ptr<ErrorPages>> open(std::shared_ptr<http::Handler> inner, const std::string& root,
                                                    const ErrorPageFiles& files);
    http::Response handle(const http::Request& request, const http::Context& context) override;
    bool takes_body(const http::Request& request) const override { return inner_->takes_body(request); }

    ErrorPages(std::shared_ptr<http::Handler> inner, UniqueFd root, const ErrorPageFiles& files);

private:
    struct Page {
        std::string path, body;
        bool there = false;
        SteadyTime next_look{};
        std::map<std::uint16_t, std::shared_ptr<const http::Prebuilt>> made;  // of this body, by status
    };
    class Promised;
    void look(Page& page);
    void dress(http::Response& response, SteadyTime now);

    std::shared_ptr<http::Handler> inner_;
    UniqueFd root_;
    SteadyTime now_{};  // of the latest request: answers that come later know no other
    Page not_found_, server_error_;
};

}  // namespace postern::site
