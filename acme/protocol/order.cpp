#include "acme/protocol/order.h"

#include <algorithm>
#include <array>

#include "acme/protocol/challenge_type.h"
#include "acme/protocol/limits.h"
#include "acme/protocol/url.h"
#include "server/base/base64url.h"
#include "server/base/ip_text.h"
#include "server/base/text.h"

namespace postern::acme {

namespace {

template <typename Status, std::size_t n>
Result<Status> status_from(const Json& json, const std::array<std::pair<std::string_view, Status>, n>& table,
                           std::string_view what) {
    auto text = json.text("status");
    if (!text) return Error::refuse(std::string(what) + " without a status");
    for (const auto& [name, status] : table)
        if (name == *text) return status;
    return Error::refuse(std::string(what) + " with the status " + printable(*text, 40));
}

constexpr std::array<std::pair<std::string_view, OrderStatus>, 5> kOrder = {{{"pending", OrderStatus::kPending},
                                                                              {"ready", OrderStatus::kReady},
                                                                              {"processing", OrderStatus::kProcessing},
                                                                              {"valid", OrderStatus::kValid},
                                                                              {"invalid", OrderStatus::kInvalid}}};
constexpr std::array<std::pair<std::string_view, AuthzStatus>, 6> kAuthz = {{{"pending", AuthzStatus::kPending},
                                                                              {"valid", AuthzStatus::kValid},
                                                                              {"invalid", AuthzStatus::kInvalid},
                                                                              {"deactivated", AuthzStatus::kDeactivated},
                                                                              {"expired", AuthzStatus::kExpired},
                                                                              {"revoked", AuthzStatus::kRevoked}}};
constexpr std::array<std::pair<std::string_view, ChallengeStatus>, 4> kChallenge = {
    {{"pending", ChallengeStatus::kPending},
     {"processing", ChallengeStatus::kProcessing},
     {"valid", ChallengeStatus::kValid},
     {"invalid", ChallengeStatus::kInvalid}}};

std::optional<CaProblem> error_in(const Json& json) {
    const Json* error = json.find("error");
    if (!error || !error->is_object()) return std::nullopt;
    return problem_from(*error);
}

Result<std::string> url_in(const Json& json, std::string_view name, std::string_view what) {
    auto text = json.text(name);
    if (!text) return Error::refuse(std::string(what) + " without " + std::string(name));
    if (auto url = parse_https_url(*text); !url) return std::move(url).error().at(name);
    return std::string(*text);
}

// A challenge that is malformed is nobody's loss as long as another can be taken; it is left out, not refused.
void add_challenge(const Json& json, Authorization& authorization) {
    auto type = json.text("type");
    if (!type || type->empty()) return;
    authorization.offered.push_back(printable(*type, 40));
    auto url = url_in(json, "url", "a challenge");
    auto status = status_from(json, kChallenge, "a challenge");
    auto token = json.text("token");
    if (!url || !token) return;
    if (token->size() > limits::kToken || !is_base64url(*token)) {
        if (challenge_type_from(*type)) authorization.bad_token = "the token of " + std::string(*type) + " is not base64url";
        return;
    }
    Challenge challenge{std::string(*type), std::move(*url), std::string(*token), ChallengeStatus::kPending, error_in(json)};
    if (status) challenge.status = *status;
    authorization.challenges.push_back(std::move(challenge));
}

}  // namespace

Result<Order> order_from(const Json& json) {
    if (!json.is_object()) return Error::refuse("an order that is no JSON object");
    Order order;
    TRY(order.status, status_from(json, kOrder, "an order"));
    order.error = error_in(json);
    if (order.status == OrderStatus::kInvalid) return order;  // nothing else of it is used
    TRY(order.finalize, url_in(json, "finalize", "an order"));
    const auto* urls = json.array("authorizations");
    if (urls && urls->size() > limits::kAuthorizations) return Error::refuse("an order with too many authorizations");
    for (std::size_t i = 0; urls && i < urls->size(); ++i) {
        const std::string& url = (*urls)[i].string();
        if (auto parsed = parse_https_url(url); !parsed) return std::move(parsed).error().at("authorizations");
        if (std::find(order.authorizations.begin(), order.authorizations.end(), url) == order.authorizations.end())
            order.authorizations.push_back(url);
    }
    const Json* certificate = json.find("certificate");
    if (certificate && certificate->kind() != Json::Kind::kNull) {
        TRY(order.certificate, url_in(json, "certificate", "an order"));
    }
    if (order.status == OrderStatus::kValid && order.certificate.empty())
        return Error::refuse("a valid order without a certificate");
    return order;
}

Result<Authorization> authorization_from(const Json& json) {
    if (!json.is_object()) return Error::refuse("an authorization that is no JSON object");
    Authorization authorization;
    TRY(authorization.status, status_from(json, kAuthz, "an authorization"));
    if (const Json* identifier = json.find("identifier"))
        authorization.identifier = printable(identifier->text("value").value_or(""), 255);
    const auto* challenges = json.array("challenges");
    for (std::size_t i = 0; challenges && i < challenges->size() && i < limits::kChallenges; ++i)
        add_challenge((*challenges)[i], authorization);
    return authorization;
}

std::string new_order_payload(const NewOrder& order) {
    std::vector<std::string> identifiers;
    identifiers.reserve(order.names.size());
    for (const std::string& name : order.names)
        identifiers.push_back(JsonObject().add("type", ip_to_bytes(name) ? "ip" : "dns").add("value", name).done());
    JsonObject payload;
    payload.add_raw("identifiers", json_list(identifiers));
    if (!order.replaces.empty()) payload.add("replaces", order.replaces);
    if (!order.profile.empty()) payload.add("profile", order.profile);
    return payload.done();
}

std::string finalize_payload(std::string_view csr_der) {
    return JsonObject().add("csr", base64url_encode(csr_der)).done();
}

std::string new_account_payload(const std::string& email, const std::string& binding) {
    JsonObject payload;
    payload.add_raw("termsOfServiceAgreed", "true");
    if (!email.empty()) payload.add_raw("contact", json_list({json_quote("mailto:" + email)}));
    if (!binding.empty()) payload.add_raw("externalAccountBinding", binding);
    return payload.done();
}

}  // namespace postern::acme
