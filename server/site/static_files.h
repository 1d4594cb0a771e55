// Serves a folder: GET and HEAD, index file, conditions and ranges; small files from a bounded cache, prebuilt. No dotfile is
// seen (except below /.well-known/), nothing outside the root is reached, symlinks may not leave it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/base/result.h"
#include "server/base/unique_fd.h"
#include "server/http/handler.h"

namespace postern::site {

class FileCache;

struct MimeRule {
    std::string ending, type;  // ".ext", compared without case; what stands in Content-Type

    bool operator==(const MimeRule&) const = default;
};

struct StaticOptions {
    std::string root;                  // absolute path of a folder
    std::string index = "index.html";
    std::shared_ptr<FileCache> cache;  // of the loop, shared by its sites; null: one of its own
    std::string prefix{};              // of request paths, in place of which the root is looked into: "/docs"; see Aliases
    std::string cache_control{};       // of what is there; empty: none is sent
    std::vector<MimeRule> mime{};      // before those of the built-in table; of two that fit, the first
    bool compress = true;              // copies of a file beside it, ".br", ".zst", ".gz", go to those who take them
    std::size_t compress_min = 1024;   // from this size on small files are packed in the cache, where nothing lies beside them
    std::vector<std::string> compress_types{};  // of these types: "text/html", "text/*", "*+xml"
    bool listing = false;              // a folder without an index file shows what is in it
    bool spa = false;                  // what is not there is the root's index file: a single-page application finds its own way
};

class StaticFiles final : public http::Handler {
public:
    // Opens the root and keeps it open, so that it stays reachable after privileges are dropped.
    // A root that is a symlink, or is replaced later, is followed only by opening again.
    static Result<std::unique_ptr<StaticFiles>> open(const StaticOptions& options);
    ~StaticFiles() override;
    http::Response handle(const http::Request& request, const http::Context& context) override;

private:
    struct State;
    std::unique_ptr<State> state_;

public:
    explicit StaticFiles(std::unique_ptr<State> state);  // by open() alone: nobody else can name a State
};

}  // namespace postern::site
