#include "firmware/config/redact.h"

#include <doctest.h>

#include "firmware/config/config_keys.h"

using namespace postern;
using namespace postern::config;

TEST_CASE("redacted: secrets go, all else stays byte for byte") {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"", ""},
        {"[admin]\nlisten = 1\n", "[admin]\nlisten = 1\n"},
        {"password_hash = pbkdf2-sha256$1$2$3\r\n", "password_hash = ***\r\n"},
        {"  smtp_password=a b c", "  smtp_password= ***"},
        {"; metrics_token = abc\n", "; metrics_token = ***\n"},
        {"#setup_token = abc\n", "#setup_token = ***\n"},
        {"eab_hmac_key = abc\nx", "eab_hmac_key = ***\nx"},
        {"Some_New_Secret = abc = d\n", "Some_New_Secret = ***\n"},
        {"smtp_password_file = /etc/p\n", "smtp_password_file = /etc/p\n"},
        {"webhook = https://hooks.example/T0/B1\n", "webhook = https://hooks.example/***\n"},
        {"webhook = https://hooks.example/\n", "webhook = https://hooks.example/\n"},
        {"webhook = https://me:pw@hooks.example/x\n", "webhook = https://***\n"},
        {"smtp = smtps://me:pw@mail.example:465\n", "smtp = smtps://***\n"},
        {"directory = https://ca.example/acme/directory\n", "directory = https://ca.example/acme/directory\n"},
        {"command = curl -H 'Authorization: Bearer abc' https://x.example/\n", "command = ***\n"},
        {"post = /bin/tell --Token abc\n", "post = ***\n"},
        {"post = /bin/tell me\n", "post = /bin/tell me\n"},
        {"password_hash_file = /etc/postern.password\n", "password_hash_file = /etc/postern.password\n"},
        {"password_hash\n", "password_hash\n"},
        {"password_hash =\n", "password_hash = ***\n"},
        {"\n\n=\n", "\n\n=\n"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.first);
        CHECK(redacted(row.first) == row.second);
    }
}

TEST_CASE("redacted: every key of ours whose value is shown as stars, and no other") {
    int hidden = 0;
    for (const KeyRow& row : key_rows()) {
        const std::string line = std::string(row.name) + " = abcdef";
        const bool gone = redacted(line).find("abcdef") == std::string::npos;
        const std::string name(row.name);
        const bool is_file = name.ends_with("_file");
        const bool wanted = !is_file && (name.find("password") != name.npos || name.find("token") != name.npos || name == "eab_hmac_key");
        CAPTURE(name);
        CHECK(gone == wanted);
        hidden += gone ? 1 : 0;
    }
    CHECK(hidden >= 4);
}
