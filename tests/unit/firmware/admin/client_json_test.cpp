// What the API writes, our subcommands read.
#include "firmware/admin/client_json.h"

#include <doctest.h>

#include "firmware/admin/api_json.h"
#include "firmware/admin/status_json.h"
#include "tests/fakes/fake_clock.h"

using namespace postern;
using namespace postern::admin;

namespace {

const WallTime kNow = fakes::FakeClock().wall();

acme::StatusSnapshot sample() {
    acme::CertStatus one;
    one.name = "a.example";
    one.names = {"a.example", "www.a.example"};
    one.kind = "acme";
    one.rung = acme::Rung::kPrevious;
    one.state = acme::CertState::kFailing;
    one.generation = 7;
    crypto::CertFacts facts;
    facts.names = {"a.example", "www.a.example"};
    facts.subject = "CN=a.example";
    facts.issuer = "Test CA";
    facts.issuer_dn = "O=Test, CN=Test CA";
    facts.chain = {"O=Test, CN=Test CA"};
    facts.signature = "ecdsa-with-SHA256";
    facts.policy = "DV";
    facts.serial = "0a";
    facts.key = "ec256";
    facts.not_before = kNow;
    facts.not_after = kNow + Seconds(90 * 86400);
    one.facts = facts;
    one.next_attempt = kNow + Seconds(60);
    one.last_problem = acme::Problem{"dns", "detail \"quoted\"", "advice"};
    one.history = {{kNow, kNow + Seconds(5), true, "said", 7}};
    acme::CertStatus two;
    two.name = "b.example";
    acme::StatusSnapshot snapshot{{one, two}, false, {"notice"}, "ca"};
    snapshot.unconfigured = {{"old.example", {"old.example"}, std::nullopt, kNow}, {"bad.example", {}, std::nullopt, std::nullopt}};
    return snapshot;
}

}  // namespace

TEST_CASE("the status comes back as it went") {
    const auto read = read_status_json(status_json(sample(), {}, kNow, "1.2.3"));
    REQUIRE(read.ok());
    REQUIRE(read->certificates.size() == 2);
    CHECK_FALSE(read->clock_sane);
    CHECK(read->clock_source == "ca");
    const acme::CertStatus &one = read->certificates[0], before = sample().certificates[0];
    CHECK(one.name == before.name);
    CHECK(one.names == before.names);
    CHECK(one.kind == before.kind);
    CHECK(one.rung == before.rung);
    CHECK(one.state == before.state);
    CHECK(one.generation == 7);
    REQUIRE(one.facts);
    CHECK(one.facts->issuer == "Test CA");
    CHECK(one.facts->issuer_dn == "O=Test, CN=Test CA");
    CHECK(one.facts->chain == before.facts->chain);
    CHECK(one.facts->names == before.names);
    CHECK(one.facts->subject == "CN=a.example");
    CHECK(one.facts->signature == "ecdsa-with-SHA256");
    CHECK(one.facts->policy == "DV");
    CHECK(one.facts->not_before == before.facts->not_before);
    CHECK(one.facts->not_after == before.facts->not_after);
    CHECK(one.next_attempt == before.next_attempt);
    CHECK(!one.renew_after);
    REQUIRE(one.last_problem);
    CHECK(one.last_problem->detail == before.last_problem->detail);
    REQUIRE(one.history.size() == 1);
    CHECK(one.history[0].ok);
    CHECK(one.history[0].end == kNow + Seconds(5));
    CHECK(!read->certificates[1].facts);
    CHECK(!read->certificates[1].last_problem);
    CHECK(!read->clock_sane);
    CHECK(read->notices == std::vector<std::string>{"notice"});
    REQUIRE(read->unconfigured.size() == 2);
    CHECK(read->unconfigured[0].name == "old.example");
    CHECK(read->unconfigured[0].names == std::vector<std::string>{"old.example"});
    CHECK(read->unconfigured[0].not_after == kNow);
    CHECK(!read->unconfigured[1].not_after);
}

TEST_CASE("a job comes back as it went") {
    acme::JobView job;
    job.id = "j1";
    job.done = job.ok = true;
    job.steps = {{kNow, "a.example", "order placed"}};
    const auto read = read_job_json(job_json(job));
    REQUIRE(read.ok());
    CHECK(read->id == "j1");
    CHECK(read->done);
    CHECK(read->ok);
    CHECK(!read->changed);
    REQUIRE(read->steps.size() == 1);
    CHECK(read->steps[0].text == "order placed");
    CHECK(read_started_job(started_job_json("j2")).value() == "j2");
    CHECK(read_result_json(result_json("done")) == "done");
    CHECK(read_problem_json(problem_json(404, "Not Found", "there is none")) == "there is none");
    CHECK(read_problem_json(problem_json(404, "Not Found", "")) == "Not Found");
}

TEST_CASE("other types and other versions never throw") {
    for (const char* text : {"", "{", "null", "[]", "7", "{}", R"({"certificates":null})", R"({"certificates":{}})", R"({"steps":1})", R"({"job":1})"}) {
        CAPTURE(text);
        CHECK(!read_status_json(text).ok());
        CHECK(!read_job_json(text).ok());
        CHECK(!read_started_job(text).ok());
        CHECK(read_result_json(text).empty());
        CHECK(read_problem_json(text).empty());
    }
    const auto read = read_status_json(
        R"({"certificates":[null,7,{"name":7,"names":"x","rung":"gold","state":[],"facts":1,"not_after":"soon",)"
        R"("history":{"a":1},"last_problem":"x","generation":"2"}],"clock":7,"notices":[1]})");
    REQUIRE(read.ok());
    CHECK(read->certificates.size() == 3);
    CHECK(read->clock_sane);
}
