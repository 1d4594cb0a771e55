#include "firmware/admin/api.h"

#include <algorithm>
#include <array>
#include <optional>

#include "firmware/admin/answers.h"
#include "firmware/admin/api_json.h"
#include "firmware/admin/status_json.h"
#include "server/base/text.h"

namespace postern::admin {
namespace {

using http::Response;

// One call of a resource: what it was asked, and the part of the path that stands for a name or an id.
struct Call {
    Control& control;
    const http::Request& request;
    const http::Context& context;
    std::string_view id;
};

Response get_status(const Call& call) {
    const auto status = call.control.status();
    if (!status) return problem_answer(503, "The server is still starting; ask again in a moment.");
    return json_answer(200, status_json(*status, call.control.facts(), call.context.wall, POSTERN_VERSION));
}

Response get_job(const Call& call) {
    const auto job = call.control.job(std::string(call.id));
    if (!job) return problem_answer(404, job.error().text());
    return json_answer(200, job_json(*job));
}

Response start(const Call& call, acme::Task task) {
    const auto job = call.control.ask(std::move(task));
    if (!job) return failure_answer(job.error());
    auto response = json_answer(202, started_job_json(*job));
    response.fields.emplace_back("Location", "/api/v1/jobs/" + *job);
    return response;
}

Response start_renewal(const Call& call, const std::vector<std::string>& names) {
    const auto wanted = read_renew_request(call.request.body);
    if (!wanted) return failure_answer(wanted.error());
    return start(call, {acme::Task::What::kRenew, names, wanted->force, 0, false});
}

Response post_renew_all(const Call& call) { return start_renewal(call, {}); }

bool is_known(const Call& call) {
    const auto status = call.control.status();
    return status && std::any_of(status->certificates.begin(), status->certificates.end(),
                                 [&](const auto& certificate) { return certificate.name == call.id; });
}

Response unknown(const Call& call) { return problem_answer(404, "There is no certificate \"" + printable(call.id, 80) + "\"."); }

Response post_renew_one(const Call& call) {
    return is_known(call) ? start_renewal(call, {std::string(call.id)}) : unknown(call);
}

Response post_dry_run(const Call& call) {
    if (!is_known(call)) return unknown(call);
    return start(call, {acme::Task::What::kTry, {std::string(call.id)}, false, 0, false});
}

Response post_dry_run_all(const Call& call) { return start(call, {acme::Task::What::kTry, {}, false, 0, false}); }

Response post_revoke(const Call& call) {
    if (!is_known(call)) return unknown(call);
    const auto wanted = read_revoke_request(call.request.body);
    if (!wanted) return failure_answer(wanted.error());
    return start(call, {acme::Task::What::kRevoke, {std::string(call.id)}, false, wanted->reason, wanted->remove});
}

// What is no longer configured may lie on the disk still: the job says whether it does.
Response post_delete(const Call& call) {
    return start(call, {acme::Task::What::kDelete, {std::string(call.id)}, false, 0, false});
}

Response post_reload(const Call& call) {
    const auto meant = read_reload_request(call.request.body);
    if (!meant) return failure_answer(meant.error());
    const auto changed = call.control.reload(*meant);
    return changed ? json_answer(200, result_json(*changed)) : failure_answer(changed.error());
}

Response post_stop(const Call& call) {
    call.control.stop();
    return json_answer(202, result_json("stopping"));
}

Response post_probe(const Call& call) {
    const auto life = read_probe_request(call.request.body);
    if (!life) return failure_answer(life.error());
    const auto probe = call.control.open_probe(*life);
    return probe ? json_answer(201, probe_json(*probe)) : failure_answer(probe.error());
}

Response get_visits(const Call& call) {
    const auto visits = call.control.visits(std::string(call.id));
    return visits ? json_answer(200, visits_json(*visits)) : problem_answer(404, visits.error().text());
}

Response end_probe(const Call& call) {
    call.control.close_probe(std::string(call.id));
    return json_answer(200, result_json("ended"));
}

struct Resource {
    std::string_view before, after;  // the path is BEFORE + id + AFTER; without an id, AFTER is empty and `exact` set
    bool exact;
    bool changes;  // POST; otherwise GET and HEAD
    Response (*answer)(const Call&);
};

constexpr auto kResources = std::to_array<Resource>({
    {"/api/v1/status", "", true, false, get_status},
    {"/api/v1/jobs/", "", false, false, get_job},
    {"/api/v1/certificates/", "/renew", false, true, post_renew_one},
    {"/api/v1/certificates/", "/dry-run", false, true, post_dry_run},
    {"/api/v1/certificates/", "/revoke", false, true, post_revoke},
    {"/api/v1/certificates/", "/delete", false, true, post_delete},
    {"/api/v1/renew", "", true, true, post_renew_all},
    {"/api/v1/dry-run", "", true, true, post_dry_run_all},
    {"/api/v1/reload", "", true, true, post_reload},
    {"/api/v1/stop", "", true, true, post_stop},
    {"/api/v1/probes", "", true, true, post_probe},
    {"/api/v1/probes/", "", false, false, get_visits},
    {"/api/v1/probes/", "/end", false, true, end_probe},
});

// The id in `path` (empty for exact resources), or nullopt when the path is not this resource's.
std::optional<std::string_view> match(const Resource& resource, std::string_view path) {
    if (resource.exact) return path == resource.before ? std::optional<std::string_view>("") : std::nullopt;
    if (!has_prefix(path, resource.before)) return std::nullopt;
    path.remove_prefix(resource.before.size());
    if (!has_suffix(path, resource.after)) return std::nullopt;
    path.remove_suffix(resource.after.size());
    if (path.empty() || path.find('/') != std::string_view::npos) return std::nullopt;
    return path;
}

bool is_allowed(const Resource& resource, http::Method method) {
    if (resource.changes) return method == http::Method::kPost;
    return method == http::Method::kGet || method == http::Method::kHead;
}

}  // namespace

bool Api::owns(std::string_view path) { return path == "/api" || has_prefix(path, "/api/"); }

Response Api::handle(const http::Request& request, const http::Context& context) {
    for (const auto& resource : kResources) {
        const auto id = match(resource, request.path);
        if (!id) continue;
        if (!is_allowed(resource, request.method)) return wrong_method(resource.changes ? "POST" : "GET, HEAD");
        if (resource.changes && access_ != Access::kControlSocket)
            return problem_answer(403, "Changes are not possible here until there is a login. On the device itself, use "
                                       "\"postern renew\", \"postern reload\" or \"postern stop\".");
        return resource.answer(Call{control_, request, context, *id});
    }
    return problem_answer(404, "The API has nothing at this address.");
}

}  // namespace postern::admin
