#include "firmware/admin/status_json.h"

#include <doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/unit/firmware/admin/samples.h"

using namespace postern;
using namespace postern::admin;
using nlohmann::json;

namespace {

json status_of(const acme::StatusSnapshot& status) {
    return json::parse(status_json(status, samples::facts(), samples::kNow, "0.1.0"));
}

// The members of `object`, with the type of each: "number string null ..."
void check_members(const json& object, const std::vector<std::pair<std::string, std::vector<std::string>>>& members) {
    for (const auto& member : members) {
        CAPTURE(member.first);
        REQUIRE(object.contains(member.first));
        const std::string type = object.at(member.first).type_name();
        CHECK_MESSAGE(std::find(member.second.begin(), member.second.end(), type) != member.second.end(), type);
    }
}

}  // namespace

TEST_CASE("status: every sample has the contract's shape") {
    for (const auto& sample : samples::all()) {
        CAPTURE(sample.name);
        const auto status = status_of(sample.status);
        check_members(status, {{"version", {"string"}},
                               {"uptime_s", {"number"}},
                               {"clock", {"object"}},
                               {"certificates", {"array"}},
                               {"notices", {"array"}},
                               {"listeners", {"array"}},
                               {"sites", {"array"}},
                               {"connections", {"number"}},
                               {"requests", {"number"}},
                               {"handshakes", {"number"}},
                               {"swaps", {"object"}},
                               {"ledger", {"null", "array"}},
                               {"sandbox", {"null"}},
                               {"state_bytes_written", {"number"}}});
        check_members(status.at("clock"), {{"sane", {"boolean"}}, {"source", {"string"}}});
        check_members(status.at("swaps"), {{"count", {"number"}}, {"failed_handshakes", {"number"}}});
        CHECK(status.at("certificates").size() == sample.status.certificates.size());
        for (const auto& certificate : status.at("certificates")) {
            check_members(certificate, {{"name", {"string"}},
                                        {"names", {"array"}},
                                        {"kind", {"string"}},
                                        {"rung", {"string"}},
                                        {"rung_reason", {"string"}},
                                        {"issuer", {"string", "null"}},
                                        {"chain", {"array", "null"}},
                                        {"serial", {"string", "null"}},
                                        {"key", {"string", "null"}},
                                        {"fingerprint", {"string", "null"}},
                                        {"not_before", {"string", "null"}},
                                        {"not_after", {"string", "null"}},
                                        {"days_left", {"number", "null"}},
                                        {"state", {"string"}},
                                        {"next_attempt", {"string", "null"}},
                                        {"last_problem", {"object", "null"}},
                                        {"ari", {"object", "null"}},
                                        {"history", {"array"}}});
            for (const auto& attempt : certificate.at("history"))
                check_members(attempt, {{"start", {"string"}}, {"end", {"string"}}, {"ok", {"boolean"}}, {"said", {"string"}}});
        }
    }
}

TEST_CASE("status: the limits of the CA, what is left of each and when more comes") {
    acme::StatusSnapshot status;
    CHECK(status_of(status).at("ledger").is_null());
    status.ledger.emplace();
    CHECK(status_of(status).at("ledger") == json::array());
    status.ledger->push_back({"https://ca.example/dir", "300 orders in 3 hours", 299, 300, WallTime(Seconds(1795219236))});
    status.ledger->push_back({"https://ca.example/dir", "10 new accounts in 3 hours", 10, 10, std::nullopt});
    const json ledger = status_of(status).at("ledger");
    CHECK(ledger.at(0) == json::parse(R"({"ca":"https://ca.example/dir","limit":"300 orders in 3 hours","left":299,"of":300,)"
                                      R"("next":"2026-11-21T00:00:36Z"})"));
    CHECK(ledger.at(1).at("left") == 10);
    CHECK(ledger.at(1).at("next").is_null());
}

TEST_CASE("status: the sites, with their folders, names and certificates") {
    const json sites = status_of(samples::by_name("valid").status).at("sites");
    CHECK(sites.at(0) == json::parse(R"({"name":"home","names":["example.org","www.example.org"],"root":"/srv/example",)"
                                     R"("canonical":"example.org","redirect_http":true,"certificates":["example.org"]})"));
    CHECK(sites.at(1).at("root").is_null());
    CHECK(sites.at(1).at("canonical").is_null());
}

TEST_CASE("status: the values of one certificate") {
    const auto certificate = status_of(samples::by_name("failing").status).at("certificates").at(0);
    CHECK(certificate.at("name") == "home.example.org");
    CHECK(certificate.at("names") == json::parse(R"(["home.example.org","cloud.example.org"])"));
    CHECK(certificate.at("kind") == "acme");
    CHECK(certificate.at("rung") == "public");
    CHECK(certificate.at("state") == "failing");
    CHECK(certificate.at("issuer") == "YE2");
    CHECK(certificate.at("key") == "ec256");
    CHECK(certificate.at("serial") == "06a1f2d94c7be5308d21c90af7be34515c2e");
    CHECK(certificate.at("not_after") == "2026-12-03T10:41:00Z");
    CHECK(certificate.at("days_left") == 12);
    CHECK(certificate.at("next_attempt") == "2026-11-21T02:45:48Z");
    CHECK(certificate.at("last_problem").at("type") == "connection");
    CHECK(certificate.at("history").size() == 5);
    CHECK(certificate.at("history").at(0).at("ok") == true);
}

TEST_CASE("status: the order of members is the contract's") {
    const auto text = status_json(samples::by_name("valid").status, samples::facts(), samples::kNow, "0.1.0");
    CHECK(text.substr(0, 40) == R"({"version":"0.1.0","uptime_s":1040400,"n)");
}

TEST_CASE("status: without a certificate the facts are null, after the end days are negative") {
    acme::StatusSnapshot status;
    status.certificates.emplace_back().name = "a.example";
    status.certificates.push_back(samples::issued("b.example", {"b.example"}, -2.3));
    const auto certificates = status_of(status).at("certificates");
    for (const std::string member : {"issuer", "chain", "serial", "key", "fingerprint", "not_before", "not_after", "days_left",
                                     "next_attempt", "last_problem"})
        CHECK(certificates.at(0).at(member).is_null());
    CHECK(certificates.at(1).at("days_left") == -3);
}

TEST_CASE("status: text that is not UTF-8 is mended") {
    const auto certificate = status_of(samples::by_name("hostile").status).at("certificates").at(0);
    const std::string issuer = certificate.at("issuer");
    CHECK(issuer.find("<script>alert(1)</script>") == 0);  // as it is: JSON needs no escaping of markup
    CHECK(issuer.find('\xff') == std::string::npos);
}
