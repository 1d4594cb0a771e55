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

http::Response text_of(std::string text, std::string type) {
    http::Response response;
    response.fields.emplace_back("Content-Type", std::move(type));
    response.fields.emplace_back("X-Content-Type-Options", "nosniff");
    response.fields.emplace_back("Cache-Control", "no-store");
    response.body = std::move(text);
    return response;
}

}  // namespace

bool is_challenge_path(const http::Request& request) {
    // As sent, too: what only passes through the folder ("acme-challenge/../x") has no business there.
    return lies_in_folder(request.path) || lies_in_folder(request.raw_path);
}

http::Response challenge_answer(std::optional<std::string> key_authorization) {
    return key_authorization ? text_of(std::move(*key_authorization), "application/octet-stream") : not_found();
}

http::Response Challenge::handle(const http::Request& request, const http::Context& context) {
    const bool reads = request.method == http::Method::kGet || request.method == http::Method::kHead;
    if (!reads || !has_prefix(request.path, kFolder)) return not_found();
    std::string_view token = request.path.substr(kFolder.size());
    if (!has_prefix(token, "/")) return not_found();
    token.remove_prefix(1);
    if (token.size() > kLongestToken || !is_base64url(token)) return not_found();
    if (std::optional<std::string> answer = source_.key_authorization(token)) return challenge_answer(std::move(answer));
    if (std::optional<std::string> page = source_.probe_page(token, context)) return text_of(std::move(*page), "text/plain; charset=utf-8");
    if (std::optional<http::Response> response = source_.elsewhere(token, request, context)) return std::move(*response);
    return not_found();
}

}  // namespace postern::site
