// `renew`: asks the running server and follows what it does; without one, works alone.
#include "firmware/admin/client_json.h"
#include "firmware/commands.h"
#include "firmware/console.h"
#include "firmware/door.h"
#include "firmware/following.h"
#include "firmware/other_servers.h"
#include "firmware/planned.h"
#include "firmware/status_text.h"

namespace postern {

namespace {

int exit_of(bool failed, bool changed) { return failed ? 1 : changed ? 0 : 2; }

// One job however many are named: pre and post hooks come once a run.
int renew_by_server(const Door& door, const acme::StatusSnapshot& wanted, const Options& options) {
    admin::RenewRequest request;
    request.force = options.force && !options.dry_run;
    if (!options.names.empty())
        for (const acme::CertStatus& each : wanted.certificates) request.names.push_back(each.name);
    const Outcome outcome = ask_and_follow(door, options.dry_run ? "/api/v1/dry-run" : "/api/v1/renew", admin::renew_request_json(request));
    if (outcome == Outcome::kUnchanged) print("nothing was renewed\n");
    return exit_of(outcome == Outcome::kFailed, outcome == Outcome::kChanged);
}

int renew_without_server(const Options& options) {
    config::Config config;
    if (!load_config(options.config_file, config)) return kExitBadConfig;
    const auto wanted = pick_certificates(planned_certificates(config), options.names);
    if (!wanted.ok()) {
        complain(wanted.error().text());
        return 1;
    }
    std::vector<std::string> names;
    if (!options.names.empty()) {
        for (const acme::CertStatus& each : wanted->certificates) names.push_back(each.name);
    }
    const auto what = options.dry_run ? acme::Task::What::kTry : acme::Task::What::kRenew;
    return run_alone(config, {what, names, options.force, 0, false});
}

}  // namespace

int run_renew(const Options& options) {
    const auto door = find_door(options);
    if (!door) return kExitBadConfig;
    const auto reply = door->client.get("/api/v1/status");
    if (!reply.ok() && is_no_server(reply.error())) {
        const bool strange = !about_other_servers(door->state).empty();  // working alone is normal, but not beside one
        if (strange || options.verbose) complain(about_no_server(*door));
        return renew_without_server(options);
    }
    if (!reply.ok()) {
        complain_of(*door, reply.error());
        return 1;
    }
    const auto status = admin::read_status_json(reply->body);
    const auto wanted = status.ok() ? pick_certificates(*status, options.names) : Result<acme::StatusSnapshot>(status.error());
    if (wanted.ok()) return renew_by_server(*door, *wanted, options);
    complain(reply->status == 200 ? wanted.error().text() : refusal_of(*reply));
    return 1;
}

}  // namespace postern
