// The table of keys itself, and the types of values.
#include <doctest.h>

#include "firmware/config/accounts.h"
#include "firmware/config/config_keys.h"
#include "firmware/config/host_name.h"
#include "firmware/config/values.h"
#include "tests/unit/firmware/config/ini_tester.h"

using namespace postern;
using namespace postern::config;

TEST_CASE("every default of the table is valid and shown as it is written") {
    ServerSection server;
    AcmeSection acme;
    CaSection ca;
    SiteSection site;
    AdminSection admin;
    NotifySection notify;
    HooksSection hooks;
    DeploySection deploy;
    fakes::FakeFiles files;
    Draft draft{&server, &acme, &ca, &site, &admin, &notify, &hooks, &deploy, &files, ""};
    for (const KeyRow& row : key_rows()) {
        CAPTURE(std::string(row.section) + "." + std::string(row.name));
        CHECK(find_section(row.section) != nullptr);
        CHECK(find_key(row.section, row.name) == &row);  // no second row of that name
        CHECK(!is_later_key(row.section, row.name));
        CHECK(!row.help.empty());
        CHECK(row.help.back() == '.');
        CHECK(!row.allowed.empty());
        CHECK(row.standard.size() + row.sample.size() > 0);  // the sample INI has something to show
        if (row.standard.empty()) continue;
        CHECK(row.binding.take(draft, row.standard).ok());
        CHECK(row.binding.show(draft) == row.standard);
    }
}

TEST_CASE("durations and renew_at") {
    CHECK(parse_duration("30s").value() == 30);
    CHECK(parse_duration("5m").value() == 300);
    CHECK(parse_duration("2h").value() == 7200);
    CHECK(parse_duration("7d").value() == 604800);
    for (const char* bad : {"", "s", "5", "5 m", "-5m", "5M", "1.5h", "5md", "99999999999999999999d"}) CHECK(!parse_duration(bad).ok());
    CHECK(parse_renew_at("2/3").value().fraction == doctest::Approx(2.0 / 3));
    CHECK(parse_renew_at("1h").value().seconds == 3600);
    for (const char* bad : {"1", "1/1", "2/1", "0/1", "/3", "1/", "1/-3", "59m", "1/0"}) CHECK(!parse_renew_at(bad).ok());
}

TEST_CASE("site names") {
    CHECK(parse_site_name("WWW.Example.ORG").value() == "www.example.org");
    CHECK(parse_site_name("xn--bcher-kva.example").ok());
    CHECK(parse_site_name("localhost").ok());
    CHECK(parse_site_name("3com.example").ok());
    CHECK(parse_site_name("*.Example.org").value() == "*.example.org");
    CHECK(parse_site_name("192.0.2.1").value() == "192.0.2.1");
    CHECK(parse_site_name("2001:DB8:0::1").value() == "2001:db8::1");
    CHECK(parse_site_name(std::string(63, 'a') + ".example").ok());
    for (const char* bad : {"", "-", "a-", "a.-b", "a..b", ".a", "a.", "a b", "a_b", "1.2.3", "1.2.3.4.5", "ä.example", "*", "*.",
                            "*.org", "**.a.org", "a.*", "[::1]", "http://a", "a/b", "a:1", "a\\b", "a@b"}) {
        CAPTURE(bad);
        CHECK(!parse_site_name(bad).ok());
    }
}

TEST_CASE("the folder of a site") {
    CHECK(folder_of("Example.org").value() == "example.org");
    CHECK(folder_of("*.example.org").value() == "_wildcard.example.org");
    CHECK(folder_of("2001:db8::1").value() == "2001-db8--1");
    for (const char* bad : {".", "..", ".a", "a/b", "a b", "a+rsa", "ä", "a\\b"}) CHECK(!folder_of(bad).ok());
}

TEST_CASE("e-mail addresses and URLs of CAs") {
    for (const char* good : {"a@b.example", "a.b+c@b-c.example", "o'neill@x.example"}) CHECK(parse_email(good).ok());
    for (const char* bad : {"a", "@b", "a@", "a@b@c", "a b@c", "a@b c", ".a@b", "a..b@c", "mailto:a@b", "a@-b", "\"a\"@b"})
        CHECK(!parse_email(bad).ok());
    CHECK(parse_ca_url("HTTPS://CA.Example/Dir").value() == "https://ca.example/Dir");
    CHECK(parse_ca_url("https://localhost:14000").value() == "https://localhost:14000/");
    for (const char* bad : {"ca.example", "http://ca.example/", "ftp://a/", "https://", "https:///x", "https://a:0/", "https://a:x/",
                            "https://a:65536/", "https://u@a/", "https://a?b", "https://a/ b", "https://127.0.0.1/",
                            "https://127.0.0.1:14000/dir", "https://[::1]/", "https://[::1]:14000/", "https://a/#b"}) {
        CAPTURE(bad);
        CHECK(!parse_ca_url(bad).ok());
    }
}

TEST_CASE("users and groups by name and by number") {
    fakes::FakeFiles files = stage("");
    CHECK(find_identity(files, "postern", "").value().uid == 990);
    CHECK(find_identity(files, "postern", "").value().gid == 991);
    CHECK(find_identity(files, "postern", "ssl-cert").value().gid == 112);
    CHECK(find_identity(files, "33", "").value().gid == 34);
    CHECK(find_identity(files, "4711", "4712").value().uid == 4711);
    CHECK(find_identity(files, "postern", "77").value().gid == 77);
    for (const char* bad : {"root", "0", "nobody", "half", "4711", "99999999999", "postern:x"}) {
        CAPTURE(bad);
        CHECK(!find_identity(files, bad, "").ok());
    }
    CHECK(!find_identity(files, "postern", "nogroup").ok());
    CHECK(!find_identity(files, "postern", "root").ok());
    CHECK(!find_identity(files, "0", "5").ok());
    files.deny("/etc/passwd", EACCES);
    CHECK(!find_identity(files, "postern", "").ok());
}
