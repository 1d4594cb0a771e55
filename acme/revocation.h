// Takes a certificate back (RFC 8555 section 7.6): the few exchanges that it needs, for somebody who waits for the answer.
// Signed by the account; where that is not known or not entitled, by the certificate's own key.
#pragma once

#include "acme/ca_desk.h"
#include "acme/store/archive.h"

namespace postern::acme {

enum class Revoked : unsigned char { kNow, kAlready };

// `reason` as in RFC 5280 section 5.3.1. kAdmin with the CA's words when it refuses, kRetry when it could not be asked.
Result<Revoked> revoke(CaDesk& desk, const std::string& directory_url, const StoredPair& pair, int reason);

}  // namespace postern::acme
