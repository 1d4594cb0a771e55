// Which certificates answer the CA's tls-alpn-01 (RFC 8737) right now. Immutable, as CertTable is: a change makes a new
// table, published whole. Read by tls_stream when a client asks for the protocol acme-tls/1, and never otherwise.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "server/crypto/cert_bundle.h"

namespace postern::tls {

class ChallengeTable {
public:
    using Bundle = std::shared_ptr<const crypto::CertBundle>;

    // By the SNI in lower case, exactly: null for none and for an unknown one.
    Bundle find(std::string_view server_name) const;

    // The same table with one certificate more, or without one. `name` is a host name in lower case or an IP address, for
    // which the CA asks by its reverse name (RFC 8738 section 6).
    std::shared_ptr<const ChallengeTable> with(const std::string& name, Bundle bundle) const;
    std::shared_ptr<const ChallengeTable> without(const std::string& name) const;

    bool empty() const { return by_name_.empty(); }

private:
    std::map<std::string, Bundle, std::less<>> by_name_;  // a handful: those of the order under way
};

}  // namespace postern::tls
