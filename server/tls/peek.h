// What a server really serves: a handshake with it as a client that believes everything, and a look at its certificate.
// For `postern monitor`. Blocks; not for a loop thread.
#pragma once

#include <string>

#include "server/base/clock.h"
#include "server/base/result.h"
#include "server/crypto/cert_bundle.h"
#include "server/net/address.h"

namespace postern::tls {

struct Peeked {
    crypto::CertFacts facts;  // of the leaf
    bool covers = false;      // the name that was asked for
};

// Connects to `where`, asks for `server_name` by SNI (RFC 6066 section 3; an IP address is not sent) and looks at the
// leaf. The chain is not judged. kRetry within `patience` in all: nobody listens, no answer in time, no TLS.
Result<Peeked> peek(const net::Address& where, const std::string& server_name, Millis patience);

}  // namespace postern::tls
