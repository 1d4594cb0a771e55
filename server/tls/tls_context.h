// One immutable generation of TLS settings: versions, cipher order, ALPN, where certificates are looked up. Connections
// hold the one they began with. Sites share a context; the admin listener has its own (and so its own tickets).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/base/result.h"
#include "server/tls/cert_table.h"
#include "server/tls/challenge_table.h"
#include "server/tls/tickets.h"

struct mbedtls_ssl_config;

namespace postern::tls {

struct TlsOptions {
    std::vector<std::string> alpn = {"http/1.1"};  // in order of preference
    std::shared_ptr<TicketKeys> tickets;           // null: no resumption
    // Certificates for clients that ask for acme-tls/1 and for no protocol of `alpn`: their connections end with the
    // handshake. Null: that protocol is not spoken. Must outlive the context; needs an `alpn` that is not empty.
    const Published<ChallengeTable>* challenges = nullptr;
    // Whose certificate is shown, whatever name is asked for (a lineage of the table); empty: that of the name.
    std::string lineage{};
    bool allow_tls12 = true;
    bool allow_tls13 = true;
};

class TlsContext {
public:
    // `certificates` is looked at during each handshake and must outlive the context.
    static Result<std::shared_ptr<const TlsContext>> make(const Published<CertTable>& certificates, TlsOptions options);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    const mbedtls_ssl_config* native() const;
    CertTable::Choice certificates_for(std::string_view server_name) const;
    // Whether ALPN's choice, as mbedTLS points to it, is acme-tls/1. (RFC 8737 section 3)
    bool is_challenge(const char* protocol) const;
    CertTable::Bundle challenge_for(std::string_view server_name) const;

private:
    struct Impl;
    explicit TlsContext(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace postern::tls
