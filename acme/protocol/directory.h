// The CA's directory (RFC 8555 section 7.1.1): where its resources are and what it says of itself.
#pragma once

#include <string>
#include <vector>

#include "server/base/json.h"

namespace postern::acme {

struct Directory {
    std::string new_nonce, new_account, new_order;     // https, checked; always there
    std::string revoke_cert, key_change, renewal_info; // empty: not offered
    std::string terms;                                 // meta, all optional
    std::vector<std::string> caa_identities;
    std::vector<std::string> profiles;                 // names
    bool external_account_required = false;
};

// kRefuse when a needed URL is missing or no https URL. Unknown members, a missing or null `meta`, wrong types in it and
// optional URLs that are none are overlooked: none of them keeps a certificate from being renewed.
Result<Directory> directory_from(const Json& json);

}  // namespace postern::acme
