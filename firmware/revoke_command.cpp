// `revoke` and `delete`: ask the running server and follow what it does; without one, work alone.
#include "acme/store/store.h"
#include "firmware/admin/client_json.h"
#include "firmware/commands.h"
#include "firmware/console.h"
#include "firmware/door.h"
#include "firmware/following.h"
#include "firmware/other_servers.h"
#include "firmware/planned.h"
#include "firmware/status_text.h"
#include "server/base/text.h"

namespace postern {

namespace {

using What = acme::Task::What;

std::string body_of(const acme::Task& task) {
    return task.what == What::kDelete ? "" : admin::revoke_request_json({task.reason, task.remove});
}

// The certificate that a word means. What is only on the disk can be deleted all the same, by the name of its folder.
Result<std::string> name_meant(const acme::StatusSnapshot& known, const acme::Task& task) {
    const std::string& word = task.names.front();
    const auto picked = pick_certificates(known, {word});
    if (picked.ok()) return picked->certificates.front().name;
    if (task.what == What::kDelete && acme::Store::is_safe_name(word)) return word;
    return Error(picked.error());
}

int ask_server(const Door& door, const Reply& status_reply, const acme::Task& task) {
    const auto status = admin::read_status_json(status_reply.body);
    const auto name = status.ok() ? name_meant(*status, task) : Result<std::string>(status.error());
    if (!name.ok()) {
        complain(status_reply.status == 200 ? name.error().text() : refusal_of(status_reply));
        return 1;
    }
    const std::string verb = task.what == What::kDelete ? "/delete" : "/revoke";
    return ask_and_follow(door, "/api/v1/certificates/" + *name + verb, body_of(task)) == Outcome::kFailed ? 1 : 0;
}

int work_alone(const Options& options, acme::Task task) {
    config::Config config;
    if (!load_config(options.config_file, config)) return kExitBadConfig;
    const auto name = name_meant(planned_certificates(config), task);
    if (!name.ok()) {
        complain(name.error().text());
        return 1;
    }
    task.names = {*name};
    return run_alone(config, std::move(task)) == 1 ? 1 : 0;
}

int run_task(const Options& options, acme::Task task) {
    const auto door = find_door(options);
    if (!door) return kExitBadConfig;
    const auto reply = door->client.get("/api/v1/status");
    if (reply.ok()) return ask_server(*door, *reply, task);
    if (is_no_server(reply.error())) {
        if (!about_other_servers(door->state).empty() || options.verbose) complain(about_no_server(*door));
        return work_alone(options, std::move(task));
    }
    complain_of(*door, reply.error());
    return 1;
}

}  // namespace

int run_revoke(const Options& options) {
    const auto reason = acme::revocation_reason(options.reason);
    if (!reason) {
        const auto words = acme::revocation_reasons();
        complain("'" + printable(options.reason, 60) + "' is no reason; allowed: " + join({words.begin(), words.end()}, ", "));
        return kExitWrongUsage;
    }
    return run_task(options, {What::kRevoke, options.names, false, *reason, options.remove});
}

int run_delete(const Options& options) { return run_task(options, {What::kDelete, options.names, false, 0, false}); }

}  // namespace postern
