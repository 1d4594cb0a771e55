// Certificate signing requests (RFC 2986, RFC 8555 section 7.4): empty subject, the names in the SAN extension only.
#pragma once

#include <string>
#include <vector>

#include "server/crypto/keys.h"

namespace postern::crypto {

// DER. `names` are DNS names (lower case, punycode, maybe with a leading "*.") or IP addresses in text form; at least one.
Result<std::string> make_csr(const PrivateKey& key, const std::vector<std::string>& names);

}  // namespace postern::crypto
