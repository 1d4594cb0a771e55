#include "acme/protocol/url.h"

#include <doctest.h>

using namespace postern;
using namespace postern::acme;

TEST_CASE("URLs that are taken, and what they mean") {
    const struct {
        const char *text, *host, *target, *authority;
        int port;
        bool ip;
    } rows[] = {
        {"https://ca.example/dir", "ca.example", "/dir", "ca.example", 443, false},
        {"HTTPS://CA.Example:443/Dir?x=1&y", "ca.example", "/Dir?x=1&y", "ca.example", 443, false},
        {"https://ca.example", "ca.example", "/", "ca.example", 443, false},
        {"https://ca.example?x", "ca.example", "/?x", "ca.example", 443, false},
        {"https://localhost:14000/dir", "localhost", "/dir", "localhost:14000", 14000, false},
        {"https://192.0.2.1/dir", "192.0.2.1", "/dir", "192.0.2.1", 443, true},
        {"https://[2001:db8::1]/dir", "2001:db8::1", "/dir", "[2001:db8::1]", 443, true},
        {"https://[2001:db8::1]:14000/dir", "2001:db8::1", "/dir", "[2001:db8::1]:14000", 14000, true},
    };
    for (const auto& row : rows) {
        CAPTURE(std::string(row.text));
        auto url = parse_https_url(row.text);
        REQUIRE(url.ok());
        CHECK(url->host == row.host);
        CHECK(url->target == row.target);
        CHECK(url->authority() == row.authority);
        CHECK(url->port == row.port);
        CHECK(url->ip_literal == row.ip);
    }
}

TEST_CASE("URLs that are refused") {
    const std::string bad[] = {
        "", "https://", "https:///dir", "https:/ca.example", "ca.example/dir", "//ca.example/dir", "/dir", "::not a url::",
        "http://ca.example/dir", "HTTP://ca.example/", "ftp://ca.example/", "file:///etc/passwd", "javascript://x",
        "https://user@ca.example/", "https://user:pw@ca.example/", "https://ca.example@evil.example/", "https://ca.example/#x",
        "https://ca.example:0/", "https://ca.example:65536/", "https://ca.example:-1/", "https://ca.example:443x/",
        "https://ca.example: 443/", "https://ca.example:/", "https://2001:db8::1/", "https://[2001:db8::1/", "https://[]/",
        "https://[192.0.2.1]/", "https://[::1]x/", "https://[fe80::1%25eth0]/", "https://-a.example/", "https://.example/",
        "https://a b.example/", "https://ca.example/a b", "https://ca.example/a\nb", "https://ca.example/\r\nHost: x",
        "https://ca.example/\xc3\xa9", "https://ca.ex\\ample/", "https://ca.example/<x>", "https://ca_.exa$mple/",
        "https://ca.example/" + std::string(3000, 'a'), std::string("https://ca.example/\0x", 21),
    };
    for (const std::string& text : bad) {
        CAPTURE(text.substr(0, 60));
        auto url = parse_https_url(text);
        REQUIRE_FALSE(url.ok());
        CHECK(url.error().kind() == ErrorKind::kRefuse);
    }
    CHECK(parse_https_url("http://ca.example/").error().text().find("clear text") != std::string::npos);
}

TEST_CASE("where a redirect leads") {
    const std::string base = "https://ca.example:14000/dir";
    CHECK(resolve_location(base, "/new").value() == "https://ca.example:14000/new");
    CHECK(resolve_location(base, "https://other.example/x").value() == "https://other.example/x");
    CHECK(resolve_location("https://[2001:db8::1]:5/", "/x").value() == "https://[2001:db8::1]:5/x");
    for (const char* bad : {"", "new", "//other.example/x", "http://ca.example/x", "/a b", "?x"})
        CHECK_FALSE(resolve_location(base, bad).ok());
}
