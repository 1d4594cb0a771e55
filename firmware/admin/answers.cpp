#include "firmware/admin/answers.h"

#include "firmware/admin/api_json.h"

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

}  // namespace

void add_guard_fields(http::Response& response) {
    response.fields.emplace_back("Cache-Control", "no-store");
    response.fields.emplace_back("X-Content-Type-Options", "nosniff");
    response.fields.emplace_back("Referrer-Policy", "no-referrer");
    response.fields.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
}

http::Response json_answer(std::uint16_t status, std::string json) {
    http::Response response;
    response.status = status;
    response.fields.emplace_back("Content-Type", "application/json");
    add_guard_fields(response);
    response.body = std::move(json);
    return response;
}

http::Response problem_answer(std::uint16_t status, std::string_view detail) {
    http::Response response;
    response.status = status;
    response.fields.emplace_back("Content-Type", "application/problem+json");
    add_guard_fields(response);
    response.body = problem_json(status, http::reason_of(status), detail);
    return response;
}

http::Response wrong_method(std::string_view allowed) {
    auto response = problem_answer(405, "This resource answers " + std::string(allowed) + " only.");
    response.fields.emplace_back("Allow", allowed);
    return response;
}

http::Response failure_answer(const Error& error) { return problem_answer(status_of(error.kind()), error.text()); }

}  // namespace postern::admin
