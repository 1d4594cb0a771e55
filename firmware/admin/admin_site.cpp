#include "firmware/admin/admin_site.h"

#include <algorithm>
#include <utility>

#include "firmware/admin/admin_page.h"
#include "firmware/admin/answers.h"
#include "firmware/admin/api.h"
#include "firmware/admin/browser_check.h"
#include "firmware/admin/config_api.h"
#include "firmware/admin/first_site_api.h"
#include "firmware/admin/host_check.h"
#include "firmware/admin/language.h"
#include "firmware/admin/live_api.h"
#include "firmware/admin/session_api.h"
#include "server/base/text.h"

namespace postern::admin {
namespace {

using http::Method;
using http::Response;
using Answer = std::optional<Response>;  // nothing: go on

bool reads(const http::Request& request) { return request.method == Method::kGet || request.method == Method::kHead; }

// What an open page goes on asking although nobody is there: it does not keep a session from its rest. The page itself counts
// when a person loads it, and not when its script does (Fetch Metadata; browsers without that are believed to be used).
bool is_asked_by_itself(const http::Request& request) {
    static constexpr std::string_view kPolled[] = {"/api/v1/status", "/api/v1/history", "/api/v1/events",   "/api/v1/log",
                                                   "/api/v1/requests", "/api/v1/findings", kMetricsPath};
    if (!reads(request)) return false;
    if (request.path == "/") return equal_no_case(request.field("sec-fetch-dest"), "empty");
    return has_prefix(request.path, "/api/v1/jobs/") || has_prefix(request.path, "/api/v1/probes/") ||
           std::find(std::begin(kPolled), std::end(kPolled), request.path) != std::end(kPolled);
}

// What no page of ours asks, though a page of somebody else may make a browser ask it.
Answer refuse_foreign(const http::Request& request, bool form) {
    if (!is_own_origin(request) || is_from_elsewhere(request))
        return problem_answer(403, "Changes are taken from this device's own pages alone: the field Origin must name the very "
                                   "address that is asked.");
    const bool has_body = request.method != Method::kDelete;
    if (form ? !is_form(request) : has_body && !is_json(request))
        return problem_answer(415, form ? "This takes a form." : "The body must be JSON: Content-Type: application/json.");
    return std::nullopt;
}

class AdminSite final : public http::Handler {
public:
    AdminSite(Control& control, AccessDesk& desk, AdminOptions options)
        : options_(std::move(options)), control_(control), desk_(desk), api_(control), sessions_(desk) {
        if (options_.hub != nullptr) live_.emplace(*options_.hub, control, desk);
        if (options_.editor == nullptr) return;
        config_.emplace(*options_.editor, control, desk, desk.office());
        first_.emplace(*options_.editor, control, desk, desk.office());
    }

    Response handle(const http::Request& request, const http::Context& context) override {
        if (auto answer = refuse_stranger(request, context)) return std::move(*answer);
        if (auto file = page_file(request)) return std::move(*file);
        if (auto text = security_file(request)) return std::move(*text);
        // programs with a token of their own need no owner: a device without a password may have been set up by its INI
        if (has_prefix(request.path, kPullPath)) return pull_answer(request, context, options_.pull);
        if (auto answer = before_setup(request, context)) return std::move(*answer);
        if (auto answer = before_login(request, context)) return std::move(*answer);
        const std::string_view token = cookie_of(request, kSessionCookie);
        const auto session = is_asked_by_itself(request) ? desk_.look(token) : desk_.find(token);
        if (request.path == kMetricsPath) return metrics_answer(request, options_.metrics, session.has_value());
        if (!session) return not_logged_in(request);
        return logged_in(request, context, *session);
    }

private:
    Answer refuse_stranger(const http::Request& request, const http::Context& context) const {
        if (!contains(options_.allow, context.peer))
            return refusal(request, 403, "refused.network");
        if (!is_own_host(request.host, context.local, options_.hosts))
            return refusal(request, 421, "refused.host");
        return std::nullopt;
    }

    // RFC 9116 section 3: for who has found a hole, who need not have the password.
    Answer security_file(const http::Request& request) const {
        if (request.path != "/.well-known/security.txt" || options_.security_text == nullptr) return std::nullopt;
        if (!reads(request)) return wrong_method("GET, HEAD");
        return text_answer(*options_.security_text);
    }

