// Serves a folder: GET and HEAD, index file, ETag and Last-Modified with 304; small files from a bounded cache, prebuilt.
// No dotfile is seen (except below /.well-known/), nothing outside the root is reached, symlinks may not leave it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/base/result.h"
#include "server/base/unique_fd.h"
#include "server/http/handler.h"

namespace postern::site {

struct StaticOptions {
    std::string root;                  // absolute path of a folder
    std::string index = "index.html";
};

class StaticFiles final : public http::Handler {
public:
    // Opens the root and keeps it open, so that it stays reachable after privileges are dropped.
    static Result<std::unique_ptr<StaticFiles>> open(const StaticOptions& options);
    ~StaticFiles() override;
    http::Response handle(const http::Request& request, const http::Context& context) override;

private:
    struct State;
    explicit StaticFiles(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace postern::site
