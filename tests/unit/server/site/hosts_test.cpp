#include "server/site/hosts.h"

#include <doctest.h>

#include <map>

#include "server/http/answer_counts.h"
#include "server/site/error_page.h"
#include "server/site/redirect.h"
#include "tests/unit/server/site/browser.h"

namespace postern::site::test {
namespace {

class Board final : public ChallengeSource {
public:
    std::optional<std::string> key_authorization(std::string_view token) const override {
        ++asked;
        const auto found = tokens.find(std::string(token));
        return found == tokens.end() ? std::nullopt : std::optional(found->second);
    }
    std::map<std::string, std::string> tokens{{"tok-EN_1", "tok-EN_1.thumb"}};
    mutable int asked = 0;
};

class Says final : public http::Handler {
public:
    explicit Says(std::string text) : text_(std::move(text)) {}
    http::Response handle(const http::Request&, const http::Context&) override {
        http::Response response;
        response.body = text_;
        return response;
    }

private:
    std::string text_;
};

std::vector<HostEntry> two_sites() {
    auto entry = [](std::vector<std::string> names, const std::string& text) {
        return HostEntry{std::move(names), std::make_shared<Redirect>("", 443), std::make_shared<Says>(text)};
    };
    return {entry({"example.org", "2001:db8::1"}, "one"), entry({"*.example.net", "b.example.net"}, "two")};
}

}  // namespace

TEST_CASE("a site by its names, wildcards of one label, 421 for the rest") {
    Board board;
    Hosts hosts(two_sites(), board, nullptr);
    Browser browser(hosts, true);
    auto body = [&browser](const std::string& host) { return browser.ask("GET /", "", host).body; };
    CHECK(body("example.org") == "one");
    CHECK(body("EXAMPLE.ORG.:8443") == "one");
    CHECK(body("[2001:DB8:0::1]") == "one");
    CHECK(body("b.example.net") == "two");
    CHECK(body("x.example.net") == "two");
    for (const char* host : {"example.net", "y.x.example.net", "org", "other.example", "xexample.org", "127.0.0.1"}) {
        CAPTURE(host);
        const Answer answer = browser.ask("GET /", "", host);
        CHECK(answer.status == 421);
        CHECK(answer.bytes.find(host) == std::string::npos);  // a Host that is not ours is never repeated
    }
}

TEST_CASE("https over TLS alone, and with a certificate that names the host") {
    Board board;
    auto entries = two_sites();
    entries[1].certificate = 1;
    entries.push_back({{"www.example.net"}, entries[1].plain, std::make_shared<Says>("www"), 1});
    Hosts hosts(std::move(entries), board, nullptr);
    Browser secure(hosts, true);
    const std::tuple<const char*, const char*, int> rows[] = {
        {"example.org", "example.org", 200}, {"example.org", "EXAMPLE.org.:8443", 200}, {"example.org", "b.example.net", 421},
        {"b.example.net", "example.org", 421}, {"x.example.net", "b.example.net", 200}, {"www.example.net", "b.example.net", 200},
        {"unknown.example", "example.org", 200}, {"example.org.", "example.org", 200}, {"b.example.net.", "example.org", 421}, {"example.org", "unknown.example", 421}, {"", "b.example.net", 200}};
    for (const auto& [shown, host, status] : rows) {
        const std::string asked{host};
        CAPTURE(asked);
        secure.wire().context.server_name = shown;
        CHECK(secure.ask("GET /", "", host).status == status);
    }
    Browser plain(hosts);
    CHECK(plain.ask("GET https://example.org/", "").status == 421);
    CHECK(plain.ask("GET http://example.org/", "").status == 301);
    CHECK(plain.ask("GET https://example.org/.well-known/acme-challenge/tok-EN_1", "").status == 200);
    secure.wire().context.server_name = "example.org";
    CHECK(secure.ask("GET http://example.org/", "").body == "one");
    CHECK(secure.ask("GET https://b.example.net/", "").status == 421);
    CHECK(secure.ask("GET https://example.org/", "", "b.example.net").body == "one");
    const std::vector<Subnet> trusted;  // in one of these a balancer is, which asks for all sites by one connection
    plain.wire().context.trusted = secure.wire().context.trusted = &trusted;
    CHECK(secure.ask("GET /", "", "b.example.net").body == "two");
    CHECK(plain.ask("GET https://example.org/", "").status == 301);
}

TEST_CASE("a fallback answers hosts of nobody; HTTP/1.0 without Host too") {
    Board board;
    Hosts with(two_sites(), board, std::make_shared<Says>("fallback"));
    Browser browser(with, true);
    CHECK(browser.ask("GET /", "", "other").body == "fallback");
    http::test::Wire wire(&with, 0, 4096);
    wire.send("GET / HTTP/1.0\r\n\r\n");
    CHECK(wire.sent.find("fallback") != std::string::npos);
}

TEST_CASE("challenges are answered on every listener, for any Host, before any site") {
    Board board;
    Hosts hosts(two_sites(), board, nullptr);
    for (const bool secure : {false, true}) {
        for (const char* host : {"example.org", "unknown.example", "192.0.2.1"}) {
            Browser browser(hosts, secure);
            const Answer answer = browser.ask("GET /.well-known/acme-challenge/tok-EN_1?x", "", host);
            CHECK(answer.status == 200);
            CHECK(answer.body == "tok-EN_1.thumb");
            CHECK(answer.field("Content-Type") == "application/octet-stream");
            CHECK(browser.ask("HEAD /.well-known/acme-challenge/tok-EN_1", "", host).head == answer.head);
        }
    }
    Browser browser(hosts);
    CHECK(browser.get("/.well-known/%61cme-challenge/tok%2dEN_1").body == "tok-EN_1.thumb");
    CHECK(browser.get("//.well-known/./acme-challenge//tok-EN_1").body == "tok-EN_1.thumb");
}

TEST_CASE("all else below the challenge folder is the plain 404, on every listener and for any Host") {
    Board board;
    Hosts hosts(two_sites(), board, nullptr);
    struct Nobody final : http::Handler {
        http::Response handle(const http::Request&, const http::Context&) override { return not_found(); }
    } nobody;
    Browser plain(nobody);
    const std::string missing = plain.get("/").bytes;
    for (const bool secure : {false, true}) {
        Browser browser(hosts, secure);
        for (const std::string path :
             {"", "/", "/unknown", "/tok-EN_1/", "/tok-EN_1/x", "/tok.EN", "/tok-EN_1%00", "/..", "/../x", "/%2e%2e/x",
              "%2Ftok-EN_1", "%2f", "/tok-EN_1%2F", "/.hidden", "/tok-EN_1="}) {
            CAPTURE(path);
            const Answer answer = browser.get("/.well-known/acme-challenge" + path);
            if (path == "/tok-EN_1%00") {
                CHECK(answer.status == 400);
                browser.wire().session = http::make_h1_session(browser.wire().scratch);
            } else {
                CHECK(answer.bytes == missing);
            }
        }
        CHECK(browser.get("/.well-known/acme-challenge/" + std::string(129, 'a')).bytes == missing);
        CHECK(browser.get("/.well-known%2Facme-challenge/tok-EN_1").bytes == missing);
        CHECK(browser.ask("POST /.well-known/acme-challenge/tok-EN_1").bytes == missing);
        CHECK(browser.ask("DELETE /.well-known/acme-challenge").bytes == missing);
        // Names that only look like it are the site's.
        CHECK(browser.get("/.well-known/acme-challengeX").status == (secure ? 200 : 301));
    }
    const int before = board.asked;
    Browser browser(hosts);
    browser.get("/.well-known/acme-challenge/a%20b");
    browser.get("/.well-known/acme-challenge/" + std::string(129, 'a'));
    CHECK(board.asked == before);  // what is no token is not looked up
}

TEST_CASE("redirect: scheme, name, port, path and query") {
    struct Case {
        const char *canonical, *host, *request, *location;
        std::uint16_t port;
        int status;
    };
    for (const Case& c : {
             Case{"", "example.org", "GET /", "https://example.org/", 443, 301},
             Case{"", "example.org:80", "GET /a%20b/?q=%zz&\"", "https://example.org/a%20b/?q=%zz&\"", 443, 301},
             Case{"", "EXAMPLE.org", "HEAD /?", "https://example.org:8443/?", 8443, 301},
             Case{"", "example.org", "POST /a", "https://example.org/a", 443, 308},
             Case{"", "[2001:DB8::1]:80", "GET /x", "https://[2001:db8::1]:444/x", 444, 301},
             Case{"www.example.org", "example.org", "GET /x", "https://www.example.org/x", 443, 301},
             Case{"www.example.org", "other", "DELETE /x?y", "https://www.example.org:8443/x?y", 8443, 308},
             Case{"", "a", "GET http://b.example/p?q", "https://b.example/p?q", 443, 301},
             Case{"", "a", "GET http://b.example", "https://b.example/", 443, 301},
             Case{"", "a", "GET //evil.example/", "https://a//evil.example/", 443, 301},
         }) {
        CAPTURE(c.location);
        Redirect redirect(c.canonical, c.port);
        Browser browser(redirect);
        const Answer answer = browser.ask(c.request, "", c.host);
        CHECK(answer.status == c.status);
        CHECK(answer.field("Location") == c.location);
    }
}

TEST_CASE("redirect: one hop from any name to the canonical one") {
    Board board;
    const auto redirect = std::make_shared<Redirect>("www.example.org", 443);
    const auto content = std::make_shared<Says>("content");
    Hosts hosts({{{"www.example.org"}, redirect, content}, {{"example.org"}, redirect, redirect}}, board, nullptr);
    for (const bool secure : {false, true}) {
        Browser browser(hosts, secure);
        CHECK(browser.ask("GET /x", "", "example.org").field("Location") == "https://www.example.org/x");
    }
    Browser secure(hosts, true);
    CHECK(secure.ask("GET /x", "", "www.example.org").body == "content");
}

TEST_CASE("answers count as the site's; those of no site do not") {
    Board board;
    auto sites = two_sites();
    http::AnswerCounts one, nobody;
    sites.front().counts = &one;
    Hosts hosts(sites, board, nullptr);
    http::test::Wire wire(&hosts, 0, 65536);
    wire.context.counts = &nobody;
    wire.context.secure = true;
    for (const char* host : {"example.org", "example.org", "other.example", "b.example.net"})
        wire.send("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n");
    wire.send("GET /.well-known/acme-challenge/tok-EN_1 HTTP/1.1\r\nHost: example.org\r\n\r\n");
    http::ByStatus of_one, of_nobody;
    one.add_to(of_one);
    nobody.add_to(of_nobody);
    CHECK(of_one == http::ByStatus{{200, 2}});
    CHECK(of_nobody == http::ByStatus{{200, 2}, {421, 1}});
}

TEST_CASE("redirect: nothing to redirect to") {
    Redirect redirect("", 443);
    http::test::Wire wire(&redirect, 0, 4096);
    wire.send("GET / HTTP/1.0\r\n\r\n");
    CHECK(wire.sent.substr(0, 13) == "HTTP/1.1 421 ");
    Browser browser(redirect);
    CHECK(browser.ask("OPTIONS *").status == 204);
}

}  // namespace postern::site::test
