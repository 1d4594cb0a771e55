#include "acme/dns/caa.h"

#include <doctest.h>

#include <map>

using namespace postern;
using namespace postern::acme::dns;
using Answer = CaaVerdict::Answer;

namespace {

class FakeResolver final : public Resolver {
public:
    std::map<std::string, std::vector<CaaRecord>> caa;
    std::vector<std::string> asked;
    std::string broken;

    Result<Reply> ask(const Question& question) override {
        asked.push_back(question.name);
        if (question.name == broken) return Error::retry("SERVFAIL");
        Reply reply;
        reply.caa = caa[question.name];
        return reply;
    }
};

const CaaCase kOurs{"www.example.org", {"ca.example", "ca2.example"}, "https://ca.example/acct/7", "http-01"};

CaaVerdict judge(std::vector<CaaRecord> records, CaaCase wanted = kOurs) {
    return judge_caa(wanted, {"example.org", std::move(records)});
}

Answer issue(std::string value) { return judge({{false, "issue", std::move(value)}}).answer; }

}  // namespace

TEST_CASE("the path up the tree") {
    CHECK(caa_path("*.A.b.Example.org.") == std::vector<std::string>{"a.b.example.org", "b.example.org", "example.org", "org"});
    CHECK(caa_path("org") == std::vector<std::string>{"org"});
}

TEST_CASE("the nearest set counts, and a question that fails is no empty set") {
    FakeResolver resolver;
    resolver.caa["example.org"] = {{false, "issue", "ca.example"}};
    resolver.caa["org"] = {{false, "issue", ";"}};
    auto set = find_caa(resolver, "a.example.org");
    REQUIRE(set.ok());
    CHECK(set->where == "example.org");
    CHECK(resolver.asked == std::vector<std::string>{"a.example.org", "example.org"});
    CHECK(find_caa(resolver, "a.example.net")->where.empty());
    resolver.broken = "a.example.org";
    CHECK_FALSE(find_caa(resolver, "a.example.org").ok());
}

TEST_CASE("who is named may issue") {
    CHECK(judge_caa(kOurs, {}).answer == Answer::kAllowed);
    CHECK(judge({{false, "iodef", "mailto:a@example.org"}}).answer == Answer::kAllowed);
    CHECK(judge({{false, "issuewild", ";"}}).answer == Answer::kAllowed);  // of wildcards alone
    for (const char* good : {"ca.example", " CA2.Example ", "ca.example;", "ca.example; a=b", "ca.example;validationmethods=dns-01,http-01",
                             "ca.example; accounturi=https://ca.example/acct/7", "ca.example; validationmethods = http-01 ; accounturi=https://ca.example/acct/7"})
        CHECK_MESSAGE(issue(good) == Answer::kAllowed, good);
    for (const char* bad : {"", ";", "other.example", "ca.example.org", "ca.example x", "ca.example; a", "ca.example; a=b;", "%", "ca..example",
                            "-ca.example", "ca-.example", "ca.example.", "ca.example; -a=b", "ca.example; a=\x7f", "ca.example; a=b c",
                            "ca.example; validationmethods=http-01; validationmethods=http-01", "ca.example; =b",
                            "ca.example; validationmethods=dns-01", "ca.example; validationmethods=", "ca.example; accounturi=https://ca.example/acct/8",
                            "ca.example; accounturi=https://ca.example/acct/7; accounturi=https://ca.example/acct/7", "ca.example; validationmethods=http-01, dns-01; a b=c"})
        CHECK_MESSAGE(issue(bad) == Answer::kForbidden, bad);
    CHECK(judge({{false, "issue", ";"}, {false, "issue", "ca.example"}}).answer == Answer::kAllowed);
    CHECK(issue("ca.example; x=") == Answer::kAllowed);  // a value may be empty
}

TEST_CASE("wildcards have properties of their own, or those of everybody") {
    CaaCase wild = kOurs;
    wild.name = "*.example.org";
    CHECK(judge({{false, "issue", ";"}, {false, "issuewild", "ca.example"}}, wild).answer == Answer::kAllowed);
    CHECK(judge({{false, "issue", "ca.example"}, {false, "issuewild", ";"}}, wild).answer == Answer::kForbidden);
    CHECK(judge({{false, "issue", "ca.example"}}, wild).answer == Answer::kAllowed);
}

TEST_CASE("a critical property that a CA may not know") {
    auto verdict = judge({{true, "tbs", "x"}, {false, "issue", "ca.example"}});
    CHECK(verdict.answer == Answer::kForbidden);
    CHECK(verdict.why.find("tbs") != std::string::npos);
    CHECK(judge({{false, "tbs", "x"}}).answer == Answer::kAllowed);
    CHECK(judge({{true, "issue", "ca.example"}}).answer == Answer::kAllowed);
}

TEST_CASE("the words: the record to add is exact") {
    auto verdict = judge({{false, "issue", "other.example"}});
    CHECK(verdict.why == "the CAA records of example.org do not name the CA");
    CHECK(verdict.change == "example.org. IN CAA 0 issue \"ca.example\"");
    CHECK(verdict.found == std::vector<std::string>{"0 issue \"other.example\""});
    verdict = judge({{false, "issue", "ca.example; accounturi=https://ca.example/acct/8"}});
    CHECK(verdict.why == "the CAA records of example.org name the CA, but it is for the account https://ca.example/acct/8, not for ours");
    CHECK(verdict.change == "example.org. IN CAA 0 issue \"ca.example; accounturi=https://ca.example/acct/7\"");
    CaaCase fresh = kOurs;
    fresh.account_url = "";
    verdict = judge({{false, "issue", "ca.example; accounturi=https://ca.example/acct/8"}}, fresh);
    CHECK(verdict.answer == Answer::kForbidden);
    CHECK(verdict.change == "example.org. IN CAA 0 issue \"ca.example\"");
    CHECK(judge({{false, "issue", "ca.example; validationmethods=dns-01"}}).why ==
          "the CAA records of example.org name the CA, but it is for the methods 'dns-01', not for http-01");
    CHECK(judge({{false, "issue", "ca.example; accounturi=a; accounturi=b"}}).why.find("a parameter twice") != std::string::npos);
    CaaCase nameless = kOurs;
    nameless.identities.clear();
    CHECK(judge({{false, "issue", "ca.example"}}, nameless).answer == Answer::kUnknown);
    CHECK(caa_text({true, "issue", "a\x1b"}) == "128 issue \"a\\x1b\"");
}
