// What good files become.
#include "firmware/config/config.h"

#include <doctest.h>

#include "firmware/config/config_keys.h"
#include "tests/unit/firmware/config/ini_tester.h"

using namespace postern;
using namespace postern::config;

namespace {

Config good(std::string_view ini, bool as_root = false) {
    ConfigOrFaults result = read(ini, as_root);
    CHECK(faults_of(result) == "");
    REQUIRE(result.config);
    return std::move(*result.config);
}

constexpr std::string_view kFull =
    "[site B.example]\nnames = B.example, 192.0.2.7, 2001:DB8::0:1\ncanonical = b.example\nroot = htdocs\nca = home\n"
    "key_type = rsa2048\nrenew_at = 30d\nredirect_http = no\nindex = start.html\n"
    "[acme]\nagree_tos = yes\nca = https://Localhost:14000/dir\nca_file = my-ca.pem\nemail = me@b.example\n"
    "[site c]\nnames = c.example\nroot = /srv/link/\n"
    "[site d]\nnames = *.d.example, d.example\ncertificate = self-signed\n"
    "[ca home]\nurl = https://ca.home.arpa/acme\nca_file = /etc/my-ca.pem\n"
    "[server]\nhttp = 127.0.0.1:8080, [::1]:8080\nhttps = 0.0.0.0:4433\npublic_https_port = 443\nloops = 2\n"
    "max_connections = 500\nmax_per_client = 0\nlog = /var/log/postern.log\nlog_level = debug\naccess_log = off\n"
    "access_log_format = json\nstate = /tmp/state/\ngroup = ssl-cert\n"
    "[admin]\nlisten = 127.0.0.1:9443\nhosts = router.lan\n";

}  // namespace

TEST_CASE("an empty file is a configuration, with the defaults of the contract") {
    const Config config = good("");
    CHECK(config.server.http.at(0).text() == "[::]:80");
    CHECK(config.server.https.at(0).text() == "[::]:443");
    CHECK(config.server.state == "/var/lib/postern");
    CHECK(config.server.max_per_client == 256);
    CHECK(config.server.loops == 0);
    CHECK(config.server.access_log == "ring");
    CHECK(config.admin.listen.size() == 1);
    CHECK(config.admin.listen.at(0).text() == "[::]:8443");
    CHECK(config.admin.allow == std::vector<std::string>{"private"});
    CHECK(contains(subnets_of(config.admin.allow), "192.168.1.9"));
    CHECK(!contains(subnets_of(config.admin.allow), "8.8.8.8"));
    CHECK(config.sites.empty());
    CHECK(config.server.user == "postern");
    CHECK(!config.server.identity);
}

TEST_CASE("a DNS server for our own checks") {
    CHECK(good("").server.resolver == "system");
    for (const char* value : {"9.9.9.9", "9.9.9.9:5353", "2620:fe::fe", "[2620:fe::fe]:53"})
        CHECK(good("[server]\nresolver = " + std::string(value) + "\n").server.resolver == value);
}

TEST_CASE("sites begin with what [acme] says, wherever it stands") {
    const Config config = good(kFull);
    REQUIRE(config.sites.size() == 3);
    const SiteSection& b = config.sites[0];
    CHECK(b.folder == "b.example");
    CHECK(b.names == std::vector<std::string>{"b.example", "192.0.2.7", "2001:db8::1"});
    CHECK(b.root == "/etc/htdocs");
    REQUIRE(b.wanted);
    CHECK(b.wanted->ca.name == "home");
    CHECK(b.wanted->ca.directory_url == "https://ca.home.arpa/acme");
    CHECK(b.wanted->ca.email == "me@b.example");
    CHECK(b.wanted->key_type == crypto::KeyType::kRsa2048);
    CHECK(b.wanted->renew_at.seconds == 30 * 86400);
    const SiteSection& c = config.sites[1];
    CHECK(c.root == "/srv/link");
    REQUIRE(c.wanted);
    CHECK(c.wanted->ca.name == "localhost-14000-dir");
    CHECK(c.wanted->ca.directory_url == "https://localhost:14000/dir");
    CHECK(c.wanted->ca.ca_file == "/etc/my-ca.pem");
    CHECK(c.wanted->ca.agree_tos);
    CHECK(c.wanted->renew_at.seconds == 0);
    CHECK(c.wanted->renew_at.fraction == doctest::Approx(1.0 / 3));
    CHECK(!config.sites[2].wanted);
    CHECK(config.server.max_per_client == kNoCap);
    CHECK(config.server.state == "/tmp/state");
}

TEST_CASE("Let's Encrypt is asked unless another CA is named") {
    const Config config = good("[acme]\nagree_tos = yes\n[site a.example]\n[site b.example]\nca = letsencrypt-staging\n");
    CHECK(config.sites[0].wanted->ca.directory_url == "https://acme-v02.api.letsencrypt.org/directory");
    CHECK(config.sites[1].wanted->ca.directory_url == "https://acme-staging-v02.api.letsencrypt.org/directory");
    CHECK(config.sites[1].wanted->ca.name == "letsencrypt-staging");
}

