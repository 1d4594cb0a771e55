// What [notify] and [hooks] become.
#include <doctest.h>

#include "firmware/config/config_keys.h"
#include "firmware/config/notify_values.h"
#include "tests/unit/firmware/config/ini_tester.h"

using namespace postern;
using namespace postern::config;

namespace {

NotifySection notify_of(std::string_view keys) {
    ConfigOrFaults result = read("[notify]\n" + std::string(keys));
    CHECK(faults_of(result) == "");
    REQUIRE(result.config);
    return result.config->notify;
}

}  // namespace

TEST_CASE("without the sections nobody is told and nothing runs") {
    const ConfigOrFaults result = read("");
    REQUIRE(result.config);
    CHECK_FALSE(result.config->notify.is_configured());
    CHECK(result.config->notify.on == std::vector<std::string>{"failure", "expiry"});
    CHECK(result.config->hooks == HooksSection{});
}

TEST_CASE("who sends a mail") {
    const NotifySection by_user = notify_of("mail_to = a@b.example, c@d.example\nsmtp = smtp://me%40b.example@mail.b.example\nsmtp_password = p w\n");
    CHECK(by_user.mail_from == "me@b.example");
    CHECK(by_user.server->user == "me@b.example");
    CHECK(by_user.server->port == 587);
    CHECK(by_user.password->view() == "p w");
    CHECK(notify_of("mail_to = a@b.example, c@d.example\nsmtp = smtp://me@mail.b.example\nsmtp_password = p\n").mail_from == "a@b.example");
    CHECK(notify_of("mail_to = a@b.example\nmail_from = r@b.example\nsmtp = smtp://localhost:25\n").mail_from == "r@b.example");
}

TEST_CASE("mail servers") {
    CHECK(parse_mail_server("smtps://Mail.Example").value().port == 465);
    CHECK(parse_mail_server("smtps://Mail.Example").value().implicit_tls);
    CHECK(parse_mail_server("smtps://Mail.Example").value().host == "mail.example");
    CHECK(parse_mail_server("smtp://a@b@mail.example:2525/").value().user == "a@b");
    CHECK(parse_mail_server("smtp://a%25@mail.example").value().user == "a%");
    CHECK(parse_mail_server("smtp://127.0.0.1:25").value().host == "127.0.0.1");
    CHECK(parse_mail_server("smtp://[::1]").value().host == "::1");
    for (const char* bad : {"mail.example", "http://mail.example", "smtp://", "smtp://@mail.example", "smtp://a:b@mail.example", "smtp://mail.example/x",
                            "smtp://mail.example:0", "smtp://mail.example:65536", "smtp://mail.example:x", "smtp://192.0.2.1", "smtp://u@127.0.0.1",
                            "smtps://127.0.0.1", "smtp://[::1", "smtp://[::g]", "smtp://a%4@mail.example", "smtp://a%0d%0a@mail.example", "smtp://a b"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_mail_server(bad).ok());
    }
}

TEST_CASE("webhooks") {
    CHECK(parse_webhook_url("HTTPS://Chat.Example/A?b=C").value() == "https://chat.example/A?b=C");
    CHECK(parse_webhook_url("https://chat.example").value() == "https://chat.example/");
    for (const char* good : {"http://localhost/x", "http://127.0.0.1:8080/x", "http://[::1]/x", "http://192.168.1.2/", "http://10.0.0.1/", "http://172.31.0.1/",
                             "http://169.254.1.1/", "http://[fd00::1]/", "http://[fe80::1]/"})
        CHECK(parse_webhook_url(good).ok());
    for (const char* bad : {"chat.example", "ftp://chat.example/", "https://", "https://u@chat.example/", "https://192.0.2.1/", "https://[::1]/",
                            "http://chat.example/", "http://192.0.2.1/", "http://172.32.0.1/", "http://11.0.0.1/", "http://[2001:db8::1]/",
                            "https://chat.example/a b", "https://chat.example/#x", "https://chat.example:0/", "https://chat.example/\"x"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_webhook_url(bad).ok());
    }
}

TEST_CASE("a password's file, and that no password is shown") {
    fakes::FakeFiles files = stage("[notify]\nmail_to = a@b.example\nsmtp = smtp://u@mail.example\nsmtp_password_file = pw\n");
    files.put("/etc/pw", "geheim\r\n", 0600);
    const auto result = read_config(files, "/etc/postern.ini", false);
    CHECK(faults_of(result) == "");
    REQUIRE(result.config);
    CHECK(result.config->notify.password->view() == "geheim");
    CHECK(print_config(*result.config).find("smtp_password_file = /etc/pw\n") != std::string::npos);
    CHECK(print_config(*result.config).find("geheim") == std::string::npos);
    const auto written = read("[notify]\nmail_to = a@b.example\nsmtp = smtp://u@mail.example\nsmtp_password = geheim\n");
    const std::string printed = print_config(*written.config);
    CHECK(printed.find("smtp_password = ********\n") != std::string::npos);
    CHECK(printed.find("geheim") == std::string::npos);
    CHECK(read(printed).faults.at(0).text.find("these stars stand for a password") == 0);
    files.put("/etc/pw", "", 0600);
    CHECK(read_config(files, "/etc/postern.ini", false).faults.at(0).text.find("is empty") != std::string::npos);
}
