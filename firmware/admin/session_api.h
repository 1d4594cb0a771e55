// Login, logout, set-up and passwords over HTTP, as JSON and, for browsers without JavaScript, as forms. The gate has seen the
// request before: its Host, its Origin, and the session where one is needed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "firmware/admin/access_desk.h"
#include "server/http/admin_cookie.h"
#include "server/http/handler.h"

namespace postern::admin {

// RFC 6265bis section 4.1.3.2: only with Secure, without Domain, for the whole host. No date: it goes with the browser.
inline constexpr std::string_view kSessionCookie = http::kAdminCookie;

// The field Set-Cookie that gives a browser its session.
std::string session_cookie(std::string_view token);

class SessionApi {
public:
    explicit SessionApi(AccessDesk& desk) : desk_(desk) {}

    // POST /api/v1/session {"password"}: 200 and the cookie; 401, 429 with Retry-After, 503, 409 before set-up. As a form
    // (/login): 303 to the page, or the form again.
    http::Response log_in(const http::Request& request, const http::Context& context, bool form);
    // POST /api/v1/session/confirm {"password"}: 200.
    http::Response confirm(const http::Request& request, const http::Context& context);
    // DELETE /api/v1/session: 200. As a form (/logout): 303 to the login.
    http::Response log_out(const http::Request& request, bool form);
    // GET /api/v1/session: whose it is.
    static http::Response show(const access::Session& session);
    // POST /api/v1/setup {"token","password"}: 200 and the cookie. As a form (/setup): as login.
    http::Response set_up(const http::Request& request, const http::Context& context, bool form);
    // POST /api/v1/password {"old","new"}: 200 and a new cookie; all other sessions are over.
    http::Response change(const http::Request& request, const http::Context& context, const access::Session& session);

    // The same on the control socket, {"new"}: whoever may open that needs no old one.
    http::Response replace(const http::Request& request, const http::Context& context);

private:
    AccessDesk& desk_;
};

}  // namespace postern::admin