TEST_CASE("of several CAs the first is used, and all must be known") {
    const Config config = good("[acme]\nagree_tos = yes\nca = home, letsencrypt\n[ca home]\nurl = https://ca.lan/\n[site a.example]\n");
    CHECK(config.sites[0].wanted->ca.name == "home");
    CHECK(read("[acme]\nca = letsencrypt, hmoe\n[ca home]\nurl = https://ca.lan/\n").faults.at(0).text.find("home?") != std::string::npos);
}

TEST_CASE("challenges in their order, without those whose listener is off") {
    using Types = std::vector<acme::ChallengeType>;
    constexpr auto kHttp = acme::ChallengeType::kHttp01, kAlpn = acme::ChallengeType::kTlsAlpn01;
    const std::string acme = "[acme]\nagree_tos = yes\n", site = "[site a.example]\nredirect_http = no\n";
    CHECK(good(acme + site).sites[0].wanted->challenges == Types{kHttp, kAlpn});
    CHECK(good(acme + "challenge = tls-alpn-01\n" + site).sites[0].wanted->challenges == Types{kAlpn});
    CHECK(good(acme + site + "challenge = tls-alpn-01, http-01\n").sites[0].wanted->challenges == Types{kAlpn, kHttp});
    CHECK(good(acme + site + "[server]\nhttp = off\n").sites[0].wanted->challenges == Types{kAlpn});
    CHECK(good(acme + site + "[server]\nhttps = off\n").sites[0].wanted->challenges == Types{kHttp});
}

TEST_CASE("root becomes the user of the file, else postern") {
    const Config standard = good("", true);
    CHECK(standard.server.user == "postern");
    REQUIRE(standard.server.identity);
    CHECK(standard.server.identity->uid == 990);
    CHECK(standard.server.identity->gid == 991);
    const Config named = good("[server]\nuser = www-data\ngroup = ssl-cert\n", true);
    CHECK(named.server.identity->uid == 33);
    CHECK(named.server.identity->gid == 112);
    CHECK(read("[server]\nuser = nobdy\n", true).faults.size() == 1);
    CHECK(good("[server]\nuser = nobdy\n", false).server.user == "nobdy");  // not root: nothing to become
}

TEST_CASE("without the user postern, root is told how to make it") {
    fakes::FakeFiles files = stage("");
    files.put("/etc/passwd", "root:x:0:0::/root:/bin/sh\n", 0644);
    const std::string faults = faults_of(read_config(files, "/etc/postern.ini", true));
    CHECK(faults.find("useradd --system") != std::string::npos);
    CHECK(faults.find("[server] user: ") != std::string::npos);
}

TEST_CASE("what --print shows is read back as the same") {
    for (const std::string_view ini : {std::string_view(""), kFull}) {
        const std::string printed = print_config(good(ini));
        CHECK(print_config(good(printed)) == printed);
    }
    CHECK(print_config(good(kFull)).find("names = b.example, 192.0.2.7, 2001:db8::1\n") != std::string::npos);
    CHECK(print_config(good(kFull)).find("max_per_client = off\n") != std::string::npos);
}

TEST_CASE("the sample is accepted, and board/etc/postern.ini is the sample") {
    const Config config = good(sample_ini());
    CHECK(config.sites.size() == 1);
    SystemFiles real;
    const auto file = real.read("board/etc/postern.ini", 1u << 20);
    REQUIRE(file.ok());
    CHECK(*file == sample_ini());  // write it anew: postern init FILE
}

TEST_CASE("above each key of the sample stands its default, and whether the line shows an example") {
    const std::string text = sample_ini();
    CHECK(text.find("# Default: [::]:80\n#http = [::]:80\n") != std::string::npos);
    CHECK(text.find("# Default: auto; an example:\n#public_https_port = 443\n") != std::string::npos);
    CHECK(text.find("# Default: not set; an example:\n#root = /srv/www/example.org\n") != std::string::npos);
    CHECK(text.find("# Default: acme\ncertificate = self-signed\n") != std::string::npos);
    CHECK(text.find("# Default: not set\nnames = example.org, www.example.org\n") != std::string::npos);
}

