// The two endpoints through which the running server is looked at and steered: the admin page's HTTPS listeners and
// state/control.sock for our own subcommands. Part of the composition.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "firmware/admin/control.h"
#include "firmware/config/config.h"
#include "server/front/endpoint.h"
#include "server/site/challenge.h"

namespace postern {

// Everything but the listed addresses and hosts is fixed. `control` and `challenges` must outlive the handlers.
std::vector<front::Endpoint> admin_endpoints(const config::Config& config, admin::Control& control,
                                             const site::ChallengeSource& challenges,
                                             const std::shared_ptr<const tls::TlsContext>& tls);

// The path of the control socket of a server with this state folder.
std::string control_socket_path(const std::string& state);

}  // namespace postern
