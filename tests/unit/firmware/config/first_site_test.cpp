// The lines that ask for a first certificate: in the sample, and in the files of people who have begun already.
#include "firmware/config/first_site.h"

#include <doctest.h>

#include <algorithm>

#include "firmware/config/config_keys.h"
#include "server/base/text.h"
#include "tests/unit/firmware/config/ini_tester.h"

using namespace postern;
using namespace postern::config;

namespace {

struct Row {
    const char* what;
    FirstWish wish;
    std::string_view before, after;
    const char* certificate;
};

const Row kRows[] = {
    {"one self-signed site, the sample's", {{"my.example", "www.my.example"}, "me@my.example", ""},
     "[acme]\n#agree_tos = yes\n#email = you@example.org\n\n[site example.org]\nnames = example.org, www.example.org\ncertificate = self-signed\n",
     "[acme]\nagree_tos = yes\nemail = me@my.example\n\n[site my.example]\nnames = my.example, www.my.example\ncertificate = acme\n", "my.example"},
    {"no [acme], no line end at the end", {{"my.example"}, "", ""},
     "[site home]\ncertificate=self-signed\nnames=router.lan",
     "[site home]\ncertificate=acme\nnames=my.example\n\n[acme]\nagree_tos = yes", "home"},
    {"nothing but the server", {{"my.example"}, "", ""}, "[server]\nstate = /s\n",
     "[server]\nstate = /s\n\n[acme]\nagree_tos = yes\n\n[site my.example]\nnames = my.example\n", "my.example"},
    {"several sites: that which has the name", {{"b.example", "c.example"}, "", ""},
     "[site a.example]\ncertificate = self-signed\n[site b.example]\ncertificate = self-signed\n",
     "[site a.example]\ncertificate = self-signed\n[site b.example]\ncertificate = acme\nnames = b.example, c.example\n\n[acme]\nagree_tos = yes\n",
     "b.example"},
    {"several sites: one that is implied by its section", {{"b.example"}, "", ""},
     "[site a.example]\ncertificate = self-signed\n[site b.example]\ncertificate = self-signed\n[acme]\nagree_tos = yes\n",
     "[site a.example]\ncertificate = self-signed\n[site b.example]\ncertificate = acme\n[acme]\nagree_tos = yes\n", "b.example"},
    {"several sites, none of them meant: a new one", {{"n.example"}, "", ""},
     "[acme]\nagree_tos = no\n[site a]\nnames = a.lan\ncertificate = self-signed\n[site b.lan]\ncertificate = self-signed\n",
     "[acme]\nagree_tos = yes\n[site a]\nnames = a.lan\ncertificate = self-signed\n[site b.lan]\ncertificate = self-signed\n\n[site n.example]\n"
     "names = n.example\n", "n.example"},
    {"a site that asks already, and never got one", {{"right.example"}, "", ""},
     "[acme]\nagree_tos = yes\n[site tpyo.example]\nnames = tpyo.example\n[site b]\nnames = b.lan\ncertificate = self-signed\n",
     "[acme]\nagree_tos = yes\n[site right.example]\nnames = right.example\n[site b]\nnames = b.lan\ncertificate = self-signed\n", "right.example"},
    {"the canonical name is one of them", {{"a.example", "b.example"}, "", ""},
     "[site s]\nnames = x.lan\ncanonical = X.lan\ncertificate = self-signed\n[acme]\nagree_tos = yes\n",
     "[site s]\nnames = a.example, b.example\ncanonical = a.example\ncertificate = acme\n[acme]\nagree_tos = yes\n", "s"},
    {"a receiver speaks of the site: its title stays", {{"my.example"}, "", ""},
     "[site example.org]\ncertificate = self-signed\n[deploy d]\ncertificate = example.org\ncommand = true\n[acme]\nagree_tos = yes\n",
     "[site example.org]\ncertificate = acme\nnames = my.example\n[deploy d]\ncertificate = example.org\ncommand = true\n[acme]\nagree_tos = yes\n",
     "example.org"},
    {"staging, by [acme]", {{"my.example"}, "", "letsencrypt-staging"},
     "[acme]\nca = letsencrypt\nagree_tos = yes\n[site s]\nnames = x.lan\ncertificate = self-signed\n",
     "[acme]\nca = letsencrypt-staging\nagree_tos = yes\n[site s]\nnames = my.example\ncertificate = acme\n", "s"},
    {"staging and back, by the site", {{"my.example"}, "", "letsencrypt"},
     "[acme]\nagree_tos = yes\n[site s]\nnames = x.lan\nca = letsencrypt-staging\ncertificate = self-signed\n",
     "[acme]\nagree_tos = yes\n[site s]\nnames = my.example\nca = letsencrypt\ncertificate = acme\n", "s"},
    {"an address at Let's Encrypt: shortlived", {{"192.0.2.7"}, "", ""},
     "[acme]\nagree_tos = yes\n[site example.org]\nnames = example.org\ncertificate = self-signed\n#profile = tlsserver\n#[ca x]\n#profile = y\n",
     "[acme]\nagree_tos = yes\n[site 192.0.2.7]\nnames = 192.0.2.7\ncertificate = acme\nprofile = shortlived\n#[ca x]\n#profile = y\n", "192.0.2.7"},
    {"an address of IPv6, beside a name", {{"my.example", "2001:db8::7"}, "", "letsencrypt-staging"}, "[server]\nstate = /s\n",
     "[server]\nstate = /s\n\n[acme]\nagree_tos = yes\nca = letsencrypt-staging\n\n[site my.example]\nnames = my.example, 2001:db8::7\n"
     "profile = shortlived\n", "my.example"},
    {"an address of IPv6 alone names the folder", {{"2001:db8::7"}, "", ""}, "[acme]\nca = https://ca.example/dir\nagree_tos = yes\n",
     "[acme]\nca = https://ca.example/dir\nagree_tos = yes\n\n[site 2001:db8::7]\nnames = 2001:db8::7\n", "2001-db8--7"},
    {"the profile is there already", {{"192.0.2.7"}, "", ""}, "[acme]\nagree_tos = yes\nprofile = shortlived, tlsserver\n[site a]\nnames = 192.0.2.7\ncertificate = self-signed\n",
     "[acme]\nagree_tos = yes\nprofile = shortlived, tlsserver\n[site a]\nnames = 192.0.2.7\ncertificate = acme\n", "a"},
};

std::string crlf(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '\n' ? std::string("\r\n") : std::string(1, c);
    return out;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    for (const auto line : split(text, '\n')) lines.emplace_back(line);
    return lines;
}

}  // namespace

