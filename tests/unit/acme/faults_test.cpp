// A CA that is broken, slow or lying: one row each, and what must come of it. The old certificate serves throughout.
#include <doctest.h>

#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

using Ca = fakes::ScriptedCa;
using Setup = std::function<void(World&)>;

std::optional<Result<HttpReply>> reply(HttpReply answer) { return Result<HttpReply>(std::move(answer)); }
HttpReply html(int status) { return {status, {{"Content-Type", "text/html"}}, "<html><title>Bad Gateway</title></html>"}; }

// The first `times` requests of a kind are answered so (0: all of them).
Setup says(std::string kind, int times, HttpReply answer) {
    return [=](World& w) {
        w.ca.instead = [=](const std::string& k, int nth) {
            const bool hit = (kind == "any" || k == kind) && (times == 0 || nth <= times);
            return hit ? reply(answer) : std::nullopt;
        };
    };
}
Setup lost(std::string kind, int times) {
    return [=](World& w) {
        w.ca.instead = [=](const std::string& k, int nth) -> std::optional<Result<HttpReply>> {
            if (k == kind && (times == 0 || nth <= times)) return Result<HttpReply>(Error::retry("connection reset"));
            return std::nullopt;
        };
    };
}
// The request is carried out, its answer is changed (the first `times`; 0: all).
Setup changes(std::string kind, int times, std::function<void(HttpReply&)> how) {
    return [=](World& w) {
        w.ca.change = [=](const std::string& k, int nth, HttpReply& r) {
            if ((kind == "any" || k == kind) && (times == 0 || nth <= times)) how(r);
        };
    };
}
void set_field(HttpReply& r, const std::string& name, const std::string& value) {
    std::erase_if(r.fields, [&](const auto& f) { return f.first == name; });
    if (!value.empty()) r.fields.emplace_back(name, value);
}
Setup field(std::string kind, int times, std::string name, std::string value) {
    return changes(kind, times, [=](HttpReply& r) { set_field(r, name, value); });
}
Setup body(std::string kind, int times, std::string text) {
    return changes(kind, times, [=](HttpReply& r) { r.body = text; });
}
Setup swaps(std::string kind, int times, std::string from, std::string to) {
    return changes(kind, times, [=](HttpReply& r) {
        if (auto at = r.body.find(from); at != std::string::npos) r.body.replace(at, from.size(), to);
    });
}
HttpReply with(HttpReply answer, const std::string& name, const std::string& value) {
    set_field(answer, name, value);
    return answer;
}

struct Row {
    std::string what;
    Setup setup;
    bool renewed;
    const char* type;    // of the problem, when not renewed
    const char* words;   // in its detail
    std::size_t most;    // requests
    long long least_wait = 0;  // seconds slept
    long long next = 0;        // seconds until the next run, at least
};

std::string deep() { return std::string(100000, '['); }

