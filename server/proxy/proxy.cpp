#include "server/proxy/proxy.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "server/http/chars.h"
#include "server/http/client_of.h"
#include "server/http/status.h"
#include "server/proxy/exchange.h"
#include "server/proxy/forward_path.h"

namespace postern::proxy {

namespace {

using http::Method;

http::Response error_page(std::uint16_t status) {
    http::Response response;
    response.status = status;
    response.prebuilt = http::status_page(status);
    return response;
}

// RFC 9110 section 9.2.2.
bool is_idempotent(Method method) {
    return method == Method::kGet || method == Method::kHead || method == Method::kOptions || method == Method::kPut ||
           method == Method::kDelete || method == Method::kTrace;
}

// Nothing: its path must not be passed on.
std::optional<Passing> passing_of(const http::Request& request, const http::Context& context) {
    auto path = settled_path(request.raw_path);
    const std::string query = request.has_query ? "?" + std::string(request.query) : "";
    if (!path || http::find_control(query, 0, true) != query.size()) return std::nullopt;
    Passing passing;
    passing.client = http::client_of(request, context);
    passing.named = !context.request_id.empty();
    passing.method = request.method_text;
    passing.path = std::move(*path);
    passing.query = query;
    passing.body = request.body;
    passing.to_head = request.method == Method::kHead;
    passing.idempotent = is_idempotent(request.method);
    // A small server may take the body of one of these for the next request.
    const bool usual_body = request.method == Method::kPost || request.method == Method::kPut || request.method == Method::kPatch;
    passing.last = (request.body_follows || !request.body.empty()) && !usual_body;
    if (!request.body_follows && request.body.empty() && asks_for_upgrade(request)) passing.upgrade = request.field("upgrade");
    RequestTail tail{BodyForm::kNone, request.body.size(), !passing.upgrade.empty()};
    if (request.body_follows) {
        tail.form = passing.upload = request.body_length > 0 ? BodyForm::kLength : BodyForm::kChunked;
        tail.length = request.body_length;
    } else if (!request.body.empty() || usual_body) {
        tail.form = BodyForm::kLength;  // RFC 9110 section 8.6: also of nothing
    }
    passing.tail = request_tail(request, context, tail);
    return passing;
}

}  // namespace

Proxy::Proxy(const ProxyOptions& options)
    : prefix_(options.route.prefix), max_body_(options.max_body),
      pool_(std::make_shared<Pool>(PoolParts{options.route.upstreams, options.timeout, options.log, options.site})) {}

http::Response Proxy::handle(const http::Request& request, const http::Context& context) {
    if (request.above_root) return error_page(404);
    if (max_body_ != 0 && std::max<std::uint64_t>(request.body_length, request.body.size()) > max_body_) return error_page(413);
    auto passing = passing_of(request, context);
    if (!passing) return error_page(400);
    if (context.reactor == nullptr || context.rouser == nullptr) return error_page(502);
    passing->prefix = prefix_;
    passing->most_upload = max_body_;
    Pool::settle(pool_, *context.reactor);
    return Exchange::start(pool_, *context.rouser, std::move(*passing));
}

}  // namespace postern::proxy