TEST_CASE("first site: the lines that are written, and no others") {
    for (const Row& row : kRows) {
        CAPTURE(row.what);
        const FirstEdit edit = write_first_site(row.before, row.wish);
        CHECK(edit.text == row.after);
        CHECK(edit.certificate == row.certificate);
        CHECK(write_first_site(crlf(row.before), row.wish).text == crlf(row.after));
        CHECK(faults_of(read(edit.text)) == "");
        const auto read_back = read(edit.text);
        const auto site = std::find_if(read_back.config->sites.begin(), read_back.config->sites.end(),
                                       [&](const SiteSection& each) { return each.folder == row.certificate; });
        REQUIRE(site != read_back.config->sites.end());
        REQUIRE(site->wanted);
        CHECK(site->wanted->names == row.wish.names);
        // the same wish again changes nothing
        CHECK(write_first_site(edit.text, row.wish).text == edit.text);
        CHECK(write_first_site(edit.text, row.wish).changes.empty());
    }
}

TEST_CASE("first site: in the sample seven lines change, and every other byte stays") {
    const FirstWish wish{{"my.example", "192.0.2.7"}, "me@my.example", "letsencrypt-staging"};
    for (const std::string& text : {sample_ini(), crlf(sample_ini()), sample_ini().substr(0, sample_ini().size() - 1)}) {
        const FirstEdit edit = write_first_site(text, wish);
        CHECK(faults_of(read(edit.text)) == "");
        CHECK(edit.changes.size() == 7);
        const auto before = lines_of(text), after = lines_of(edit.text);
        REQUIRE(before.size() == after.size());
        std::size_t changed = 0;
        for (std::size_t i = 0; i < before.size(); ++i) {
            if (before[i] == after[i]) continue;
            CHECK(edit.changes.at(changed).line == static_cast<int>(i) + 1);
            CHECK(trim(before[i]).substr(0, edit.changes[changed].was->size()) == *edit.changes[changed].was);
            CHECK(after[i].ends_with('\r') == before[i].ends_with('\r'));
            ++changed;
        }
        CHECK(changed == edit.changes.size());
    }
    CHECK(read(write_first_site(sample_ini(), wish).text).config->sites.front().folder == "my.example");
}

