// Every fault of every file of tests/tables/bad_ini.txt is told, in the order of the lines, with exactly these words.
#include <doctest.h>

#include <string>

#include "server/base/text.h"
#include "tests/unit/firmware/config/ini_tester.h"

using namespace postern;
using namespace postern::config;

namespace {

// "\{N C}", "\xHH", "\r", "\\" and "\" before the end of a line.
std::string unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        const char kind = text[++i];
        if (kind == 'r') out += '\r';
        if (kind == '\\') out += '\\';
        if (kind == 'x') {
            out += from_hex(text.substr(i + 1, 2)).value();
            i += 2;
        }
        if (kind == '{') {
            const auto end = text.find('}', i);
            const auto blank = text.find(' ', i);
            out.append(parse_decimal(text.substr(i + 1, blank - i - 1)).value(), text[blank + 1]);
            i = end;
        }
    }
    return out;
}

}  // namespace

TEST_CASE("every fault of a bad file is told with its line") {
    SystemFiles real;
    const auto table = real.read("tests/tables/bad_ini.txt", 1u << 20);
    REQUIRE(table.ok());
    std::string_view rest = *table;
    rest.remove_prefix(rest.find("====\n") + 5);
    int rows = 0;
    while (!rest.empty()) {
        const auto arrow = rest.find("->\n");
        const auto end = rest.find("====\n");
        REQUIRE(arrow < end);
        const std::string_view file = rest.substr(0, arrow);
        const std::string_view expected = rest.substr(arrow + 3, end - arrow - 3);
        rest.remove_prefix(end + 5);
        ++rows;
        CAPTURE(std::string(file));
        fakes::FakeFiles files = stage(unescape(file));
        const ConfigOrFaults result = read_config(files, "t.ini", false);
        CHECK(!result.config);
        CHECK(faults_of(result) == expected);
    }
    CHECK(rows >= 80);
}

TEST_CASE("a file that is missing, unreadable or no file is one fault without a line") {
    fakes::FakeFiles files = stage("");
    CHECK(faults_of(read_config(files, "/etc/other.ini", false)) ==
          "/etc/other.ini: there is no such file; make one: postern init /etc/other.ini\n");
    files.deny("/etc/postern.ini", EACCES);
    CHECK(faults_of(read_config(files, "/etc/postern.ini", false)) ==
          "/etc/postern.ini: no permission to read it; try as root (sudo)\n");
    CHECK(read_config(files, "/srv/www", false).faults.size() == 1);
}

TEST_CASE("a file over a megabyte is refused unread") {
    CHECK(read(std::string((1u << 20) + 1, '#')).faults.size() == 1);
}

TEST_CASE("a file that is no INI at all gives a hundred faults, not a million") {
    std::string text;
    for (int i = 0; i < 5000; ++i) text += "nonsense\n";
    const auto result = read(text);
    CHECK(result.faults.size() == 101);
    CHECK(result.faults.back().text == "more lines cannot be read; is this an INI file?");
    text = "[server]\n";
    for (int i = 0; i < 5000; ++i) text += "k" + std::to_string(i) + " = 1\n";
    CHECK(read(text).faults.size() == 1001);
}
