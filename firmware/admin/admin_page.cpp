#include "firmware/admin/admin_page.h"

#include <array>

#include "firmware/admin/answers.h"
#include "firmware/admin/page_view.h"
#include "server/base/text.h"
#include "server/site/accept_encoding.h"
#include "www/assets.h"

namespace postern::admin {
namespace {

// Nothing but our own files, no inline code or style, no frame around us, no form to elsewhere.
constexpr std::string_view kContentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

struct File {
    std::string_view path;   // of the request
    std::string_view asset;  // in www/
    std::string_view type;
};

constexpr auto kFiles = std::to_array<File>({
    {"/app.js", "admin/app.js", "text/javascript; charset=utf-8"},
    {"/icon.svg", "admin/icon.svg", "image/svg+xml"},
    {"/style.css", "admin/style.css", "text/css; charset=utf-8"},
});

bool names_etag(std::string_view if_none_match, std::string_view etag) {
    for (auto candidate : split(if_none_match, ',')) {
        if (has_prefix(candidate, "W/")) candidate.remove_prefix(2);
        if (candidate == etag || candidate == "*") return true;
    }
    return false;
}

void add_page_fields(http::Response& response) {
    response.fields.emplace_back("Content-Security-Policy", kContentPolicy);
    response.fields.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
}

http::Response embedded_file(const File& file, const http::Request& request) {
    const auto* asset = www::find(file.asset);
    if (asset == nullptr) return problem_answer(500, "A file of the admin page is missing from this program.");
    const bool packed = !asset->gzip.empty() && site::accepts_gzip(request.field("accept-encoding"));
    // a strong tag stands for the bytes sent: the packed ones have their own (RFC 9110 section 8.8.3.3)
    std::string etag(asset->etag);
    if (packed) etag.insert(etag.size() - 1, "-gz");
    http::Response response;
    response.fields.emplace_back("ETag", etag);
    response.fields.emplace_back("Vary", "Accept-Encoding");
    response.fields.emplace_back("Cache-Control", "no-cache");
    if (names_etag(request.field("if-none-match"), etag)) {
        response.status = 304;
        return response;
    }
    response.fields.emplace_back("Content-Type", file.type);
    response.fields.emplace_back("X-Content-Type-Options", "nosniff");
    response.fields.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
    add_page_fields(response);
    if (packed) response.fields.emplace_back("Content-Encoding", "gzip");
    response.static_body = packed ? asset->gzip : asset->data;
    return response;
}

}  // namespace

http::Response AdminPage::page(const http::Context& context) const {
    const auto* layout = www::find("admin/index.html");
    if (layout == nullptr) return problem_answer(500, "The admin page is missing from this program.");
    const auto status = control_.status();
    const acme::StatusSnapshot none;
    auto html = fill(layout->data, page_values(status ? *status : none, control_.facts(), context.wall, POSTERN_VERSION));
    if (!html) return failure_answer(html.error());
    http::Response response;
    response.fields.emplace_back("Content-Type", "text/html; charset=utf-8");
    add_guard_fields(response);
    add_page_fields(response);
    response.body = std::move(html).value();
    return response;
}

http::Response AdminPage::handle(const http::Request& request, const http::Context& context) {
    const bool reads = request.method == http::Method::kGet || request.method == http::Method::kHead;
    if (request.path == "/") return reads ? page(context) : wrong_method("GET, HEAD");
    for (const auto& file : kFiles)
        if (request.path == file.path) return reads ? embedded_file(file, request) : wrong_method("GET, HEAD");
    return problem_answer(404, "There is nothing at this address. The page is at /.");
}

}  // namespace postern::admin
