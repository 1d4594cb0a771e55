// What a person reads in the terminal.
#include "firmware/status_text.h"

#include <doctest.h>

#include "tests/fakes/fake_clock.h"

using namespace postern;

namespace {

const WallTime kNow = fakes::FakeClock().wall();  // 2026-11-21
constexpr long long kDay = 86400;

WallTime in_days(long long days) { return kNow + std::chrono::duration<long long>(days * kDay); }

acme::CertStatus valid(const std::string& name) {
    acme::CertStatus status;
    status.name = name;
    status.names = {name};
    status.kind = "acme";
    status.rung = acme::Rung::kPublic;
    status.state = acme::CertState::kValid;
    crypto::CertFacts facts;
    facts.issuer = "R11";
    facts.issuer_dn = "C=US, O=Let's Encrypt, CN=R11";
    facts.names = {name};
    facts.serial = "04ab";
    facts.key = "ec256";
    facts.signature = "sha256WithRSAEncryption";
    facts.policy = "DV";
    facts.not_before = in_days(-26);
    facts.not_after = in_days(64);
    status.facts = facts;
    status.generation = 3;
    status.renew_after = in_days(34);
    status.next_attempt = in_days(34);
    return status;
}

acme::CertStatus failing() {
    acme::CertStatus status = valid("blog.example");
    status.names = {"blog.example", "www.blog.example"};
    status.state = acme::CertState::kFailing;
    status.facts->not_after = in_days(20);
    status.next_attempt = in_days(1);
    status.last_problem = acme::Problem{"unauthorized", "blog.example answered 404\r\n\x1b[2J", "Point the name at this machine."};
    status.history = {{in_days(-60), in_days(-60), true, "", 3}, {in_days(-1), in_days(-1), false, "404", 0}};
    return status;
}

}  // namespace

TEST_CASE("all is well") {
    const acme::StatusSnapshot status{{valid("example.org")}, true, {}};
    CHECK(status_text(status, kNow) ==
          "All is well. The certificate is in order. The next renewal is in 34 days.\n"
          "\n"
          "NAME         STATE  LEFT     UNTIL        SERVES  ISSUER  NEXT TRY\n"
          "example.org  Valid  64 days  24 Jan 2027  public  R11     in 34 days\n");
    CHECK(status_exit(status, kNow) == 0);
}

TEST_CASE("a problem stands below the table, with what to do, harmless to the terminal") {
    const acme::StatusSnapshot status{{valid("example.org"), failing()}, true, {"jobs/x.json was damaged and set aside"}};
    CHECK(status_text(status, kNow) ==
          "1 certificate needs attention. Visitors notice nothing yet. See below what happened and what to do.\n"
          "\n"
          "NAME          STATE            LEFT     UNTIL        SERVES  ISSUER  NEXT TRY\n"
          "example.org   Valid            64 days  24 Jan 2027  public  R11     in 34 days\n"
          "blog.example  Renewal failing  20 days  11 Dec 2026  public  R11     in 24 hours\n"
          "\n"
          "blog.example\n"
          "  names    blog.example, www.blog.example\n"
          "  problem  Something other than this device answered for the name.\n"
          "  seen     blog.example answered 404   [2J\n"
          "  to do    Point the name at this machine.\n"
          "\n"
          "Note: jobs/x.json was damaged and set aside\n");
    CHECK(status_exit(status, kNow) == 1);
}

TEST_CASE("what is no longer configured stands below, with the way to be rid of it") {
    acme::StatusSnapshot status{{valid("example.org")}, true, {}};
    status.unconfigured = {{"old.example", {"old.example", "www.old.example"}, std::nullopt, in_days(-3)}, {"bad\x1b[2J", {}, std::nullopt, std::nullopt}};
    const std::string text = status_text(status, kNow);
    CHECK(text.find("All is well.") == 0);
    CHECK(text.find("\nNo longer configured: kept, neither served nor renewed. To delete one: postern delete NAME\n"
                    "  old.example  until 18 Nov 2026  old.example, www.old.example\n"
                    "  bad [2J      cannot be read\n") != std::string::npos);
    CHECK(status_exit(status, kNow) == 0);
    CHECK(pick_certificates(status, {"example.org"})->unconfigured.empty());  // who asks for one is told of that one
}

