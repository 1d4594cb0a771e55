// Others below a site's own content: whoever asks for what begins with a prefix gets it from there. The `alias` lines of a
// site, which are StaticFiles with StaticOptions::prefix, and its `proxy` lines.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/http/handler.h"

namespace postern::site {

struct Alias {
    // Begins with '/', does not end with it; whole segments count: "/a" is not the beginning of "/ab". Empty: all.
    std::string prefix;
    std::shared_ptr<http::Handler> handler;
};

class Aliases final : public http::Handler {
public:
    Aliases(std::shared_ptr<http::Handler> inner, std::vector<Alias> aliases);
    http::Response handle(const http::Request& request, const http::Context& context) override;
    bool takes_body(const http::Request& request) const override { return handler_of(request).takes_body(request); }

private:
    http::Handler& handler_of(const http::Request& request) const;

    std::shared_ptr<http::Handler> inner_;
    std::vector<Alias> aliases_;  // the longest prefix first
};

}  // namespace postern::site
