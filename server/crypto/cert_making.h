// Certificates that we make ourselves: the self-signed one that serves until a CA's arrives, and the one that answers a
// challenge. Slow: a key is made for the latter; never on a loop thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/clock.h"
#include "server/base/random.h"
#include "server/crypto/cert_bundle.h"
#include "server/crypto/keys.h"

namespace postern::crypto {

// PEM. Named for `names` (SAN), issuer "Postern self-signed" (short: mbedTLS refuses an empty one), serial from `random`,
// valid from not_before for `days`. extendedKeyUsage serverAuth, no CA.
Result<std::string> make_self_signed(const PrivateKey& key, const std::vector<std::string>& names, WallTime not_before,
                                     int days, Random& random);

// What answers tls-alpn-01 (RFC 8737 section 3), with a fresh P-256 key: self-signed, `name` (a host name in lower case or
// an IP address, RFC 8738 section 4) alone in the SAN and nowhere else, and the critical extension acmeIdentifier with the
// SHA-256 of the key authorization. Refuses what is no name. Most clients refuse such a certificate, as they should.
Result<std::shared_ptr<const CertBundle>> make_challenge_pair(const std::string& name, std::string_view key_authorization,
                                                              WallTime now, Random& random);

}  // namespace postern::crypto