TEST_CASE("first site: the same by hand") {
    const FirstEdit edit = write_first_site("[acme]\n[site example.org]\ncertificate = self-signed\n", {{"my.example"}, "me@my.example", ""});
    REQUIRE(edit.by_hand.size() == 2);
    CHECK(edit.by_hand[0].where == "[acme]");
    CHECK(edit.by_hand[0].lines == std::vector<std::string>{"agree_tos = yes", "email = me@my.example"});
    CHECK(edit.by_hand[1].where == "[site example.org]");
    CHECK(edit.by_hand[1].lines == std::vector<std::string>{"names = my.example", "certificate = acme"});
    const FirstEdit fresh = write_first_site("[server]\n", {{"my.example"}, "", ""});
    REQUIRE(fresh.by_hand.size() == 1);
    CHECK(fresh.by_hand[0].where == "the end of the file");
    CHECK(fresh.by_hand[0].lines == std::vector<std::string>{"[acme]", "agree_tos = yes", "[site my.example]", "names = my.example"});
}

TEST_CASE("first site: what a file says of it") {
    const FirstSite sample = look_for_first_site(sample_ini());
    CHECK(sample.open);
    CHECK(!sample.asks);
    CHECK(sample.section == "site example.org");
    CHECK(sample.names.empty());
    CHECK(sample.ca == "letsencrypt");
    CHECK(sample.email.empty());
    const FirstSite own = look_for_first_site("[acme]\nca = letsencrypt-staging, letsencrypt\nemail = a@b.example\n[site s]\nnames = Nas.lan, 10.0.0.1\ncertificate = self-signed\n");
    CHECK(own.section == "site s");
    CHECK(own.names == std::vector<std::string>{"nas.lan", "10.0.0.1"});
    CHECK(own.ca == "letsencrypt-staging");
    CHECK(own.email == "a@b.example");
    CHECK(look_for_first_site("").open);
    CHECK(look_for_first_site("").section.empty());
    CHECK(look_for_first_site("[site a]\n").open);
    CHECK(look_for_first_site("[site a]\n").asks);
    CHECK(!look_for_first_site("[site a]\n[site b]\n").open);
    CHECK(look_for_first_site("[site a]\nca = x\n").ca == "x");
    CHECK(terms_of("letsencrypt-staging") == "https://letsencrypt.org/repository/");
    CHECK(terms_of("https://ca.example/dir").empty());
    CHECK(choices_beside("letsencrypt").size() == 2);
    CHECK(choices_beside("home").empty());
}

TEST_CASE("first site: names as people write them, and what is said of those that are none") {
    const FirstNames good = read_first_names({" Www.My.Example ", "192.0.2.7", "2001:DB8:0::7", "www.my.example"});
    CHECK(good.faults.empty());
    CHECK(good.names == std::vector<std::string>{"www.my.example", "192.0.2.7", "2001:db8::7"});
    for (const std::string bad : {"", "https://my.example/", "my.example:443", "my_example.org", "*.my.example", "a..b", "b\u00fccher.example", "-a.example", "1.2.3", "a b"}) {
        CAPTURE(bad);
        const FirstNames read = read_first_names({"good.example", bad});
        REQUIRE(read.faults.size() == 1);
        CHECK(read.faults[0].key == "names");
        CHECK(!read.faults[0].text.empty());
        CHECK(read.names == std::vector<std::string>{"good.example"});
    }
    CHECK(read_first_names({}).faults.size() == 1);
    CHECK(read_first_names(std::vector<std::string>(100, "a.example")).faults.empty());
    CHECK(read_first_names(std::vector<std::string>(101, "a.example")).faults.size() == 1);
    CHECK(read_first_names({std::string(254, 'a')}).faults.size() == 1);
}
