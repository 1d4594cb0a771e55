// How a message is handed over, and every way in which a mail server can be difficult.
#include "firmware/notify/smtp_client.h"

#include <doctest.h>

#include "tests/unit/firmware/notify/server_script.h"

using namespace postern;
using namespace postern::notify;
using Outcome = Delivery::Outcome;

namespace {

const std::string kHello = "<< 220 mail.example ESMTP\r\n", kEhlo = ">> EHLO router\r\n", kFrom = ">> MAIL FROM:<r@a.example>\r\n",
                  kTo = ">> RCPT TO:<you@b.example>\r\n", kOk = "<< 250 ok\r\n", kData = ">> DATA\r\n", kGo = "<< 354 go on\r\n",
                  kQueued = "<< 250 queued as 7\r\n", kQuit = ">> QUIT\r\n";

struct Talk {
    explicit Talk(std::vector<std::string> steps, bool tls = false, std::string user = "", bool implicit = false,
                  std::vector<std::string> to = {"you@b.example"})
        : script(std::move(steps)) {
        ScriptedLine line(script);
        SmtpOrder order{"router", "r@a.example", std::move(to), "Subject: x\r\n\r\nhello\r\n.\r\n", std::move(user), &password};
        order.tls_demanded = tls;
        order.over_tls = implicit;
        delivery = hand_over(line, std::move(order), implicit, Deadline{clock.steady() + Millis(1000), clock, cancel});
        CHECK(script.unexpected == "");
        CHECK(script.steps.empty());
    }
    fakes::FakeClock clock;
    Cancel cancel;
    Secret password{std::string("pass")};
    ServerScript script;
    Delivery delivery;
};

void check_fails(const Talk& talk, Outcome outcome, const std::string& piece) {
    CAPTURE(talk.delivery.said);
    CHECK(talk.delivery.outcome == outcome);
    CHECK(talk.delivery.said.find(piece) != std::string::npos);
}

}  // namespace

TEST_CASE("a message to a server of this machine, in clear text") {
    const Talk talk({kHello, kEhlo, "<< 250-mail.example\r\n250-STARTTLS\r\n250 SIZE 1000\r\n", kFrom, kOk, kTo, kOk, kData, kGo,
                     ">> Subject: x\r\n\r\nhello\r\n..\r\n.\r\n", kQueued, kQuit});
    CHECK(talk.delivery.outcome == Outcome::kDelivered);
    CHECK(talk.delivery.said == "250 queued as 7");
}

TEST_CASE("STARTTLS, EHLO once more, and the password only then") {
    const Talk talk({kHello, kEhlo, "<< 250-mail.example\r\n250-starttls\r\n250 AUTH PLAIN\r\n", ">> STARTTLS\r\n", "<< 220 go\r\n", "TLS",
                     kEhlo, "<< 250-mail.example\r\n250 AUTH LOGIN PLAIN\r\n", ">> AUTH PLAIN AG1lAHBhc3M=\r\n", "<< 235 welcome\r\n",
                     kFrom, kOk, kTo, kOk, kData, kGo, ">> Subject", kQueued, kQuit},
                    true, "me");
    CHECK(talk.delivery.outcome == Outcome::kDelivered);
    CHECK(talk.script.heard.find("AUTH") > talk.script.heard.find("[TLS]"));
}

TEST_CASE("TLS from the first byte") {
    const Talk talk({"TLS", kHello, kEhlo, "<< 250-x\r\n250 AUTH PLAIN\r\n", ">> AUTH PLAIN", "<< 235 2.7.0 ok\r\n", kFrom, kOk, kTo, kOk,
                     kData, kGo, ">> Subject", kQueued, kQuit},
                    true, "me", true);
    CHECK(talk.delivery.outcome == Outcome::kDelivered);
}

TEST_CASE("without the TLS that is demanded nothing is handed over") {
    check_fails(Talk({kHello, kEhlo, "<< 250-mail.example\r\n250 AUTH PLAIN\r\n", kQuit}, true, "me"), Outcome::kLater, "offers no STARTTLS");
    check_fails(Talk({kHello, kEhlo, "<< 250 STARTTLS\r\n", kQuit}, true), Outcome::kLater, "offers no STARTTLS");  // its greeting only
    check_fails(Talk({kHello, kEhlo, "<< 250-x\r\n250 STARTTLS\r\n", ">> STARTTLS", "<< 454 not now\r\n", kQuit}, true), Outcome::kLater, "454 not now");
}

TEST_CASE("a certificate that is refused, and words put in before TLS") {
    Cancel cancel;
    fakes::FakeClock clock;
    for (const bool injected : {false, true}) {
        ServerScript script({kHello, kEhlo, "<< 250-x\r\n250 STARTTLS\r\n", ">> STARTTLS",
                             injected ? "<< 220 go\r\n250 injected\r\n" : "<< 220 go\r\n", "BAD"});
        ScriptedLine line(script);
        const Secret password{std::string("pass")};
        const Delivery delivery = hand_over(line, {"router", "r@a.example", {"y@b.example"}, "x", "me", &password}, false,
                                            {clock.steady() + Millis(1000), clock, cancel});
        CHECK(delivery.outcome == Outcome::kLater);
        CHECK(delivery.said.find(injected ? "somebody on the way" : "it is for another name") != std::string::npos);
        CHECK(script.heard == std::string("EHLO router\r\nSTARTTLS\r\n") + (injected ? "" : "[TLS]\n"));
    }
}

