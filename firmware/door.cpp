#include "firmware/door.h"

#include <cerrno>

#include "firmware/admin/client_json.h"
#include "firmware/admin_doors.h"
#include "firmware/config/config.h"
#include "firmware/console.h"

namespace postern {

std::optional<Door> find_door(const Options& options) {
    SystemFiles files;
    auto state = config::read_state_folder(files, options.config_file);
    if (!state.ok()) {
        complain(state.error().text());
        return std::nullopt;
    }
    return Door{*state, Client(control_socket_path(*state), options.verbose)};
}

std::string about_no_server(const Door& door) {
    return "no server is running (nobody listens at " + door.client.socket() + "); start one: postern serve";
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
