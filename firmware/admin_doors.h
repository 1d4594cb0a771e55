// The two endpoints through which the running server is looked at and steered: the admin page's HTTPS listeners and
// state/control.sock for our own subcommands. Part of the composition.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "firmware/admin/control.h"
#include "firmware/admin/event_hub.h"
#include "firmware/admin_access.h"
#include "firmware/admin_tls.h"
#include "firmware/config/config.h"
#include "firmware/config/editor.h"
#include "firmware/sharing/pull_desk.h"
#include "firmware/watch.h"
#include "server/front/endpoint.h"
#include "server/site/challenge.h"

namespace postern {

// What stands behind the page. All must outlive the handlers.
struct AdminDoor {
    admin::Control& control;
    AdminAccess& access;
    const config::Editor& editor;
    admin::EventHub& hub;
    const site::ChallengeSource& challenges;
    const Watch& watch;
    sharing::PullDesk& pulls;
    AdminTls tls;
};

// Everything but the listed addresses, networks, hosts and the certificate is fixed. As long as `access` has no desk, the page says why it is
// closed.
std::vector<front::Endpoint> admin_endpoints(const config::Config& config, const AdminDoor& door);

// The path of the control socket of a server with this state folder.
std::string control_socket_path(const std::string& state);

}  // namespace postern
