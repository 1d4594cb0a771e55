#include "firmware/admin/api_json.h"

#include <algorithm>

#include "server/base/json.h"
#include "server/base/text.h"

namespace postern::admin {
namespace {

constexpr std::size_t kReloadBody = 8192;  // a path has 4095 bytes at most
constexpr std::size_t kNamesBody = 65536;  // a hundred names of 253 characters, twice
constexpr std::size_t kRenewBody = 1024;   // what takes no list of names; what is much longer is no request of ours

constexpr Seconds kProbeStandard(60);
constexpr std::int64_t kProbeLongest = 3600;  // seconds: nobody watches longer

std::string date(WallTime at) { return to_rfc3339(at.time_since_epoch().count()); }

std::string step_json(const acme::JobView::Step& step) {
    return JsonObject().add("at", date(step.at)).add("certificate", step.certificate).add("text", step.text).done();
}

// An empty list is refused: it would mean all.
Result<void> take_names(const Json& list, std::vector<std::string>& names) {
    for (const Json& item : list.items()) {
        if (list.kind() != Json::Kind::kArray || item.kind() != Json::Kind::kString) return Error::refuse("\"names\" must be a list of texts.");
        names.push_back(item.string());
    }
    return names.empty() ? Error::refuse("\"names\" must be a list of one name at least.") : Result<void>();
}

}  // namespace

std::string problem_json(std::uint16_t status, std::string_view title, std::string_view detail, JsonObject more) {
    return more.add("type", "about:blank").add("title", title).number("status", status).add("detail", detail).done();
}

std::string job_json(const acme::JobView& job) {
    JsonObject json;
    json.add("id", job.id).flag("done", job.done).flag("ok", job.ok).flag("changed", job.changed);
    return json.add_raw("steps", json_list(job.steps, step_json)).done();
}

std::string started_job_json(std::string_view id) { return JsonObject().add("job", id).done(); }

std::string result_json(std::string_view text) { return JsonObject().add("result", text).done(); }

Result<RenewRequest> read_renew_request(std::string_view body, std::initializer_list<std::string_view> allowed) {
    RenewRequest request;
    if (body.empty()) return request;
    if (body.size() > kNamesBody) return Error::refuse("The body is over 64 kB.");
    const std::string known = "\"" + join(std::vector<std::string>(allowed.begin(), allowed.end()), "\" and \"") + "\"";
    const auto json = Json::parse(body);
    if (!json || !json->is_object()) return Error::refuse("The body is not a JSON object; send none, or one of " + known + ".");
    for (const auto& name : json->names()) {
        if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
            return Error::refuse("Unknown member \"" + printable(name, 40) + "\"; allowed is " + known + ".");
        if (name == "names") TRY_VOID(take_names(*json->find(name), request.names));
        if (name != "force") continue;
        const auto flag = json->flag(name);
        if (!flag) return Error::refuse("\"force\" must be true or false.");
        request.force = *flag;
    }
    return request;
}

Result<Seconds> read_probe_request(std::string_view body) {
    Seconds life = kProbeStandard;
    if (body.empty()) return life;
    if (body.size() > kRenewBody) return Error::refuse("The body is over 1 kB; {\"seconds\":600} is all that is understood.");
    const auto json = Json::parse(body);
    if (!json || !json->is_object()) return Error::refuse("The body is not a JSON object; send none, or {\"seconds\":600}.");
    for (const auto& name : json->names()) {
        const Json& value = *json->find(name);
        if (name != "seconds") return Error::refuse("Unknown member \"" + printable(name, 40) + "\"; \"seconds\" is allowed.");
        if (const auto n = value.number(); !n || *n < 1 || *n > kProbeLongest)
            return Error::refuse("\"seconds\" must be a whole number from 1 to 3600.");
        life = Seconds(*value.number());
    }
    return life;
}

std::string probe_json(const Probe& probe) { return JsonObject().add("token", probe.token).add("page", probe.page).done(); }

std::string visits_json(const std::vector<Visit>& visits) {
    return JsonObject().add_raw("visits", json_list(visits, [](const Visit& visit) {
        return JsonObject().add("at", date(visit.at)).add("peer", visit.peer).number("port", visit.port).flag("secure", visit.secure).done();
    })).done();
}

Result<RevokeRequest> read_revoke_request(std::string_view body) {
    RevokeRequest request;
    if (body.empty()) return request;
    if (body.size() > kRenewBody) return Error::refuse("The body is over 1 kB; \"reason\" and \"delete\" are all that is understood.");
    const auto json = Json::parse(body);
    if (!json || !json->is_object()) return Error::refuse("The body is not a JSON object; send none, or {\"reason\":\"superseded\"}.");
    for (const auto& name : json->names()) {
        const Json& value = *json->find(name);
        if (name == "delete" && value.flag()) {
            request.remove = *value.flag();
        } else if (name == "reason" && value.kind() == Json::Kind::kString) {
            const auto reason = acme::revocation_reason(value.string());
            if (!reason) return Error::refuse("\"reason\" is none that may be given.");
            request.reason = *reason;
        } else {
            return Error::refuse("\"" + printable(name, 40) + "\" is unknown or of the wrong type; \"reason\" and \"delete\" are allowed.");
        }
    }
    return request;
}

Result<ConfigName> read_reload_request(std::string_view body) {
    ConfigName meant;
    if (body.empty()) return meant;
    if (body.size() > kReloadBody) return Error::refuse("The body is over 8 kB.");
    const auto json = Json::parse(body);
    if (!json || !json->is_object()) return Error::refuse("The body is not a JSON object; send none, or name the file.");
    for (const auto& name : json->names()) {
        const Json& value = *json->find(name);
        const bool number = name == "device" || name == "inode";
        if (!number && name != "file")
            return Error::refuse("Unknown member \"" + printable(name, 40) + "\"; file, device and inode are allowed.");
        const bool fits = number ? value.natural().has_value() : value.kind() == Json::Kind::kString;
        if (!fits) return Error::refuse("\"" + name + "\" is of the wrong type.");
        if (!number) meant.path = value.string();
        else (name == "device" ? meant.device : meant.inode) = *value.natural();
    }
    return meant;
}

}  // namespace postern::admin
