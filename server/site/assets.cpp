#include "server/site/assets.h"

#include <functional>
#include <string>
#include <unordered_map>

#include "server/base/text.h"
#include "server/http/conditional.h"
#include "server/http/mime.h"
#include "server/site/accept_encoding.h"
#include "server/site/error_page.h"
#include "server/site/prebuilt.h"

namespace postern::site {
namespace {

// Our pages bring their own style and pictures in them, and nothing from anywhere else.
constexpr std::string_view kPageFields =
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'\r\n";

// One coding of a file. Its tag is its own, for a strong tag stands for the very bytes (RFC 9110 section 8.8.3.3).
struct Variant {
    std::string etag;
    std::shared_ptr<const http::Prebuilt> content, not_modified;
};

struct Served {
    Variant plain, gzip;  // gzip: empty where there is none
};

Variant make_variant(const EmbeddedFile& file, bool gzip) {
    Variant made;
    made.etag = file.etag;
    if (gzip && !made.etag.empty()) made.etag.insert(made.etag.size() - 1, "-gz");
    const std::string_view body = gzip ? file.gzip : file.data;
    std::string shared = "Cache-Control: no-cache\r\n";
    if (!made.etag.empty()) shared += "ETag: " + made.etag + "\r\n";
    if (!file.gzip.empty()) shared += "Vary: Accept-Encoding\r\n";
    std::string head = "HTTP/1.1 200 OK\r\nContent-Type: " + std::string(http::media_type(file.path)) +
                       "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    if (gzip) head += "Content-Encoding: gzip\r\n";
    made.content = make_prebuilt(head + shared + std::string(kPageFields), body);
    made.not_modified = make_prebuilt("HTTP/1.1 304 Not Modified\r\n" + shared, {});
    return made;
}

struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

}  // namespace

struct Assets::Index {
    std::unordered_map<std::string, Served, Hash, std::equal_to<>> files;
};

Assets::Assets(const std::vector<EmbeddedFile>& files) : index_(std::make_unique<Index>()) {
    constexpr std::string_view kIndexFile = "/index.html";
    for (const EmbeddedFile& file : files) {
        Served served;
        served.plain = make_variant(file, false);
        if (!file.gzip.empty()) served.gzip = make_variant(file, true);
        std::string_view path = file.path;
        if (has_suffix(path, kIndexFile)) {
            path.remove_suffix(kIndexFile.size() - 1);
            index_->files.emplace(path, served);
        }
        index_->files.emplace(file.path, std::move(served));
    }
}

Assets::~Assets() = default;

http::Response Assets::handle(const http::Request& request, const http::Context& context) {
    switch (request.method) {
        case http::Method::kGet:
        case http::Method::kHead: break;
        case http::Method::kOptions: return options_response();
        default: return refuse_method(request.method);
    }
    const auto found = index_->files.find(request.path);
    if (found == index_->files.end()) return not_found();
    const Served& served = found->second;
    const bool packed = served.gzip.content && accepts_gzip(request);
    const Variant& variant = packed ? served.gzip : served.plain;
    const http::Validators validators{variant.etag, 0, {}};
    http::Response response;
    response.prebuilt = variant.content;
    switch (evaluate(request, validators, context.wall.time_since_epoch().count())) {
        case http::Condition::kFailed: return error_response(412);
        case http::Condition::kNotModified:
            response.status = 304;
            response.prebuilt = variant.not_modified;
            break;
        case http::Condition::kSend: break;
    }
    return response;
}

}  // namespace postern::site
