#include "firmware/admin/status_json.h"

#include <nlohmann/json.hpp>

#include "firmware/admin/words.h"
#include "server/base/text.h"

namespace postern::admin {
namespace {

using Json = nlohmann::ordered_json;

Json date(WallTime at) { return to_rfc3339(at.time_since_epoch().count()); }

Json date(const std::optional<WallTime>& at) { return at ? date(*at) : Json(); }

Json problem_of(const std::optional<acme::Problem>& problem) {
    if (!problem) return nullptr;
    return {{"type", problem->type}, {"detail", problem->detail}, {"advice", problem->advice}};
}

Json ari_of(const std::optional<acme::AriWindow>& ari) {
    if (!ari) return nullptr;
    return {{"start", date(ari->start)}, {"end", date(ari->end)}, {"moment", date(ari->moment)}, {"explanation", ari->explanation}};
}

Json history_of(const std::vector<acme::Attempt>& attempts) {
    Json history = Json::array();
    for (const auto& attempt : attempts) {
        history.push_back({{"start", date(attempt.start)},
                           {"end", date(attempt.end)},
                           {"ok", attempt.ok},
                           {"said", attempt.said},
                           {"generation", attempt.generation}});
    }
    return history;
}

// The members that come from the certificate itself: all null while there is none.
void add_facts(Json& json, const acme::CertStatus& status, WallTime now) {
    const auto& facts = status.facts;
    json["subject"] = facts ? Json(facts->subject) : Json();
    json["sans"] = facts ? Json(facts->names) : Json();
    json["issuer"] = facts ? Json(facts->issuer) : Json();
    json["issuer_dn"] = facts ? Json(facts->issuer_dn) : Json();
    json["serial"] = facts ? Json(facts->serial) : Json();
    json["key"] = facts ? Json(facts->key) : Json();
    json["signature"] = facts ? Json(facts->signature) : Json();
    json["policy"] = facts ? Json(facts->policy) : Json();
    json["fingerprint"] = facts ? Json(facts->fingerprint) : Json();
    json["not_before"] = facts ? date(facts->not_before) : Json();
    json["not_after"] = facts ? date(facts->not_after) : Json();
    json["days_left"] = facts ? Json(whole_days(facts->not_after - now)) : Json();
}

Json certificate_of(const acme::CertStatus& status, WallTime now) {
    Json json{{"name", status.name},
              {"names", status.names},
              {"kind", status.kind},
              {"rung", acme::name_of(status.rung)}};
    add_facts(json, status, now);
    json["state"] = acme::name_of(status.state);
    json["generation"] = status.generation;
    json["renew_after"] = date(status.renew_after);
    json["next_attempt"] = date(status.next_attempt);
    json["last_problem"] = problem_of(status.last_problem);
    json["ari"] = ari_of(status.ari);
    json["history"] = history_of(status.history);
    return json;
}

Json listeners_of(const std::vector<ServerFacts::Listener>& listeners) {
    Json list = Json::array();
    for (const auto& listener : listeners) list.push_back({{"kind", listener.kind}, {"address", listener.address}});
    return list;
}

}  // namespace

std::string status_json(const acme::StatusSnapshot& status, const ServerFacts& facts, WallTime now,
                        std::string_view version) {
    Json certificates = Json::array();
    for (const auto& certificate : status.certificates) certificates.push_back(certificate_of(certificate, now));
    const Json json{
        {"version", version},
        {"uptime_s", facts.uptime_s},
        {"now", date(now)},
        {"clock", {{"sane", status.clock_sane}, {"source", status.clock_source}}},
        {"certificates", std::move(certificates)},
        {"notices", status.notices},
        {"listeners", listeners_of(facts.listeners)},
        {"connections", facts.connections},
        {"requests", facts.requests},
        {"handshakes", facts.handshakes},
        {"swaps", {{"count", facts.swaps}, {"failed_handshakes", facts.failed_handshakes}}},
        {"ledger", nullptr},
        {"sandbox", nullptr},
        {"state_bytes_written", facts.state_bytes_written},
    };
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace postern::admin
