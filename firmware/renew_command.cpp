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

// Of POST /api/v1/certificates/NAME/renew and its like; without a name, of all.
std::string path_for(const Options& options, const std::string& name) {
    const std::string verb = options.dry_run ? "dry-run" : "renew";
    return name.empty() ? "/api/v1/" + verb : "/api/v1/certificates/" + name + "/" + verb;
}

int exit_of(bool failed, bool changed) { return failed ? 1 : changed ? 0 : 2; }

int renew_by_server(const Door& door, const acme::StatusSnapshot& wanted, const Options& options) {
    bool failed = false, changed = false;
    const std::string body = options.force ? R"({"force":true})" : "{}";
    const auto count = [&](Outcome outcome) {
        failed |= outcome == Outcome::kFailed;
        changed |= outcome == Outcome::kChanged;
    };
    if (options.names.empty()) {
        count(ask_and_follow(door, path_for(options, ""), body));
    } else {
        for (const acme::CertStatus& each : wanted.certificates)
            count(ask_and_follow(door, path_for(options, each.name), body));
    }
    if (!failed && !changed) print("nothing was renewed\n");
    return exit_of(failed, changed);
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
