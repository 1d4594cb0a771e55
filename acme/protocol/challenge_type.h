// The challenges that we can answer, by their names in ACME.
#pragma once

#include <optional>
#include <string_view>

namespace postern::acme {

enum class ChallengeType : unsigned char {
    kHttp01,     // RFC 8555 section 8.3: a token on port 80
    kTlsAlpn01,  // RFC 8737 section 3: a certificate on port 443
};

std::string_view name_of(ChallengeType type);  // "http-01"
std::optional<ChallengeType> challenge_type_from(std::string_view name);

}  // namespace postern::acme
