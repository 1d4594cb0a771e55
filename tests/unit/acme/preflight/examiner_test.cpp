// The whole look over fakes: what is asked, how often, and which findings come of it.
#include "acme/preflight/examiner.h"

#include <doctest.h>

#include <algorithm>

#include "tests/unit/acme/preflight/fake_outside.h"

using namespace postern;
using namespace postern::acme;
using namespace postern::acme::preflight;
using What = Fetched::What;

namespace {

struct World {
    fakes::FakeClock clock;
    FakeOutside outside{clock};
    FakeResolver resolver;
    Cancel cancel;
    Frame frame;
    Ledger ledger;

    World() { resolver.address("example.org", "1.2.3.4"); }

    Case wanted(std::vector<std::string> names = {"example.org"}) {
        Case one;
        one.certificate = names.front();
        one.names = std::move(names);
        one.methods = {"http-01"};
        one.directory_url = "https://ca.example:14000/dir";
        return one;
    }
    std::vector<Finding> look(std::vector<Case> cases) {
        const ExaminerParts parts{outside, resolver, clock, cancel};
        return Examiner(frame, parts, ledger).examine(cases);
    }
    std::vector<Finding> look() { return look({wanted()}); }
};

std::string about(const std::vector<Finding>& findings, Level level) {
    std::string text;
    for (const Finding& finding : findings)
        if (finding.level == level) text += finding.check + " ";
    return text;
}

const Finding* find(const std::vector<Finding>& findings, std::string_view check, Level level) {
    const auto at = std::find_if(findings.begin(), findings.end(),
                                 [&](const Finding& finding) { return finding.check == check && finding.level == level; });
    return at == findings.end() ? nullptr : &*at;
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("all is well") {
    World world;
    world.resolver.address("example.org", "2a00::4");
    const auto findings = world.look();
    CHECK(worst_of(findings) == Level::kOk);
    CHECK(about(findings, Level::kOk) == "state clock ca name port port port port caa limits ");
    CHECK(world.outside.knocks == std::vector<std::string>{"example.org 2a00::4 80", "example.org 2a00::4 443", "example.org 1.2.3.4 80",
                                                           "example.org 1.2.3.4 443"});
    CHECK(world.outside.ca_looks == 1);
}

TEST_CASE("a closed port is tried once, however many names lead there") {
    World world;
    world.resolver.address("www.example.org", "1.2.3.4");
    world.outside.answers["1.2.3.4 80"] = fetched(What::kSilent);
    const auto findings = world.look({world.wanted({"example.org", "www.example.org"})});
    CHECK(world.outside.knocks.size() == 3);  // 443 may tell names apart
    const Finding* port = find(findings, "port", Level::kFault);
    REQUIRE(port != nullptr);
    CHECK(port->about == "port 80 of 1.2.3.4 (example.org, www.example.org)");
    CHECK(about(findings, Level::kFault) == "port ");
}

TEST_CASE("another challenge that gets through makes a warning of a fault") {
    World world;
    world.outside.answers["1.2.3.4 80"] = fetched(What::kSilent);
    Case both = world.wanted();
    both.methods = {"http-01", "tls-alpn-01"};
    const auto findings = world.look({both});
    CHECK(worst_of(findings) == Level::kWarning);
    CHECK(holds(find(findings, "port", Level::kWarning)->result, "tls-alpn-01"));
    world.outside.answers["1.2.3.4 443"] = fetched(What::kRefused);
    CHECK(find(world.look({both}), "port", Level::kFault) != nullptr);
}

TEST_CASE("somebody else's address is told once, by the name") {
    World world;
    world.resolver.replies.clear();
    world.resolver.address("example.org", "1.2.3.5");
    world.outside.answers["1.2.3.5 80"] = fetched(What::kOther, "nginx", 404);
    world.outside.answers["1.2.3.5 443"] = fetched(What::kRefused);
    const auto findings = world.look();
    CHECK(about(findings, Level::kFault) == "name ");
    CHECK(find(findings, "port", Level::kOk) == nullptr);
}

TEST_CASE("an address of another's that leads here counts as a router's") {
    World world;
    world.resolver.replies.clear();
    world.resolver.address("example.org", "1.2.3.5");
    world.outside.answers["1.2.3.5 443"] = fetched(What::kRefused);
    const auto findings = world.look();
    CHECK(worst_of(findings) == Level::kNote);
    REQUIRE(find(findings, "port", Level::kNote) != nullptr);
    CHECK(holds(find(findings, "port", Level::kNote)->about, "port 443"));
}

TEST_CASE("no address, no name") {
    World world;
    const auto findings = world.look({world.wanted({"nowhere.example"})});
    REQUIRE(find(findings, "name", Level::kFault) != nullptr);
    CHECK(holds(find(findings, "name", Level::kFault)->seen, "NXDOMAIN"));
    CHECK(world.outside.knocks.empty());
}

TEST_CASE("deaf DNS servers are not asked for every name") {
    World world;
    world.resolver.failure = "looking up: no answer in time";
    std::vector<std::string> names;
    for (int i = 0; i < 20; ++i) names.push_back("n" + std::to_string(i) + ".example");
    const auto findings = world.look({world.wanted(names)});
    CHECK(world.resolver.asked.size() == static_cast<std::size_t>(limits::kPreflightDeafDns));
    CHECK(about(findings, Level::kWarning) == "name ");
    CHECK(holds(find(findings, "name", Level::kWarning)->about, "and 15 more"));
}

TEST_CASE("a few names that could not be asked for are told by name") {
    World world;
    world.resolver.failure = "looking up: no answer in time";
    const auto findings = world.look({world.wanted({"a.example", "b.example"})});
    REQUIRE(find(findings, "name", Level::kWarning) != nullptr);
    CHECK(find(findings, "name", Level::kWarning)->about == "a.example, b.example");
}

TEST_CASE("another program on the port for https is told by what it says it is") {
    World world;
    world.outside.secure = {false, true, "in use", ""};
    world.outside.answers["1.2.3.4 443"] = fetched(What::kOther, "uhttpd", 200);
    const auto findings = world.look();
    REQUIRE(find(findings, "port", Level::kFault) != nullptr);
    CHECK(holds(find(findings, "port", Level::kFault)->about, "port 443"));
    CHECK(holds(find(findings, "port", Level::kFault)->seen, "it says it is uhttpd"));
}

TEST_CASE("names of one address that fare differently have a finding each") {
    World world;
    world.resolver.address("example.org", "1.2.3.6");
    world.outside.own.ips.push_back(ip("1.2.3.6"));
    world.outside.answers["1.2.3.4 443"] = fetched(What::kOther, "nginx", 404);
    world.outside.answers["1.2.3.6 443"] = fetched(What::kOther, "lighttpd", 404);
    Case alpn = world.wanted({"b.example"});
    alpn.methods = {"tls-alpn-01"};
    world.resolver.address("b.example", "1.2.3.4");
    const auto findings = world.look({world.wanted(), alpn});
    CHECK(std::count_if(findings.begin(), findings.end(), [](const Finding& f) { return holds(f.about, "port 443 of 1.2.3.4"); }) == 2);
    CHECK(std::count_if(findings.begin(), findings.end(), [](const Finding& f) { return holds(f.about, "port 443 of 1.2.3.6"); }) == 1);
    REQUIRE(find(findings, "port", Level::kFault) != nullptr);  // for whom it is the only way of proof
    CHECK(holds(find(findings, "port", Level::kFault)->about, "(b.example)"));
}

TEST_CASE("CAA goes by what the CA says it is called") {
    World world;
    world.resolver.caa("example.org", "issue", "other.example");
    CHECK(find(world.look(), "caa", Level::kFault) != nullptr);
    world.resolver.caa("example.org", "issue", "ca.example");
    CHECK(find(world.look(), "caa", Level::kOk) != nullptr);
    world.outside.ca.caa_identities.clear();
    CHECK(find(world.look(), "caa", Level::kNote) != nullptr);
}

TEST_CASE("a look before an order leaves out what the order says itself, and asks no CA without need") {
    World world;
    world.frame.whole = false;
    const auto findings = world.look();
    CHECK(about(findings, Level::kOk) == "state name port port caa ");
    CHECK(world.outside.ca_looks == 0);
    world.resolver.caa("example.org", "issue", "other.example");
    CHECK(find(world.look(), "caa", Level::kFault) != nullptr);
    CHECK(world.outside.ca_looks == 1);
}

TEST_CASE("a CA in a network of our own reaches private addresses") {
    World world;
    world.resolver.replies.clear();
    world.outside.own.ips = {ip("192.168.1.2")};
    world.resolver.address("example.org", "192.168.1.2");
    CHECK(find(world.look(), "name", Level::kFault) != nullptr);
    world.resolver.address("ca.example", "192.168.1.9");
    CHECK(worst_of(world.look()) == Level::kOk);
    world.resolver.address("ca.example", "1.2.3.9");
    CHECK(find(world.look(), "name", Level::kFault) != nullptr);
    Case local = world.wanted();
    local.directory_url = "https://localhost:14000/dir";
    CHECK(worst_of(world.look({local})) == Level::kOk);
}

TEST_CASE("listeners that are off, barred, or another's") {
    World world;
    world.frame.https_port = 0;
    CHECK(about(world.look(), Level::kOk) == "state clock ca name port caa limits ");
    world.outside.plain = {false, false, "no permission", ""};
    auto findings = world.look();
    CHECK(find(findings, "port", Level::kWarning) != nullptr);
    CHECK(find(findings, "name", Level::kFault) == nullptr);
    world.outside.knocks.clear();
    world.outside.plain = {false, true, "in use", ""};
    world.outside.answers["1.2.3.4 80"] = fetched(What::kOther, "uhttpd", 200);
    findings = world.look();
    CHECK(world.outside.knocks.size() == 1);
    REQUIRE(find(findings, "port", Level::kFault) != nullptr);
    CHECK(holds(find(findings, "port", Level::kFault)->seen, "it says it is uhttpd"));
}

TEST_CASE("when the time is over the rest is told as not tried") {
    World world;
    std::vector<std::string> names;
    for (int i = 0; i < 40; ++i) {
        names.push_back("n" + std::to_string(i) + ".example");
        const std::string own = "1.2.4." + std::to_string(i);
        world.resolver.address(names.back(), own);
        world.outside.own.ips.push_back(ip(own));
        world.outside.answers[own + " 80"] = fetched(What::kSilent);
        world.outside.answers[own + " 443"] = fetched(What::kSilent);
    }
    const SteadyTime before = world.clock.steady();
    const auto findings = world.look({world.wanted(names)});
    CHECK(world.clock.steady() - before <= limits::kPreflightTotal + limits::kPreflightFetch);
    CHECK(find(findings, "port", Level::kFault) != nullptr);
    bool told = false;
    for (const Finding& finding : findings) told = told || holds(finding.seen, "the time for all checks was over");
    CHECK(told);
}

TEST_CASE("without a certificate to order only the machine is looked at") {
    World world;
    const auto findings = world.look(std::vector<Case>{});
    CHECK(about(findings, Level::kOk) == "state clock ");
    CHECK(world.resolver.asked.empty());
}

TEST_CASE("wildcards are asked for by CAA alone, addresses by nothing") {
    World world;
    world.resolver.caa("example.org", "issuewild", ";");
    const auto findings = world.look({world.wanted({"*.example.org", "1.2.3.4"})});
    CHECK(find(findings, "caa", Level::kFault) != nullptr);
    CHECK(world.resolver.asked == std::vector<std::string>{"CAA example.org"});
    CHECK(world.outside.knocks.size() == 2);
}

TEST_CASE("a clock that is wrong is told whatever the CA says") {
    World world;
    world.frame.clock_bound = world.clock.wall();
    CHECK(find(world.look(), "clock", Level::kFault) == nullptr);
    world.clock.set_wall(world.frame.clock_bound - Seconds(301));
    CHECK(find(world.look(), "clock", Level::kFault) != nullptr);
    World late;
    late.outside.ca.date = late.clock.wall() + Seconds(5000);
    CHECK(find(late.look(), "clock", Level::kFault) != nullptr);
    late.outside.ca.failure = "no chain";
    late.outside.ca.type = "transport";
    CHECK(find(late.look(), "clock", Level::kFault) == nullptr);  // an unverified Date counts for nothing
}

TEST_CASE("CAA records that could not be asked for are a warning, and the addresses are judged all the same") {
    World world;
    world.resolver.failures[{"example.org", dns::Type::kCaa}] = "SERVFAIL";
    const auto findings = world.look();
    const Finding* caa = find(findings, "caa", Level::kWarning);
    REQUIRE(caa != nullptr);
    CHECK(holds(caa->seen, "could not be looked up: SERVFAIL"));
    CHECK(holds(caa->change, "CAA"));
    CHECK(find(findings, "name", Level::kOk) != nullptr);
    CHECK(about(findings, Level::kFault).empty());
}

TEST_CASE("one kind of address that could not be asked for: the other is tried, and the gap is told") {
    World world;
    world.resolver.failures[{"example.org", dns::Type::kAaaa}] = "SERVFAIL";
    const auto findings = world.look();
    const Finding* name = find(findings, "name", Level::kWarning);
    REQUIRE(name != nullptr);
    CHECK(holds(name->seen, "A 1.2.3.4 (this machine)"));
    CHECK(holds(name->seen, "SERVFAIL"));
    CHECK(world.outside.knocks.size() == 2);
}

TEST_CASE("a name with more addresses than anybody has is tried at some of them") {
    World world;
    for (int i = 10; i < 60; ++i) world.resolver.address("example.org", "1.2.3." + std::to_string(i));
    world.look();
    CHECK(world.outside.knocks.size() == 2 * limits::kPreflightAddresses);
}

TEST_CASE("http that is off is told as what it costs, and nothing is tried there") {
    World world;
    world.frame.http_port = 0;
    const auto findings = world.look();
    const Finding* port = find(findings, "port", Level::kWarning);
    REQUIRE(port != nullptr);
    CHECK(holds(port->seen, "It is off"));
    CHECK(world.outside.knocks == std::vector<std::string>{"example.org 1.2.3.4 443"});
    world.frame.whole = false;  // before an order: the order will say it
    CHECK(find(world.look(), "port", Level::kWarning) == nullptr);
}

TEST_CASE("two certificates of one CA: its directory is looked at once, a name that both have is tried once") {
    World world;
    Case second = world.wanted({"example.org"});
    second.certificate = "second";
    const auto findings = world.look({world.wanted(), second});
    CHECK(world.outside.ca_looks == 1);
    CHECK(world.outside.knocks.size() == 2);
    CHECK(about(findings, Level::kOk) == "state clock ca name port port caa limits limits ");
}
