// When the CA wants a certificate renewed (ACME Renewal Information, RFC 9773).
#pragma once

#include <string>

#include "server/base/json.h"
#include "server/base/clock.h"

namespace postern::acme {

struct RenewalInfo {
    WallTime start{}, end{};  // the suggested window, start < end
    std::string explanation;  // https URL of a page for people, or empty
};

// Section 4.2. kRefuse for what is no window: members missing, no dates, an end that does not lie behind the start.
Result<RenewalInfo> renewal_info_from(const Json& json);

// Section 4.1: where the information on this certificate is. `id` as in crypto::CertFacts::ari_id.
std::string renewal_info_url(const std::string& base, const std::string& id);

}  // namespace postern::acme
