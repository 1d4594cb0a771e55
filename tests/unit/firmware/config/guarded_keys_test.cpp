#include "firmware/config/guarded_keys.h"

#include <doctest.h>

#include <set>
#include <string>

#include "firmware/config/config_keys.h"

using namespace postern::config;

namespace {

// [SECTION] with a name where it has one, and one entry.
std::string text_of(const KeyRow& row, const std::string& value) {
    static const std::set<std::string, std::less<>> kNamed = {"site", "ca", "deploy"};
    return "[" + std::string(row.section) + (kNamed.count(row.section) ? " one" : "") + "]\n" + std::string(row.name) + " = " + value + "\n";
}

}  // namespace

TEST_CASE("which keys are guarded: all of those that let somebody in, sign or run, and no others") {
    const std::set<std::string> some = {"acme.ca", "acme.ca_file", "acme.agree_tos", "acme.email", "acme.eab_kid", "acme.eab_hmac_key",
                                        "acme.eab_hmac_key_file", "acme.thumbprint", "acme.challenge_upstream", "site.ca", "site.certificate",
                                        "server.state", "server.trusted_proxies", "server.proxy_protocol", "server.user", "server.group", "server.log", "server.access_log", "site.root",
                                        "site.alias", "site.proxy", "site.allow", "site.deny", "site.basic_auth"};
    std::set<std::string> left = some;
    for (const KeyRow& row : key_rows()) {
        const std::string section(row.section), name = section + "." + std::string(row.name);
        CAPTURE(name);
        const bool whole = section == "admin" || section == "hooks" || section == "deploy" || section == "ca" || section == "notify";
        const std::string before = text_of(row, "a"), after = text_of(row, "b");
        CHECK(guarded_keys_differ(before, after) == (whole || some.count(name) == 1));
        CHECK(guarded_keys_differ("", after) == guarded_keys_differ(before, after));
        CHECK(guarded_keys_differ(before, "") == guarded_keys_differ(before, after));
        CHECK(!guarded_keys_differ(before, before));
        left.erase(name);
    }
    CHECK(left.empty());  // each of them is a key
}

TEST_CASE("order, comments, blanks and what is not guarded make no difference") {
    const std::string text = "[server]\nhttp = off\n[admin]\nallow = any\nhosts = a.example\n[ca one]\nurl = https://one.example/\n";
    CHECK(!guarded_keys_differ(text, "# mine\n[ca one]\r\nurl=https://one.example/\r\n[server]\n[admin]\nhosts = a.example\n;x\nallow =  any \n"));
    CHECK(!guarded_keys_differ(text, text + "[site b.example]\nnames = b.example\n"));
    CHECK(guarded_keys_differ(text, "[server]\nhttp = off\n[admin]\nhosts = a.example\n[ca one]\nurl = https://one.example/\n"));
    CHECK(guarded_keys_differ(text, text + "[ca two]\nurl = https://one.example/\n"));
    // another name is another CA, and an entry moved into another section is another entry
    CHECK(guarded_keys_differ("[ca one]\nemail = a@b.example\n", "[ca two]\nemail = a@b.example\n"));
    CHECK(guarded_keys_differ("[hooks]\npost = x\n", "[server]\npost = x\n"));
}

TEST_CASE("the site whose certificate the page shows is guarded in its names, and in what its certificate comes from") {
    const std::string rest = "[site one]\nnames = a.example\ncertificate = acme\n[site two]\nnames = b.example\n";
    for (const bool shown : {false, true}) {
        CAPTURE(shown);
        const std::string admin = shown ? "[admin]\ncertificate = ONE\n" : "[admin]\ncertificate = auto\n", text = admin + rest;
        const auto one = [&](const std::string& site) { return admin + "[site one]\n" + site + "[site two]\nnames = b.example\n"; };
        CHECK(guarded_keys_differ(text, one("names = a.example, evil.example\ncertificate = acme\n")) == shown);
        CHECK(guarded_keys_differ(text, one("names = a.example\ncertificate = self-signed\n")) == shown);
        CHECK(guarded_keys_differ(text, one("names = a.example\n")) == shown);
        CHECK(guarded_keys_differ(text, admin + "[site two]\nnames = b.example\n") == shown);
        CHECK(!guarded_keys_differ(text, one("names = a.example\ncertificate = acme\nlisting = yes\n")));
        CHECK(!guarded_keys_differ(text, admin + "[site one]\nnames = a.example\ncertificate = acme\n[site two]\nnames = c.example\ncertificate = self-signed\n"));
    }
    CHECK(guarded_keys_differ("[admin]\ncertificate = one\n" + rest, rest));
    CHECK(guarded_keys_differ("[admin]\ncertificate = one\n" + rest, "[admin]\ncertificate = two\n" + rest));
    // a site that is called as one of the words is no such site
    CHECK(!guarded_keys_differ("[admin]\ncertificate = auto\n[site auto]\nnames = a.example\n", "[admin]\ncertificate = auto\n[site auto]\nnames = b.example\n"));
}

TEST_CASE("the password of the page is told from all else that is guarded") {
    CHECK(password_keys_differ("[admin]\npassword_hash = a\n", "[admin]\npassword_hash = b\n"));
    CHECK(password_keys_differ("", "[admin]\npassword_hash = b\n"));
    CHECK(!password_keys_differ("[admin]\npassword_hash = a\n", "# x\n[admin]\nallow = any\npassword_hash =  a\n"));
    CHECK(!password_keys_differ("[hooks]\npost = a\n", "[hooks]\npost = b\n"));
}

TEST_CASE("a text with faults is looked at as far as it can be read") {
    CHECK(guarded_keys_differ("[admin]\nallow = any\n", "[admin]\nallow = any\nallow = private\n"));
    CHECK(guarded_keys_differ("", "[admin]\nno_such_key = 1\n"));
    CHECK(!guarded_keys_differ("", "no = section\n[nothing]\nx = y\n[admin\n"));
}
