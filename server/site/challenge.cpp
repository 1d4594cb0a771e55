#include "server/site/challenge.h"

#include "server/base/base64url.h"
#include "server/base/text.h"
#include "server/site/error_page.h"

namespace postern::site {
namespace {

constexpr std::string_view kFolder = "/.well-known/acme-challenge";
constexpr std::size_t kLongestToken = 128;  // RFC 8555 asks for 128 bits of entropy: 22 characters; CAs send 43

// True when `path` is the folder or lies in it. "%2F", which stays in a decoded path, counts as '/' here.
bool lies_in_folder(std::string_view path) {
    std::size_t at = 0;
    for (const char wanted : kFolder) {
        if (at >= path.size()) return false;
        const bool escaped = wanted == '/' && equal_no_case(path.substr(at, 3), "%2f");
        if (!escaped && path[at] != wanted) return false;
        at += escaped ? 3 : 1;
    }
    const std::string_view rest = path.substr(at);
    return rest.empty() || rest.front() == '/' || equal_no_case(rest.substr(0, 3), "%2f");
}

}  // namespace

bool is_challenge_path(const http::Request& request) {
    // As sent, too: what only passes through the folder ("acme-challenge/../x") has no business there.
    return lies_in_folder(request.path) || lies_in_folder(request.raw_path);
}

http::Response Challenge::handle(const http::Request& request, const http::Context& context) {
    const bool reads = request.method == http::Method::kGet || request.method == http::Method::kHead;
    if (!reads || !has_prefix(request.path, kFolder)) return not_found();
    std::string_view token = request.path.substr(kFolder.size());
    if (!has_prefix(token, "/")) return not_found();
    token.remove_prefix(1);
    if (token.size() > kLongestToken || !is_base64url(token)) return not_found();
    std::optional<std::string> answer = source_.key_authorization(token);
    const bool by_ca = answer.has_value();
    if (!by_ca) answer = source_.probe_page(token, context);
    if (!answer) return not_found();
    http::Response response;
    response.fields.emplace_back("Content-Type", by_ca ? "application/octet-stream" : "text/plain; charset=utf-8");
    response.fields.emplace_back("X-Content-Type-Options", "nosniff");
    response.fields.emplace_back("Cache-Control", "no-store");
    response.body = std::move(*answer);
    return response;
}

}  // namespace postern::site
