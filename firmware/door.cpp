#include "firmware/door.h"

#include <cerrno>

#include "firmware/admin/client_json.h"
#include "firmware/admin_doors.h"
#include "firmware/config/config.h"
#include "firmware/console.h"
#include "firmware/other_servers.h"

namespace postern {

std::optional<Door> find_door(const Options& options) {
    SystemFiles files;
    auto state = config::read_state_folder(files, options.config_file);
    if (!state.ok()) {
        complain(state.error().text());
        return std::nullopt;
    }
    return Door{options.config_file, *state, Client(control_socket_path(*state), options.verbose)};
}

std::string about_no_server(const Door& door) {
    const std::string named = door.file == config::kDefaultFile ? "" : " -c " + door.file;
    const std::string others = about_other_servers(door.state);
    return "no server is running with the state folder " + door.state + " of " + door.file + " (nobody listens at " +
           door.client.socket() + "); " + (others.empty() ? "start one: postern serve" + named : others);
}

void complain_of(const Door& door, const Error& error) {
    if (is_no_server(error)) complain(about_no_server(door));
    else if (error.number() == EACCES) complain(error.text() + "; the server is another user's: try as root (sudo)");
    else complain(error.text());
}

std::string refusal_of(const Reply& reply) {
    const std::string detail = admin::read_problem_json(reply.body);
    return detail.empty() ? "the server answered with status " + std::to_string(reply.status) : detail;
}

}  // namespace postern
