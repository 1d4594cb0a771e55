#include "firmware/admin/client_json.h"

#include "server/base/json.h"
#include "server/base/text.h"

namespace postern::admin {
namespace {

constexpr std::size_t kMostItems = 10000;  // certificates, steps: more is no answer of ours
constexpr JsonBounds kBounds{.nodes = 4000000};  // a certificate with its history has some 250 values

// Null when `text` is no JSON.
Json parse(std::string_view text) {
    auto json = Json::parse(text, kBounds);
    return json ? std::move(*json) : Json();
}

const Json& member(const Json& json, std::string_view name) {
    static const Json kNull;
    const Json* found = json.find(name);
    return found == nullptr ? kNull : *found;
}

std::string text_of(const Json& json, std::string_view name) { return std::string(json.text(name).value_or("")); }

bool flag_of(const Json& json, std::string_view name, bool otherwise) { return json.flag(name).value_or(otherwise); }

int number_of(const Json& json, std::string_view name) { return static_cast<int>(json.number(name).value_or(0)); }

std::optional<WallTime> date_of(const Json& json, std::string_view name) {
    const auto seconds = from_rfc3339(text_of(json, name));
    if (!seconds) return std::nullopt;
    return WallTime(WallTime::duration(*seconds));
}

std::vector<std::string> texts_of(const Json& json, std::string_view name) {
    std::vector<std::string> texts;
    for (const Json& item : member(json, name).items()) {
        if (item.kind() == Json::Kind::kString && texts.size() < kMostItems) texts.push_back(item.string());
    }
    return texts;
}

// The value of an enum by its name; `otherwise` for a name that a newer server may have.
template <typename Enum>
Enum enum_of(const std::string& name, Enum last, Enum otherwise) {
    for (int i = 0; i <= static_cast<int>(last); ++i) {
        if (acme::name_of(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
    }
    return otherwise;
}

std::optional<acme::Problem> problem_of(const Json& json) {
    if (!json.is_object()) return std::nullopt;
    return acme::Problem{text_of(json, "type"), text_of(json, "detail"), text_of(json, "advice")};
}

std::vector<acme::Attempt> history_of(const Json& json) {
    std::vector<acme::Attempt> history;
    for (const Json& item : json.items()) {
        if (history.size() == kMostItems) break;
        history.push_back({date_of(item, "start").value_or(WallTime{}), date_of(item, "end").value_or(WallTime{}),
                           flag_of(item, "ok", false), text_of(item, "said"), number_of(item, "generation")});
    }
    return history;
}

std::optional<crypto::CertFacts> facts_of(const Json& json) {
    const auto not_after = date_of(json, "not_after");
    if (!not_after) return std::nullopt;
    crypto::CertFacts facts;
    facts.names = texts_of(json, "sans");
    facts.subject = text_of(json, "subject");
    facts.issuer = text_of(json, "issuer");
    facts.issuer_dn = text_of(json, "issuer_dn");
    facts.chain = texts_of(json, "chain");
    facts.serial = text_of(json, "serial");
    facts.not_before = date_of(json, "not_before").value_or(WallTime{});
    facts.not_after = *not_after;
    facts.key = text_of(json, "key");
    facts.signature = text_of(json, "signature");
    facts.fingerprint = text_of(json, "fingerprint");
    facts.policy = text_of(json, "policy");
    return facts;
}

acme::CertStatus certificate_of(const Json& json) {
    acme::CertStatus status;
    status.name = text_of(json, "name");
    status.names = texts_of(json, "names");
    status.kind = text_of(json, "kind");
    status.rung = enum_of(text_of(json, "rung"), acme::Rung::kSelfSigned, acme::Rung::kSelfSigned);
    status.rung_reason = text_of(json, "rung_reason");
    status.state = enum_of(text_of(json, "state"), acme::CertState::kWaiting, acme::CertState::kWaiting);
    status.facts = facts_of(json);
    status.generation = number_of(json, "generation");
    status.next_attempt = date_of(json, "next_attempt");
    status.renew_after = date_of(json, "renew_after");
    status.last_problem = problem_of(member(json, "last_problem"));
    status.history = history_of(member(json, "history"));
    status.thumbprint = text_of(json, "account_thumbprint");
    return status;
}

acme::LeftOver left_over_of(const Json& json) {
    return {text_of(json, "name"), texts_of(json, "names"), std::nullopt, date_of(json, "not_after")};
}

}  // namespace

Result<acme::StatusSnapshot> read_status_json(std::string_view text) {
    const Json json = parse(text);
    const Json& certificates = member(json, "certificates");
    if (certificates.kind() != Json::Kind::kArray) return Error::bug("the server's status is not understood; is it another version?");
    acme::StatusSnapshot status;
    for (const Json& item : certificates.items()) {
        if (status.certificates.size() < kMostItems) status.certificates.push_back(certificate_of(item));
    }
    status.clock_sane = flag_of(member(json, "clock"), "sane", true);
    status.clock_source = text_of(member(json, "clock"), "source");
    status.notices = texts_of(json, "notices");
    for (const Json& item : member(json, "unconfigured").items()) {
        if (status.unconfigured.size() < kMostItems) status.unconfigured.push_back(left_over_of(item));
    }
    return status;
}

Result<acme::JobView> read_job_json(std::string_view text) {
    const Json json = parse(text);
    const Json& steps = member(json, "steps");
    if (steps.kind() != Json::Kind::kArray) return Error::bug("the server's account of the job is not understood; is it another version?");
    acme::JobView job;
    job.id = text_of(json, "id");
    job.done = flag_of(json, "done", false);
    job.ok = flag_of(json, "ok", false);
    job.changed = flag_of(json, "changed", false);
    for (const Json& step : steps.items()) {
        if (job.steps.size() == kMostItems) break;
        job.steps.push_back({date_of(step, "at").value_or(WallTime{}), text_of(step, "certificate"), text_of(step, "text")});
    }
    return job;
}

Result<std::string> read_started_job(std::string_view text) {
    std::string id = text_of(parse(text), "job");
    if (id.empty()) return Error::bug("the server started a job without naming it; is it another version?");
    return id;
}

Result<Probe> read_probe_json(std::string_view text) {
    const Json json = parse(text);
    Probe probe{text_of(json, "token"), text_of(json, "page")};
    if (probe.token.empty() || probe.page.empty()) return Error::bug("the server's probe is not understood; is it another version?");
    return probe;
}

Result<std::vector<Visit>> read_visits_json(std::string_view text) {
    const Json json = parse(text);
    const Json& list = member(json, "visits");
    if (list.kind() != Json::Kind::kArray) return Error::bug("the server's account of the visits is not understood; is it another version?");
    std::vector<Visit> visits;
    for (const Json& item : list.items()) {
        if (visits.size() == kMostItems) break;
        visits.push_back({date_of(item, "at").value_or(WallTime{}), text_of(item, "peer"),
                          static_cast<std::uint16_t>(number_of(item, "port")), flag_of(item, "secure", false)});
    }
    return visits;
}

std::string probe_request_json(Seconds life) {
    return JsonObject().number("seconds", life.count()).done();
}

std::string read_result_json(std::string_view text) { return text_of(parse(text), "result"); }

std::string renew_request_json(const RenewRequest& request) {
    JsonObject json;
    if (request.force) json.flag("force", true);
    if (!request.names.empty()) json.list("names", request.names);
    return json.done();
}

std::string revoke_request_json(const RevokeRequest& request) {
    JsonObject json;
    json.flag("delete", request.remove);
    for (const std::string_view word : acme::revocation_reasons())
        if (acme::revocation_reason(word) == request.reason) json.add("reason", word);
    return json.done();
}

std::string new_password_json(std::string_view password) {
    return JsonObject().add("new", password).done();
}

std::string reload_request_json(const ConfigName& meant) {
    return JsonObject().add("file", meant.path).number("device", meant.device).number("inode", meant.inode).done();
}

std::string read_problem_json(std::string_view text) {
    const Json json = parse(text);
    std::string detail = text_of(json, "detail");
    return detail.empty() ? text_of(json, "title") : detail;
}

}  // namespace postern::admin
