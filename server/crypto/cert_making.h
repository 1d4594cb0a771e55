// Certificates that we make ourselves: the self-signed one that serves until a CA's arrives.
#pragma once

#include <string>
#include <vector>

#include "server/base/clock.h"
#include "server/base/random.h"
#include "server/crypto/keys.h"

namespace postern::crypto {

// PEM. Named for `names` (SAN), issuer "Postern self-signed" (short: mbedTLS refuses an empty one), serial from `random`,
// valid from not_before for `days`. extendedKeyUsage serverAuth, no CA.
Result<std::string> make_self_signed(const PrivateKey& key, const std::vector<std::string>& names, WallTime not_before,
                                     int days, Random& random);

}  // namespace postern::crypto
