#include "acme/protocol/jws.h"

#include <doctest.h>

#include "server/base/json.h"
#include "acme/protocol/nonces.h"
#include "server/base/base64url.h"
#include "server/crypto/hash.h"
#include "server/crypto/init.h"

using namespace postern;
using namespace postern::acme;

namespace {

AccountKey made(crypto::KeyType type = crypto::KeyType::kEc256) {
    REQUIRE(crypto::init().ok());
    auto key = crypto::PrivateKey::generate(type);
    REQUIRE(key.ok());
    auto account = AccountKey::from(std::move(*key));
    REQUIRE(account.ok());
    return std::move(account).value();
}

Json part(const Json& jws, const char* name) {
    auto text = base64url_decode(jws.text(name).value_or("!"));
    REQUIRE(text);
    auto json = Json::parse(*text);
    REQUIRE(json.ok());
    return *json;
}

}  // namespace

TEST_CASE("the thumbprint is of the four members in order (RFC 7638)") {
    AccountKey key = made();
    auto jwk = Json::parse(key.jwk());
    REQUIRE(jwk.ok());
    CHECK(jwk->names() == std::vector<std::string>{"crv", "kty", "x", "y"});
    CHECK(jwk->text("crv") == "P-256");
    CHECK(base64url_decode(*jwk->text("x"))->size() == 32);
    CHECK(base64url_decode(*jwk->text("y"))->size() == 32);
    CHECK(key.thumbprint() == base64url_encode(crypto::sha256(key.jwk())));
    CHECK(key.thumbprint().size() == 43);
    CHECK(key.key_authorization("tok") == "tok." + key.thumbprint());
}

TEST_CASE("with an account the header has kid, without one jwk, never both") {
    AccountKey key = made();
    auto with = Json::parse(key.sign("https://ca/x", "n0nce", "https://ca/acct/1", "{\"a\":1}").value());
    REQUIRE(with.ok());
    CHECK(with->names() == std::vector<std::string>{"protected", "payload", "signature"});
    Json header = part(*with, "protected");
    CHECK(header.names() == std::vector<std::string>{"alg", "nonce", "url", "kid"});
    CHECK(header.text("alg") == "ES256");
    CHECK(header.text("nonce") == "n0nce");
    CHECK(header.text("url") == "https://ca/x");
    CHECK(header.text("kid") == "https://ca/acct/1");
    CHECK(part(*with, "payload").number("a") == 1);
    CHECK(base64url_decode(*with->text("signature"))->size() == 64);

    auto without = Json::parse(key.sign("https://ca/x", "n", "", "{}").value());
    header = part(*without, "protected");
    CHECK(header.names() == std::vector<std::string>{"alg", "nonce", "url", "jwk"});
    CHECK(header.find("jwk")->text("kty") == "EC");
}

TEST_CASE("an external account is bound by HS256 over the key alone, without a nonce") {
    const ExternalAccount account{"kid-1", std::make_shared<const Secret>(std::string("mac key"))};
    auto jws = Json::parse(external_binding(account, "https://ca/new-account", R"({"kty":"EC"})"));
    REQUIRE(jws.ok());
    CHECK(base64url_decode(*jws->text("protected")) == R"({"alg":"HS256","kid":"kid-1","url":"https://ca/new-account"})");
    CHECK(base64url_decode(*jws->text("payload")) == R"({"kty":"EC"})");
    const std::string signed_part = std::string(*jws->text("protected")) + "." + std::string(*jws->text("payload"));
    CHECK(base64url_decode(*jws->text("signature")) == crypto::hmac_sha256("mac key", signed_part));
}

TEST_CASE("POST-as-GET has an empty payload, not an empty object") {
    AccountKey key = made();
    auto jws = Json::parse(key.sign("https://ca/x", "n", "k", "").value());
    REQUIRE(jws.ok());
    CHECK(jws->text("payload") == "");
}

TEST_CASE("keys of other kinds sign by their own algorithm, with a JWK of their own") {
    const struct {
        crypto::KeyType type;
        const char* algorithm;
        std::vector<std::string> members;
        std::size_t signature;
    } rows[] = {{crypto::KeyType::kEc384, "ES384", {"crv", "kty", "x", "y"}, 96}, {crypto::KeyType::kRsa2048, "RS256", {"e", "kty", "n"}, 256}};
    for (const auto& row : rows) {
        INFO(std::string(row.algorithm));
        const AccountKey key = made(row.type);
        const auto jws = Json::parse(key.sign("https://ca/x", "n", "", "{}").value());
        REQUIRE(jws.ok());
        const Json header = part(*jws, "protected");
        CHECK(header.text("alg") == row.algorithm);
        CHECK(header.find("jwk")->names() == row.members);
        CHECK(base64url_decode(*jws->text("signature"))->size() == row.signature);
    }
    CHECK(Json::parse(made(crypto::KeyType::kEc384).jwk())->text("crv") == "P-384");
    CHECK(Json::parse(made(crypto::KeyType::kRsa2048).jwk())->text("e") == "AQAB");
}

TEST_CASE("nonces: newest first, each once, nothing malformed, eight at most") {
    Nonces nonces;
    CHECK(nonces.empty());
    CHECK_FALSE(nonces.take());
    for (const char* bad : {"", "a b", "a+b", "a/b", "a=", "not a nonce!", "a\n"}) CHECK_FALSE(nonces.put(bad));
    CHECK_FALSE(nonces.put(std::string(513, 'a')));
    CHECK(nonces.empty());
    for (char c = 'a'; c < 'a' + 12; ++c) CHECK(nonces.put(std::string(1, c)));
    CHECK(nonces.take() == "l");
    CHECK(nonces.take() == "k");
    for (int i = 0; i < 6; ++i) CHECK(nonces.take());
    CHECK_FALSE(nonces.take());
    nonces.put("x");
    nonces.clear();
    CHECK(nonces.empty());
}
