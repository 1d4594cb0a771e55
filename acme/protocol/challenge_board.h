// Where answers to challenges are put up for the server to give: tokens of http-01, certificates of tls-alpn-01.
// Implemented by firmware/compose, which joins it to server/site and server/tls. Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "server/crypto/cert_bundle.h"

namespace postern::acme {

class ChallengeBoard {
public:
    virtual ~ChallengeBoard() = default;
    // http-01 (RFC 8555 section 8.3)
    virtual void post(const std::string& token, const std::string& key_authorization) = 0;
    virtual void withdraw(const std::string& token) = 0;
    // tls-alpn-01 (RFC 8737 section 3). `name` is a host name in lower case or an IP address; the last pair put up for it
    // counts.
    virtual void post_pair(const std::string& name, std::shared_ptr<const crypto::CertBundle> pair) = 0;
    virtual void withdraw_pair(const std::string& name) = 0;
};

}  // namespace postern::acme
