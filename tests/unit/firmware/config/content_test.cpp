// What a site says of its content, from the file to the plan.
#include <doctest.h>

#include "firmware/config/plan.h"
#include "tests/unit/firmware/config/ini_tester.h"

using namespace postern;
using namespace postern::config;

namespace {

constexpr std::string_view kSite =
    "[site a.example]\ncertificate = self-signed\nroot = /srv/www\nlisting = yes\nspa = yes\nerror_page_404 = lost/404.html\n"
    "error_page_5xx = /sorry.html\ncache_control = public, max-age=60\n"
    "redirect = /old /new\nredirect = /blog/*  https://b.example/*   308\nredirect = /a%20b /c?x=1 301\n"
    "alias = /docs/ htdocs\nalias = /a%20b/c /srv/link/\n"
    "header = X-One: 1\nheader = Link:</a>; rel=preload\nheader = Link: </b>; rel=preload\n"
    "mime = .gpx application/gpx+xml\nmime = .log text/plain; charset=iso-8859-1\n";

SitePlan plan_of(std::string_view ini) {
    ConfigOrFaults result = read(ini);
    CHECK(faults_of(result) == "");
    REQUIRE(result.config);
    return make_plan(*result.config).sites.at(0);
}

}  // namespace

TEST_CASE("repeatable keys add up in the order of the file") {
    const SiteContent content = plan_of(kSite).content;
    CHECK(content.listing);
    CHECK(content.spa);
    CHECK(content.error_page_404 == "/lost/404.html");
    CHECK(content.error_page_5xx == "/sorry.html");
    CHECK(content.cache_control == "public, max-age=60");
    CHECK(content.redirect == std::vector<site::MovedRule>{{"/old", false, "/new", 302},
                                                           {"/blog/", true, "https://b.example/*", 308},
                                                           {"/a b", false, "/c?x=1", 301}});
    CHECK(content.alias == std::vector<AliasRule>{{"/docs", "/etc/htdocs"}, {"/a b/c", "/srv/link"}});
    CHECK(content.header == std::vector<site::OwnField>{{"X-One", "1"}, {"Link", "</a>; rel=preload"}, {"Link", "</b>; rel=preload"}});
    CHECK(content.mime == std::vector<site::MimeRule>{{".gpx", "application/gpx+xml"}, {".log", "text/plain; charset=iso-8859-1"}});
}

TEST_CASE("the effective configuration has a line for each, and is read again as the same") {
    ConfigOrFaults first = read(kSite);
    REQUIRE(first.config);
    const std::string text = print_config(*first.config);
    for (const char* line : {"\nredirect = /old /new 302\nredirect = /blog/* https://b.example/* 308\nredirect = /a%20b /c?x=1 301\n",
                             "\nalias = /docs /etc/htdocs\nalias = /a%20b/c /srv/link\n",
                             "\nheader = X-One: 1\nheader = Link: </a>; rel=preload\nheader = Link: </b>; rel=preload\n",
                             "\nmime = .gpx application/gpx+xml\nmime = .log text/plain; charset=iso-8859-1\n",
                             "\nerror_page_404 = /lost/404.html\n"}) {
        CAPTURE(line);
        CHECK(text.find(line) != std::string::npos);
    }
    ConfigOrFaults second = read(text);
    CHECK(faults_of(second) == "");
    REQUIRE(second.config);
    CHECK(print_config(*second.config) == text);
}

TEST_CASE("a site that says nothing of it: the defaults, nothing of another site") {
    ConfigOrFaults result = read(std::string(kSite) + "[site b.example]\ncertificate = self-signed\n");
    REQUIRE(result.config);
    const SiteContent content = make_plan(*result.config).sites.at(1).content;
    CHECK(!content.listing);
    CHECK(!content.spa);
    CHECK(content.index == "index.html");
    CHECK((content.redirect.empty() && content.alias.empty() && content.header.empty() && content.mime.empty()));
    CHECK((content.error_page_404.empty() && content.error_page_5xx.empty() && content.cache_control.empty()));
}

TEST_CASE("folders of aliases are among those that who serves must be able to read") {
    ConfigOrFaults result = read(kSite);
    REQUIRE(result.config);
    std::string named;
    for (const NamedPath& path : result.config->paths) named += path.key + " " + path.path + "\n";
    CHECK(named.find("alias /etc/htdocs\nalias /srv/link\n") != std::string::npos);
}
