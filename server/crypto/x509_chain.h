// A list of certificates as mbedTLS parsed it, and what can be read off one. For cert_bundle.cpp, which adds the key.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.h"
#include "server/crypto/cert_bundle.h"

namespace postern::crypto {

class X509Chain {
public:
    // CERTIFICATE blocks only, 1 to limits::kChainCertificates of them.
    static Result<X509Chain> from_pem(std::string_view pem);
    X509Chain(X509Chain&&) noexcept;
    X509Chain& operator=(X509Chain&&) noexcept;
    ~X509Chain();

    mbedtls_x509_crt* native() const;  // the first; never null
    std::size_t size() const;

private:
    struct Impl;
    explicit X509Chain(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// The names of the SAN extension, kept apart: "192.0.2.1" as a DNS name is no IP address.
struct AltNames {
    std::vector<std::string> dns;  // lower case
    std::vector<std::string> ip;   // as ip_from_bytes() writes them
};
AltNames alt_names_of(const mbedtls_x509_crt& certificate);
// DNS name (RFC 6125: a wildcard stands for one label) or IP address.
bool covers(const AltNames& names, std::string_view name);

CertFacts facts_of(const mbedtls_x509_crt& certificate);  // chain_length is left at 1
WallTime not_before_of(const mbedtls_x509_crt& certificate);
WallTime not_after_of(const mbedtls_x509_crt& certificate);
// For messages: the subject, or "serial N" where the subject is empty.
std::string title_of(const mbedtls_x509_crt& certificate);

// True when `issuer`'s name stands in `certificate` and its key made the signature.
bool is_signed_by(const mbedtls_x509_crt& certificate, const mbedtls_x509_crt& issuer);

}  // namespace postern::crypto
