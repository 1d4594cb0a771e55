// Servers of this machine that a subcommand did not find: their state folders, from the kernel's list of sockets. For the
// words when nobody listens where the configuration says, because its `state` was changed under a running server.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/base/files.h"

namespace postern {

// The state folders of all who listen at a control.sock, by the text of /proc/net/unix; sixteen at most.
std::vector<std::string> listening_states(std::string_view sockets);

// "a server runs with the state folder /old (process 7) ..."; empty when there is none besides `state`.
std::string about_other_servers(const std::string& state);

}  // namespace postern
