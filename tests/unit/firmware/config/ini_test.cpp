// Lines to sections and entries: what inih would get wrong by itself.
#include "firmware/config/ini.h"

#include <doctest.h>

using namespace postern::config;

TEST_CASE("sections and entries keep their lines") {
    const IniFile ini = read_ini("; head\n[server]\nhttp = off\n\n# more\n[site a.example]\nnames=a.example\n", "f");
    CHECK(ini.faults.empty());
    REQUIRE(ini.sections.size() == 2);
    CHECK(ini.sections[0].line == 2);
    CHECK(ini.sections[0].entries.at(0).line == 3);
    CHECK(ini.sections[1].kind == "site");
    CHECK(ini.sections[1].name == "a.example");
    CHECK(ini.sections[1].title() == "site a.example");
    CHECK(ini.sections[1].entries.at(0).value == "a.example");
}

TEST_CASE("names longer than inih's 49 characters are kept whole") {
    const std::string host(200, 'h');
    const IniFile ini = read_ini("[site " + host + "]\n" + std::string(80, 'k') + " = v\n", "f");
    REQUIRE(ini.sections.size() == 1);
    CHECK(ini.sections[0].name == host);
    CHECK(ini.sections[0].entries.at(0).key == std::string(80, 'k'));
}

TEST_CASE("a value keeps what inih would take for a comment, a colon or a second separator") {
    const IniFile ini = read_ini("[s]\na = x ; y\nb = c: d = e\nc = [x]\nd=  # no\n", "f");
    CHECK(ini.faults.empty());
    const auto& entries = ini.sections.at(0).entries;
    REQUIRE(entries.size() == 4);
    CHECK(entries[0].value == "x ; y");
    CHECK(entries[1].value == "c: d = e");
    CHECK(entries[2].value == "[x]");
    CHECK(entries[3].value == "# no");
}

TEST_CASE("a byte order mark, CRLF and a last line without its end are fine") {
    const IniFile ini = read_ini("\xef\xbb\xbf[s]\r\na = 1\r\nb = 2", "f");
    CHECK(ini.faults.empty());
    CHECK(ini.sections.at(0).entries.at(0).value == "1");
    CHECK(ini.sections.at(0).entries.at(1).value == "2");
}

TEST_CASE("the longest allowed line is read whole, one byte more is a fault") {
    const std::string longest = "a = " + std::string(8192 - 4, 'x');
    CHECK(read_ini("[s]\n" + longest + "\n", "f").sections.at(0).entries.at(0).value.size() == 8188);
    CHECK(read_ini("[s]\n" + longest + "x\n", "f").faults.size() == 1);
}

TEST_CASE("entries below a section whose name is missing are not laid to another one") {
    const IniFile ini = read_ini("[s]\na = 1\n[]\nb = 2\n", "f");
    CHECK(ini.faults.size() == 1);
    REQUIRE(ini.sections.size() == 1);
    CHECK(ini.sections[0].entries.size() == 1);
}

