// The subcommands that ask the running server.
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "acme/store/lock.h"
#include "firmware/admin/client_json.h"
#include "firmware/admin/status_json.h"
#include "firmware/admin_doors.h"
#include "firmware/client.h"
#include "firmware/commands.h"
#include "firmware/config/plan.h"
#include "firmware/console.h"
#include "firmware/offline_status.h"
#include "firmware/status_text.h"
#include "server/base/limits.h"

namespace postern {

namespace {

constexpr int kExitUnreadable = 3;
constexpr int kExitFaulty = 2;
constexpr Millis kBetweenLooks{250};

struct Door {
    std::string state;
    Client client;
};

// Needs no more of the configuration than where the state is: these commands work while the rest is being edited.
std::optional<Door> find_door(const Options& options) {
    SystemFiles files;
    auto state = config::read_state_folder(files, options.config_file);
    if (!state.ok()) {
        complain(state.error().text());
        return std::nullopt;
    }
    return Door{*state, Client(control_socket_path(*state), options.verbose)};
}

std::string no_server(const Door& door) {
    return "no server is running (nobody listens at " + door.client.socket() + "); start one: postern serve";
}

void complain_of(const Door& door, const Error& error) {
    if (is_no_server(error)) complain(no_server(door));
    else if (error.number() == EACCES) complain(error.text() + "; the server is another user's: try as root (sudo)");
    else complain(error.text());
}

// What the server says of a request that it did not fulfil.
std::string refusal(const Reply& reply) {
    const std::string detail = admin::read_problem_json(reply.body);
    return detail.empty() ? "the server answered with status " + std::to_string(reply.status) : detail;
}

struct Seen {
    acme::StatusSnapshot status;
    std::string json;
};

// From the disk, where the whole configuration is needed to know what is wanted.
Result<Seen> look_at_disk(const Options& options, const Door& door) {
    SystemFiles files;
    auto read = config::read_config(files, options.config_file, false);
    if (!read.config) return Error::admin(no_server(door) + "; and the configuration is faulty: postern check");
    const WallTime now = SystemClock().wall();
    TRY(auto status, read_offline_status(files, door.state, config::make_plan(*read.config).certificates, now));
    const admin::ServerFacts nobody;
    std::string json = admin::status_json(status, nobody, now, POSTERN_VERSION);
    return Seen{std::move(status), std::move(json)};
}

Result<Seen> look(const Options& options, const Door& door) {
    auto reply = door.client.get("/api/v1/status");
    if (!reply.ok() && is_no_server(reply.error())) {
        auto seen = look_at_disk(options, door);
        if (seen.ok()) complain("no server is running; this is what " + door.state + " tells");
        return seen;
    }
    if (!reply.ok()) return std::move(reply).error();
    if (reply->status != 200) return Error::retry(refusal(*reply));
    TRY(auto status, admin::read_status_json(reply->body));
    return Seen{std::move(status), std::move(reply->body)};
}

// Of the names that were asked for, in their order; all when none was.
Result<acme::StatusSnapshot> pick(const acme::StatusSnapshot& status, const std::vector<std::string>& names) {
    if (names.empty()) return status;
    acme::StatusSnapshot picked;
    picked.clock_sane = status.clock_sane;
    for (const std::string& name : names) {
        const acme::CertStatus* found = find_certificate(status, name);
        if (found == nullptr) return Error::admin(about_unknown_certificate(status, name));
        picked.certificates.push_back(*found);
    }
    return picked;
}

// The status for `status` and `show`; empty after the reason was told.
std::optional<Seen> see(const Options& options) {
    const auto door = find_door(options);
    if (!door) return std::nullopt;
    auto seen = look(options, *door);
    if (!seen.ok()) {
        complain_of(*door, seen.error());
        return std::nullopt;
    }
    auto picked = pick(seen->status, options.names);
    if (!picked.ok()) {
        complain(picked.error().text());
        return std::nullopt;
    }
    return Seen{std::move(*picked), std::move(seen->json)};
}

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
            complain(reply->status != 200 ? refusal(*reply) : job.error().text());
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
        complain(refusal(*reply));
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
    const auto wanted = pick(known, options.names);
    if (!wanted.ok()) {
        complain(wanted.error().text());
        return 1;
    }
    std::vector<std::string> names;
    if (!options.names.empty()) {
        for (const acme::CertStatus& each : wanted->certificates) names.push_back(each.name);
    }
    if (options.verbose) complain("no server is running; working alone");
    return run_renew_alone(config, names, options.force);
}

// Until the server gave the state's lock back. Not ours to read: then nobody can be waited for.
void wait_for_end(const Door& door) {
    const auto most = (limits::kDrainTime + Millis(5000)) / kBetweenLooks;
    for (long i = 0; i < most; ++i) {
        const auto holder = acme::lock_holder(door.state + "/lock");
        if (!holder.ok()) return;
        if (*holder == 0) return print("stopped\n");
        std::this_thread::sleep_for(kBetweenLooks);
    }
    complain("it is still finishing");
}

}  // namespace

int run_status(const Options& options) {
    const auto seen = see(options);
    if (!seen) return kExitUnreadable;
    const WallTime now = SystemClock().wall();
    print(options.json ? seen->json + "\n" : status_text(seen->status, now));
    return status_exit(seen->status, now);
}

int run_show(const Options& options) {
    const auto seen = see(options);
    if (!seen) return kExitUnreadable;
    const WallTime now = SystemClock().wall();
    print(certificate_text(seen->status.certificates.front(), now));
    return status_exit(seen->status, now);
}

int run_renew(const Options& options) {
    const auto door = find_door(options);
    if (!door) return kExitBadConfig;
    const auto reply = door->client.get("/api/v1/status");
    if (!reply.ok() && is_no_server(reply.error())) return renew_without_server(options);
    if (!reply.ok()) {
        complain_of(*door, reply.error());
        return 1;
    }
    const auto status = admin::read_status_json(reply->body);
    const auto wanted = status.ok() ? pick(*status, options.names) : Result<acme::StatusSnapshot>(status.error());
    if (wanted.ok()) return renew_by_server(*door, *wanted, options);
    complain(reply->status == 200 ? wanted.error().text() : refusal(*reply));
    return 1;
}

int run_reload(const Options& options) {
    const auto door = find_door(options);
    if (!door) return kExitFaulty;
    const auto reply = door->client.post("/api/v1/reload", "{}");
    if (!reply.ok()) {
        complain_of(*door, reply.error());
        return 1;
    }
    if (reply->status == 200) {
        print(admin::read_result_json(reply->body) + "\n");
        return 0;
    }
    print_error(refusal(*reply) + "\n");
    return reply->status == 409 ? kExitFaulty : 1;  // 409: only the owner can mend it
}

int run_stop(const Options& options) {
    const auto door = find_door(options);
    if (!door) return 1;
    const auto reply = door->client.post("/api/v1/stop", "{}");
    if (!reply.ok()) {
        complain_of(*door, reply.error());
        return 1;
    }
    if (reply->status != 202) {
        complain(refusal(*reply));
        return 1;
    }
    print("stopping\n");
    wait_for_end(*door);
    return 0;
}

}  // namespace postern