TEST_CASE("the sample's commented lines are accepted as well once they are taken in") {
    std::string text = sample_ini();
    for (std::size_t at = 0; (at = text.find("\n#", at)) != std::string::npos; ++at) {
        if (text[at + 2] != ' ') text.erase(at + 1, 1);
    }
    // of a key and its twin one is enough; the sample's site, self-signed at first, has nothing to deliver
    for (const char* key : {"\nsmtp_password = ", "\npassword_hash_file = ", "\nsetup_token_file = ", "\nmetrics_token_file = ", "\npull_token_file = ", "\neab_hmac_key_file = ", "\nthumbprint = ", "\ncertificate = example.org"}) {
        REQUIRE(text.find(key) != std::string::npos);
        for (auto at = text.find(key); at != std::string::npos; at = text.find(key, at + 2)) text.insert(at + 1, "#");
    }
    fakes::FakeFiles files = stage(text);
    files.put_folder("/srv/www/example.org");
    files.put_folder("/srv/photos");
    files.put("/etc/postern.smtp-password", "secret\n", 0600);
    files.put("/etc/postern.users", "ann:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n", 0640);
    files.put("/etc/postern.security.txt", "Contact: mailto:security@example.org\nExpires: 2030-12-31T23:59:59Z\n", 0644);
    files.put("/etc/ssl/my-ca.pem", "-----BEGIN CERTIFICATE-----\n", 0644);
    CHECK(faults_of(read_config(files, "/etc/postern.ini", false)) == "");
}

TEST_CASE("the state folder is found in a file that is faulty elsewhere") {
    fakes::FakeFiles files = stage("[sever]\nhttp = 80\n[server]\nhttp\nstate = /tmp/x/\n");
    CHECK(read_state_folder(files, "/etc/postern.ini").value() == "/tmp/x");
    files = stage("");
    CHECK(read_state_folder(files, "/etc/postern.ini").value() == "/var/lib/postern");
    CHECK(!read_state_folder(files, "/etc/none.ini").ok());
}

TEST_CASE("the paths that who serves must read, with their lines") {
    fakes::FakeFiles files = stage("[acme]\nca_file = my-ca.pem\n[site a.example]\ncertificate = self-signed\nroot = /srv/www\n");
    files.put("/srv/www/index.html", "x");
    const auto result = read_config(files, "/etc/postern.ini", false);
    REQUIRE(result.config);
    std::string text;
    for (const NamedPath& one : result.config->paths)
        text += std::to_string(one.line) + " [" + one.section + "] " + one.key + " " + one.path + (one.folder ? "/" : "") + "\n";
    CHECK(text == "2 [acme] ca_file /etc/my-ca.pem\n5 [site a.example] root /srv/www/\n5 [site a.example] root /srv/www/index.html\n");
}

TEST_CASE("a site's profiles are its own, else its CA's; those of [acme] are the first CA's") {
    using Names = std::vector<std::string>;
    const Config config = good(
        "[acme]\nagree_tos = yes\nca = letsencrypt, home\nprofile = shortlived, tlsserver\n"
        "[ca home]\nurl = https://ca.lan/\nprofile = long\n[ca other]\nurl = https://other.lan/\n"
        "[site a.example]\n[site b.example]\nca = home\n[site c.example]\nca = other\n[site d.example]\nprofile = classic\n"
        "[site 192.0.2.1]\n");
    CHECK(config.sites[0].wanted->profiles == Names{"shortlived", "tlsserver"});
    CHECK(config.sites[1].wanted->profiles == Names{"long"});
    CHECK(config.sites[2].wanted->profiles.empty());
    CHECK(config.sites[3].wanted->profiles == Names{"classic"});
    CHECK(config.sites[4].wanted->names == Names{"192.0.2.1"});
}

TEST_CASE("an external account belongs to its CA, from the file or from one beside it, and is not printed") {
    fakes::FakeFiles files = stage(
        "[acme]\nagree_tos = yes\neab_kid = one\neab_hmac_key = c2VjcmV0Pw==\n[ca home]\nurl = https://ca.lan/\neab_kid = two\n"
        "eab_hmac_key_file = home.key\n[site a.example]\n[site b.example]\nca = home\n[site c.example]\nca = letsencrypt-staging\n");
    files.put("/etc/home.key", "b3RoZXI\n");
    const ConfigOrFaults result = read_config(files, "/etc/postern.ini", false);
    REQUIRE(faults_of(result) == "");
    const acme::ExternalAccount& a = result.config->sites[0].wanted->ca.external;
    CHECK(a.kid == "one");
    CHECK(a.key->view() == "secret?");
    const acme::ExternalAccount& b = result.config->sites[1].wanted->ca.external;
    CHECK(b.kid == "two");
    CHECK(b.key->view() == "other");
    CHECK(!result.config->sites[2].wanted->ca.external.key);
    CHECK(result.config->paths.at(0).path == "/etc/home.key");
    const std::string printed = print_config(*result.config);
    CHECK(printed.find("eab_hmac_key = ********\n") != std::string::npos);
    CHECK(printed.find("eab_hmac_key_file = /etc/home.key\n") != std::string::npos);
    CHECK(printed.find("c2VjcmV0") == std::string::npos);
    CHECK(printed.find("b3RoZXI") == std::string::npos);
}
