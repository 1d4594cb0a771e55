#include "firmware/admin/status_json.h"

#include "firmware/admin/words.h"
#include "server/base/json.h"
#include "server/base/text.h"

namespace postern::admin {
namespace {

constexpr std::string_view kNull = "null";

std::string date(WallTime at) { return json_quote(to_rfc3339(at.time_since_epoch().count())); }

std::string date(const std::optional<WallTime>& at) { return at ? date(*at) : std::string(kNull); }

std::string text_or_null(const std::string& text) { return text.empty() ? std::string(kNull) : json_quote(text); }

std::string problem_of(const std::optional<acme::Problem>& problem) {
    if (!problem) return std::string(kNull);
    return JsonObject().add("type", problem->type).add("detail", problem->detail).add("advice", problem->advice).done();
}

std::string ari_of(const std::optional<acme::AriWindow>& ari) {
    if (!ari) return std::string(kNull);
    return JsonObject()
        .add_raw("start", date(ari->start))
        .add_raw("end", date(ari->end))
        .add_raw("moment", date(ari->moment))
        .add("explanation", ari->explanation)
        .done();
}

std::string attempt_of(const acme::Attempt& attempt) {
    return JsonObject()
        .add_raw("start", date(attempt.start))
        .add_raw("end", date(attempt.end))
        .flag("ok", attempt.ok)
        .add("said", attempt.said)
        .number("generation", attempt.generation)
        .done();
}

// The members that come from the certificate itself: all null while there is none.
void add_facts(JsonObject& json, const acme::CertStatus& status, WallTime now) {
    if (!status.facts) {
        for (const char* name : {"subject", "sans", "issuer", "issuer_dn", "chain", "serial", "key", "signature", "policy", "fingerprint",
                                 "not_before", "not_after", "days_left"})
            json.null(name);
        return;
    }
    const auto& facts = *status.facts;
    json.add("subject", facts.subject).list("sans", facts.names).add("issuer", facts.issuer).add("issuer_dn", facts.issuer_dn);
    json.list("chain", facts.chain);
    json.add("serial", facts.serial).add("key", facts.key).add("signature", facts.signature).add("policy", facts.policy);
    json.add("fingerprint", facts.fingerprint).add_raw("not_before", date(facts.not_before));
    json.add_raw("not_after", date(facts.not_after)).number("days_left", whole_days(facts.not_after - now));
}

std::string certificate_of(const acme::CertStatus& status, WallTime now) {
    JsonObject json;
    json.add("name", status.name).list("names", status.names).add("kind", status.kind).add("rung", acme::name_of(status.rung));
    json.add("rung_reason", status.rung_reason);
    add_facts(json, status, now);
    json.add("state", acme::name_of(status.state)).number("generation", status.generation);
    json.add_raw("renew_after", date(status.renew_after)).add_raw("next_attempt", date(status.next_attempt));
    json.add_raw("last_problem", problem_of(status.last_problem)).add_raw("ari", ari_of(status.ari));
    json.add_raw("account_thumbprint", text_or_null(status.thumbprint));
    return json.add_raw("history", json_list(status.history, attempt_of)).done();
}

std::string left_over_of(const acme::LeftOver& one) {
    return JsonObject().add("name", one.name).list("names", one.names).add_raw("not_after", date(one.not_after)).done();
}

std::string limit_of(const acme::Ledger::State& limit) {
    return JsonObject()
        .add("ca", limit.directory_url)
        .add("limit", limit.limit)
        .number("left", limit.left)
        .number("of", limit.of)
        .add_raw("next", date(limit.next))
        .done();
}

std::string listener_of(const ServerFacts::Listener& listener) {
    return JsonObject().add("kind", listener.kind).add("address", listener.address).done();
}

std::string site_of(const ServerFacts::Site& site) {
    return JsonObject()
        .add("name", site.name)
        .list("names", site.names)
        .add_raw("root", text_or_null(site.root))
        .add_raw("canonical", text_or_null(site.canonical))
        .flag("redirect_http", site.redirect_http)
        .list("certificates", site.certificates)
        .done();
}

std::string delivery_of(const sharing::DeliveryView& one) {
    return JsonObject()
        .add("deploy", one.receiver)
        .add("certificate", one.certificate)
        .add("state", sharing::name_of(one.state))
        .add_raw("delivered", date(one.at))
        .add_raw("next_attempt", date(one.next))
        .add_raw("trouble", text_or_null(one.trouble))
        .done();
}

}  // namespace

std::string status_json(const acme::StatusSnapshot& status, const ServerFacts& facts, WallTime now,
                        std::string_view version) {
    JsonObject json;
    json.add("version", version).number("uptime_s", facts.uptime_s).add_raw("now", date(now));
    json.add_raw("clock", JsonObject().flag("sane", status.clock_sane).add("source", status.clock_source).done());
    json.add_raw("certificates", json_list(status.certificates, [now](const auto& each) { return certificate_of(each, now); }));
    json.add_raw("unconfigured", json_list(status.unconfigured, left_over_of));
    json.list("notices", status.notices).add_raw("deliveries", json_list(facts.deliveries, delivery_of));
    json.add_raw("listeners", json_list(facts.listeners, listener_of)).add_raw("sites", json_list(facts.sites, site_of));
    json.number("connections", facts.connections).number("requests", facts.requests).number("handshakes", facts.handshakes);
    json.add_raw("swaps", JsonObject().number("count", facts.swaps).number("failed_handshakes", facts.failed_handshakes).done());
    json.add_raw("ledger", status.ledger ? json_list(*status.ledger, limit_of) : std::string(kNull)).null("sandbox");
    return json.number("state_bytes_written", facts.state_bytes_written).done();
}

}  // namespace postern::admin
