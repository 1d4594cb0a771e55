// Serves files that are built into the program: the admin page and the first page. Nothing is read from disk.
// Knows no list of them: whoever composes hands it over.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "server/http/handler.h"

namespace postern::site {

// All views live as long as the program.
struct EmbeddedFile {
    std::string_view path;  // as it is asked for: "/index.html"
    std::string_view data;
    std::string_view gzip;  // the same compressed; empty: none
    std::string_view etag;  // strong, with its quotes, of `data`
};

// "/x/index.html" is "/x/" too. GET and HEAD, 304 by ETag, the compressed copy for those who take it.
// Pages may load nothing from elsewhere and stand in nobody's frame.
class Assets final : public http::Handler {
public:
    explicit Assets(const std::vector<EmbeddedFile>& files);
    ~Assets() override;
    http::Response handle(const http::Request& request, const http::Context& context) override;

private:
    struct Index;
    std::unique_ptr<Index> index_;
};

}  // namespace postern::site
