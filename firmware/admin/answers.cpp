#include "firmware/admin/answers.h"

#include <utility>

#include "firmware/admin/api_json.h"
#include "server/base/text.h"
#include "server/http/h1_session.h"

namespace postern::admin {
namespace {

std::uint16_t status_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::kRetry: return 503;
        case ErrorKind::kRefuse: return 400;
        case ErrorKind::kAdmin: return 409;
        case ErrorKind::kBug: return 500;
    }
    return 500;
}

std::string_view refusal_words(std::uint16_t status) {
    switch (status) {
        case 408: return "The rest of the request did not come in time.";
        case 413: return "The body is longer than what is taken here.";
        case 414: return "The address is longer than what is taken here.";
        case 417: return "No expectation but 100-continue is met here.";
        case 431: return "The header fields are more, or longer, than what is taken here.";
        case 501: return "This server knows no such method, or no such transfer coding.";
        case 504: return "The answer was not there in time; ask again.";
        case 505: return "This server speaks HTTP/1.1 and HTTP/1.0.";
        default: return "This is no request as RFC 9112 has them.";
    }
}

}  // namespace

bool is_api_path(std::string_view path) { return path == "/api" || has_prefix(path, "/api/"); }

void add_guard_fields(http::Response& response, std::string_view referrer_policy, std::string_view content_policy) {
    response.fields.emplace_back("Cache-Control", "no-store");
    response.fields.emplace_back("X-Content-Type-Options", "nosniff");
    response.fields.emplace_back("Referrer-Policy", referrer_policy);
    response.fields.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
    response.fields.emplace_back("Content-Security-Policy", content_policy);
}

http::Response json_answer(std::uint16_t status, std::string json) {
    http::Response response;
    response.status = status;
    response.fields.emplace_back("Content-Type", "application/json");
    add_guard_fields(response);
    response.body = std::move(json);
    return response;
}

http::Response text_answer(std::string text) {
    http::Response response;
    response.fields.emplace_back("Content-Type", "text/plain; charset=utf-8");
    add_guard_fields(response);
    response.body = std::move(text);
    return response;
}

http::Response see_other(std::string_view where) {
    http::Response response;
    response.status = 303;
    response.fields.emplace_back("Location", where);
    add_guard_fields(response);
    return response;
}

http::Response problem_answer(std::uint16_t status, std::string_view detail, JsonObject more) {
    http::Response response;
    response.status = status;
    response.fields.emplace_back("Content-Type", "application/problem+json");
    add_guard_fields(response);
    response.body = problem_json(status, http::reason_of(status), detail, std::move(more));
    return response;
}

http::Response password_wanted(std::string_view because) {
    return problem_answer(403, std::string(because) + ", so the password is wanted once more: POST /api/v1/session/confirm.");
}

http::Response refused_by_http(std::uint16_t status, std::string_view path) {
    if (!is_api_path(path)) return http::refuse_by_page(status, path);
    return problem_answer(status, refusal_words(status));
}

http::Response wrong_method(std::string_view allowed) {
    auto response = problem_answer(405, "This resource answers " + std::string(allowed) + " only.");
    response.fields.emplace_back("Allow", allowed);
    return response;
}

http::Response failure_answer(const Error& error) { return problem_answer(status_of(error.kind()), error.text()); }

}  // namespace postern::admin
