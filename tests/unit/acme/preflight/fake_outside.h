// An outside that a test makes up, and a DNS of its own.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "acme/preflight/limits.h"
#include "acme/preflight/outside.h"
#include "acme/dns/resolver.h"
#include "server/base/ip_text.h"
#include "tests/fakes/fake_clock.h"

namespace postern::acme::preflight {

inline std::string ip(std::string_view text) { return ip_to_bytes(text).value(); }

inline Fetched fetched(Fetched::What what, std::string server = "", int status = 0) {
    Fetched one;
    one.what = what;
    one.server = std::move(server);
    one.status = status;
    return one;
}

class FakeResolver final : public dns::Resolver {
public:
    std::map<std::pair<std::string, dns::Type>, dns::Reply> replies;  // anything else: NXDOMAIN
    std::string failure;                                              // of every question
    std::map<std::pair<std::string, dns::Type>, std::string> failures;  // of one
    std::vector<std::string> asked;

    void address(const std::string& name, const std::string& text) {
        const auto bytes = ip(text);
        dns::Reply& reply = replies[{name, bytes.size() == 4 ? dns::Type::kA : dns::Type::kAaaa}];
        reply.outcome = dns::Reply::Outcome::kFound;
        reply.addresses.push_back(bytes);
        for (const dns::Type type : {dns::Type::kA, dns::Type::kAaaa, dns::Type::kCaa}) replies[{name, type}];  // kNoData
    }
    void caa(const std::string& name, const std::string& tag, const std::string& value) {
        dns::Reply& reply = replies[{name, dns::Type::kCaa}];
        reply.outcome = dns::Reply::Outcome::kFound;
        reply.caa.push_back({false, tag, value});
    }
    Result<dns::Reply> ask(const dns::Question& question) override {
        asked.push_back(std::string(dns::name_of(question.type)) + " " + question.name);
        if (!failure.empty()) return Error::retry(failure);
        if (const auto one = failures.find({question.name, question.type}); one != failures.end()) return Error::retry(one->second);
        const auto found = replies.find({question.name, question.type});
        if (found != replies.end()) return found->second;
        dns::Reply none;
        none.outcome = dns::Reply::Outcome::kNoName;
        return none;
    }
};

class FakeOutside final : public Outside {
public:
    explicit FakeOutside(fakes::FakeClock& clock) : clock_(clock) {
        plain.open = secure.open = true;
        state_sight = {"/var/lib/postern", true, 100u << 20, "", 0, "postern"};
        ca.caa_identities = {"ca.example"};
        ca.trusts = "/etc/ssl/certs/ca-certificates.crt";
        ca.date = clock.wall();
    }

    OwnAddresses own_addresses() override { return own; }
    DoorSight door(bool is_secure) override { return is_secure ? secure : plain; }
    CaSight look_at_ca(const Case&) override {
        ++ca_looks;
        return ca;
    }
    StateSight state() override { return state_sight; }
    Fetched fetch(const Target& target) override {
        const std::string where = ip_from_bytes(target.ip) + " " + std::to_string(target.port);
        knocks.push_back(target.name + " " + where);
        const auto found = answers.find(where);
        const Fetched answer = found != answers.end() ? found->second : fetched(Fetched::What::kToken);
        if (answer.what == Fetched::What::kSilent) clock_.advance(limits::kPreflightFetch);
        return answer;
    }

    OwnAddresses own{{ip("1.2.3.4"), ip("2a00::4")}};
    DoorSight plain, secure;
    CaSight ca;
    StateSight state_sight;
    std::map<std::string, Fetched> answers;  // "1.2.3.4 80"; anything else: our own token
    std::vector<std::string> knocks;
    int ca_looks = 0;

private:
    fakes::FakeClock& clock_;
};

}  // namespace postern::acme::preflight
