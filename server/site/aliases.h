// Other folders below a site's own: whoever asks for what begins with a prefix gets it from there. The `alias` lines of a
// site; the folders are StaticFiles with StaticOptions::prefix.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/http/handler.h"

namespace postern::site {

struct Alias {
    std::string prefix;  // begins with '/', does not end with it; whole segments count: "/a" is not the beginning of "/ab"
    std::shared_ptr<http::Handler> files;
};

class Aliases final : public http::Handler {
public:
    Aliases(std::shared_ptr<http::Handler> inner, std::vector<Alias> aliases);
    http::Response handle(const http::Request& request, const http::Context& context) override;

private:
    std::shared_ptr<http::Handler> inner_;
    std::vector<Alias> aliases_;  // the longest prefix first
};

}  // namespace postern::site
