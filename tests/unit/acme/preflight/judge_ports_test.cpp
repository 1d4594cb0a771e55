#include "acme/preflight/judge_ports.h"

#include <doctest.h>

#include "tests/unit/acme/preflight/fake_outside.h"

using namespace postern;
using namespace postern::acme::preflight;
using What = Fetched::What;

namespace {

const OwnAddresses kOwn{{ip("1.2.3.4")}}, kNat{{ip("192.168.1.2")}};

Way way(What what, Place place = Place::kOurs, bool secure = false) {
    Way one;
    one.ip = ip("1.2.3.4");
    one.place = place;
    one.secure = secure;
    one.port = secure ? 443 : 80;
    one.listener = secure ? 8443 : 8080;
    one.names = {"a.example", "b.example"};
    one.methods = {"http-01"};
    one.fetched = fetched(what, what == What::kOther ? "nginx" : "", what == What::kOther ? 404 : 0);
    return one;
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

bool pastes(const Finding& finding, std::string_view line) {
    for (const Paste& paste : finding.paste)
        for (const std::string& each : paste.lines)
            if (holds(each, line)) return true;
    return false;
}

}  // namespace

TEST_CASE("a port that answers") {
    const Finding own = judge_way(way(What::kToken), kOwn);
    CHECK(own.level == Level::kOk);
    CHECK(own.about == "port 80 of 1.2.3.4 (a.example, b.example)");
    CHECK(holds(own.seen, "from this machine"));
    CHECK(own.paste.empty());
    CHECK(!holds(judge_way(way(What::kToken, Place::kBehindRouter), kNat).seen, "this machine"));
}

TEST_CASE("refused, silent and answered by another are told apart") {
    const Finding refused = judge_way(way(What::kRefused), kOwn);
    CHECK(refused.level == Level::kFault);
    CHECK(holds(refused.seen, "refused"));
    CHECK(holds(refused.result, "`connection`"));
    CHECK(pastes(refused, "http = [::]:8080"));

    const Finding silent = judge_way(way(What::kSilent), kOwn);
    CHECK(silent.level == Level::kFault);
    CHECK(holds(silent.seen, "time out"));
    CHECK(pastes(silent, "nft insert rule inet filter input tcp dport 80 accept"));
    CHECK(pastes(silent, "iptables -I INPUT -p tcp --dport 80 -j ACCEPT"));
    CHECK(pastes(silent, "ip6tables -I INPUT -p tcp --dport 80 -j ACCEPT"));
    CHECK(pastes(silent, "uci set firewall.postern_80.dest_port='80'"));
    CHECK(pastes(silent, "uci commit firewall"));

    const Finding other = judge_way(way(What::kOther), kOwn);
    CHECK(other.level == Level::kFault);
    CHECK(holds(other.seen, "it says it is nginx"));
    CHECK(holds(other.result, "`unauthorized`"));
    CHECK(pastes(other, "ss -ltnp 'sport = :80'"));
    CHECK(pastes(other, "uci -q delete uhttpd.main.listen_http"));

    Way odd = way(What::kBroken);
    odd.fetched.detail = "it closed";
    CHECK(holds(judge_way(odd, kOwn).seen, "it closed"));
    CHECK(judge_way(odd, kOwn).level == Level::kFault);
}

TEST_CASE("port 443 without tls-alpn-01 costs visitors, not the certificate") {
    const Finding finding = judge_way(way(What::kSilent, Place::kOurs, true), kOwn);
    CHECK(finding.level == Level::kWarning);
    CHECK(holds(finding.result, "visitors"));
    CHECK(pastes(finding, "dport 443"));
    Way alpn = way(What::kSilent, Place::kOurs, true);
    alpn.methods = {"tls-alpn-01", "http-01"};
    CHECK(judge_way(alpn, kOwn).level == Level::kFault);
    Way plain = way(What::kSilent);
    plain.methods = alpn.methods;
    CHECK(judge_way(plain, kOwn).level == Level::kWarning);
}

TEST_CASE("port 80 without http-01 costs those who type no https; a closed way to an address of ours is one that is refused") {
    Way plain = way(What::kNoRoute);
    plain.methods = {"tls-alpn-01"};
    const Finding finding = judge_way(plain, kOwn);
    CHECK(finding.level == Level::kWarning);
    CHECK(holds(finding.result, "without https"));
    CHECK(holds(finding.seen, "refused"));
    CHECK(pastes(finding, "http = [::]:8080"));
    plain.methods.clear();  // nothing is ordered for these names
    CHECK(judge_way(plain, kOwn).level == Level::kWarning);
    Way secure = way(What::kRefused, Place::kOurs, true);
    CHECK(pastes(judge_way(secure, kOwn), "https = [::]:8443"));
}

TEST_CASE("behind a router that may not loop back nothing is certain") {
    for (const What what : {What::kRefused, What::kSilent, What::kNoRoute, What::kBroken}) {
        const Finding finding = judge_way(way(what, Place::kBehindRouter), kNat);
        CHECK(finding.level == Level::kNote);
        CHECK(holds(finding.seen, "hairpin"));
        CHECK(holds(finding.result, "Cannot tell"));
        CHECK(holds(finding.change, "192.168.1.2 port 8080"));
        CHECK(holds(finding.change, "check --probe"));
        CHECK(pastes(finding, "dnat to 192.168.1.2:8080"));
        CHECK(pastes(finding, "--to-destination 192.168.1.2:8080"));
        CHECK(pastes(finding, "uci set firewall.postern_to_80.dest_ip='192.168.1.2'"));
    }
    const Finding other = judge_way(way(What::kOther, Place::kBehindRouter), kNat);
    CHECK(other.level == Level::kWarning);
    CHECK(holds(other.seen, "router's own page"));
    CHECK(holds(judge_way(way(What::kRefused, Place::kBehindRouter), OwnAddresses{}).change, "this machine port 8080"));
}

TEST_CASE("what was not tried is no verdict") {
    const Finding finding = judge_way(way(What::kNotTried), kOwn);
    CHECK(finding.level == Level::kNote);
    CHECK(holds(finding.seen, "Not tried"));
}

TEST_CASE("many names are counted") {
    Way many = way(What::kToken);
    many.names = {"a", "b", "c", "d", "e"};
    CHECK(judge_way(many, kOwn).about == "port 80 of 1.2.3.4 (a, b, c and 2 more)");
}

TEST_CASE("a listener that could not be opened") {
    const Finding taken = judge_door({false, true, "Address in use", "lighttpd"}, 80, false);
    CHECK(taken.level == Level::kFault);
    CHECK(holds(taken.seen, "it says it is lighttpd"));
    CHECK(pastes(taken, "ss -ltnp 'sport = :80'"));
    CHECK(pastes(judge_door({false, true, "Address in use", ""}, 443, true), "uhttpd.main.listen_https"));
    const Finding barred = judge_door({false, false, "no permission", ""}, 80, false);
    CHECK(barred.level == Level::kWarning);
    CHECK(holds(barred.seen, "Not tested: no permission"));
    CHECK(holds(barred.change, "sudo"));
}

TEST_CASE("ports that no CA asks at") {
    CHECK(judge_numbers(80, 443, false).empty());
    CHECK(judge_numbers(8080, 8443, true).empty());
    const auto findings = judge_numbers(8080, 8443, false);
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].level == Level::kWarning);
    CHECK(holds(findings[0].change, "public_http_port = 80"));
    CHECK(findings[1].level == Level::kNote);
    CHECK(judge_numbers(0, 0, false).size() == 1);
    CHECK(judge_numbers(80, 8443, false).at(0).about == "[server] https");
    CHECK(holds(judge_numbers(0, 443, false).at(0).seen, "off"));
}