    // Until there is a password nothing answers but what sets one.
    Answer before_setup(const http::Request& request, const http::Context& context) {
        const bool wanted = desk_.wants_setup();
        if (request.path == "/setup") {
            if (!wanted) return see_other("/");
            if (reads(request)) return door_page(Door::kSetup, request, desk_.token_file());
            if (request.method != Method::kPost) return wrong_method("GET, HEAD, POST");
            if (auto answer = refuse_foreign(request, true)) return answer;
            return sessions_.set_up(request, context, true);
        }
        if (request.path == "/api/v1/setup") {
            if (request.method != Method::kPost) return wrong_method("POST");
            if (auto answer = refuse_foreign(request, false)) return answer;
            return sessions_.set_up(request, context, false);
        }
        if (!wanted) return std::nullopt;
        if (Api::owns(request.path) || !reads(request)) return problem_answer(403, "This device is not set up yet: open its page.");
        return see_other("/setup");
    }

    Answer before_login(const http::Request& request, const http::Context& context) {
        if (request.path == "/login") {
            if (reads(request)) return door_page(Door::kLogin, request);
            if (request.method != Method::kPost) return wrong_method("GET, HEAD, POST");
            if (auto answer = refuse_foreign(request, true)) return answer;
            return sessions_.log_in(request, context, true);
        }
        if (request.path != "/api/v1/session" || request.method != Method::kPost) return std::nullopt;
        if (auto answer = refuse_foreign(request, false)) return answer;
        return sessions_.log_in(request, context, false);
    }

    static Response not_logged_in(const http::Request& request) {
        if (!Api::owns(request.path) && reads(request)) return see_other("/login");
        Response response = problem_answer(401, "Log in first.");
        response.fields.emplace_back("WWW-Authenticate", "Session realm=\"admin\"");
        return response;
    }

    Response logged_in(const http::Request& request, const http::Context& context, const access::Session& session) {
        if (request.path == "/logout") {
            if (request.method != Method::kPost) return wrong_method("POST");
            if (auto answer = refuse_foreign(request, true)) return std::move(*answer);
            return sessions_.log_out(request, true);
        }
        if (request.path == "/") return reads(request) ? status_page(control_, context, &request) : wrong_method("GET, HEAD");
        if (!Api::owns(request.path)) return refusal(request, 404, "refused.nothing");
        if (!reads(request))
            if (auto answer = refuse_foreign(request, false)) return std::move(*answer);
        if (request.path == kDescriptionPath) return description_file(request);
        if (auto answer = own_session(request, context, session)) return std::move(*answer);
        if (live_)
            if (auto answer = live_->handle(request, context)) return std::move(*answer);
        if (config_)
            if (auto answer = config_->handle(request, context, session)) return std::move(*answer);
        if (first_)
            if (auto answer = first_->handle(request, context, session)) return std::move(*answer);
        Response response = api_.handle(request, context, {&session});
        if (!reads(request)) desk_.note(session, "ask", request.path, std::to_string(response.status));
        return response;
    }

    Answer own_session(const http::Request& request, const http::Context& context, const access::Session& session) {
        if (request.path == "/api/v1/session") {
            if (reads(request)) return SessionApi::show(session);
            return request.method == Method::kDelete ? sessions_.log_out(request, false) : wrong_method("GET, HEAD, POST, DELETE");
        }
        const bool confirm = request.path == "/api/v1/session/confirm";
        if (!confirm && request.path != "/api/v1/password") return std::nullopt;
        if (request.method != Method::kPost) return wrong_method("POST");
        return confirm ? sessions_.confirm(request, context) : sessions_.change(request, context, session);
    }

    AdminOptions options_;
    Control& control_;
    AccessDesk& desk_;
    Api api_;
    SessionApi sessions_;
    std::optional<LiveApi> live_;
    std::optional<ConfigApi> config_;
    std::optional<FirstSiteApi> first_;
};

class ControlApi final : public http::Handler {
public:
    ControlApi(Control& control, AccessDesk* desk) : api_(control), desk_(desk) {}
    Response handle(const http::Request& request, const http::Context& context) override {
        if (request.path != "/api/v1/password" || desk_ == nullptr) return api_.handle(request, context, {});
        return request.method == Method::kPost ? SessionApi(*desk_).replace(request, context) : wrong_method("POST");
    }

private:
    Api api_;
    AccessDesk* desk_;
};

}  // namespace

std::shared_ptr<http::Handler> make_admin_site(Control& control, AccessDesk& desk, AdminOptions options) {
    return std::make_shared<AdminSite>(control, desk, std::move(options));
}

std::shared_ptr<http::Handler> make_control_api(Control& control, AccessDesk* desk) {
    return std::make_shared<ControlApi>(control, desk);
}

}  // namespace postern::admin