TEST_CASE("by a clock that is not set nothing is counted and nothing expires") {
    acme::StatusSnapshot status{{valid("example.org")}, false, {}, "none"};
    const std::string text = status_text(status, in_days(100));
    CHECK(text.find("example.org  Valid  -     24 Jan 2027  public  R11     -\n") != std::string::npos);
    CHECK(text.find("\nclock: not set: nothing is ordered before it is.") != std::string::npos);
    CHECK(text.find("xpired") == std::string::npos);
    CHECK(status_exit(status, in_days(100)) == 1);
    CHECK(clock_text(status).find("\nclock: not set") == 0);
    status.clock_sane = true;
    CHECK(status_text(status, in_days(100)).find("Expired") != std::string::npos);
    CHECK(clock_text(status).empty());
    status.clock_source = "ca";
    CHECK(clock_text(status).find("by the CA's clock") != std::string::npos);
}

TEST_CASE("one that expired, and one that has nothing yet") {
    acme::CertStatus expired = valid("old.example");
    expired.facts->not_after = in_days(-2);
    expired.state = acme::CertState::kExpired;
    acme::CertStatus fresh;
    fresh.name = "new.example";
    fresh.kind = "acme";
    acme::CertStatus bridged = valid("bridged.example");
    bridged.rung = acme::Rung::kSelfSigned;
    bridged.next_attempt = kNow;
    bridged.state = acme::CertState::kWaiting;
    const std::string text = status_text({{expired, fresh, bridged}, true, {}}, kNow);
    CHECK(text.find("bridged.example  Waiting  -                   -  ") != std::string::npos);
    CHECK(text.find("  due\n") != std::string::npos);
    CHECK(text.find("old.example      Expired  expired 2 days ago") != std::string::npos);
    CHECK(text.find("new.example      Waiting  -") != std::string::npos);
}

TEST_CASE("without certificates there is no table") {
    CHECK(status_text({}, kNow).find("NAME") == std::string::npos);
    CHECK(status_exit({}, kNow) == 0);
}

TEST_CASE("one in full") {
    const std::string text = certificate_text(failing(), kNow);
    for (const char* part : {"Subject alternative names  blog.example\n", "Not before ", "26 Oct 2026, 00:00 UTC", "Serial                     04:AB\n",
                             "C=US, O=Let's Encrypt, CN=R11", "sha256WithRSAEncryption", "ECDSA P-256", "Validation                 DV\n",
                             "Generation                 3\n", "Attempts, newest first\n  20 Nov 2026, 00:00 UTC  failed     404\n",
                             "succeeded  generation 3\n", "Last problem\n  problem  "}) {
        CAPTURE(part);
        CHECK(text.find(part) != std::string::npos);
    }
    CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("a certificate is found by its name and by its host names, a wrong one gets the nearest") {
    const acme::StatusSnapshot status{{valid("example.org"), failing()}, true, {}};
    CHECK(find_certificate(status, "Example.org") == &status.certificates[0]);
    CHECK(find_certificate(status, "www.blog.example") == &status.certificates[1]);
    CHECK(find_certificate(status, "blog") == nullptr);
    CHECK(about_unknown_certificate(status, "exmaple.org") == "there is no certificate 'exmaple.org'; did you mean 'example.org'?");
    CHECK(about_unknown_certificate(status, "x") == "there is no certificate 'x'; there is: example.org, blog.example");
    CHECK(about_unknown_certificate({}, "x") == "there is no certificate 'x'; none is configured");
}
