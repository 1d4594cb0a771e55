#include "firmware/admin/api.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "acme/upload.h"
#include "firmware/admin/answers.h"
#include "firmware/admin/api_json.h"
#include "firmware/admin/history_json.h"
#include "firmware/admin/request_json.h"
#include "firmware/admin/status_json.h"
#include "server/base/text.h"

namespace postern::admin {
namespace {

using http::Response;

constexpr std::size_t kMostUpload = 131072;  // of JSON: a chain of ten and a key are a fifth of it

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

bool is_known(const Call& call, std::string_view name) {
    const auto status = call.control.status();
    return status && std::any_of(status->certificates.begin(), status->certificates.end(),
                                 [&](const auto& certificate) { return certificate.name == name; });
}

bool is_known(const Call& call) { return is_known(call, call.id); }

Response unknown(std::string_view name) { return problem_answer(404, "There is no certificate \"" + printable(name, 80) + "\"."); }
Response unknown(const Call& call) { return unknown(call.id); }

// Several in one job, so that the owner's commands around a run come once.
Response start_for(const Call& call, acme::Task::What what, std::initializer_list<std::string_view> allowed) {
    auto wanted = read_renew_request(call.request.body, allowed);
    if (!wanted) return failure_answer(wanted.error());
    for (const std::string& name : wanted->names)
        if (!is_known(call, name)) return unknown(name);
    return start(call, {what, std::move(wanted->names), wanted->force, 0, false});
}

Response post_renew_all(const Call& call) { return start_for(call, acme::Task::What::kRenew, {"force", "names"}); }

Response post_dry_run_all(const Call& call) { return start_for(call, acme::Task::What::kTry, {"names"}); }

Response post_renew_one(const Call& call) {
    if (!is_known(call)) return unknown(call);
    const auto wanted = read_renew_request(call.request.body, {"force"});
    if (!wanted) return failure_answer(wanted.error());
    return start(call, {acme::Task::What::kRenew, {std::string(call.id)}, wanted->force, 0, false});
}

Response post_dry_run(const Call& call) {
    if (!is_known(call)) return unknown(call);
    return start(call, {acme::Task::What::kTry, {std::string(call.id)}, false, 0, false});
}

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

// What is wrong with it the job says: a device may take its time over a key.
Response put_upload(const Call& call) {
    if (!is_known(call)) return unknown(call);
    auto texts = read_texts(call.request.body, {"chain", "key"}, kMostUpload);
    if (!texts) return problem_answer(400, "The body is not a JSON object with exactly these texts, of 128 kB at most: chain, key.");
    acme::Task task;
    task.what = acme::Task::What::kUpload;
    task.names = {std::string(call.id)};
    task.upload = std::make_shared<const acme::Upload>(acme::Upload{Secret(std::move(texts->front())), Secret(std::move(texts->back()))});
    return start(call, std::move(task));
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
    if (!probe) return failure_answer(probe.error());
    auto response = json_answer(201, probe_json(*probe));
    response.fields.emplace_back("Location", "/api/v1/probes/" + probe->token);  // RFC 9110 section 15.3.2
    return response;
}

Response get_visits(const Call& call) {
    const auto visits = call.control.visits(std::string(call.id));
    return visits ? json_answer(200, visits_json(*visits)) : problem_answer(404, visits.error().text());
}

Response end_probe(const Call& call) {
    call.control.close_probe(std::string(call.id));
    return json_answer(200, result_json("ended"));
}

Response get_history(const Call& call) {
    const auto span = read_span(call.request.query);
    if (!span) return problem_answer(400, "The span is hour or day: ?span=day.");
    return json_answer(200, history_json(call.control.history(*span)));
}

enum class Need : unsigned char {
    kSession,    // who is logged in
    kPassword,   // and has typed the password in the last minutes: what cannot be undone
    kSocket,     // not from a browser
};

struct Resource {
    std::string_view before, after;  // the path is BEFORE + id + AFTER; without an id, AFTER is empty and `exact` set
    bool exact;
    http::Method method;  // kGet stands for HEAD too
    Need need;
    Response (*answer)(const Call&);
};

using M = http::Method;
constexpr auto kResources = std::to_array<Resource>({
    {"/api/v1/status", "", true, M::kGet, Need::kSession, get_status},
    {"/api/v1/history", "", true, M::kGet, Need::kSession, get_history},
    {"/api/v1/jobs/", "", false, M::kGet, Need::kSession, get_job},
    {"/api/v1/certificates/", "/renew", false, M::kPost, Need::kSession, post_renew_one},
    {"/api/v1/certificates/", "/dry-run", false, M::kPost, Need::kSession, post_dry_run},
    {"/api/v1/certificates/", "/revoke", false, M::kPost, Need::kPassword, post_revoke},
    {"/api/v1/certificates/", "/delete", false, M::kPost, Need::kPassword, post_delete},
    {"/api/v1/certificates/", "/upload", false, M::kPut, Need::kPassword, put_upload},
    {"/api/v1/renew", "", true, M::kPost, Need::kSession, post_renew_all},
    {"/api/v1/dry-run", "", true, M::kPost, Need::kSession, post_dry_run_all},
    {"/api/v1/reload", "", true, M::kPost, Need::kSession, post_reload},
    {"/api/v1/stop", "", true, M::kPost, Need::kSocket, post_stop},
    {"/api/v1/probes", "", true, M::kPost, Need::kSession, post_probe},
    {"/api/v1/probes/", "", false, M::kGet, Need::kSession, get_visits},
    {"/api/v1/probes/", "/end", false, M::kPost, Need::kSession, end_probe},
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

std::string_view name_of(http::Method method) {
    switch (method) {
        case M::kGet: return "GET, HEAD";
        case M::kPut: return "PUT";
        case M::kDelete: return "DELETE";
        default: return "POST";
    }
}

// What `caller` lacks for it; nothing: he may.
std::optional<Response> missing(const Resource& resource, const Caller& caller) {
    if (caller.session == nullptr) return std::nullopt;
    if (resource.need == Need::kSocket)
        return problem_answer(403, "This is for the device itself: \"postern stop\".");
    if (resource.need == Need::kPassword && !caller.session->confirmed)
        return password_wanted("This cannot be undone");
    return std::nullopt;
}

}  // namespace

std::vector<std::string> Api::resources() {
    std::vector<std::string> all;
    all.reserve(kResources.size());
    for (const auto& resource : kResources) {
        std::string one(resource.method == M::kGet ? "GET" : name_of(resource.method));
        all.push_back(one.append(" ").append(resource.before).append(resource.exact ? "" : "{}").append(resource.after));
    }
    return all;
}

bool Api::owns(std::string_view path) { return is_api_path(path); }

Response Api::handle(const http::Request& request, const http::Context& context, const Caller& caller) {
    const M method = request.method == M::kHead ? M::kGet : request.method;
    std::string allowed;
    for (const auto& resource : kResources) {
        const auto id = match(resource, request.path);
        if (!id) continue;
        if (resource.method != method) {
            (allowed += allowed.empty() ? "" : ", ") += name_of(resource.method);
            continue;
        }
        if (auto refusal = missing(resource, caller)) return std::move(*refusal);
        return resource.answer(Call{control_, request, context, *id});
    }
    if (!allowed.empty()) return wrong_method(allowed);
    return problem_answer(404, "The API has nothing at this address.");
}

}  // namespace postern::admin
