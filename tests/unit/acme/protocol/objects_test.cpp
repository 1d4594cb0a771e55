#include <doctest.h>

#include "acme/protocol/directory.h"
#include "acme/protocol/order.h"
#include "acme/protocol/problem.h"
#include "acme/protocol/trust.h"

using namespace postern;
using namespace postern::acme;

namespace {

Json json(const std::string& text) {
    auto parsed = Json::parse(text);
    REQUIRE_MESSAGE(parsed.ok(), text);
    return *parsed;
}

const std::string kUrls = R"("newNonce":"https://ca/n","newAccount":"https://ca/a","newOrder":"https://ca/o")";

}  // namespace

TEST_CASE("a directory and its meta") {
    auto full = directory_from(json("{" + kUrls + R"(,"renewalInfo":"https://ca/ri","x":"https://community/",
        "meta":{"termsOfService":"https://ca/tos","caaIdentities":["ca.example",7,""],"externalAccountRequired":true,
        "profiles":{"classic":"https://ca/p","shortlived":"text"},"new":{}}})"));
    REQUIRE(full.ok());
    CHECK(full->new_order == "https://ca/o");
    CHECK(full->renewal_info == "https://ca/ri");
    CHECK(full->terms == "https://ca/tos");
    CHECK(full->caa_identities == std::vector<std::string>{"ca.example"});
    CHECK(full->profiles == std::vector<std::string>{"classic", "shortlived"});
    CHECK(full->external_account_required);
}

