#include "firmware/admin/pull_door.h"

#include "firmware/admin/answers.h"
#include "firmware/admin/bearer.h"
#include "server/http/conditional.h"

namespace postern::admin {
namespace {

using Outcome = sharing::Pulled::Outcome;

http::Response refused() {
    auto response = problem_answer(401, "Bring the pull_token of your [deploy NAME] as Authorization: Bearer TOKEN, and ask for "
                                        "/api/v1/pull/NAME/CERTIFICATE.");
    response.fields.emplace_back("WWW-Authenticate", "Bearer realm=\"pull\"");
    return response;
}

http::Response given(const http::Request& request, sharing::Pulled&& pulled) {
    const std::string etag = "\"" + pulled.tag + "\"";
    http::Response response;
    if (http::evaluate(request, {.etag = etag}, 0) == http::Condition::kNotModified) response.status = 304;
    response.fields.emplace_back("ETag", etag);
    add_guard_fields(response);
    if (response.status == 304) return response;
    response.fields.emplace_back("Content-Type", "application/x-pem-file");
    response.body = std::move(pulled.text);
    return response;
}

}  // namespace

http::Response pull_answer(const http::Request& request, const http::Context& context, const Pull& pull) {
    if (request.method != http::Method::kGet && request.method != http::Method::kHead) return wrong_method("GET, HEAD");
    const std::string_view rest = std::string_view(request.path).substr(kPullPath.size());
    const auto slash = rest.find('/');
    if (slash == rest.npos || !pull) return refused();
    auto pulled = pull({std::string(rest.substr(0, slash)), std::string(rest.substr(slash + 1)), bearer_of(request), context.peer});
    if (pulled.outcome == Outcome::kRefused) return refused();
    if (pulled.outcome == Outcome::kUnknown) return problem_answer(404, "No such certificate is for you: see certificate in your [deploy NAME].");
    if (pulled.outcome == Outcome::kNotYet) return problem_answer(409, pulled.text);
    return given(request, std::move(pulled));
}

}  // namespace postern::admin
