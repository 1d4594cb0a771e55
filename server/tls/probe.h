// Tries a certificate and its key in a TLS handshake in memory, before anybody is served with it.
#pragma once

#include <memory>
#include <string>

#include "server/base/result.h"
#include "server/crypto/cert_bundle.h"

namespace postern::tls {

// TLS 1.3 and TLS 1.2, client and server both ours, no socket: the handshake completes, the client sees this very leaf,
// and a byte goes each way. kAdmin with what failed otherwise. Takes some ms; not for a loop thread.
Result<void> probe_pair(const std::shared_ptr<const crypto::CertBundle>& pair, const std::string& server_name);

}  // namespace postern::tls
