// The status from the state folder, with no server to ask.
#include "firmware/offline_status.h"

#include <doctest.h>

#include <cerrno>

#include "acme/store/job.h"
#include "server/crypto/cert_making.h"
#include "server/crypto/init.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_files.h"

using namespace postern;

namespace {

const WallTime kNow = fakes::FakeClock().wall();

acme::WantedCert wanted(const std::string& name, bool from_ca = true) {
    acme::WantedCert one;
    one.name = name;
    one.names = {name};
    one.from_ca = from_ca;
    return one;
}

struct Pair {
    std::string certificate, key;
};

Pair make_pair(const std::string& name) {
    REQUIRE(crypto::init().ok());
    const auto key = crypto::PrivateKey::generate(crypto::KeyType::kEc256);
    REQUIRE(key.ok());
    SystemRandom random;
    auto pem = crypto::make_self_signed(*key, {name}, kNow, 90, random);
    REQUIRE(pem.ok());
    return {std::move(*pem), std::string(key->to_pem()->view())};
}

acme::CertStatus only(fakes::FakeFiles& files, const acme::WantedCert& one) {
    auto status = read_offline_status(files, "/state", {one}, kNow);
    REQUIRE(status.ok());
    return status->certificates.at(0);
}

}  // namespace

TEST_CASE("the live certificate and what is remembered of its attempts") {
    fakes::FakeFiles files;
    files.put("/state/archive/a.example/2/fullchain.pem", make_pair("a.example").certificate);
    files.put_link("/state/live/a.example", "../archive/a.example/2");
    acme::Job job;
    job.next = kNow + Seconds(600);
    job.problem = acme::Problem{"dns", "no such name", "Add it."};
    job.add({kNow, kNow, false, "no such name", 0});
    files.put("/state/jobs/a.example.json", acme::to_text(job));
    const acme::CertStatus status = only(files, wanted("a.example"));
    CHECK(status.rung == acme::Rung::kPublic);
    CHECK(status.generation == 2);
    CHECK(status.state == acme::CertState::kFailing);
    REQUIRE(status.facts);
    CHECK(status.facts->names == std::vector<std::string>{"a.example"});
    CHECK(status.next_attempt == job.next);
    CHECK(status.last_problem->advice == "Add it.");
    CHECK(status.history.size() == 1);
    REQUIRE(status.renew_after);
    CHECK(*status.renew_after > kNow);
}

TEST_CASE("our own certificate stands in, read past its key") {
    fakes::FakeFiles files;
    const Pair pair = make_pair("b.example");
    files.put("/state/selfsigned/b.example.pem", pair.key + pair.certificate);
    CHECK(only(files, wanted("b.example")).state == acme::CertState::kWaiting);
    CHECK(only(files, wanted("b.example")).rung == acme::Rung::kSelfSigned);
    CHECK(only(files, wanted("b.example")).rung_reason == "no certificate of the CA serves");
    CHECK(only(files, wanted("b.example")).facts);
    CHECK(only(files, wanted("b.example", false)).state == acme::CertState::kValid);
    acme::Job old;  // from the time when a CA was asked
    old.problem = acme::Problem{"dns", "", ""};
    files.put("/state/jobs/b.example.json", acme::to_text(old));
    CHECK(!only(files, wanted("b.example", false)).last_problem);
    files.put("/state/selfsigned/b.example.pem", pair.certificate + pair.key);
    CHECK(only(files, wanted("b.example")).facts);
}

TEST_CASE("damaged files say nothing, and nothing is written") {
    fakes::FakeFiles files;
    files.put("/state/archive/a.example/1/fullchain.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
    files.put_link("/state/live/a.example", "../archive/a.example/1");
    files.put("/state/jobs/a.example.json", "{");
    const acme::CertStatus status = only(files, wanted("a.example"));
    CHECK(!status.facts);
    CHECK(status.state == acme::CertState::kWaiting);
    CHECK(files.bytes_written() == 0);
}

TEST_CASE("by a clock that is not set nothing expires, and nothing is to be tried") {
    fakes::FakeFiles files;
    files.put("/state/archive/a.example/2/fullchain.pem", make_pair("a.example").certificate);
    files.put_link("/state/live/a.example", "../archive/a.example/2");
    const auto at = [&](WallTime now) { return read_offline_status(files, "/state", {wanted("a.example")}, now).value(); };
    CHECK(at(kNow).clock_sane);
    CHECK(at(kNow).clock_source == "system");
    CHECK(at(kNow + Seconds(91 * 86400)).certificates[0].state == acme::CertState::kExpired);
    CHECK_FALSE(at(WallTime{}).clock_sane);
    CHECK(at(WallTime{}).clock_source == "none");
    CHECK_FALSE(at(kNow - Seconds(301)).clock_sane);  // before its certificate was issued
    files.put("/state/clock", "2127-11-21T00:00:00Z\n");
    acme::Job job;
    job.next = kNow;
    files.put("/state/jobs/a.example.json", acme::to_text(job));
    const auto status = at(kNow + Seconds(91 * 86400));
    CHECK_FALSE(status.clock_sane);
    CHECK(status.certificates[0].state == acme::CertState::kValid);
    CHECK_FALSE(status.certificates[0].next_attempt);
}

TEST_CASE("what is no longer configured is listed, and alarms nobody") {
    fakes::FakeFiles files;
    files.put("/state/archive/old.example/3/fullchain.pem", make_pair("old.example").certificate);
    files.put("/state/archive/a.example/1/fullchain.pem", make_pair("a.example").certificate);
    files.put_link("/state/live/a.example", "../archive/a.example/1");
    const auto status = read_offline_status(files, "/state", {wanted("a.example")}, kNow);
    REQUIRE(status.ok());
    CHECK(status->certificates.size() == 1);
    REQUIRE(status->unconfigured.size() == 1);
    CHECK(status->unconfigured[0].name == "old.example");
    CHECK(status->unconfigured[0].names == std::vector<std::string>{"old.example"});
    CHECK(status->unconfigured[0].not_after == kNow + Seconds(90 * 86400));
    CHECK(files.bytes_written() == 0);
}

TEST_CASE("a state folder that is missing or closed is told") {
    fakes::FakeFiles files;
    CHECK(!read_offline_status(files, "/state", {}, kNow).ok());
    files.put_folder("/state");
    CHECK(read_offline_status(files, "/state", {}, kNow).ok());
    files.deny("/state", EACCES);
    CHECK(!read_offline_status(files, "/state", {}, kNow).ok());
}