TEST_CASE("logging in") {
    const std::vector<std::string> begin = {"TLS", kHello, kEhlo};
    auto with = [&](std::vector<std::string> more) {
        std::vector<std::string> all = begin;
        all.insert(all.end(), more.begin(), more.end());
        return all;
    };
    check_fails(Talk(with({"<< 250-x\r\n250 AUTH LOGIN CRAM-MD5\r\n", kQuit}), true, "me", true), Outcome::kLater, "does not offer AUTH PLAIN");
    check_fails(Talk(with({"<< 250-x\r\n250 AUTH PLAIN\r\n", ">> AUTH", "<< 535 5.7.8 wrong\r\n", kQuit}), true, "me", true),
                Outcome::kNever, "logging in as me: the server said 535 5.7.8 wrong");
    check_fails(Talk(with({"<< 250-x\r\n250 AUTH PLAIN\r\n", ">> AUTH", "<< 454 later\r\n", kQuit}), true, "me", true), Outcome::kLater, "454 later");
    check_fails(Talk({kHello, kEhlo, "<< 250-x\r\n250 AUTH PLAIN\r\n", kQuit}, false, "me"), Outcome::kLater, "never sent without TLS");
}

TEST_CASE("4xx is for later, 5xx for ever, at every step") {
    for (const std::string code : {"4", "5"}) {
        const Outcome outcome = code == "4" ? Outcome::kLater : Outcome::kNever;
        const std::string no = "<< " + code + "50 no\r\n";
        check_fails(Talk({no, kQuit}), outcome, "greeting: the server said " + code + "50 no");
        check_fails(Talk({kHello, kEhlo, no, kQuit}), outcome, "EHLO");
        check_fails(Talk({kHello, kEhlo, kOk, kFrom, no, kQuit}), outcome, "the sender r@a.example");
        check_fails(Talk({kHello, kEhlo, kOk, kFrom, kOk, kTo, no, kQuit}), outcome, "no recipient is taken: you@b.example: the server said");
        check_fails(Talk({kHello, kEhlo, kOk, kFrom, kOk, kTo, kOk, kData, no, kQuit}), outcome, "DATA");
        check_fails(Talk({kHello, kEhlo, kOk, kFrom, kOk, kTo, kOk, kData, kGo, ">> Subject", no, kQuit}), outcome, "the message");
    }
}

TEST_CASE("one recipient that is gone does not keep it from the others") {
    const std::vector<std::string> to = {"you@b.example", "gone@b.example"};
    const Talk some({kHello, kEhlo, kOk, kFrom, kOk, kTo, kOk, ">> RCPT TO:<gone@b.example>", "<< 550 who\r\n", kData, kGo, ">> Subject", kQueued, kQuit},
                    false, "", false, to);
    CHECK(some.delivery.outcome == Outcome::kDelivered);
    CHECK(some.delivery.said == "250 queued as 7; not to gone@b.example: the server said 550 who");
    // one of them may be taken later, so all of it is tried again
    check_fails(Talk({kHello, kEhlo, kOk, kFrom, kOk, kTo, "<< 450 grey\r\n", ">> RCPT", "<< 550 who\r\n", kQuit}, false, "", false, to),
                Outcome::kLater, "450 grey");
}

TEST_CASE("a server that stalls, ends, or speaks something else") {
    check_fails(Talk(std::vector<std::string>{}), Outcome::kLater, "begins with TLS wants smtps://): no answer in time");
    check_fails(Talk({kHello, kEhlo, kOk, kFrom}), Outcome::kLater, "no answer in time");
    check_fails(Talk({kHello, kEhlo, "<< 250-half"}), Outcome::kLater, "no answer in time");
    check_fails(Talk({"<< HTTP/1.1 400 Bad Request\r\n"}), Outcome::kLater, "no SMTP reply");
    check_fails(Talk({"<< 220 " + std::string(3000, 'x')}), Outcome::kLater, "more than 2048 bytes");
    Cancel cancel;
    fakes::FakeClock clock;
    ServerScript script({kHello, "END"});
    ScriptedLine line(script);
    const Delivery delivery = hand_over(line, {"router", "r@a.example", {"y@b.example"}, "x", ""}, false, {clock.steady(), clock, cancel});
    CHECK(delivery.said == "the server ended the connection");  // after its greeting
}

TEST_CASE("dots, and base64 with its padding") {
    CHECK(dot_stuffed("a\r\n.b\r\n..\r\n") == "a\r\n..b\r\n...\r\n.\r\n");
    CHECK(dot_stuffed(".") == "..\r\n.\r\n");
    CHECK(dot_stuffed("a.b") == "a.b\r\n.\r\n");
    CHECK(dot_stuffed("") == ".\r\n");
    CHECK(base64("") == "");
    CHECK(base64("f") == "Zg==");
    CHECK(base64("foob") == "Zm9vYg==");
    CHECK(base64("\xff\xfe\xfd") == "//79");
    CHECK(base64("\xfb\xef\xbe") == "++++");
}
