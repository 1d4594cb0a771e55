#include "firmware/check_desk.h"

#include <cerrno>

#include "firmware/admin/client_json.h"
#include "firmware/admin_doors.h"
#include "firmware/door.h"
#include "firmware/process/privileges.h"

namespace postern {

CheckDesk::CheckDesk(const config::Config& config, bool verbose)
    : config_(config), client_(control_socket_path(config.server.state), verbose), log_(clock_, stderr_sink(), LogLevel::kError),
      book_(clock_, random_), board_(book_, upstream_) {}

Result<std::unique_ptr<CheckDesk>> CheckDesk::open(const config::Config& config, bool verbose, Seconds life) {
    std::unique_ptr<CheckDesk> desk(new CheckDesk(config, verbose));  // NOLINT(cppcoreguidelines-owning-memory): private
    TRY(const bool served, desk->ask_server(life));
    if (!served) TRY_VOID(desk->open_doors(life));
    // what the server's user cannot read or write, neither can this; and strangers may be talking to it
    if (config.server.identity) TRY_VOID(process::become(config.server.identity->uid, config.server.identity->gid));
    if (desk->doors_) TRY_VOID(desk->doors_->start());
    return desk;
}

// The page ends by itself should nobody be left to take it down.
CheckDesk::~CheckDesk() {
    if (by_server() && !probe_.token.empty()) (void)client_.post("/api/v1/probes/" + probe_.token + "/end", "{}");
}

Result<bool> CheckDesk::ask_server(Seconds life) {
    const auto reply = client_.post("/api/v1/probes", admin::probe_request_json(life));
    if (!reply.ok() && is_no_server(reply.error())) return false;
    if (!reply.ok() && reply.error().number() == EACCES)
        return Error::admin(reply.error().text() + "; the server is another user's: try as root (sudo)");
    if (!reply.ok()) return Error(reply.error());
    if (reply->status != 201) return Error::admin("the running server hangs no page up: " + refusal_of(*reply));
    TRY(probe_, admin::read_probe_json(reply->body));
    return true;
}

Result<void> CheckDesk::open_doors(Seconds life) {
    TRY(probe_, book_.open(life));
    TRY(doors_, checks::OwnDoors::open(config_.server, board_, clock_, log_, random_));
    return {};
}

acme::preflight::DoorSight CheckDesk::door(bool secure) const {
    if (doors_) return doors_->door(secure);
    acme::preflight::DoorSight sight;
    sight.open = true;
    return sight;
}

Result<std::vector<admin::Visit>> CheckDesk::visits() const {
    if (doors_) return book_.visits(probe_.token);
    TRY(const Reply reply, client_.get("/api/v1/probes/" + probe_.token));
    if (reply.status != 200) return Error::admin(refusal_of(reply));
    return admin::read_visits_json(reply.body);
}

}  // namespace postern
