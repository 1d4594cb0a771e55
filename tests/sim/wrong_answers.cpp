#include "tests/sim/wrong_answers.h"

#include <algorithm>

namespace postern::sim {

namespace {

using acme::HttpReply;
using fakes::ScriptedCa;

HttpReply html(int status) { return {status, {{"Content-Type", "text/html"}}, "<html><title>Bad Gateway</title></html>"}; }

WrongAnswer says(std::string_view what, std::string_view kind, HttpReply reply) {
    return {what, kind, [reply] { return Result<HttpReply>(reply); }, nullptr, nullptr};
}
WrongAnswer says(std::string_view what, std::string_view kind, int status, const char* type) {
    return says(what, kind, ScriptedCa::problem(status, type));
}
WrongAnswer changes(std::string_view what, std::string_view kind, std::function<void(HttpReply&)> how) {
    return {what, kind, nullptr, [how](HttpReply& reply) { return how(reply), true; }, nullptr};
}
WrongAnswer body(std::string_view what, std::string_view kind, std::string text) {
    return changes(what, kind, [text](HttpReply& reply) { reply.body = text; });
}
WrongAnswer swaps(std::string_view what, std::string_view kind, std::string from, std::string to) {
    return changes(what, kind, [from, to](HttpReply& reply) {
        if (const auto at = reply.body.find(from); at != std::string::npos) reply.body.replace(at, from.size(), to);
    });
}
WrongAnswer without(std::string_view what, std::string_view kind, std::string field) {
    return changes(what, kind, [field](HttpReply& reply) {
        std::erase_if(reply.fields, [&](const auto& f) { return f.first == field; });
    });
}
WrongAnswer lost(std::string_view what, std::string_view kind) {
    return {what, kind, nullptr, [](HttpReply&) { return false; }, nullptr};
}
WrongAnswer manner(std::string_view what, std::function<void(ScriptedCa&)> how) {
    return {what, "any", nullptr, nullptr, std::move(how)};
}

HttpReply redirect() {
    HttpReply reply = html(302);
    reply.fields.emplace_back("Location", "https://ca.example/dir");
    return reply;
}

void reorder(HttpReply& reply) {
    const std::size_t second = reply.body.find("-----BEGIN", 10);
    if (second != std::string::npos) reply.body = reply.body.substr(second) + reply.body.substr(0, second);
}

std::string window(const std::string& start, const std::string& end) {
    return R"({"suggestedWindow":{"start":")" + start + R"(T00:00:00Z","end":")" + end + R"(T00:00:00Z"}})";
}

std::vector<WrongAnswer> answers() {
    return {
        lost("newOrder is done, its answer lost", "newOrder"),
        lost("finalize is done, its answer lost", "finalize"),
        lost("the certificate is lost on its way", "cert"),
        lost("the challenge's answer is lost", "challenge"),
        says("bad nonces for ever", "newOrder", 400, "badNonce"),
        says("a captive portal", "any", html(200)),
        says("502 everywhere", "any", html(502)),
        says("404 in place of the directory", "directory", {404, {{"Content-Type", "text/plain"}}, "404 page not found"}),
        says("the directory redirects for ever", "directory", redirect()),
        says("500 at finalize", "finalize", 500, "serverInternal"),
        says("the name is refused", "newOrder", 403, "rejectedIdentifier"),
        says("new terms", "newOrder", 403, "userActionRequired"),
        says("the account is gone for ever", "newOrder", 400, "accountDoesNotExist"),
        says("the CSR is refused", "finalize", 400, "badCSR"),
        says("finalize comes too early", "finalize", 403, "orderNotReady"),
        body("half a JSON", "order", "{\"status\":\"rea"),
        body("an empty answer to newOrder", "newOrder", ""),
        body("deep JSON", "newOrder", std::string(5000, '[')),
        body("finalize is answered in clear words", "finalize", "ok"),
        body("an empty certificate", "cert", ""),
        body("a certificate of garbage", "cert", "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"),
        body("every order is invalid", "order", R"({"status":"invalid"})"),
        swaps("a directory without newOrder", "directory", "newOrder", "oldOrder"),
        swaps("an unknown status", "newOrder", "pending", "thinking"),
        swaps("no http-01", "authz", "http-01", "http-09"),
        swaps("finalize in clear text", "newOrder", "https://ca.example/finalize", "http://ca.example/finalize"),
        without("no Location of the order", "newOrder", "Location"),
        without("no nonce in any answer but newNonce's", "newOrder", "Replay-Nonce"),
        changes("a certificate cut short", "cert", [](HttpReply& r) { r.body = r.body.substr(0, 700); }),
        changes("a certificate with NUL in front", "cert", [](HttpReply& r) { r.body.insert(0, 1, '\0'); }),
        changes("the chain in the wrong order", "cert", reorder),
        body("renewal windows behind the end", "ari", window("2090-01-01", "2090-01-03")),
        body("renewal windows of long ago", "ari", window("2020-01-01", "2020-01-03")),
        body("renewal windows that end before they begin", "ari", window("2028-01-03", "2028-01-01")),
        body("renewal windows without dates", "ari", window("soon", "later")),
        says("no renewal information", "ari", 404, "malformed"),
    };
}

std::vector<WrongAnswer> manners() {
    return {
        manner("the order processes for ever", [](ScriptedCa& ca) { ca.polls_until_issued = 1 << 30; }),
        manner("validation takes for ever", [](ScriptedCa& ca) { ca.polls_until_ready = 1 << 30; }),
        manner("polls shall wait for an hour", [](ScriptedCa& ca) { ca.polls_until_issued = 2, ca.retry_after = "3600"; }),
        manner("certificates that have ended already", [](ScriptedCa& ca) { ca.validity = -3600; }),
        manner("certificates for somebody else", [](ScriptedCa& ca) { ca.issues_for = {"other.example"}; }),
        manner("certificates of one hour", [](ScriptedCa& ca) { ca.validity = 3600; }),
        manner("accounts are forgotten", [](ScriptedCa& ca) { ca.forget_accounts(); }),
        manner("no authorizations", [](ScriptedCa& ca) { ca.no_authorizations = true; }),
        manner("authorizations are used again", [](ScriptedCa& ca) { ca.authz_reuse = true; }),
    };
}

}  // namespace

const std::vector<WrongAnswer>& wrong_answers() {
    static const std::vector<WrongAnswer> kMenu = [] {
        std::vector<WrongAnswer> all = answers();
        for (WrongAnswer& one : manners()) all.push_back(std::move(one));
        return all;
    }();
    return kMenu;
}

void reset_manners(fakes::ScriptedCa& ca, long long validity) {
    ca.polls_until_ready = ca.polls_until_issued = 0;
    ca.authz_reuse = ca.no_authorizations = false;
    ca.validates = true;
    ca.retry_after.clear();
    ca.issues_for.clear();
    ca.validity = validity;
}

}  // namespace postern::sim
