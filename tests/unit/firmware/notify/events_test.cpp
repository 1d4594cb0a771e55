// What is told when: once, then daily, and when it is over; over restarts too, for what is known comes back as it was.
#include "firmware/notify/events.h"

#include <doctest.h>

#include "server/base/text.h"

using namespace postern;
using namespace postern::notify;

namespace {

constexpr long long kDay = 86400;
const WallTime kStart(Seconds(1795219200));

acme::CertStatus healthy(int generation = 1, WallTime issued = kStart) {
    acme::CertStatus status;
    status.name = "a.example";
    status.names = {"a.example", "www.a.example"};
    status.kind = "acme";
    status.rung = acme::Rung::kPublic;
    status.state = acme::CertState::kValid;
    status.generation = generation;
    status.facts.emplace();
    status.facts->issuer = "Test CA";
    status.facts->not_before = issued;
    status.facts->not_after = issued + Seconds(90 * kDay);
    status.renew_after = issued + Seconds(60 * kDay);
    return status;
}

acme::CertStatus failing(acme::CertStatus status) {
    status.state = acme::CertState::kFailing;
    status.last_problem = acme::Problem{"unauthorized", "403: wrong token", "look at port 80"};
    return status;
}

struct Watch {
    // The subjects, without the host.
    std::string at(long long day, std::vector<acme::CertStatus> certificates, bool clock_sane = true) {
        acme::StatusSnapshot snapshot;
        snapshot.certificates = std::move(certificates);
        snapshot.clock_sane = clock_sane;
        last = look(snapshot, choice, known, kStart + Seconds(day * kDay), "router");
        std::string subjects;
        for (const Message& message : last.messages) {
            CHECK(has_prefix(message.subject, "router: a.example: "));
            subjects += message.subject.substr(19) + ";";
        }
        return subjects;
    }
    Choice choice{true, true, false};
    AllKnown known;
    Look last;
};

const std::string kFailure = "failure: the renewal failed;";

}  // namespace

TEST_CASE("a healthy life says nothing, whatever is chosen but renewed") {
    Watch watch;
    for (int day = 0; day < 60; ++day) CHECK(watch.at(day, {healthy()}) == "");
    CHECK(watch.at(60, {healthy(2, kStart + Seconds(60 * kDay))}) == "");
    watch.choice.renewed = true;
    CHECK(watch.at(61, {healthy(2, kStart + Seconds(60 * kDay))}) == "");
    CHECK(watch.at(120, {healthy(3, kStart + Seconds(120 * kDay))}) == "renewed until 2027-06-19T00:00:00Z;");
}

TEST_CASE("a failure is told once, then daily, and when it is over") {
    Watch watch;
    CHECK(watch.at(60, {healthy()}) == "");
    CHECK(watch.at(60, {failing(healthy())}) == kFailure);
    const Message& message = watch.last.messages[0];
    CHECK(message.event == "failure");
    CHECK(message.problem.type == "unauthorized");
    for (const char* piece : {"Machine: router", "a.example, www.a.example", "403: wrong token", "look at port 80", "(30 days)", "postern renew a.example"})
        CHECK(message.text.find(piece) != std::string::npos);
    CHECK(watch.last.changed);
    CHECK(watch.last.next == kStart + Seconds(61 * kDay));
    CHECK(watch.at(60, {failing(healthy())}) == "");
    CHECK_FALSE(watch.last.changed);
    CHECK(watch.at(61, {failing(healthy())}) == kFailure);
    CHECK(watch.last.messages[0].text.find("failed since 2027-01-20") != std::string::npos);
    // a change of the configuration clears the problem, which is no success yet
    CHECK(watch.at(61, {healthy()}) == "");
    CHECK(watch.at(62, {healthy(2, kStart + Seconds(62 * kDay))}) == "failure is over: renewed until 2027-04-22T00:00:00Z;");
    CHECK(watch.last.messages[0].over);
    CHECK(watch.at(63, {healthy(2, kStart + Seconds(62 * kDay))}) == "");
}

