// `renew`: asks the running server and follows what it does; without one, works alone.
#include <thread>

#include "firmware/admin/client_json.h"
#include "firmware/commands.h"
#include "firmware/config/plan.h"
#include "firmware/console.h"
#include "firmware/door.h"
#include "firmware/other_servers.h"
#include "firmware/status_text.h"

namespace postern {

namespace {

constexpr Millis kBetweenLooks{250};

enum class Outcome : unsigned char { kChanged, kUnchanged, kFailed };

// Prints each step as it comes.
Outcome follow(const Door& door, const std::string& job_id) {
    std::size_t shown = 0;
    for (;;) {
        const auto reply = door.client.get("/api/v1/jobs/" + job_id);
        if (!reply.ok()) {
            complain_of(door, reply.error());
            return Outcome::kFailed;
        }
        const auto job = admin::read_job_json(reply->body);
        if (reply->status != 200 || !job.ok()) {
            complain(reply->status != 200 ? refusal_of(*reply) : job.error().text());
            return Outcome::kFailed;
        }
        for (; shown < job->steps.size(); ++shown) print_step(job->steps[shown]);
        if (job->done && !job->ok) return Outcome::kFailed;
        if (job->done) return job->changed ? Outcome::kChanged : Outcome::kUnchanged;
        std::this_thread::sleep_for(kBetweenLooks);
    }
}

Outcome renew_at(const Door& door, const std::string& path, bool force) {
    const auto reply = door.client.post(path, force ? R"({"force":true})" : "{}");
    if (!reply.ok()) {
        complain_of(door, reply.error());
        return Outcome::kFailed;
    }
    if (reply->status != 202) {
        complain(refusal_of(*reply));
        return Outcome::kFailed;
    }
    const auto job = admin::read_started_job(reply->body);
    if (job.ok()) return follow(door, *job);
    complain(job.error().text());
    return Outcome::kFailed;
}

int exit_of(bool failed, bool changed) { return failed ? 1 : changed ? 0 : 2; }

int renew_by_server(const Door& door, const acme::StatusSnapshot& wanted, const Options& options) {
    bool failed = false, changed = false;
    const auto count = [&](Outcome outcome) {
        failed |= outcome == Outcome::kFailed;
        changed |= outcome == Outcome::kChanged;
    };
    if (options.names.empty()) {
        count(renew_at(door, "/api/v1/renew", options.force));
    } else {
        for (const acme::CertStatus& each : wanted.certificates)
            count(renew_at(door, "/api/v1/certificates/" + each.name + "/renew", options.force));
    }
    if (!failed && !changed) print("nothing was renewed\n");
    return exit_of(failed, changed);
}

int renew_without_server(const Options& options) {
    config::Config config;
    if (!load_config(options.config_file, config)) return kExitBadConfig;
    acme::StatusSnapshot known;
    for (const acme::WantedCert& each : config::make_plan(config).certificates) {
        acme::CertStatus& status = known.certificates.emplace_back();
        status.name = each.name;
        status.names = each.names;
    }
    const auto wanted = pick_certificates(known, options.names);
    if (!wanted.ok()) {
        complain(wanted.error().text());
        return 1;
    }
    std::vector<std::string> names;
    if (!options.names.empty()) {
        for (const acme::CertStatus& each : wanted->certificates) names.push_back(each.name);
    }
    return run_renew_alone(config, names, options.force);
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