std::vector<Row> nonce_and_limit_rows() {
    return {
        {"no fault", [](World&) {}, true, "", "", 9},
        {"six bad nonces", says("newOrder", 6, Ca::problem(400, "badNonce")), true, "", "", 16},
        {"bad nonces, none new", [](World& w) {
             says("newOrder", 2, Ca::problem(400, "badNonce"))(w);
             w.ca.change = [](const std::string&, int, HttpReply&) {};
             auto inner = w.ca.instead;
             w.ca.instead = [inner](const std::string& k, int n) {
                 auto r = inner(k, n);
                 if (r && r->ok()) (*r)->fields.emplace_back("Replay-Nonce", "not a nonce!");
                 return r;
             };
         }, true, "", "", 14},
        {"bad nonces for ever", says("newOrder", 0, Ca::problem(400, "badNonce")), false, "badNonce", "newOrder", 160},
        {"no Replay-Nonce in any answer", [](World& w) {
             w.ca.change = [](const std::string& k, int, HttpReply& r) {
                 if (k != "newNonce") set_field(r, "Replay-Nonce", "");
             };
         }, true, "", "", 20},
        {"a malformed nonce", field("newOrder", 1, "Replay-Nonce", "not a nonce!"), true, "", "", 11},
        {"rate limit, 3 s", says("newOrder", 1, with(Ca::problem(429, "rateLimited"), "Retry-After", "3")), true, "", "", 10, 3},
        {"rate limit, a date", says("newOrder", 1, with(Ca::problem(429, "rateLimited"), "Retry-After",
                                                        "Sat, 21 Nov 2026 00:00:20 GMT")), true, "", "", 10, 19},
        {"rate limit, a week", says("newOrder", 0, with(Ca::problem(429, "rateLimited", "too many"), "Retry-After", "604800")),
         false, "rateLimited", "too many", 4, 0, 604800},
        {"Retry-After is a word", says("newOrder", 1, with(Ca::problem(429, "rateLimited"), "Retry-After", "soon")), true, "", "", 10, 1},
        {"Retry-After beyond 64 bits", says("newOrder", 0, with(Ca::problem(429, "rateLimited"), "Retry-After",
                                                                 "99999999999999999999999")), false, "rateLimited", "", 4, 0, 604800},
        {"503 twice", says("newOrder", 2, with(html(503), "Retry-After", "2")), true, "", "", 11, 4},
        {"500 at finalize", says("finalize", 2, Ca::problem(500, "serverInternal")), true, "", "", 13, 3},
        {"502 from a gateway everywhere", says("any", 3, html(502)), true, "", "", 60, 7},
        {"502 for ever", says("directory", 0, html(502)), false, "serverInternal", "Bad Gateway", 4, 7, 50},
    };
}

std::vector<Row> lost_and_mangled_rows() {
    return {
        {"a captive portal", says("any", 0, html(200)), false, "directory", "no ACME directory at https://ca.example/dir: ", 4},
        {"a 404 in place of the directory", says("directory", 0, {404, {{"Content-Type", "text/plain"}}, "404 page not found"}), false,
         "directory", "no ACME directory at https://ca.example/dir: HTTP 404 without an explanation: 404 page not found", 2},
        {"an ACME server's 404 there", says("directory", 0, Ca::problem(404, "malformed", "Page not found")), false, "directory",
         "no ACME directory at https://ca.example/dir: Page not found", 2},
        {"a login page there", says("directory", 0, html(403)), false, "directory", "HTTP 403", 2},
        {"the directory is refused for a reason", says("directory", 0, Ca::problem(403, "unauthorized", "not you")), false,
         "unauthorized", "not you", 2},
        {"newOrder lost, then done", lost("newOrder", 1), true, "", "", 10},
        {"newOrder never answered", lost("newOrder", 0), false, "transport", "connection reset", 9},
        {"finalize lost before it came", lost("finalize", 1), true, "", "", 11},
        {"certificate lost", lost("cert", 1), true, "", "", 10},
        {"challenge lost", lost("challenge", 1), true, "", "", 11},
        {"half a JSON, once", body("order", 1, "{\"status\":\"rea"), true, "", "", 11},
        {"half a JSON, always", body("order", 0, "{\"status\":\"rea"), false, "answer", "no JSON", 12},
        {"deep JSON", body("newOrder", 0, deep()), false, "answer", "JSON", 8},
        {"JSON of other types", body("newOrder", 0, "{\"status\":7,\"authorizations\":\"x\",\"finalize\":[]}"), false, "answer", "status", 8},
        {"an empty answer to newOrder", body("newOrder", 0, ""), false, "answer", "JSON", 8},
        {"an answer to finalize that is no JSON", body("finalize", 0, "ok"), true, "", "", 12},
        {"an order of an unknown status", swaps("newOrder", 0, "pending", "thinking"), false, "answer", "thinking", 8},
        {"newOrder in HTML", field("newOrder", 0, "Content-Type", "text/html"), false, "answer", "text/html", 8},
    };
}