TEST_CASE("little life left is told when the renewal is late, not before") {
    Watch watch;
    watch.choice.failure = false;
    CHECK(watch.at(60, {failing(healthy())}) == "");
    CHECK(watch.last.next == kStart + Seconds(90 * kDay - 90 * kDay / 4));
    CHECK(watch.at(68, {failing(healthy())}) == "expiry: 22 days left;");
    CHECK(watch.at(68, {failing(healthy())}) == "");
    CHECK(watch.at(89, {failing(healthy())}) == "expiry: 24 hours left;");
    CHECK(watch.at(91, {failing(healthy())}) == "expiry: the certificate has ended;");
    CHECK(watch.last.messages[0].text.find("browsers refuse it") != std::string::npos);
    CHECK(watch.at(92, {healthy(2, kStart + Seconds(92 * kDay))}) == "expiry is over: renewed until 2027-05-22T00:00:00Z;");
    auto late = healthy();  // who renews with a tenth left is not warned at a quarter
    late.renew_after = kStart + Seconds(81 * kDay);
    Watch other;
    CHECK(other.at(80, {late}) == "");
    CHECK(other.at(82, {late}) == "expiry: 8 days left;");
    late.state = acme::CertState::kRenewing;
    CHECK(Watch().at(82, {late}) == "");
}

TEST_CASE("one end for a failure and an expiry") {
    Watch watch;
    CHECK(watch.at(70, {failing(healthy())}) == kFailure + "expiry: 20 days left;");
    CHECK(watch.at(70, {healthy(2, kStart + Seconds(70 * kDay))}) == "failure is over: renewed until 2027-04-30T00:00:00Z;");
}

TEST_CASE("self-signed ones, unknown ones, a clock that is not set") {
    Watch watch;
    auto own = failing(healthy());
    own.kind = "self-signed";
    CHECK(watch.at(89, {own}) == "");
    CHECK(watch.at(89, {failing(healthy())}, false) == "");
    auto first = failing(healthy(0));
    first.rung = acme::Rung::kSelfSigned;
    CHECK(watch.at(1, {first}) == kFailure);
    CHECK(watch.last.messages[0].text.find("self-signed certificate serves, of which browsers warn") != std::string::npos);
    CHECK(watch.at(2, {healthy(1)}).find("failure is over") == 0);
    CHECK(watch.at(3, {}) == "");
    CHECK(watch.known.empty());
    CHECK(watch.last.changed);
}

TEST_CASE("a reminder that was dated by a wrong clock does not wait for years") {
    Watch watch;
    CHECK(watch.at(4000, {failing(healthy(1, kStart + Seconds(3990 * kDay)))}) == kFailure);
    CHECK(watch.at(5, {failing(healthy())}) == kFailure);
    CHECK(watch.at(5, {failing(healthy())}) == "");
}

TEST_CASE("what the CA says cannot forge lines of a message") {
    Watch watch;
    auto status = failing(healthy());
    status.last_problem->detail = "a\nMachine: other\x1b[2J\xff";
    status.names.assign(200, "n.example");
    status.facts->issuer = "x\ny";
    CHECK(watch.at(60, {status}) == kFailure);
    CHECK(watch.last.messages[0].text.find("a\\x0aMachine: other\\x1b[2J") != std::string::npos);
    CHECK(watch.last.messages[0].problem.detail == "a\\x0aMachine: other\\x1b[2J\\xff");
    CHECK(watch.last.messages[0].names.size() == 20);
    CHECK(watch.last.messages[0].text.find("and 180 more") != std::string::npos);
    CHECK(watch.last.messages[0].text.find("x\\x0ay") != std::string::npos);
}

TEST_CASE("the words of `on`") {
    const Choice choice = Choice::of({"expiry", "renewed"});
    CHECK_FALSE(choice.failure);
    CHECK(choice.expiry);
    CHECK(choice.renewed);
}
