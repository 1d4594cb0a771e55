#include "firmware/admin/api_json.h"

#include <nlohmann/json.hpp>

#include "server/base/text.h"

namespace postern::admin {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kReloadBody = 8192;  // a path has 4095 bytes at most
constexpr std::size_t kRenewBody = 1024;  // {"force":true} is 14 bytes; what is much longer is no request of ours

constexpr Seconds kProbeStandard(60);
constexpr std::uint64_t kProbeLongest = 3600;  // seconds: nobody watches longer

// Bytes that are not UTF-8 become U+FFFD: an answer is always valid JSON, and dump() does not throw.
std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string date(WallTime at) { return to_rfc3339(at.time_since_epoch().count()); }

}  // namespace

std::string problem_json(std::uint16_t status, std::string_view title, std::string_view detail) {
    return text_of({{"type", "about:blank"}, {"title", title}, {"status", status}, {"detail", detail}});
}

std::string job_json(const acme::JobView& job) {
    Json steps = Json::array();
    for (const auto& step : job.steps)
        steps.push_back({{"at", date(step.at)}, {"certificate", step.certificate}, {"text", step.text}});
    return text_of(
        {{"id", job.id}, {"done", job.done}, {"ok", job.ok}, {"changed", job.changed}, {"steps", std::move(steps)}});
}

std::string started_job_json(std::string_view id) { return text_of({{"job", id}}); }

std::string result_json(std::string_view text) { return text_of({{"result", text}}); }

Result<RenewRequest> read_renew_request(std::string_view body) {
    RenewRequest request;
    if (body.empty()) return request;
    if (body.size() > kRenewBody) return Error::refuse("The body is over 1 kB; {\"force\":true} is all that is understood.");
    const Json json = Json::parse(body, nullptr, /* allow_exceptions */ false);
    if (!json.is_object()) return Error::refuse("The body is not a JSON object; send none, or {\"force\":true}.");
    for (const auto& [name, value] : json.items()) {
        if (name != "force") return Error::refuse("Unknown member \"" + printable(name, 40) + "\"; \"force\" is allowed.");
        if (!value.is_boolean()) return Error::refuse("\"force\" must be true or false.");
        request.force = value.get<bool>();
    }
    return request;
}

Result<Seconds> read_probe_request(std::string_view body) {
    Seconds life = kProbeStandard;
    if (body.empty()) return life;
    if (body.size() > kRenewBody) return Error::refuse("The body is over 1 kB; {\"seconds\":600} is all that is understood.");
    const Json json = Json::parse(body, nullptr, /* allow_exceptions */ false);
    if (!json.is_object()) return Error::refuse("The body is not a JSON object; send none, or {\"seconds\":600}.");
    for (const auto& [name, value] : json.items()) {
        if (name != "seconds") return Error::refuse("Unknown member \"" + printable(name, 40) + "\"; \"seconds\" is allowed.");
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() < 1 || value.get<std::uint64_t>() > kProbeLongest)
            return Error::refuse("\"seconds\" must be a whole number from 1 to 3600.");
        life = Seconds(value.get<long long>());
    }
    return life;
}

std::string probe_json(const Probe& probe) { return text_of({{"token", probe.token}, {"page", probe.page}}); }

std::string visits_json(const std::vector<Visit>& visits) {
    Json list = Json::array();
    for (const Visit& visit : visits)
        list.push_back({{"at", date(visit.at)}, {"peer", visit.peer}, {"port", visit.port}, {"secure", visit.secure}});
    return text_of({{"visits", std::move(list)}});
}

Result<RevokeRequest> read_revoke_request(std::string_view body) {
    RevokeRequest request;
    if (body.empty()) return request;
    if (body.size() > kRenewBody) return Error::refuse("The body is over 1 kB; \"reason\" and \"delete\" are all that is understood.");
    const Json json = Json::parse(body, nullptr, /* allow_exceptions */ false);
    if (!json.is_object()) return Error::refuse("The body is not a JSON object; send none, or {\"reason\":\"superseded\"}.");
    for (const auto& [name, value] : json.items()) {
        if (name == "delete" && value.is_boolean()) {
            request.remove = value.get<bool>();
        } else if (name == "reason" && value.is_string()) {
            const auto reason = acme::revocation_reason(value.get<std::string>());
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
    const Json json = Json::parse(body, nullptr, /* allow_exceptions */ false);
    if (!json.is_object()) return Error::refuse("The body is not a JSON object; send none, or name the file.");
    for (const auto& [name, value] : json.items()) {
        const bool number = name == "device" || name == "inode";
        if (!number && name != "file")
            return Error::refuse("Unknown member \"" + printable(name, 40) + "\"; file, device and inode are allowed.");
        if (number ? !value.is_number_unsigned() : !value.is_string()) return Error::refuse("\"" + name + "\" is of the wrong type.");
        if (!number) meant.path = value.get<std::string>();
        else (name == "device" ? meant.device : meant.inode) = value.get<unsigned long long>();
    }
    return meant;
}

}  // namespace postern::admin
