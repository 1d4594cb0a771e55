#include "firmware/admin/metrics_door.h"

#include "firmware/admin/answers.h"
#include "firmware/admin/bearer.h"
#include "firmware/metrics/exposition.h"
#include "server/base/text.h"

namespace postern::admin {

http::Response metrics_answer(const http::Request& request, const MetricsOptions& options, bool logged_in) {
    if (!options.text) return problem_answer(404, "There are no metrics: [admin] metrics = no.");
    if (!logged_in && (!options.token || !equal_constant_time(bearer_of(request), options.token->view()))) {
        auto refused = problem_answer(401, "Log in, or bring the metrics_token of [admin] as Authorization: Bearer TOKEN.");
        refused.fields.emplace_back("WWW-Authenticate", "Bearer realm=\"metrics\"");
        return refused;
    }
    if (request.method != http::Method::kGet && request.method != http::Method::kHead) return wrong_method("GET, HEAD");
    http::Response response;
    response.fields.emplace_back("Content-Type", metrics::kContentType);
    add_guard_fields(response);
    response.body = options.text();
    return response;
}

}  // namespace postern::admin