std::vector<Row> url_rows() {
    return {
        {"no Location of the account", [](World& w) {
             REQUIRE(w.files.remove_file("/state/accounts/lab/account.json").ok());
             field("newAccount", 0, "Location", "")(w);
         }, false, "answer", "Location", 8},
        {"no Location of the order", field("newOrder", 0, "Location", ""), false, "answer", "Location", 4},
        {"a Location that is no URL", field("newOrder", 0, "Location", "::not a url::"), false, "answer", "Location", 4},
        {"a Location in clear text", field("newOrder", 0, "Location", "http://ca.example/order/0"), false, "answer", "clear text", 4},
        {"finalize in clear text", swaps("newOrder", 0, "https://ca.example/finalize", "http://ca.example/finalize"), false,
         "answer", "clear text", 8},
        {"directory redirects", says("directory", 1, with(html(302), "Location", "/elsewhere")), true, "", "", 10},
        {"directory redirects for ever", says("directory", 0, with(html(302), "Location", "https://ca.example/dir")), false,
         "directory", "without end", 5},
        {"directory redirects to clear text", says("directory", 0, with(html(302), "Location", "http://ca.example/dir")), false,
         "directory", "clear text", 2},
        {"directory redirects to nowhere", says("directory", 0, html(301)), false, "directory", "", 2},
        {"a directory without newOrder", swaps("directory", 0, "newOrder", "oldOrder"), false, "directory", "no ACME directory at https://ca.example/dir: no newOrder", 4},
        {"meta is null", swaps("directory", 0, "\"meta\":", "\"meta\":null,\"x\":"), true, "", "", 9},
    };
}

std::vector<Row> order_rows() {
    return {
        {"the order is invalid and says why", changes("order", 0, [](HttpReply& r) {
             r.body = R"({"status":"invalid","error":{"type":"urn:ietf:params:acme:error:rejectedIdentifier","detail":"not you"}})";
         }), false, "rejectedIdentifier", "not you", 8},
        {"the order processes for ever", [](World& w) {
             w.ca.polls_until_issued = 100000;
             w.ca.retry_after = "1";
         }, false, "processing", "still making", 80, 50},
        {"validation takes for ever", [](World& w) { w.ca.polls_until_ready = 100000; }, false, "processing", "not validated", 30, 60},
        {"a poll shall wait for an hour", [](World& w) {
             w.ca.polls_until_issued = 100000;
             w.ca.retry_after = "3600";
         }, false, "processing", "", 12, 0, 3600},
        {"validation fails", [](World& w) { w.ca.validates = false; }, false, "connection", "a.example: 192.0.2.1: Timeout", 9},
        {"no http-01", swaps("authz", 0, "http-01", "http-09"), false, "challenge", "dns-01, http-09", 6, 0, 70000},
        {"a token that leaves its folder", swaps("authz", 0, "token-1_", "../../../"), false, "challenge", "not base64url", 6},
        {"malformed challenges beside a good one", swaps("authz", 0, "\"challenges\":[", "\"challenges\":[null,7,[],{},{\"type\":4},"),
         true, "", "", 9},
        {"an unknown challenge without a token", swaps("authz", 0, "\"challenges\":[",
                                                       "\"challenges\":[{\"type\":\"dns-persist-01\",\"url\":\"https://ca.example/x\"},"),
         true, "", "", 9},
        {"the authorization has expired", swaps("authz", 0, "\"status\":\"pending\",\"identifier\"",
                                                "\"status\":\"expired\",\"identifier\""), false, "order", "no longer usable", 6},
    };
}

std::vector<Row> refusal_rows() {
    return {
        {"the account is gone", [](World& w) { w.ca.forget_accounts(); }, true, "", "", 11},
        {"the account is gone for ever", says("newOrder", 0, Ca::problem(400, "accountDoesNotExist")), false,
         "accountDoesNotExist", "", 7},
        {"new terms", says("newOrder", 0, Ca::problem(403, "userActionRequired", "agree to the new terms")), false,
         "userActionRequired", "new terms", 4, 0, 70000},
        {"the name is refused", says("newOrder", 0, Ca::problem(400, "rejectedIdentifier")), false, "rejectedIdentifier", "", 4, 0, 70000},
        {"the CSR is refused once", says("finalize", 1, Ca::problem(400, "badCSR")), true, "", "", 10},
        {"the CSR is refused always", says("finalize", 0, Ca::problem(400, "badCSR")), false, "badCSR", "", 10},
        {"finalize comes too early", says("finalize", 1, Ca::problem(403, "orderNotReady")), true, "", "", 11},
    };
}

