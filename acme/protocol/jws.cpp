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

Result<AccountKey> AccountKey::from(crypto::PrivateKey key) {
    if (key.type() != crypto::KeyType::kEc256)
        return Error::admin("the account key is " + std::string(name_of(key.type())) + "; only ec256 is supported");
    AccountKey account(std::move(key));
    TRY(const crypto::PrivateKey::Point point, account.key_.public_point());
    // RFC 7638 section 3.2: these members, in this order.
    account.jwk_ = JsonObject()
                       .add("crv", "P-256")
                       .add("kty", "EC")
                       .add("x", base64url_encode(point.x))
                       .add("y", base64url_encode(point.y))
                       .done();
    account.thumbprint_ = base64url_encode(crypto::sha256(account.jwk_));
    return account;
}

Result<std::string> AccountKey::sign(std::string_view url, std::string_view nonce, std::string_view account_url,
                                     std::string_view payload) const {
    JsonObject header;
    header.add("alg", "ES256").add("nonce", nonce).add("url", url);
    if (account_url.empty()) {
        header.add_raw("jwk", jwk_);
    } else {
        header.add("kid", account_url);
    }
    std::string protected_part = base64url_encode(header.done());
    std::string payload_part = base64url_encode(payload);
    TRY(const std::string signature, key_.sign_es256(protected_part + "." + payload_part));
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