TEST_CASE("a poor directory is one, as long as the three URLs are there") {
    for (const char* more : {"", R"(,"meta":null)", R"(,"meta":7)", R"(,"meta":[])", R"(,"meta":{"profiles":[],"caaIdentities":{}})",
                             R"(,"renewalInfo":"http://ca/clear")", R"(,"revokeCert":null)"}) {
        CAPTURE(std::string(more));
        auto directory = directory_from(json("{" + kUrls + more + "}"));
        REQUIRE(directory.ok());
        CHECK(directory->renewal_info.empty());
    }
}

TEST_CASE("of a directory that lists without end 32 are kept, and a URL that is none is none") {
    std::string names, profiles;
    for (int i = 0; i < 100; ++i) {
        names += (i ? ",\"n" : "\"n") + std::to_string(i) + "\"";
        profiles += (i ? ",\"p" : "\"p") + std::to_string(i) + "\":\"\"";
    }
    auto directory = directory_from(json("{" + kUrls + R"(,"keyChange":"https://ca/k","revokeCert":"ftp://ca/r","meta":{"termsOfService":"tos",)" +
                                         "\"caaIdentities\":[" + names + "],\"profiles\":{" + profiles + "}}}"));
    REQUIRE(directory.ok());
    CHECK(directory->caa_identities.size() == 32);
    CHECK(directory->profiles.size() == 32);
    CHECK(directory->profiles.back() == "p31");
    CHECK(directory->key_change == "https://ca/k");
    CHECK(directory->revoke_cert.empty());
    CHECK(directory->terms.empty());
    CHECK_FALSE(directory->external_account_required);
}

TEST_CASE("what is no directory") {
    for (const char* bad : {"[]", "null", "{}", R"({"newNonce":"https://ca/n","newAccount":"https://ca/a"})",
                            R"({"newNonce":"https://ca/n","newAccount":"https://ca/a","newOrder":null})",
                            R"({"newNonce":"https://ca/n","newAccount":"https://ca/a","newOrder":"http://ca/o"})",
                            R"({"newNonce":"https://ca/n","newAccount":"https://ca/a","newOrder":7})"})
        CHECK_FALSE(directory_from(json(bad)).ok());
}

TEST_CASE("orders") {
    auto order = order_from(json(R"({"status":"pending","finalize":"https://ca/f","authorizations":
        ["https://ca/1","https://ca/2","https://ca/1"],"expires":"2027-01-01T00:00:00Z","notBefore":null,"certificate":null})"));
    REQUIRE(order.ok());
    CHECK(order->authorizations == std::vector<std::string>{"https://ca/1", "https://ca/2"});  // one of them is there twice
    CHECK(order->certificate.empty());
    auto valid = order_from(json(R"({"status":"valid","finalize":"https://ca/f","certificate":"https://ca/c"})"));
    REQUIRE(valid.ok());
    CHECK(valid->status == OrderStatus::kValid);
    auto invalid = order_from(json(R"({"status":"invalid","error":{"type":"urn:ietf:params:acme:error:caa","detail":"no"}})"));
    REQUIRE(invalid.ok());
    CHECK(invalid->error->type == "caa");
}

TEST_CASE("what is no order") {
    std::string many = R"({"status":"pending","finalize":"https://ca/f","authorizations":[)";
    for (int i = 0; i < 200; ++i) many += (i ? ",\"https://ca/" : "\"https://ca/") + std::to_string(i) + "\"";
    const std::string bad[] = {"[]", "null", "{}", R"({"status":7})", R"({"status":"thinking","finalize":"https://ca/f"})",
                               R"({"status":"ready"})", R"({"status":"ready","finalize":"http://ca/f"})",
                               R"({"status":"ready","finalize":"https://ca/f","authorizations":[7]})",
                               R"({"status":"ready","finalize":"https://ca/f","authorizations":["http://ca/1"]})",
                               R"({"status":"valid","finalize":"https://ca/f"})",
                               R"({"status":"valid","finalize":"https://ca/f","certificate":"../c"})", many + "]}"};
    for (const std::string& text : bad) {
        CAPTURE(text.substr(0, 80));
        CHECK_FALSE(order_from(json(text)).ok());
    }
}

TEST_CASE("authorizations: what can be understood of the challenges") {
    auto authz = authorization_from(json(R"({"status":"pending","identifier":{"type":"dns","value":"a.example"},"challenges":[
        {"type":"dns-persist-01","url":"https://ca/0","status":"pending"},
        {"type":"http-01","url":"https://ca/1","token":"abc-_DEF"},
        {"type":"http-01","url":"https://ca/2","token":"../../etc/passwd","status":"pending"},
        {"type":"http-01","url":"http://ca/3","token":"abc"},
        {"type":"tls-alpn-01","url":"https://ca/4","token":"abc","status":"processing"},
        {"type":"", "url":"https://ca/5"}, {}, null, 7, "x"]})"));
    REQUIRE(authz.ok());
    CHECK(authz->identifier == "a.example");
    REQUIRE(authz->challenges.size() == 2);
    CHECK(authz->challenges[0].token == "abc-_DEF");
    CHECK(authz->challenges[1].status == ChallengeStatus::kProcessing);
    CHECK(authz->offered.size() == 5);
    CHECK(authz->bad_token);
    for (const char* bad : {"[]", "{}", R"({"status":"unknown"})", R"({"status":null})"})
        CHECK_FALSE(authorization_from(json(bad)).ok());
    CHECK(authorization_from(json(R"({"status":"valid"})")).ok());
}

TEST_CASE("of an authorization with challenges without end 32 are read; what cannot be told of one is left out of it") {
    std::string many;
    for (int i = 0; i < 100; ++i)
        many += (i ? "," : "") + std::string(R"({"type":"http-01","status":7,"url":"https://ca/)") + std::to_string(i) + R"(","token":"abc"})";
    auto authz = authorization_from(json(R"({"status":"valid","identifier":{"type":"dns"},"challenges":[)" + many + "]}"));
    REQUIRE(authz.ok());
    CHECK(authz->challenges.size() == 32);
    CHECK(authz->challenges[0].status == ChallengeStatus::kPending);
    CHECK(authz->identifier.empty());
    CHECK_FALSE(authz->bad_token);
    const std::string token(300, 'a');
    auto longer = authorization_from(json(R"({"status":"pending","challenges":[{"type":"http-01","url":"https://ca/1","token":")" + token +
                                          R"("},{"type":"dns-01","url":"https://ca/2","token":"!"},{"type":"http-01","url":"https://ca/3"}]})"));
    REQUIRE(longer.ok());
    CHECK(longer->challenges.empty());
    CHECK(longer->offered.size() == 3);
    REQUIRE(longer->bad_token);
    CHECK(longer->bad_token->find("http-01") != std::string::npos);  // what we could not have answered anyway is not blamed
}

TEST_CASE("payloads") {
    CHECK(new_order_payload({{"a.example", "192.0.2.1", "2001:db8::1"}, "", ""}) ==
          R"({"identifiers":[{"type":"dns","value":"a.example"},{"type":"ip","value":"192.0.2.1"},{"type":"ip","value":"2001:db8::1"}]})");
    CHECK(new_order_payload({{"a.example"}, "a.b", "short"}) ==
          R"({"identifiers":[{"type":"dns","value":"a.example"}],"replaces":"a.b","profile":"short"})");
    CHECK(new_account_payload("", "") == R"({"termsOfServiceAgreed":true})");
    CHECK(new_account_payload("a@b.example", "") == R"({"termsOfServiceAgreed":true,"contact":["mailto:a@b.example"]})");
    CHECK(finalize_payload("\x30\x82") == R"({"csr":"MII"})");
}

TEST_CASE("problems, with what they say of single names") {
    HttpReply reply{403, {}, R"({"type":"urn:ietf:params:acme:error:rejectedIdentifier","detail":"some were refused",
        "instance":"https://ca/help","subproblems":[{"type":"urn:ietf:params:acme:error:caa","detail":"CAA forbids",
        "identifier":{"type":"dns","value":"b.example"},"subproblems":[{}]}]})"};
    CaProblem problem = problem_of(reply);
    CHECK(problem.type == "rejectedIdentifier");
    CHECK(problem.status == 403);
    REQUIRE(problem.sub.size() == 1);
    CHECK(in_words(problem) ==
          "rejectedIdentifier: some were refused (b.example: caa: CAA forbids; see https://ca/help)");
}

TEST_CASE("problems that say little, and problems that say it many times") {
    CHECK(in_words(problem_of({403, {}, R"({"type":"about:blank","title":"Forbidden"})"})) == "about:blank: Forbidden");
    CHECK(in_words(problem_of({403, {}, R"({"detail":"only words"})"})) == "only words");
    CHECK(in_words(problem_of({403, {}, R"({"type":"only-a-type"})"})) == "only-a-type");
    const CaProblem named = problem_from(json(R"({"type":"t","identifier":{"type":"dns","value":"a.example"}})"));
    CHECK(named.identifier == "a.example");
    CHECK(problem_from(json(R"({"type":"t","identifier":{"value":7}})")).identifier.empty());
    std::string subs;
    for (int i = 0; i < 40; ++i)
        subs += (i ? "," : "") + std::string(R"({"type":"dns","identifier":{"value":"n)") + std::to_string(i) + R"("},"instance":"https://ca/h"})";
    const CaProblem many = problem_of({403, {}, R"({"type":"compound","subproblems":[)" + subs + "]}"});
    CHECK(many.sub.size() == 16);
    CHECK(in_words(many).find("n0: dns (see https://ca/h); n1: dns") != std::string::npos);
    CHECK(problem_of({403, {}, R"(["no object"])"}).detail.find("HTTP 403 without an explanation") == 0);
}

TEST_CASE("the link by which a paused name is freed is shown whole, however long; subproblems are bounded") {
    const std::string link = "https://portal.example/sfe/v1/unpause?jwt=" + std::string(500, 'a') + "-end";
    const CaProblem paused = problem_of({429, {}, R"({"type":"urn:ietf:params:acme:error:rateLimited","detail":"Your account is )"
        R"(temporarily prevented from requesting certificates for a.example. Please visit: )" + link + "\"}"});
    CHECK(paused.detail.find(link) != std::string::npos);
    CHECK(advice_for("rateLimited").find("open it") != std::string_view::npos);
    const CaProblem long_subs = problem_of({400, {}, R"({"type":"t","subproblems":[{"detail":")" + std::string(5000, 'x') + "\"}]}"});
    CHECK(long_subs.sub.front().detail.size() < 450);
}

TEST_CASE("what stands where a problem should") {
    CaProblem gateway = problem_of({502, {}, "<html>\r\n<head><title>502 Bad Gateway</title></head>"});
    CHECK(gateway.type == "serverInternal");
    CHECK(gateway.detail.find("502 Bad Gateway") != std::string::npos);
    CHECK(problem_of({404, {}, ""}).detail.find("HTTP 404") == 0);
    CHECK(problem_of({400, {}, "{\"type\":7,\"detail\":{}}"}).type.empty());
    CHECK(problem_of({500, {}, "<title>"}).type == "serverInternal");
    CaProblem nasty = problem_of({400, {}, "{\"type\":\"x\\u001b[31m\",\"detail\":\"a\\r\\nb" + std::string(5000, 'x') + "\"}"});
    CHECK(nasty.type.find('\x1b') == std::string::npos);
    CHECK(nasty.detail.find('\n') == std::string::npos);
    CHECK(nasty.detail.size() < 1100);
    CHECK(problem_of({400, {}, R"x({"type":"t","instance":"javascript:alert(1)"})x"}).link.empty());
}

TEST_CASE("there is advice for everything") {
    for (const char* type : {"rateLimited", "connection", "caa", "clock", "trust", "ca_file", "disk", "", "somethingNew", "about:blank"})
        CHECK(advice_for(type).size() > 20);
    CHECK(advice_for("connection").find("port 80") != std::string_view::npos);
}

TEST_CASE("trust anchors are found one by one among anything else") {
    const std::string block = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    CHECK(certificate_blocks("").empty());
    CHECK(certificate_blocks("nothing here").empty());
    CHECK(certificate_blocks("# comment\n" + block + "\nmore\n" + block).size() == 2);
    CHECK(certificate_blocks(block + "-----BEGIN CERTIFICATE-----\nAAAA\n").size() == 1);   // cut at its end
    CHECK(certificate_blocks("-----BEGIN CERTIFICATE-----\nAAA\n" + block) == std::vector<std::string>{block});
    CHECK_FALSE(read_anchors("/nowhere/at/all.pem").ok());
    TransportOptions options;
    options.ca_file = "/nowhere/at/all.pem";
    const auto transport = make_httplib_transport(options);
    const auto reply = transport->exchange({HttpRequest::Method::kGet, "https://ca.example/dir", {}, {}});
    REQUIRE_FALSE(reply.ok());
    CHECK(reply.error().kind() == ErrorKind::kAdmin);
    CHECK(reply.error().text().find("/nowhere/at/all.pem") != std::string::npos);
    CHECK(transport->fault().type == "ca_file");
    CHECK_FALSE(transport->fault().reached);
    CHECK(advice_for("ca_file").find("read it") != std::string_view::npos);
}
