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

    // ES256 (RFC 7518 section 3.4): r || s, 64 bytes. Precondition: type() == kEc256.
    Result<std::string> sign_es256(std::string_view message) const;
    // Affine coordinates of the public point, 32 bytes each (RFC 7518 section 6.2.1). Precondition: type() == kEc256.
    struct Point {
        std::string x, y;
    };
    Result<Point> public_point() const;

    mbedtls_pk_context* native() const;  // for server/tls and the CSR; owned by this

private:
    struct Impl;
    explicit PrivateKey(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace postern::crypto
