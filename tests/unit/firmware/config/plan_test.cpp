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
    CHECK(plan.sites[0].content.root == "/srv/www");
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

namespace {

std::vector<std::string> after_reload(const Config& running, const Config& file) {
    return needs_restart(hold_back(running, file), file);
}

}  // namespace

TEST_CASE("a reload says what needs a restart, as long as it does") {
    const Config running = good(kSites);
    CHECK(after_reload(running, running).empty());
    const Config harmless = good(std::string(kSites) + "[site c.example]\n[server]\nlog_level = debug\nhttp = [::]:81\n[admin]\nlisten = off\n");
    CHECK(after_reload(running, harmless).empty());
    CHECK(hold_back(running, harmless).server.log_level == LogLevel::kDebug);
    CHECK(hold_back(running, harmless).server.http.at(0).text() == "[::]:81");
    const Config other = good("[server]\nloops = 3\nstate = /tmp/other\nuser = www-data\nlog = syslog\nmax_per_client = off\n");
    const std::vector<std::string> told = {
        "[server] user takes effect after a restart",           "[server] state takes effect after a restart",
        "[server] loops takes effect after a restart",          "[server] max_per_client takes effect after a restart",
        "[server] log takes effect after a restart"};
    const Config held = hold_back(running, other);
    CHECK(held.server.loops == 0);
    CHECK(held.server.state == running.server.state);
    CHECK(held.server.user == "postern");
    CHECK(held.server.max_per_client == 256);
    CHECK(held.sites.empty());
    CHECK(needs_restart(held, other) == told);
    CHECK(after_reload(held, other) == told);    // the same file once more: still not in force
    CHECK(after_reload(held, running).empty());  // changed back
}

TEST_CASE("listeners that cannot be bound stay, and the ports of redirects with them") {
    const Config running = good(kSites);
    const Config file = good("[server]\nhttps = [::]:444\npublic_http_port = 81\n[admin]\nlisten = off\n");
    const Config held = hold_back_listeners(running, file);
    CHECK(make_plan(held).public_https_port == 443);
    CHECK(make_plan(held).listeners.size() == 3);
    CHECK(needs_restart(held, file) == std::vector<std::string>{"[server] https takes effect after a restart",
                                                                "[server] public_http_port takes effect after a restart",
                                                                "[admin] listen takes effect after a restart"});
}

TEST_CASE("a port of our own on another address waits for a restart, somebody else's is a fault") {
    const Config running = good("");
    CHECK_FALSE(wants_own_port(running, running));
    CHECK_FALSE(wants_own_port(running, good("[server]\nhttps = [::]:444\n")));
    CHECK(wants_own_port(running, good("[server]\nhttps = 192.0.2.1:443\n")));
}
