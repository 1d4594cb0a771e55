#include "firmware/config/plan.h"

#include <doctest.h>

#include "tests/unit/firmware/config/ini_tester.h"

using namespace postern;
using namespace postern::config;

namespace {

Config good(std::string_view ini) {
    ConfigOrFaults result = read(ini);
    CHECK(faults_of(result) == "");
    return result.config.value();
}

constexpr const char* kSites =
    "[acme]\nagree_tos = yes\n[site a.example]\nnames = a.example, www.a.example\ncanonical = a.example\nroot = /srv/www\n"
    "[site b]\nnames = b.example\ncertificate = self-signed\nredirect_http = no\n";

}  // namespace

TEST_CASE("listeners and sites of a plan, in the order of the file") {
    const Plan plan = make_plan(good(kSites));
    REQUIRE(plan.listeners.size() == 3);
    CHECK(plan.listeners[0].kind == ListenerKind::kHttp);
    CHECK(plan.listeners[1].kind == ListenerKind::kHttps);
    CHECK(plan.listeners[2].kind == ListenerKind::kAdmin);
    REQUIRE(plan.sites.size() == 2);
    CHECK(plan.sites[0].canonical == "a.example");
    CHECK(plan.sites[0].root == "/srv/www");
    CHECK(!plan.sites[0].self_signed_only);
    CHECK(plan.sites[1].self_signed_only);
    CHECK(!plan.sites[1].redirect_http);
}

TEST_CASE("each site has its certificate, from a CA or our own") {
    const Plan plan = make_plan(good(kSites));
    REQUIRE(plan.certificates.size() == 2);
    CHECK(plan.certificates[0].name == "a.example");
    CHECK(plan.certificates[0].from_ca);
    CHECK(plan.certificates[1].name == "b");
    CHECK(plan.certificates[1].names == std::vector<std::string>{"b.example"});
    CHECK(!plan.certificates[1].from_ca);
}

TEST_CASE("the public ports are those of the listeners unless written") {
    CHECK(make_plan(good("")).public_https_port == 443);
    CHECK(make_plan(good("")).public_http_port == 80);
    CHECK(make_plan(good("[server]\nhttps = 127.0.0.1:4433\nhttp = off\n")).public_https_port == 4433);
    CHECK(make_plan(good("[server]\nhttps = 127.0.0.1:4433\npublic_https_port = 443\n")).public_https_port == 443);
}

TEST_CASE("a reload says what needs a restart") {
    const Config before = good(kSites);
    CHECK(needs_restart(before, before).empty());
    CHECK(needs_restart(before, good(std::string(kSites) + "[site c.example]\n[server]\nlog_level = debug\n")).empty());
    const auto said = needs_restart(before, good("[server]\nhttp = [::]:81\nloops = 3\n[admin]\nlisten = off\n"));
    CHECK(said == std::vector<std::string>{"[server] http takes effect after a restart", "[server] loops takes effect after a restart",
                                           "[admin] listen takes effect after a restart"});
}
