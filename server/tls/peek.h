// What a server really serves: a handshake with it as a client that believes everything, and a look at its certificate.
// For `postern monitor` and the preflight. Blocks; not for a loop thread.
#pragma once

#include <string>
#include <string_view>

#include "server/base/clock.h"
#include "server/base/result.h"
#include "server/base/waiting.h"
#include "server/crypto/cert_bundle.h"
#include "server/net/address.h"

namespace postern::tls {

struct Peeked {
    crypto::CertFacts facts;  // of the leaf
    bool covers = false;      // the name that was asked for
};

// Connects to `where`, asks for `server_name` by SNI (RFC 6066 section 3; an IP address is not sent) and looks at the
// leaf; `before` is said ahead of the handshake. The chain is not judged. kRetry within `patience` in all: nobody listens, no answer in time, no TLS.
Result<Peeked> peek(const net::Address& where, const std::string& server_name, Millis patience, std::string_view before = {});

// As peek(), then says `request` and gives what is answered, until the peer ends or `most` bytes are there. `cancel` ends
// it within moments. number() of an error is ETIMEDOUT only where not even TCP's connection came about.
Result<std::string> ask(const net::Address& where, const std::string& server_name, std::string_view request, std::size_t most,
                        Millis patience, const Cancel& cancel);

}  // namespace postern::tls
