// What [acme] thumbprint and challenge_upstream and [deploy NAME] become.
#include "firmware/config/sharing_values.h"

#include <doctest.h>

#include "firmware/config/plan.h"
#include "tests/unit/firmware/config/ini_tester.h"

using namespace postern;
using namespace postern::config;

namespace {

Config good(const std::string& ini) {
    ConfigOrFaults result = read(ini);
    CHECK(faults_of(result) == "");
    return result.config.value();
}

const std::string kSites = "[acme]\nagree_tos = yes\n[site Main]\nnames = a.example\nkey_type = ec256, rsa2048\n[site b.example]\n"
                           "[site own]\nnames = c.example\ncertificate = self-signed\n";

}  // namespace

TEST_CASE("upstreams") {
    CHECK(parse_upstream("http://B.Example").value() == Upstream{"b.example", 80, ""});
    CHECK(parse_upstream("HTTP://b.example:8080/").value() == Upstream{"b.example", 8080, ""});
    CHECK(parse_upstream("http://[FD00::1]:81/a/b//").value() == Upstream{"fd00::1", 81, "/a/b"});
    CHECK(parse_upstream("http://192.168.1.20").value().text() == "http://192.168.1.20");
    CHECK(parse_upstream("http://[fd00::1]:81/a").value().text() == "http://[fd00::1]:81/a");
    CHECK(Upstream{}.text().empty());
    for (const char* bad : {"", "b.example", "ftp://b.example", "http://", "http:///x", "http://b.example:0", "http://b.example:65536", "http://b.example/a b",
                            "http://b.example/?x", "http://b.example/#x", "http://u@b.example", "http://b.example/\"", "http://[::1", "http://a..b"}) {
        CAPTURE(bad);
        CHECK(!parse_upstream(bad).ok());
    }
    CHECK(!parse_upstream("http://b.example/" + std::string(201, 'x')).ok());
}

TEST_CASE("who fetches needs a token, no command, and a listener to come to") {
    const Config config = good(kSites + "[deploy a]\npull_token = w7Jd2tYp9QxZk4LmB6sR\n[deploy b]\ncommand = x\n");
    CHECK(config.deploys.at(0).pull_token->view() == "w7Jd2tYp9QxZk4LmB6sR");
    CHECK(config.deploys.at(0).lineages.size() == 3);
    CHECK(config.deploys.at(1).pull_token == nullptr);
    const auto faults = [](const std::string& ini) { return faults_of(read(kSites + ini)); };
    CHECK(faults("[admin]\nlisten = off\n[deploy a]\npull_token = w7Jd2tYp9QxZk4LmB6sR\n").find("[deploy a] pull_token: nobody can come") !=
          std::string::npos);
    fakes::FakeFiles files = stage(kSites + "[deploy a]\npull_token_file = pull-token\n");
    CHECK(faults_of(read_config(files, "/etc/postern.ini", false)).find("[deploy a] pull_token_file: cannot be used") != std::string::npos);
    files.put("/etc/pull-token", "w7Jd2tYp9QxZk4LmB6sR\n", 0600);
    const auto read = read_config(files, "/etc/postern.ini", false);
    REQUIRE(faults_of(read) == "");
    CHECK(read.config->deploys.at(0).pull_token->view() == "w7Jd2tYp9QxZk4LmB6sR");
}

TEST_CASE("who gets which folders") {
    const Config config = good(kSites + "[deploy all]\ncommand = x\n[deploy some]\ncertificate = b.example, main, Main\ncommand = y\ntimeout = 30s\n");
    REQUIRE(config.deploys.size() == 2);
    CHECK(config.deploys[0].lineages == std::vector<std::string>{"main", "main+rsa", "b.example"});
    CHECK(config.deploys[0].timeout == 300);
    CHECK(config.deploys[1].lineages == std::vector<std::string>{"b.example", "main", "main+rsa"});
    CHECK(config.deploys[1].command == "y");
    CHECK(config.deploys[1].timeout == 30);
}

TEST_CASE("what is printed is read again, and a reload takes all of it") {
    const Config config = good(kSites + "[deploy all]\ncommand = x\n[deploy some]\ncertificate = b.example\ncommand = y\n");
    const Config again = good(print_config(config));
    CHECK(again.deploys.size() == 2);
    CHECK(again.deploys[1].certificates == std::vector<std::string>{"b.example"});
    CHECK(again.deploys[0].lineages == config.deploys[0].lineages);
    CHECK(needs_restart(good(kSites), config).empty());
    const Config balancer = good("[acme]\nchallenge_upstream = http://10.0.0.1:81/x\n");
    CHECK(good(print_config(balancer)).acme.challenge_upstream == balancer.acme.challenge_upstream);
}
