// Private keys: made, read, written, used for signatures. Slow (an RSA key takes seconds on a router): never on a loop thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/result.h"
#include "server/base/secret.h"

struct mbedtls_pk_context;

namespace postern::crypto {

enum class KeyType : unsigned char { kEc256, kEc384, kRsa2048, kRsa3072, kRsa4096 };

std::string_view name_of(KeyType type);  // "ec256" ... as in the INI
std::optional<KeyType> key_type_from(std::string_view name);

class PrivateKey {
public:
    static Result<PrivateKey> generate(KeyType type);
    // PEM (PKCS#8, SEC1, PKCS#1), unencrypted. Refuses curves and sizes that KeyType does not name.
    static Result<PrivateKey> from_pem(std::string_view pem);

    PrivateKey(PrivateKey&&) noexcept;
    PrivateKey& operator=(PrivateKey&&) noexcept;
    ~PrivateKey();

    KeyType type() const;
    Result<Secret> to_pem() const;
    Result<std::string> public_der() const;  // SubjectPublicKeyInfo: equal for key and certificate that match

    // As JWS has it (RFC 7518 section 3): ES256 and ES384 as r || s, 64 or 96 bytes; RS256 as long as the key.
    std::string_view jws_algorithm() const;
    Result<std::string> sign_jws(std::string_view message) const;
    // Of the public half (RFC 7518 sections 6.2.1, 6.3.1): x and y of a point, each as long as the curve's field, or an RSA
    // key's n and e without leading zeros.
    struct PublicNumbers {
        std::string first, second;
    };
    Result<PublicNumbers> public_numbers() const;

    mbedtls_pk_context* native() const;  // for server/tls and the CSR; owned by this

private:
    struct Impl;
    explicit PrivateKey(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace postern::crypto
