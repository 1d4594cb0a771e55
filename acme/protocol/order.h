// Orders, authorizations and challenges (RFC 8555 sections 7.1.3 to 7.1.6 and 8), parsed strictly into types: a status
// that the RFC does not know is refused, members that it does not know are overlooked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/base/json.h"
#include "acme/protocol/problem.h"

namespace postern::acme {

enum class OrderStatus : unsigned char { kPending, kReady, kProcessing, kValid, kInvalid };
enum class AuthzStatus : unsigned char { kPending, kValid, kInvalid, kDeactivated, kExpired, kRevoked };
enum class ChallengeStatus : unsigned char { kPending, kProcessing, kValid, kInvalid };

struct Order {
    OrderStatus status = OrderStatus::kPending;
    std::vector<std::string> authorizations;  // https URLs, each once; may be none
    std::string finalize;                     // https URL
    std::string certificate;                  // https URL, empty until the order is valid
    std::optional<CaProblem> error;
};

struct Challenge {
    std::string type;  // "http-01", or another that we do not know
    std::string url;
    std::string token; // base64url, checked
    ChallengeStatus status = ChallengeStatus::kPending;
    std::optional<CaProblem> error;
};

struct Authorization {
    AuthzStatus status = AuthzStatus::kPending;
    std::string identifier;
    std::vector<Challenge> challenges;     // those that can be understood
    std::vector<std::string> offered;      // every type, understood or not: for the message
    std::optional<std::string> bad_token;  // why a challenge that we would have taken was left out
};

Result<Order> order_from(const Json& json);
Result<Authorization> authorization_from(const Json& json);

// Payloads. Names that are IP addresses become identifiers of type "ip" (RFC 8738).
struct NewOrder {
    std::vector<std::string> names;
    std::string replaces;  // RFC 9773 section 5, only where the CA offers renewalInfo; empty: left out
    std::string profile;   // likewise one that the CA advertises
};
std::string new_order_payload(const NewOrder& order);
std::string finalize_payload(std::string_view csr_der);
// With termsOfServiceAgreed: the caller has the consent. `binding` is JSON (acme/protocol/jws.h), or empty.
std::string new_account_payload(const std::string& email, const std::string& binding);

}  // namespace postern::acme
