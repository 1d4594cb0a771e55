#include "acme/preflight/judge_names.h"

#include <doctest.h>

#include "tests/unit/acme/preflight/fake_outside.h"

using namespace postern;
using namespace postern::acme::preflight;
using What = Fetched::What;

namespace {

const OwnAddresses kBoth{{ip("1.2.3.4"), ip("2a00::4")}}, kNat{{ip("192.168.1.2"), ip("fe80::2")}};
constexpr char kName[] = "example.org";

NameSight sight(std::vector<std::string> ips, std::string failure = "") { return {kName, true, std::move(failure), std::move(ips)}; }

Finding judge(const std::string& text, const OwnAddresses& own, Fetched plain, bool near = false) {
    const std::string address = ip(text);
    return judge_name(sight({address}), {{address, place_of(address, own, near), std::move(plain), {}}}, own);
}

// The change and its lines to paste.
std::string todo(const Finding& finding) {
    std::string text = finding.change;
    for (const Paste& paste : finding.paste)
        for (const std::string& line : paste.lines) text += "\n" + line;
    return text;
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("where an address lies, seen from here") {
    CHECK(place_of(ip("1.2.3.4"), kBoth, false) == Place::kOurs);
    CHECK(place_of(ip("2a00::4"), kBoth, false) == Place::kOurs);
    CHECK(place_of(ip("1.2.3.5"), kBoth, false) == Place::kElsewhere);
    CHECK(place_of(ip("2a00::5"), kBoth, false) == Place::kElsewhere);
    CHECK(place_of(ip("1.2.3.5"), kNat, false) == Place::kBehindRouter);
    CHECK(place_of(ip("2a00::5"), kNat, false) == Place::kNoFamily);  // nobody translates a link-local address
    CHECK(place_of(ip("192.168.1.2"), kNat, false) == Place::kUnreachable);
    CHECK(place_of(ip("127.0.0.1"), kNat, false) == Place::kUnreachable);
    CHECK(place_of(ip("203.0.113.1"), kNat, false) == Place::kUnreachable);
    CHECK(place_of(ip("192.168.1.2"), kNat, true) == Place::kOurs);  // the CA is in our own network
    CHECK(place_of(ip("192.168.1.3"), kNat, true) == Place::kElsewhere);
    CHECK(place_of(ip("127.0.0.1"), kNat, true) == Place::kOurs);
    CHECK(place_of(ip("1.2.3.4"), OwnAddresses{{ip("2a00::4")}}, false) == Place::kNoFamily);
}

TEST_CASE("a name that leads here") {
    const Finding ours = judge("1.2.3.4", kBoth, fetched(What::kToken));
    CHECK(ours.level == Level::kOk);
    CHECK(ours.about == kName);
    CHECK(ours.seen == "A 1.2.3.4 (this machine).");
    CHECK(ours.change.empty());
    const Finding closed = judge("1.2.3.4", kBoth, fetched(What::kRefused));
    CHECK(closed.level == Level::kOk);  // the port has a finding of its own
    const Finding forwarded = judge("1.2.3.5", kBoth, fetched(What::kToken));
    CHECK(forwarded.level == Level::kOk);
    CHECK(holds(forwarded.seen, "but it leads here"));
    const Finding router = judge("1.2.3.5", kNat, fetched(What::kToken));
    CHECK(router.level == Level::kOk);
    CHECK(holds(router.seen, "through a router"));
}

TEST_CASE("behind a router it cannot be told") {
    const Finding finding = judge("1.2.3.5", kNat, fetched(What::kSilent));
    CHECK(finding.level == Level::kNote);
    CHECK(holds(finding.seen, "192.168.1.2"));
    CHECK(holds(finding.seen, "cannot be told"));
}

TEST_CASE("somebody else's address") {
    const Finding other = judge("1.2.3.5", kBoth, fetched(What::kOther, "nginx/1.22.1", 404));
    CHECK(other.level == Level::kFault);
    CHECK(holds(other.seen, "A 1.2.3.5 (not an address of this machine, which has 1.2.3.4; another server answers there"));
    CHECK(holds(other.seen, "nginx/1.22.1, status 404"));
    CHECK(holds(other.result, "unauthorized"));
    CHECK(holds(todo(other), "example.org. IN A 1.2.3.4"));
    CHECK(holds(judge("1.2.3.5", kBoth, fetched(What::kRefused)).seen, "refused"));
    CHECK(holds(judge("1.2.3.5", kBoth, fetched(What::kSilent)).seen, "timed out"));
    CHECK(holds(todo(judge("2a00::5", kBoth, fetched(What::kNoRoute))), "example.org. IN AAAA 2a00::4"));
    CHECK(judge("1.2.3.5", kBoth, fetched(What::kNotTried)).level == Level::kWarning);  // a forwarder may have it
}

TEST_CASE("addresses that no CA reaches") {
    const Finding inner = judge("192.168.1.2", kNat, fetched(What::kToken));
    CHECK(inner.level == Level::kFault);  // however well it answers from here
    CHECK(holds(inner.seen, "private network"));
    CHECK(holds(todo(inner), "router's page"));
    CHECK(holds(todo(inner), "self-signed"));
    CHECK(judge("192.168.1.2", kNat, fetched(What::kToken), true).level == Level::kOk);
    const Finding six = judge("2a00::5", kNat, fetched(What::kNoRoute));
    CHECK(six.level == Level::kWarning);
    CHECK(holds(six.result, "IPv6 first"));
    CHECK(holds(todo(six), "example.org. IN AAAA 2a00::5"));
}

TEST_CASE("an address of a family that this machine does not have") {
    const OwnAddresses six{{ip("2a00::4")}};
    const Finding four = judge("1.2.3.4", six, fetched(What::kRefused));
    CHECK(four.level == Level::kWarning);
    CHECK(holds(four.seen, "this machine has no IPv4)"));
    CHECK(holds(judge("2a00::5", kNat, fetched(What::kRefused)).seen, "no IPv6 address that leads anywhere"));
    CHECK(judge("1.2.3.4", six, fetched(What::kToken)).level == Level::kOk);  // it leads here all the same
}

TEST_CASE("a question that failed beside a fault does not hide the fault") {
    const std::string address = ip("1.2.3.5");
    const Finding finding = judge_name(sight({address}, "no AAAA answer"), {{address, Place::kElsewhere, fetched(What::kRefused), {}}}, kBoth);
    CHECK(finding.level == Level::kFault);
    CHECK(holds(finding.seen, "no AAAA answer"));
    CHECK(holds(finding.result, "not here"));
    CHECK_FALSE(holds(finding.result, "refuses the name"));
}

TEST_CASE("the worst of several addresses decides") {
    const Finding finding = judge_name(sight({ip("2a00::5"), ip("1.2.3.4")}),
                                       {{ip("2a00::5"), Place::kElsewhere, fetched(What::kOther), {}},
                                        {ip("1.2.3.4"), Place::kOurs, fetched(What::kToken), {}}},
                                       kBoth);
    CHECK(finding.level == Level::kFault);
    CHECK(holds(finding.seen, "AAAA 2a00::5"));
    CHECK(holds(finding.seen, "A 1.2.3.4 (this machine)"));
    CHECK(holds(todo(finding), "AAAA 2a00::5 to this one:\nexample.org. IN AAAA 2a00::4"));
}

TEST_CASE("an address as a name has no record to change") {
    const std::string address = ip("1.2.3.5");
    const Finding finding = judge_name({"1.2.3.5", true, "", {address}}, {{address, Place::kElsewhere, fetched(What::kRefused), {}}}, kBoth);
    CHECK(finding.level == Level::kFault);
    CHECK(!holds(todo(finding), "record"));
    CHECK(holds(todo(finding), "`names`"));
}

TEST_CASE("names without an address, and names that could not be asked for") {
    const Finding unknown = judge_name({kName, false, "", {}}, {}, kBoth);
    CHECK(unknown.level == Level::kFault);
    CHECK(holds(unknown.seen, "NXDOMAIN"));
    CHECK(holds(unknown.result, "`dns`"));
    CHECK(holds(todo(unknown), "example.org. IN A 1.2.3.4"));
    CHECK(holds(judge_name({kName, true, "", {}}, {}, kNat).seen, "neither A nor AAAA"));
    CHECK(holds(todo(judge_name({kName, true, "", {}}, {}, kNat)), "the router's page"));
    const Finding silent = judge_name({kName, true, "SERVFAIL", {}}, {}, kBoth);
    CHECK(silent.level == Level::kWarning);
    CHECK(holds(silent.seen, "SERVFAIL"));
    CHECK(holds(todo(silent), "resolver = 9.9.9.9"));
    const Finding half = judge_name(sight({ip("1.2.3.4")}, "no AAAA answer"), {{ip("1.2.3.4"), Place::kOurs, fetched(What::kToken), {}}}, kBoth);
    CHECK(half.level == Level::kWarning);
    CHECK(holds(half.seen, "no AAAA answer"));
}

TEST_CASE("what came of a fetch, in words") {
    CHECK(holds(words_of(fetched(What::kOther, "", 200)), "does not say what it is"));
    CHECK(holds(words_of(fetched(What::kOther)), "no web server"));
    CHECK(words_of(fetched(What::kOther, "nginx")) == "another server answers there: it says it is nginx");
    Fetched broken = fetched(What::kBroken);
    broken.detail = "it closed";
    CHECK(holds(words_of(broken), "it closed"));
    for (const What what : {What::kToken, What::kRefused, What::kSilent, What::kNoRoute, What::kNotTried}) CHECK(!words_of(fetched(what)).empty());
}
