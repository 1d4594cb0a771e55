#include "acme/revocation.h"

#include "acme/protocol/limits.h"
#include "acme/protocol/problem.h"
#include "server/base/base64url.h"
#include "server/crypto/pem.h"

namespace postern::acme {

namespace {

constexpr std::size_t kCertificates = 10;  // of a stored chain
constexpr int kBadNonces = 10;

Result<std::string> payload_for(const StoredPair& pair, int reason) {
    TRY(const std::vector<crypto::PemBlock> blocks, crypto::split_pem(pair.fullchain, kCertificates));
    TRY(const Secret der, crypto::decode(blocks.front()));
    JsonObject payload;
    payload.add("certificate", base64url_encode(der.view()));
    if (reason != 0) payload.add_raw("reason", std::to_string(reason));
    return payload.done();
}

Result<std::string> nonce_of(CaDesk& desk) {
    if (desk.session.nonces.empty()) {
        TRY(const HttpReply reply, desk.transport->exchange(
            {HttpRequest::Method::kHead, desk.session.directory->new_nonce, {}, {}, "newNonce"}));
        desk.session.nonces.put(reply.field("Replay-Nonce"));
    }
    auto nonce = desk.session.nonces.take();
    if (!nonce) return Error::retry("the CA gave no nonce");
    return std::move(*nonce);
}

// By `key`: with its account's URL, or with an empty one in its own name.
Result<HttpReply> ask(CaDesk& desk, const AccountKey& key, const std::string& account_url, const std::string& payload) {
    const std::string& url = desk.session.directory->revoke_cert;
    for (int tries = 0;; ++tries) {
        TRY(const std::string nonce, nonce_of(desk));
        TRY(std::string body, key.sign(url, nonce, account_url, payload));
        TRY(HttpReply reply, desk.transport->exchange(
            {HttpRequest::Method::kPost, url, "application/jose+json", std::move(body), "revokeCert"}));
        desk.session.nonces.put(reply.field("Replay-Nonce"));
        if (reply.status != 400 || problem_of(reply).type != "badNonce" || tries >= kBadNonces) return reply;
    }
}

// Whether another signature may do better.
bool is_not_entitled(const HttpReply& reply) {
    if (reply.status < 400) return false;
    const std::string type = problem_of(reply).type;
    return type == "unauthorized" || type == "accountDoesNotExist";
}

Result<HttpReply> ask_with_own_key(CaDesk& desk, const StoredPair& pair, const std::string& payload) {
    TRY(crypto::PrivateKey key, crypto::PrivateKey::from_pem(pair.key.view()));
    TRY(const AccountKey signer, AccountKey::from(std::move(key)));
    return ask(desk, signer, "", payload);
}

}  // namespace

Result<Revoked> revoke(CaDesk& desk, const std::string& directory_url, const StoredPair& pair, int reason) {
    TRY_VOID(read_directory(desk, directory_url));
    if (desk.session.directory->revoke_cert.empty()) return Error::admin("the CA does not offer to revoke certificates");
    TRY(const std::string payload, payload_for(pair, reason));
    const bool known = !desk.session.account_url.empty();
    Result<HttpReply> reply = known ? ask(desk, desk.key, desk.session.account_url, payload) : ask_with_own_key(desk, pair, payload);
    if (known && reply && is_not_entitled(*reply)) {
        auto second = ask_with_own_key(desk, pair, payload);
        if (second) reply = std::move(second);
    }
    if (!reply) return std::move(reply).error();
    if (reply->status >= 200 && reply->status <= 299) return Revoked::kNow;
    const CaProblem problem = problem_of(*reply);
    if (problem.type == "alreadyRevoked") return Revoked::kAlready;
    return Error::admin(in_words(problem));
}

}  // namespace postern::acme