std::vector<Row> certificate_rows() {
    return {
        {"a certificate as HTML", field("cert", 0, "Content-Type", "text/html"), false, "certificate", "text/html", 12},
        {"an empty certificate", body("cert", 0, ""), false, "certificate", "", 12},
        {"a certificate of garbage", body("cert", 0, "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"), false,
         "certificate", "", 12},
        {"a certificate cut short, once", changes("cert", 1, [](HttpReply& r) { r.body.resize(700); }), true, "", "", 10},
        {"a certificate with NUL in front", changes("cert", 0, [](HttpReply& r) { r.body.insert(0, 1, '\0'); }), false,
         "certificate", "", 12},
        {"a certificate with a key", changes("cert", 0, [](HttpReply& r) { r.body += account_key_pem(); }), false, "certificate",
         "PRIVATE KEY", 12},
        {"the chain in the wrong order", changes("cert", 0, [](HttpReply& r) {
             const std::size_t second = r.body.find("-----BEGIN", 10);
             r.body = r.body.substr(second) + r.body.substr(0, second);
         }), false, "certificate", "", 9},
        {"CRLF in the certificate", changes("cert", 0, [](HttpReply& r) {
             std::string out;
             for (char c : r.body) out += c == '\n' ? "\r\n" : std::string(1, c);
             r.body = out;
         }), true, "", "", 9},
        {"the leaf alone", changes("cert", 0, [](HttpReply& r) { r.body.resize(r.body.find("-----BEGIN", 10)); }), true, "", "", 9},
        {"no trial handshake succeeds", [](World& w) { w.probe.fails = true; }, false, "certificate", "trial handshake", 9},
    };
}

// A second certificate is due while the first one serves.
void renew_with(const Row& row, World& world) {
    world.start();
    REQUIRE(world.round().rung == Rung::kPublic);
    world.clock.set_wall(WallTime(Seconds(1795219200)));  // dates in the table count from here
    const std::string before = world.publisher.served["a.example"]->facts().serial;
    world.ca.count_anew();
    world.pauser.slept = Millis(0);
    row.setup(world);
    const Keeper::Outcome outcome = world.keeper->renew({}, true);
    CHECK(outcome.ok == row.renewed);
    CHECK(outcome.changed == row.renewed);
    CHECK((world.publisher.served["a.example"]->facts().serial != before) == row.renewed);
    CHECK(world.files.tree()["/state/live/a.example"] ==
          std::string("link ../archive/a.example/") + (row.renewed ? "2" : "1"));
}

void check(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        CAPTURE(row.what);
        World world;
        renew_with(row, world);
        CHECK(world.ca.asked.size() <= row.most);
        CHECK(world.pauser.slept >= Millis(Seconds(row.least_wait)));
        CHECK(world.pauser.slept <= Millis(Seconds(400)));
        CHECK(world.board.tokens.empty());
        CHECK(world.ca.faults == std::vector<std::string>{});
        CertStatus status = world.only();
        CHECK(status.rung == Rung::kPublic);
        CHECK(status.last_problem.has_value() == !row.renewed);
        if (!status.last_problem) continue;
        CHECK(status.last_problem->type == row.type);
        CHECK(status.last_problem->detail.find(row.words) != std::string::npos);
        CHECK(status.last_problem->advice.size() > 20);
        CHECK(status.state == CertState::kFailing);
        CHECK(status.history.back().said.find(row.type) == 0);
    }
}

}  // namespace

TEST_CASE("a try that failed and comes again is a warning") {
    World world;
    renew_with({"503 once", says("newOrder", 1, html(503)), true, "", "", 10}, world);
    CHECK(world.lines.count(" warn acme.retry ") == 1);
    CHECK(world.lines.count(" info acme.order ") > 0);
}

TEST_CASE("faults: nonces, limits, busy") { check(nonce_and_limit_rows()); }
TEST_CASE("faults: lost and mangled answers") { check(lost_and_mangled_rows()); }
TEST_CASE("faults: URLs and redirects") { check(url_rows()); }
TEST_CASE("faults: orders and validation") { check(order_rows()); }
TEST_CASE("faults: refusals") { check(refusal_rows()); }
TEST_CASE("faults: certificates") { check(certificate_rows()); }
