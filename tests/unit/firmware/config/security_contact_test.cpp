#include "firmware/config/security_contact.h"

#include <doctest.h>

#include <string>

#include "tests/unit/firmware/config/ini_tester.h"

using namespace postern;
using namespace postern::config;

namespace {

const std::string kGood = "Contact: mailto:security@example.org\nExpires: 2030-12-31T23:59:59Z\n";

std::string verdict(const std::string& text) {
    auto result = check_security_text(text);
    return result ? "" : result.error().text();
}

}  // namespace

TEST_CASE("security.txt: what RFC 9116 allows is taken") {
    const std::string rows[] = {
        kGood, "# Our door\r\ncontact:https://example.org/security\r\n\r\nContact: tel:+1-201-555-0123\r\n"
        "Preferred-Languages: en, ja\r\nEXPIRES: 2030-12-31T23:59:59+09:00\r\n",
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\nno field: here\n\n" + kGood +
            "-----BEGIN PGP SIGNATURE-----\n\niQIzBAEBCgAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n",
        kGood.substr(0, kGood.size() - 1)};
    for (const std::string& text : rows) {
        CAPTURE(text);
        CHECK(verdict(text) == "");
    }
}

TEST_CASE("security.txt: what is wrong is said, with its line") {
    const struct {
        std::string text, said;
    } rows[] = {
        {"", "names no Contact"},
        {"Expires: 2030-12-31T23:59:59Z\n", "names no Contact"},
        {"Contact: mailto:a@example.org\n", "Expires"},
        {kGood + "Expires: 2031-12-31T23:59:59Z\n", "once when it Expires"},
        {"\nContact: security@example.org\n", "line 2: Contact begins with"},
        {"Contact: http://example.org/\n", "line 1: Contact begins with"},
        {"Contact: mailto:a@example.org\nExpires: next year\n", "line 2: Expires is a date"},
        {kGood + "<html>\n", "line 3: this is neither"},
        {kGood + "two words: x\n", "line 3: this is neither"},
        {kGood + ": x\n", "line 3: this is neither"},
        {kGood + "# \xff\n", "not UTF-8"},
        {kGood + "#" + std::string(kLongestSecurityText, 'x'), "longer than 8192 bytes"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(verdict(row.text).find(row.said) != std::string::npos);
    }
}

TEST_CASE("security.txt: the key names the file, and faults in it stop the reading") {
    fakes::FakeFiles files = stage("[site example.org]\ncertificate = self-signed\n[admin]\nsecurity_txt = security.txt\n");
    CHECK(faults_of(read_config(files, "/etc/postern.ini", false)).find("/etc/security.txt") != std::string::npos);
    files.put("/etc/security.txt", "Contact: me\n", 0644);
    const std::string faults = faults_of(read_config(files, "/etc/postern.ini", false));
    CHECK(faults.find("/etc/postern.ini:4: [admin] security_txt") != std::string::npos);
    CHECK(faults.find("line 1: Contact begins with") != std::string::npos);
    files.put("/etc/security.txt", kGood, 0644);
    const auto read = read_config(files, "/etc/postern.ini", false);
    REQUIRE(faults_of(read) == "");
    CHECK(*read.config->admin.security_text == kGood);
}
