// A certificate chain with its private key, parsed and matched; immutable. What server/tls serves and what acme checks
// before it installs. Knows nothing of files.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/clock.h"
#include "server/base/result.h"
#include "server/crypto/keys.h"

struct mbedtls_x509_crt;
struct mbedtls_pk_context;

namespace postern::crypto {

// What a person or a status page wants to know of a leaf.
struct CertFacts {
    std::vector<std::string> names;  // DNS names in lower case, IP addresses in text form (IPv6 as in RFC 5952)
    std::string subject;             // may be empty (RFC 5280 with names in the SAN only)
    std::string issuer;              // common name of the issuer, else the whole DN
    std::string issuer_dn;
    std::string serial;              // hex, lower case, no separators
    WallTime not_before;
    WallTime not_after;
    std::string key;                 // "ec256", "rsa2048" ...
    std::string signature;           // "ecdsa-with-SHA256" ...
    std::string fingerprint;         // SHA-256 of the DER, hex
    std::string policy;              // "DV", "OV", "EV" where a CA/Browser Forum policy OID says it, else empty
    std::string ari_id;              // RFC 9773 section 4.1; empty without an authority key identifier
    bool self_signed = false;
    std::size_t chain_length = 1;
    std::vector<std::string> chain;  // subjects of those that follow the leaf in the file, in its order
};

// Facts of the first certificate of a PEM text, without a key (for `show` and the archive).
Result<CertFacts> read_facts(std::string_view chain_pem);

class CertBundle {
public:
    // fullchain: CERTIFICATE blocks only, leaf first (anything else: refused, RFC 8555 sections 9.1 and 11.4);
    // the key must belong to the leaf.
    static Result<std::shared_ptr<const CertBundle>> from_pem(std::string_view fullchain, std::string_view key_pem);
    ~CertBundle();
    CertBundle(const CertBundle&) = delete;
    CertBundle& operator=(const CertBundle&) = delete;

    const CertFacts& facts() const;
    bool covers(std::string_view name) const;  // DNS name (RFC 6125: a wildcard stands for one label) or IP address

    mbedtls_x509_crt* native_chain() const;  // for server/tls; read only
    mbedtls_pk_context* native_key() const;

    struct Impl;
    explicit CertBundle(std::unique_ptr<Impl> impl);  // for from_pem: Impl is known to cert_bundle.cpp only

private:
    std::unique_ptr<Impl> impl_;
};

enum class Origin : unsigned char { kOrdered, kOwners };  // from a CA by our order, or whatever the owner of the names has

// Everything that must hold before a pair is installed (acme-client duties, step "download"): every wanted name covered
// and, of what was ordered, nothing beyond them, not_before <= now < not_after, leaf first, each certificate signed by the
// next, leaf is no CA (but for an owner's lone one that signs itself: OpenSSL makes it so) and, if it says for what it is,
// one for servers. The error says which of these failed and with what values.
Result<void> check_for_install(const CertBundle& bundle, const std::vector<std::string>& wanted, WallTime now,
                               Origin origin = Origin::kOrdered);

}  // namespace postern::crypto
