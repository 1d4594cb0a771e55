// Signed requests: JWS in flattened JSON (RFC 7515, RFC 8555 section 6.2) by ES256, ES384 or RS256, as the key is (RFC 7518
// section 3), and the key's public half as JWK with its thumbprint (RFC 7638).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "server/base/result.h"
#include "server/base/secret.h"
#include "server/crypto/keys.h"

namespace postern::acme {

// An account's key with what is derived from it once.
class AccountKey {
public:
    // Ours are P-256 keys. Others come with a certificate that is revoked in its own name (RFC 8555 section 7.6).
    static Result<AccountKey> from(crypto::PrivateKey key);

    const std::string& jwk() const { return jwk_; }                // members in lexicographic order, no spaces
    const std::string& thumbprint() const { return thumbprint_; }  // base64url(SHA-256(jwk))

    // RFC 8555 section 8.1.
    std::string key_authorization(std::string_view token) const { return std::string(token) + "." + thumbprint_; }

    // The body of a POST. `account_url` goes in as "kid"; empty: the key itself as "jwk" (newAccount). An empty payload
    // makes it a POST-as-GET (section 6.3).
    Result<std::string> sign(std::string_view url, std::string_view nonce, std::string_view account_url,
                             std::string_view payload) const;

private:
    explicit AccountKey(crypto::PrivateKey key) : key_(std::move(key)) {}
    crypto::PrivateKey key_;
    std::string jwk_, thumbprint_;
};

// An account that was made with the CA beforehand, to which ours is bound (RFC 8555 section 7.3.4).
struct ExternalAccount {
    std::string kid;
    std::shared_ptr<const Secret> key;  // of the MAC, shared by the copies of a configuration; null: there is no such account
};
// The member externalAccountBinding of newAccount, which is at `url`: a JWS by HS256 over the key's public half (JSON).
std::string external_binding(const ExternalAccount& account, std::string_view url, std::string_view jwk);

}  // namespace postern::acme
