#include "firmware/checks/finding_text.h"

#include <doctest.h>

#include "firmware/checks/probe_text.h"
#include "server/base/ip_text.h"
#include "server/base/text.h"
#include "tests/unit/firmware/config/ini_tester.h"

using namespace postern;
using namespace postern::checks;
using acme::preflight::Finding;
using acme::preflight::Level;

namespace {

Finding fault(std::vector<acme::preflight::Paste> paste = {}) {
    return {"port", Level::kFault, "port 80 of 1.2.3.4", "Seen.", "Then.", "Do this:", std::move(paste)};
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("text is broken at blanks, a long word stays whole") {
    CHECK(wrap("a bb ccc", 0, 4) == "a bb\nccc\n");
    CHECK(wrap("a  bb", 2, 80) == "  a bb\n");
    CHECK(wrap("wwwwwwwwww a", 1, 4) == " wwwwwwwwww\n a\n");
    CHECK(wrap("a\x1b[31mb\r\nc", 0, 80) == "a [31mb c\n");
    std::string words;
    for (int i = 0; i < 100; ++i) words += "word" + std::to_string(i) + " ";
    for (const std::string_view line : split(wrap(words, 9, 79), '\n')) CHECK(line.size() <= 79);
}

TEST_CASE("one paragraph a finding, one line for what is well") {
    const std::string text = findings_text({{"a", Level::kOk, "x", "Good.", "", ""}, {"a", Level::kOk, "y", "Good.", "", ""}, fault(),
                                            {"a", Level::kNote, "z", "Hm.", "", ""}});
    CHECK(text == "ok       x: Good.\nok       y: Good.\n\n"
                  "FAULT    port 80 of 1.2.3.4\n         Seen.\n         Then.\n         To do: Do this:\n\n"
                  "note     z\n         Hm.\n");
}

TEST_CASE("lines to paste are never broken, and stand there once") {
    const std::string line = "uci set firewall.postern_80.name='" + std::string(90, 'x') + "'";
    const std::vector<acme::preflight::Paste> paste = {{"OpenWrt", {line, "second"}}};
    const std::string text = findings_text({fault(paste), fault(paste), fault({{"OpenWrt", {"other"}}})});
    CHECK(count(text, line + "\n") == 1);
    CHECK(count(text, "# OpenWrt") == 2);
    CHECK(count(text, "(the lines above)") == 1);
    CHECK(holds(text, "         second\n"));
}

TEST_CASE("the verdict counts") {
    CHECK(holds(verdict_text({}), "All is well."));
    CHECK(holds(verdict_text({{"a", Level::kNote, "", "", "", ""}}), "No fault. 1 note"));
    const std::string bad = verdict_text({fault(), fault(), {"a", Level::kWarning, "", "", "", ""}});
    CHECK(holds(bad, "2 faults: an order would fail"));
    CHECK(holds(bad, "1 warning."));
    CHECK(!holds(bad, "--probe"));
    CHECK(holds(verdict_text({{"a", Level::kWarning, "", "", "", ""}}), "--probe"));
}

TEST_CASE("the invitation of a probe names its addresses") {
    auto read = config::read("[server]\nhttp = [::]:80\nhttps = [::]:8444\n[site a]\nnames = a.example, *.a.example, 2001:db8::1\n"
                             "certificate = self-signed\n");
    REQUIRE(read.config);
    const std::string text = probe_invitation(*read.config, "abcd2345", true);
    CHECK(holds(text, "\n  http://a.example/.well-known/acme-challenge/abcd2345\n"));
    CHECK(holds(text, "\n  https://a.example:8444/.well-known/acme-challenge/abcd2345\n"));
    CHECK(holds(text, "http://[2001:db8::1]/"));
    CHECK(!holds(text, "*"));
    CHECK(holds(text, "running server"));
    read.config->sites.clear();
    CHECK(holds(probe_invitation(*read.config, "abcd2345", false), "http://ADDRESS/"));
    config::SiteSection& many = read.config->sites.emplace_back();
    many.key_type = {crypto::KeyType::kEc256};
    for (int i = 0; i < 12; ++i) many.names.push_back("n" + std::to_string(i) + ".example");
    CHECK(holds(probe_invitation(*read.config, "abcd2345", false), "(and 4 names more)"));
}

TEST_CASE("a visit says from where it came, and whether that proves anything") {
    const acme::preflight::OwnAddresses own{{ip_to_bytes("2a00:1:2:3::4").value(), ip_to_bytes("192.168.1.2").value()}};
    const WallTime at{Seconds(1795219200)};
    CHECK(visit_text({at, "8.8.4.4", 80, false}, own) == "00:00:00Z  a visit from 8.8.4.4 (IPv4) at port 80, http\n");
    CHECK(holds(visit_text({at, "2a00:9::1", 443, true}, own), "2a00:9::1 (IPv6) at port 443, https"));
    CHECK(holds(visit_text({at, "192.168.1.7", 80, false}, own), "from inside"));
    CHECK(is_stranger("8.8.4.4", own));
    CHECK(is_stranger("2a00:1:2:4::9", own));
    for (const char* inside : {"192.168.1.7", "10.0.0.1", "127.0.0.1", "fd00::1", "2a00:1:2:3::9", "2a00:1:2:3::4", "", "x"}) {
        CAPTURE(inside);
        CHECK(!is_stranger(inside, own));
    }
    CHECK(holds(probe_farewell(1), "1 visit from outside"));
    CHECK(holds(probe_farewell(0), "Nobody came"));
}
