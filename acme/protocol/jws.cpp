#include "acme/protocol/jws.h"

#include "server/base/json.h"
#include "server/base/base64url.h"
#include "server/crypto/hash.h"

namespace postern::acme {

// The flattened JWS of three parts.
static std::string flattened(const std::string& protected_part, const std::string& payload_part, std::string_view signature) {
    return JsonObject()
        .add("protected", protected_part)
        .add("payload", payload_part)
        .add("signature", base64url_encode(signature))
        .done();
}

// RFC 7638 section 3.2: these members, in this order.
static Result<std::string> jwk_of(const crypto::PrivateKey& key) {
    TRY(const crypto::PrivateKey::PublicNumbers numbers, key.public_numbers());
    const std::string first = base64url_encode(numbers.first), second = base64url_encode(numbers.second);
    const std::string_view algorithm = key.jws_algorithm();
    if (algorithm == "RS256") return JsonObject().add("e", second).add("kty", "RSA").add("n", first).done();
    return JsonObject().add("crv", algorithm == "ES384" ? "P-384" : "P-256").add("kty", "EC").add("x", first).add("y", second).done();
}

Result<AccountKey> AccountKey::from(crypto::PrivateKey key) {
    AccountKey account(std::move(key));
    TRY(account.jwk_, jwk_of(account.key_));
    account.thumbprint_ = base64url_encode(crypto::sha256(account.jwk_));
    return account;
}

Result<std::string> AccountKey::sign(std::string_view url, std::string_view nonce, std::string_view account_url,
                                     std::string_view payload) const {
    JsonObject header;
    header.add("alg", key_.jws_algorithm()).add("nonce", nonce).add("url", url);
    if (account_url.empty()) {
        header.add_raw("jwk", jwk_);
    } else {
        header.add("kid", account_url);
    }
    std::string protected_part = base64url_encode(header.done());
    std::string payload_part = base64url_encode(payload);
    TRY(const std::string signature, key_.sign_jws(protected_part + "." + payload_part));
    return flattened(protected_part, payload_part, signature);
}

// No nonce in this one, and the same URL as in the JWS around it.
std::string external_binding(const ExternalAccount& account, std::string_view url, std::string_view jwk) {
    JsonObject header;
    header.add("alg", "HS256").add("kid", account.kid).add("url", url);
    const std::string protected_part = base64url_encode(header.done());
    const std::string payload_part = base64url_encode(jwk);
    return flattened(protected_part, payload_part, crypto::hmac_sha256(account.key->view(), protected_part + "." + payload_part));
}

}  // namespace postern::acme
