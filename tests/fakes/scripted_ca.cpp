#include "tests/fakes/scripted_ca.h"

#include <mbedtls/x509_crt.h>

#include <algorithm>
#include <cstdlib>

#include "server/base/base64url.h"
#include "server/base/ip_text.h"
#include "server/base/text.h"
#include "server/crypto/hash.h"
#include "tests/fakes/cert_reader.h"

namespace postern::fakes {

using acme::HttpReply;
using acme::HttpRequest;

namespace {

constexpr std::string_view kHost = "https://ca.example";

HttpReply json_reply(int status, std::string body) {
    return {status, {{"Content-Type", "application/json; charset=utf-8"}}, std::move(body)};
}

std::size_t number_in(std::string_view url) {
    return static_cast<std::size_t>(parse_decimal(url.substr(url.rfind('/') + 1)).value_or(9999));
}

// RFC 7638, of a P-256 key
std::string thumbprint_of(const Json& jwk) {
    JsonObject text;
    text.add("crv", "P-256").add("kty", "EC").add("x", jwk.text("x").value_or("")).add("y", jwk.text("y").value_or(""));
    return base64url_encode(crypto::sha256(text.done()));
}

// Of a challenge's URL: ".../chall/http-01/7"
std::string type_in(std::string_view url) {
    url = url.substr(0, url.rfind('/'));
    return std::string(url.substr(url.rfind('/') + 1));
}

std::string at(std::string_view path, std::size_t number) {
    return std::string(kHost) + std::string(path) + std::to_string(number);
}

}  // namespace

int ScriptedCa::count(const std::string& kind) const { return static_cast<int>(std::count(asked.begin(), asked.end(), kind)); }

HttpReply ScriptedCa::problem(int status, const std::string& type, const std::string& detail) {
    HttpReply reply{status, {{"Content-Type", "application/problem+json"}}, {}};
    reply.body = JsonObject().add("type", "urn:ietf:params:acme:error:" + type).add("detail", detail).done();
    return reply;
}

std::string ScriptedCa::kind_of(const HttpRequest& request) const {
    static const std::pair<std::string_view, const char*> kPaths[] = {
        {"/dir", "directory"}, {"/nonce", "newNonce"},      {"/account", "newAccount"}, {"/new-order", "newOrder"},
        {"/order/", "order"},  {"/authz/", "authz"},        {"/chall/", "challenge"},   {"/finalize/", "finalize"},
        {"/cert/", "cert"},    {"/elsewhere", "directory"}, {"/revoke", "revoke"},    {"/ari/", "ari"},
    };
    if (!has_prefix(request.url, kHost)) return "foreign";
    std::string_view path = std::string_view(request.url).substr(kHost.size());
    for (const auto& [prefix, kind] : kPaths)
        if (has_prefix(path, prefix)) return kind;
    return "unknown";
}

Result<HttpReply> ScriptedCa::answer(const HttpRequest& request) {
    const std::string kind = kind_of(request);
    asked.push_back(kind);
    const int nth = ++counts_[kind];
    if (instead)
        if (auto another = instead(kind, nth)) {
            if (another->ok() && (*another)->field("Replay-Nonce").empty())
                (*another)->fields.emplace_back("Replay-Nonce", fresh_nonce());
            return std::move(*another);
        }
    HttpReply reply = serve(kind, request);
    if (kind != "directory") reply.fields.emplace_back("Replay-Nonce", fresh_nonce());
    if (change) change(kind, nth, reply);
    return reply;
}

HttpReply ScriptedCa::serve(const std::string& kind, const HttpRequest& request) {
    if (kind == "directory") {
        if (request.method != HttpRequest::Method::kGet) wrong("directory not by GET");
        JsonObject meta;
        meta.add("termsOfService", "https://ca.example/terms");
        if (!mac_key.empty()) meta.add_raw("externalAccountRequired", "true");
        JsonObject kinds;
        for (const std::string& profile : profiles) kinds.add(profile, "https://ca.example/profile");
        if (!profiles.empty()) meta.add_raw("profiles", kinds.done());
        JsonObject directory;
        directory.add("newNonce", "https://ca.example/nonce")
            .add("newAccount", "https://ca.example/account")
            .add("newOrder", "https://ca.example/new-order")
            .add("revokeCert", "https://ca.example/revoke")
            .add_raw("meta", meta.done());
        if (renewal_info) directory.add("renewalInfo", "https://ca.example/ari");
        return json_reply(200, directory.done());
    }
    if (kind == "newNonce") {
        if (request.method != HttpRequest::Method::kHead) wrong("newNonce not by HEAD");
        return {200, {}, {}};
    }
    if (kind == "ari") {
        if (request.method != HttpRequest::Method::kGet || !renewal_info) wrong("renewalInfo not by GET, or not offered");
        ari_path = request.url.substr(kHost.size() + 5);
        HttpReply reply = json_reply(200, window);
        reply.fields.emplace_back("Retry-After", "21600");
        return reply;
    }
    if (kind == "foreign" || kind == "unknown") wrong("asked for " + request.url);
    return posted(kind, request);
}

HttpReply ScriptedCa::posted(const std::string& kind, const HttpRequest& request) {
    HttpReply refusal;
    auto jws = read(request, refusal);
    if (!jws) return refusal;
    if (kind == "newAccount") return new_account(*jws);
    if (kind == "revoke" && jws->kid.empty()) return revoke(*jws);
    if (jws->kid.empty()) wrong(kind + " without kid");
    if (accounts_.count(jws->kid) == 0 && !know_all_accounts) return problem(400, "accountDoesNotExist");
    const std::size_t number = number_in(request.url);
    if (kind == "revoke") return revoke(*jws);
    if (kind == "newOrder") return new_order(*jws);
    if (kind == "challenge") {
        if (jws->payload != "{}") wrong("a challenge answered with " + jws->payload);
        return number < authz_.size() ? validate(number, type_in(request.url)) : problem(404, "malformed");
    }
    if (kind == "finalize") return number < orders_.size() ? finalize(*jws, number) : problem(404, "malformed");
    if (kind == "authz" && number < authz_.size() && jws->payload == R"({"status":"deactivated"})") {
        if (authz_[number].status != "pending") wrong("an authorization is deactivated that is " + authz_[number].status);
        authz_[number].status = "deactivated";
        deactivated.push_back(authz_[number].name);
        return show(authz_[number], number);
    }
    if (!jws->payload.empty()) wrong(kind + " is no POST-as-GET");
    if (kind == "order" && number < orders_.size()) return poll(orders_[number], number);
    if (kind == "authz" && number < authz_.size()) return show(authz_[number], number);
    if (kind == "cert" && number < orders_.size() && !orders_[number].certificate.empty()) {
        const bool second = request.url.find("/cert/other/") != std::string::npos;
        HttpReply reply{200, {{"Content-Type", "application/pem-certificate-chain"}}, {}};
        reply.body = second ? orders_[number].alternate : orders_[number].certificate;
        if (other) reply.fields.emplace_back("Link", "<" + at(second ? "/cert/" : "/cert/other/", number) + ">;rel=\"alternate\"");
        return reply;
    }
    return problem(404, "malformed", "no such thing");
}

// RFC 8555 section 6: what any CA checks of a POST.
std::optional<ScriptedCa::Signed> ScriptedCa::read(const HttpRequest& request, HttpReply& refusal) {
    refusal = problem(400, "malformed");
    if (request.method != HttpRequest::Method::kPost) return wrong("no POST: " + request.url), std::nullopt;
    if (request.content_type != "application/jose+json") wrong("content type " + request.content_type);
    auto body = Json::parse(request.body);
    if (!body || body->names().size() != 3) return wrong("no flattened JWS"), std::nullopt;
    auto header_text = base64url_decode(body->text("protected").value_or("!"));
    auto payload = base64url_decode(body->text("payload").value_or("!"));
    auto signature = base64url_decode(body->text("signature").value_or("!"));
    if (body->text("payload") == "") payload = "";
    auto header = header_text ? Json::parse(*header_text) : Result<Json>(Error::refuse(""));
    if (!header || !payload || !signature) return wrong("a JWS with a hole"), std::nullopt;
    const auto algorithm = header->text("alg");
    const std::size_t length = algorithm == "ES256" ? 64 : algorithm == "ES384" ? 96 : algorithm == "RS256" ? 256 : 0;
    if (signature->size() != length) wrong("alg");
    // Accounts of ours have one kind of key; a certificate's may be another.
    if (length != 64 && kind_of(request) != "revoke") wrong("alg of an account");
    Signed jws{std::string(header->text("url").value_or("")), std::string(header->text("kid").value_or("")), {}, *payload, {}};
    if (jws.url != request.url) wrong("url of the JWS is " + jws.url);
    if ((header->find("jwk") != nullptr) == !jws.kid.empty()) wrong("jwk and kid are not one of two");
    if (const Json* jwk = header->find("jwk")) {
        jws.thumbprint = thumbprint_of(*jwk);
        jws.jwk = header_text->substr(header_text->find("\"jwk\":") + 6);
        jws.jwk.pop_back();  // the header's own brace: jwk stands last
    }
    if (nonces_.erase(std::string(header->text("nonce").value_or(""))) == 0) {
        refusal = problem(400, "badNonce");
        return std::nullopt;
    }
    return jws;
}

// RFC 8555 section 7.3.4
bool ScriptedCa::is_bound(const Json& payload, const Signed& jws) {
    const Json* binding = payload.find("externalAccountBinding");
    if (binding == nullptr) return false;
    const std::string signed_part = std::string(binding->text("protected").value_or("")) + "." +
                                    std::string(binding->text("payload").value_or(""));
    const auto header_text = base64url_decode(binding->text("protected").value_or("!"));
    const auto header = header_text ? Json::parse(*header_text) : Result<Json>(Error::refuse(""));
    if (!header || header->names().size() != 3) return wrong("an external account without a header"), false;
    if (header->text("alg") != "HS256" || header->text("url") != jws.url) wrong("header of an external account");
    if (base64url_decode(binding->text("payload").value_or("!")) != jws.jwk) wrong("another key is bound");
    const auto mac = base64url_decode(binding->text("signature").value_or("!"));
    return header->text("kid") == "kid-1" && mac == crypto::hmac_sha256(mac_key, signed_part);
}

HttpReply ScriptedCa::new_account(const Signed& jws) {
    auto payload = Json::parse(jws.payload);
    if (!payload || payload->flag("termsOfServiceAgreed") != true) return problem(403, "userActionRequired");
    if (mac_key.empty() != (payload->find("externalAccountBinding") == nullptr)) wrong("an external account nobody asked for, or none");
    if (!mac_key.empty() && !is_bound(*payload, jws)) return problem(403, "unauthorized", "the MAC is wrong");
    const std::string url = std::string(kHost) + "/acct/" + jws.thumbprint.substr(0, 10);
    thumbprint_ = jws.thumbprint;
    const bool known = !accounts_.insert(url).second;
    HttpReply reply = json_reply(known ? 200 : 201, "{\"status\":\"valid\"}");
    reply.fields.emplace_back("Location", url);
    return reply;
}

HttpReply ScriptedCa::new_order(const Signed& jws) {
    auto payload = Json::parse(jws.payload);
    const auto* identifiers = payload ? payload->array("identifiers") : nullptr;
    if (!identifiers) return wrong("newOrder without identifiers"), problem(400, "malformed");
    Order order;
    replaced.emplace_back(payload->text("replaces").value_or(""));
    if (!replaced.back().empty() && !renewal_info) wrong("replaces without renewalInfo");
    const std::string profile(payload->text("profile").value_or(""));
    ordered_profiles.push_back(profile);
    const bool offered = std::find(profiles.begin(), profiles.end(), profile) != profiles.end();
    if (payload->find("profile") != nullptr && !offered) wrong("a profile that is not advertised");
    if (refused_profiles.count(profile) != 0) return problem(400, "invalidProfile", profile + " is not for you");
    for (const Json& identifier : *identifiers) order.names.emplace_back(identifier.text("value").value_or(""));
    for (const std::string& name : order.names) {
        if (no_authorizations) break;
        order.authz.push_back(static_cast<int>(authz_.size()));
        authz_.push_back({name, authz_reuse ? "valid" : "pending", "token-" + std::to_string(authz_.size()) + "_aaaaaaaaaaaaaaaa"});
    }
    if (no_authorizations || authz_reuse) order.status = "ready";
    orders_.push_back(order);
    HttpReply reply = show(order, orders_.size() - 1, 201);
    reply.fields.emplace_back("Location", at("/order/", orders_.size() - 1));
    return reply;
}

HttpReply ScriptedCa::poll(Order& order, std::size_t number) {
    const auto status_of = [&](int id) { return authz_[static_cast<std::size_t>(id)].status; };
    if (order.status == "pending") {
        if (std::any_of(order.authz.begin(), order.authz.end(), [&](int id) { return status_of(id) == "invalid"; })) {
            order.status = "invalid";
        } else if (std::all_of(order.authz.begin(), order.authz.end(), [&](int id) { return status_of(id) == "valid"; }) &&
                   ++order.polls > polls_until_ready) {
            order.status = "ready";
            order.polls = 0;
        }
    } else if (order.status == "processing" && ++order.polls >= polls_until_issued) {
        order.status = "valid";
    }
    return show(order, number, 200);
}

HttpReply ScriptedCa::show(const Order& order, std::size_t number, int status) {
    JsonObject json;
    std::vector<std::string> urls;
    for (int id : order.authz) urls.push_back(json_quote(at("/authz/", static_cast<std::size_t>(id))));
    json.add("status", order.status).add_raw("authorizations", json_list(urls)).add("finalize", at("/finalize/", number));
    if (order.status == "valid") json.add("certificate", at("/cert/", number));
    HttpReply reply = json_reply(status, json.done());
    if (!retry_after.empty() && (order.status == "pending" || order.status == "processing") && status == 200)
        reply.fields.emplace_back("Retry-After", retry_after);
    return reply;
}

HttpReply ScriptedCa::show(const Authz& authz, std::size_t number) {
    std::vector<std::string> challenges;
    for (const std::string& type : offers) {
        JsonObject challenge;
        const bool under_way = type == processing && authz.status == "pending";
        challenge.add("type", type).add("url", at("/chall/" + type + "/", number)).add("token", token_of(authz, type));
        challenge.add("status", under_way ? "processing" : authz.status);
        if (authz.status == "invalid")
            challenge.add_raw("error", problem(0, "connection", "192.0.2.1: Timeout during connect").body);
        challenges.push_back(challenge.done());
    }
    JsonObject identifier;
    identifier.add("type", ip_to_bytes(authz.name) ? "ip" : "dns").add("value", authz.name);
    return json_reply(200, JsonObject()
                               .add("status", authz.status)
                               .add_raw("identifier", identifier.done())
                               .add_raw("challenges", json_list(challenges))
                               .done());
}

// Each challenge has one of its own.
std::string ScriptedCa::token_of(const Authz& authz, const std::string& type) {
    return type == "http-01" ? authz.token : type + authz.token.substr(authz.token.find('-'));
}

// What a validation would find: the key authorization of RFC 8555 section 8.1 as it is, or in a certificate as RFC 8737
// section 3 has it.
bool ScriptedCa::hangs(const Authz& authz, const std::string& type) const {
    const std::string token = token_of(authz, type), key_authorization = token + "." + thumbprint_;
    if (type == "http-01") {
        const auto hung = board_.tokens.find(token);
        return hung != board_.tokens.end() && hung->second == key_authorization;
    }
    const auto up = board_.pairs.find(authz.name);
    if (type != "tls-alpn-01" || up == board_.pairs.end()) return false;
    const mbedtls_x509_crt* leaf = up->second->native_chain();
    const auto reading = read_certificate({reinterpret_cast<const char*>(leaf->raw.p), leaf->raw.len});
    const auto& facts = up->second->facts();
    if (!reading || !facts.self_signed || facts.names != std::vector<std::string>{authz.name}) return false;
    const auto identifier = reading->extensions.find(std::string(kAcmeIdentifierOid));
    return identifier != reading->extensions.end() && identifier->second.critical &&
           identifier->second.value == "\x04\x20" + crypto::sha256(key_authorization);
}

HttpReply ScriptedCa::validate(std::size_t number, const std::string& type) {
    Authz& authz = authz_[number];
    if (!hangs(authz, type)) wrong("no answer to " + type + " is up for " + authz.name);
    answered.push_back(type);
    if (authz.status == "pending") authz.status = validates && invalid.count(authz.name) == 0 ? "valid" : "invalid";
    return json_reply(200, JsonObject().add("status", "pending").add("type", type).done());
}

HttpReply ScriptedCa::finalize(const Signed& jws, std::size_t number) {
    Order& order = orders_[number];
    auto payload = Json::parse(jws.payload);
    auto csr = payload ? base64url_decode(payload->text("csr").value_or("")) : std::nullopt;
    if (!csr || csr->empty()) return wrong("finalize without a CSR"), problem(400, "badCSR");
    if (order.status != "ready") return problem(403, "orderNotReady");
    const WallTime now = clock_.wall();
    LeafSpec leaf{issues_for.empty() ? order.names : issues_for, now - Seconds(60), now - Seconds(60) + Seconds(validity),
                  false, {}, {}, false};
    order.certificate = issuer.leaf_for(*csr, leaf) + issuer.intermediate();
    if (other) order.alternate = other->leaf_for(*csr, leaf) + other->intermediate();
    order.status = polls_until_issued > 0 ? "processing" : "valid";
    order.polls = 0;
    ++issued;
    return show(order, number, 200);
}

HttpReply ScriptedCa::revoke(const Signed& jws) {
    const auto payload = Json::parse(jws.payload);
    const auto der = payload ? base64url_decode(payload->text("certificate").value_or("!")) : std::nullopt;
    if (!der) return wrong("a revocation without a certificate"), problem(400, "malformed");
    revoked.push_back({to_hex(crypto::sha256(*der)), static_cast<int>(payload->number("reason").value_or(0)), jws.kid.empty()});
    return {200, {}, {}};
}

std::string ScriptedCa::fresh_nonce() { return *nonces_.insert("nonce-" + std::to_string(++serial_)).first; }

}  // namespace postern::fakes
