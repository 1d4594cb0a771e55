// What a site says of its visitors, from the file to the plan.
#include <doctest.h>

#include "firmware/config/plan.h"
#include "tests/unit/firmware/config/ini_tester.h"

using namespace postern;
using namespace postern::config;

namespace {

constexpr const char* kUsers = "ann:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n";

ConfigOrFaults read_with(std::string_view ini, const std::string& users = kUsers, const char* at = "/etc/users") {
    fakes::FakeFiles files = stage(ini);
    files.put(at, users);
    return read_config(files, "/etc/postern.ini", false);
}

}  // namespace

TEST_CASE("who may see a site") {
    const ConfigOrFaults result = read_with("[site a]\ncertificate = self-signed\nallow = private, 203.0.113.0/24\ndeny = 192.168.1.66\nbasic_auth = users\n");
    CHECK(faults_of(result) == "");
    REQUIRE(result.config);
    const SitePlan site = make_plan(*result.config).sites.at(0);
    const site::AddressRule rule = addresses_of(site.access);
    CHECK(rule.lets_in("203.0.113.9"));
    CHECK(rule.lets_in("fd00::1"));
    CHECK(!rule.lets_in("192.168.1.66"));
    CHECK(!rule.lets_in("8.8.8.8"));
    CHECK(site.access.basic_auth == "/etc/users");
    REQUIRE(site.access.users);
    CHECK(site.access.users->find("ann") != nullptr);
    const std::string text = print_config(*result.config);
    CHECK(text.find("\nallow = private, 203.0.113.0/24\ndeny = 192.168.1.66\n") != std::string::npos);
    CHECK(text.find("\nbasic_auth = /etc/users\n") != std::string::npos);
    CHECK(text.find("$2y$") == std::string::npos);
}

TEST_CASE("how often one may ask") {
    struct Row {
        const char *written, *shown;
        site::Rate rate;
    };
    for (const Row& row : {Row{"10/s burst 20", "10/s burst 20", {10, Seconds(1), 20}}, {"30/m", "30/m burst 30", {30, Seconds(60), 30}},
                           {"1/h  burst  5", "1/h burst 5", {1, Seconds(3600), 5}}, {"100000 / s", "100000/s burst 100000", {100000, Seconds(1), 100000}}}) {
        const ConfigOrFaults result = read_with(std::string("[site a]\ncertificate = self-signed\nrate = ") + row.written + "\n");
        CHECK(faults_of(result) == "");
        REQUIRE(result.config);
        CHECK(make_plan(*result.config).sites.at(0).access.rate == row.rate);
        CHECK(print_config(*result.config).find("\nrate = " + std::string(row.shown) + "\n") != std::string::npos);
    }
}

TEST_CASE("a file of users that cannot be used, with every line") {
    const std::string site = "[site a]\ncertificate = self-signed\nbasic_auth = ";
    CHECK(faults_of(read_with(site + "users\n", "ann:{SHA}x\nbob\n")) ==
          "/etc/postern.ini:3: [site a] basic_auth: /etc/users: line 1: 'ann': a SHA-1 hash is guessed by the billion a second; make it anew: "
          "htpasswd -B FILE NAME; line 2: no ':' between a name and a hash; allowed: a file as 'htpasswd -B' writes it, with bcrypt ($2y$), $5$ or $6$\n");
    CHECK(faults_of(read_with(site + "nobody\n")).find("basic_auth: cannot be used") != std::string::npos);
    CHECK(faults_of(read_with(site + "/srv/www\n")).find("basic_auth: cannot be used") != std::string::npos);
}

TEST_CASE("passwords go over HTTPS alone, and their file is not shown") {
    const std::string site = "[site a]\ncertificate = self-signed\nroot = /srv/www\nbasic_auth = ";
    CHECK(faults_of(read_with(site + "/etc/users\nredirect_http = no\n")) ==
          "/etc/postern.ini:4: [site a] basic_auth: needs HTTPS, for passwords would go over plain HTTP as they are; set redirect_http = yes\n");
    CHECK(faults_of(read_with("[server]\nhttp = off\n" + site + "/etc/users\nredirect_http = no\n")) == "");
    CHECK(faults_of(read_with(site + "/srv/www/users\n", kUsers, "/srv/www/users")) ==
          "/etc/postern.ini:4: [site a] basic_auth: /srv/www/users lies in a folder that the site shows; move it, best to where this file is\n");
    CHECK(faults_of(read_with(site + "/srv/www/.users\n", kUsers, "/srv/www/.users")) == "");
    CHECK(faults_of(read_with(site + "/etc/htdocs/users\nalias = /x /etc/htdocs\n", kUsers, "/etc/htdocs/users")).find("lies in a folder") !=
          std::string::npos);
}
