// The two doors to the running server's state: the admin site for people (page and read-only API, on its own HTTPS
// listener) and the control API for our own subcommands (on state/control.sock). firmware/compose wires both.
// Knows neither sockets nor the configuration file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "firmware/admin/control.h"
#include "server/http/handler.h"

namespace postern::admin {

struct AdminOptions {
    // Names and addresses by which the page may be asked, besides loopback ones: lower case, no port, IPv6 without
    // brackets. Any other Host is answered 421, so that a foreign name pointed at us shows nothing (DNS rebinding).
    std::vector<std::string> hosts;
};

// One instance a loop thread; `control` is shared by all of them, must be thread-safe and outlive them.
// "/" is the page, "/api/v1/..." the API without its changes (403 until there is a login).
std::shared_ptr<http::Handler> make_admin_site(Control& control, AdminOptions options);

// The whole API, changes included, for whoever may open the socket's file. The Host is not looked at.
std::shared_ptr<http::Handler> make_control_api(Control& control);

}  // namespace postern::admin
