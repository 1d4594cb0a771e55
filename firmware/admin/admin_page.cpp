#include "firmware/admin/admin_page.h"

#include <algorithm>
#include <array>

#include "firmware/admin/answers.h"
#include "firmware/admin/language.h"
#include "firmware/admin/page_view.h"
#include "server/base/text.h"
#include "server/http/conditional.h"
#include "server/site/accept_encoding.h"
#include "www/assets.h"

namespace postern::admin {
namespace {

// Nothing but our own files, no inline code or style, no frame around us, no form to elsewhere.
constexpr std::string_view kContentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

// A year; no secret, but nobody else's business either.
constexpr const char* kLanguageCookie = "; Path=/; Max-Age=31536000; Secure; SameSite=Strict";

struct File {
    std::string_view path;   // of the request
    std::string_view asset;  // in www/
    std::string_view type;
};

constexpr std::string_view kScript = "text/javascript; charset=utf-8";
constexpr auto kFiles = std::to_array<File>({
    {"/access.js", "admin/access.js", kScript},
    {"/actions.js", "admin/actions.js", kScript},
    {"/api.js", "admin/api.js", kScript},
    {"/app.js", "admin/app.js", kScript},
    {"/checks.js", "admin/checks.js", kScript},
    {"/config.js", "admin/config.js", kScript},
    {"/dates.js", "admin/dates.js", kScript},
    {"/dialog.js", "admin/dialog.js", kScript},
    {"/diff.js", "admin/diff.js", kScript},
    {"/dom.js", "admin/dom.js", kScript},
    {"/door.js", "admin/door.js", kScript},
    {"/editor.js", "admin/editor.js", kScript},
    {"/graphs.js", "admin/graphs.js", kScript},
    {"/jobs.js", "admin/jobs.js", kScript},
    {"/lines.js", "admin/lines.js", kScript},
    {"/live.js", "admin/live.js", kScript},
    {"/log.js", "admin/log.js", kScript},
    {"/start.js", "admin/start.js", kScript},
    {"/start_go.js", "admin/start_go.js", kScript},
    {"/views.js", "admin/views.js", kScript},
    {"/words.js", "admin/words.js", kScript},
    {"/icon.svg", "admin/icon.svg", "image/svg+xml"},
    {"/style.css", "admin/style.css", "text/css; charset=utf-8"},
    {"/words/en.json", "admin/words/en.json", "application/json"},
    {"/words/ja.json", "admin/words/ja.json", "application/json"},
});
constexpr File kDescription{kDescriptionPath, "admin/openapi.json", "application/json"};

// Which bytes a file has, for its address: what has that in it never changes, and a browser need not ask again.
std::string version_of(const www::Asset& asset) { return "v=" + std::string(asset.etag.substr(1, 8)); }

http::Response embedded_file(const File& file, const http::Request& request) {
    const auto* asset = www::find(file.asset);
    if (asset == nullptr) return problem_answer(500, "A file of the admin page is missing from this program.");
    const bool only_packed = asset->data.empty();
    const bool packed = !asset->gzip.empty() && (only_packed || site::accepts_gzip(request));
    // without the field any coding will do (RFC 9110 section 12.5.3)
    if (only_packed && !request.field("accept-encoding").empty() && !site::accepts_gzip(request))
        return problem_answer(406, "This file is kept gzipped alone, and Accept-Encoding does not allow that.");
    // a strong tag stands for the bytes sent: the packed ones have their own (RFC 9110 section 8.8.3.3)
    std::string etag(asset->etag);
    if (packed) etag.insert(etag.size() - 1, "-gz");
    http::Response response;
    response.fields.emplace_back("ETag", etag);
    response.fields.emplace_back("Vary", "Accept-Encoding");
    // an address of another version is of a page that is older or newer than this program
    response.fields.emplace_back("Cache-Control", request.query == version_of(*asset) ? "max-age=31536000, immutable" : "no-cache");
    if (http::evaluate(request, {.etag = etag}, 0) == http::Condition::kNotModified) {
        response.status = 304;
        return response;
    }
    response.fields.emplace_back("Content-Type", file.type);
    response.fields.emplace_back("X-Content-Type-Options", "nosniff");
    response.fields.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
    response.fields.emplace_back("Content-Security-Policy", kContentPolicy);
    response.fields.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
    if (packed) response.fields.emplace_back("Content-Encoding", "gzip");
    response.static_body = packed ? asset->gzip : asset->data;
    return response;
}

http::Response answer_with(const File& file, const http::Request& request) {
    const bool reads = request.method == http::Method::kGet || request.method == http::Method::kHead;
    return reads ? embedded_file(file, request) : wrong_method("GET, HEAD");
}

}  // namespace

Result<std::string> fill_page(std::string_view body, Values values, const Words& words) {
    const auto *head = www::find("admin/head.html"), *rest = www::find(body), *style = www::find("admin/style.css");
    if (head == nullptr || rest == nullptr || style == nullptr) return Error::bug("a part of " + std::string(body) + " is missing from this program");
    values.texts["style"] = version_of(*style);
    values.texts["language"] = words.language();
    values.texts["other_language"] = words.language() == "ja" ? "en" : "ja";
    return fill(std::string(head->data) + std::string(rest->data), values, words.source());
}

http::Response html_answer(std::uint16_t status, Result<std::string> html) {
    if (!html) return failure_answer(html.error());
    http::Response response;
    response.status = status;
    response.fields.emplace_back("Content-Type", "text/html; charset=utf-8");
    // with "no-referrer" a browser would send its forms with "Origin: null" (Fetch section 3.2), which is refused
    add_guard_fields(response, "same-origin", kContentPolicy);
    response.fields.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
    response.body = std::move(html).value();
    return response;
}

std::optional<http::Response> page_file(const http::Request& request) {
    const auto* file = std::find_if(kFiles.begin(), kFiles.end(), [&](const File& each) { return request.path == each.path; });
    if (file == kFiles.end()) return std::nullopt;
    return answer_with(*file, request);
}

http::Response description_file(const http::Request& request) { return answer_with(kDescription, request); }

void remember_language(http::Response& response, const http::Request& request) {
    if (has_prefix(request.query, "lang="))
        response.fields.emplace_back("Set-Cookie", "lang=" + std::string(language_of(request)) + kLanguageCookie);
}

http::Response status_page(const Control& control, const http::Context& context, const http::Request* request) {
    const Words& words = Words::in(request != nullptr ? language_of(*request) : "en");
    const auto status = control.status();
    const acme::StatusSnapshot none;
    auto values = page_values(status ? *status : none, control.facts(), context.wall, POSTERN_VERSION, words);
    auto response = html_answer(200, fill_page("admin/index.html", std::move(values), words));
    if (request != nullptr) remember_language(response, *request);
    return response;
}

}  // namespace postern::admin
