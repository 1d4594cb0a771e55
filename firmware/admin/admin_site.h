// The two doors to the running server's state: the admin site for people (page and API, on its own HTTPS listener, behind a
// login) and the control API for our own subcommands (on state/control.sock). firmware/compose wires both.
// Knows neither sockets nor the configuration file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "firmware/admin/access_desk.h"
#include "firmware/admin/control.h"
#include "firmware/admin/event_hub.h"
#include "firmware/admin/metrics_door.h"
#include "firmware/admin/pull_door.h"
#include "firmware/config/editor.h"
#include "server/http/handler.h"
#include "server/base/subnet.h"

namespace postern::admin {

struct AdminOptions {
    // Names and addresses by which the page may be asked, besides loopback ones and the address that was reached: lower
    // case, no port, IPv6 without brackets. Any other Host is answered 421, so that a foreign name pointed at us shows
    // nothing (DNS rebinding).
    std::vector<std::string> hosts;
    // Who may speak to it at all; others are answered 403.
    std::vector<Subnet> allow = private_subnets();
    // Both outlive the handlers; null: nothing of the kind is answered.
    const config::Editor* editor = nullptr;
    EventHub* hub = nullptr;
    MetricsOptions metrics{};
    std::shared_ptr<const std::string> security_text{};  // RFC 9116; null: none
    Pull pull{};                                         // none: nobody is let in
};

// One instance a loop thread; `control` and `desk` are shared by all of them, must be thread-safe and outlive them.
//   /style.css, /app.js, /icon.svg       for all that are allowed to speak
//   /.well-known/security.txt            likewise, where there is one
//   /setup, /api/v1/setup                until there is a password, and nothing else until then
//   /login, /api/v1/session (POST)       for all
//   /metrics                             for who is logged in, or brings its token
//   /api/v1/pull/...                     for who brings the token of a receiver
//   /, /logout, all else of /api/v1/...  for who is logged in; changes only from a page of our own (Origin), as JSON
std::shared_ptr<http::Handler> make_admin_site(Control& control, AccessDesk& desk, AdminOptions options);

// The whole API, changes included, for whoever may open the socket's file. The Host is not looked at. Without a `desk` nothing
// is done about the password.
std::shared_ptr<http::Handler> make_control_api(Control& control, AccessDesk* desk = nullptr);

}  // namespace postern::admin
