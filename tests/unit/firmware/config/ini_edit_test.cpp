// The text of an INI changed line by line: what must not change does not, in every kind of file.
#include "firmware/config/ini_edit.h"

#include <doctest.h>

#include "firmware/config/config_keys.h"
#include "firmware/config/ini.h"

using namespace postern;
using namespace postern::config;

namespace {

struct Row {
    const char* what;
    std::string_view before, title, key, value, after;
};

// The text with `from` in place of each `to`.
std::string with_ends(std::string_view text, std::string_view end) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') out += end;
        else out += c;
    }
    return out;
}

std::string set(std::string_view text, const Row& row) {
    IniEdit edit(text);
    edit.set(row.title, row.key, row.value);
    return edit.text();
}

const Row kRows[] = {
    {"a value", "[a]\nk = 1\n", "a", "k", "2", "[a]\nk = 2\n"},
    {"its writer's blanks stay", "[a]\n k\t=  1  \nx=y\n", "a", "k", "2", "[a]\n k\t=  2\nx=y\n"},
    {"without blanks", "[a]\nk=1\n", "a", "k", "2", "[a]\nk=2\n"},
    {"an empty value", "[a]\nk =\n", "a", "k", "2", "[a]\nk = 2\n"},
    {"an empty value without blanks", "[a]\nk=\n", "a", "k", "2", "[a]\nk=2\n"},
    {"a value with signs", "[a]\nk = a=b # c ; d [x]\n", "a", "k", "2", "[a]\nk = 2\n"},
    {"the same value", "[a]\nk =  1  \n", "a", "k", "1", "[a]\nk =  1  \n"},
    {"a new key, below the last entry", "[a]\nx = 1\n\n# of b\n[b]\ny = 1\n", "a", "k", "2", "[a]\nx = 1\nk = 2\n\n# of b\n[b]\ny = 1\n"},
    {"a new key in an empty section", "[a]\n\n[b]\n", "a", "k", "2", "[a]\nk = 2\n\n[b]\n"},
    {"another section's key is no other's", "[b]\nk = 1\n[a]\nx = 1\n", "a", "k", "2", "[b]\nk = 1\n[a]\nx = 1\nk = 2\n"},
    {"a key that begins likewise", "[a]\nkk = 1\n", "a", "k", "2", "[a]\nkk = 1\nk = 2\n"},
    {"a section with a name", "[site x]\nk = 1\n[site y]\nk = 1\n", "site y", "k", "2", "[site x]\nk = 1\n[site y]\nk = 2\n"},
    {"a header with blanks", " [ site\t y ] \nk = 1\n", "site y", "k", "2", " [ site\t y ] \nk = 2\n"},
    {"commented out", "[a]\n# the help of k = x\n#k = 1\n", "a", "k", "2", "[a]\n# the help of k = x\nk = 2\n"},
    {"commented out by ;", "[a]\n;k = 1\n", "a", "k", "2", "[a]\nk = 2\n"},
    {"in force and commented out", "[a]\n#k = 1\nk = 3\n#k = 4\n", "a", "k", "2", "[a]\n#k = 1\nk = 2\n#k = 4\n"},
    {"the first of two comments", "[a]\n#k = 1\n#k = 3\n", "a", "k", "2", "[a]\nk = 2\n#k = 3\n"},
    {"a comment in words is none", "[a]\n# k = 1\n## k\n##k = 1\n", "a", "k", "2", "[a]\nk = 2\n# k = 1\n## k\n##k = 1\n"},
    {"another key commented out", "[a]\n#kk = 1\n", "a", "k", "2", "[a]\nk = 2\n#kk = 1\n"},
    {"below a section that is commented out", "[a]\nx = 1\n#[b]\n#k = 1\n", "a", "k", "2", "[a]\nx = 1\nk = 2\n#[b]\n#k = 1\n"},
    {"below one with a blank", "[a]\n; [b c]\n;k = 1\n", "a", "k", "2", "[a]\nk = 2\n; [b c]\n;k = 1\n"},
    {"above it", "[a]\n#k = 1\n#[b]\n#k = 1\n", "a", "k", "2", "[a]\nk = 2\n#[b]\n#k = 1\n"},
    {"in force below it all the same", "[a]\n#[b]\nk = 1\n", "a", "k", "2", "[a]\n#[b]\nk = 2\n"},
    {"a new section", "[a]\nx = 1\n", "b", "k", "2", "[a]\nx = 1\n\n[b]\nk = 2\n"},
    {"a new section after a blank line", "[a]\n\n", "b", "k", "2", "[a]\n\n[b]\nk = 2\n"},
    {"a section commented out is none", "#[b]\n#k = 1\n", "b", "k", "2", "#[b]\n#k = 1\n\n[b]\nk = 2\n"},
    {"nothing at all", "", "b", "k", "2", "[b]\nk = 2\n"},
    {"a comment alone", "# mine\n", "b", "k", "2", "# mine\n\n[b]\nk = 2\n"},
    {"bytes of no text", "[a]\n# \xff\x01\n\x02\xfe\nk = 1\n", "a", "k", "2", "[a]\n# \xff\x01\n\x02\xfe\nk = 2\n"},
};

}  // namespace

TEST_CASE("ini edit: each change, with every kind of line end, with and without one at the end, with a byte order mark") {
    int looked = 0;
    for (const Row& row : kRows) {
        CAPTURE(row.what);
        for (const std::string_view end : {"\n", "\r\n"}) {
            for (const std::string& mark : {std::string(), std::string("\xef\xbb\xbf")}) {
                CHECK(set(mark + with_ends(row.before, end), row) == mark + with_ends(row.before.empty() ? row.after : row.after, row.before.empty() ? "\n" : end));
                ++looked;
                if (row.before.empty() || row.before == row.after) continue;
                // without the last end: it is missing afterwards too
                std::string before = mark + with_ends(row.before, end), after = mark + with_ends(row.after, end);
                if (row.before.ends_with("\n\n")) continue;  // the last line would be another one
                before.resize(before.size() - end.size());
                after.resize(after.size() - end.size());
                const bool has_end = before.find('\n') != std::string::npos;  // else nobody knows which it would be
                if (end == "\n" || has_end) CHECK(set(before, row) == after);
            }
        }
        // twice is as once
        CHECK(set(row.after, row) == row.after);
    }
    CHECK(looked == 4 * static_cast<int>(std::size(kRows)));
}

TEST_CASE("ini edit: mixed line ends stay where they are") {
    IniEdit edit("; a\r\n[a]\nk = 1\r\nx = 1\n\n[b]\r\ny = 1\r");
    edit.set("a", "k", "2");
    edit.set("a", "z", "3");
    edit.set("b", "y", "4");
    edit.set("c", "n", "5");
    CHECK(edit.text() == "; a\r\n[a]\nk = 2\r\nx = 1\nz = 3\n\n[b]\r\ny = 4\r\n\r\n[c]\r\nn = 5\r");
    CHECK(IniEdit("a\rb\n\rc\r").text() == "a\rb\n\rc\r");
}

TEST_CASE("ini edit: what is not asked for is never touched") {
    for (const std::string& text : {sample_ini(), with_ends(sample_ini(), "\r\n"), std::string("\n\n"), std::string("\r\n"), std::string("x"), std::string("[a")}) {
        CHECK(IniEdit(text).text() == text);
        CHECK(IniEdit(text).changes().empty());
    }
}

TEST_CASE("ini edit: the reader finds what was set, in the sample and nowhere else") {
    const IniFile before = read_ini(sample_ini(), "f");
    for (const KeyRow& row : key_rows()) {
        const SectionRow* section = find_section(row.section);
        if (!section->in_use) continue;
        CAPTURE(std::string(row.section) + " " + std::string(row.name));
        const std::string title = std::string(row.section) + (section->sample_name.empty() ? "" : " " + std::string(section->sample_name));
        IniEdit edit(sample_ini());
        edit.set(title, row.name, "a new value");
        REQUIRE(edit.changes().size() == 1);
        CHECK(edit.changes()[0].was.has_value());  // the sample has every key, so no line is added
        CHECK(edit.changes()[0].now == std::string(row.name) + " = a new value");
        const IniFile after = read_ini(edit.text(), "f");
        CHECK(after.faults.empty());
        std::size_t same = 0, entries = 0, found = 0;
        for (std::size_t i = 0; i < after.sections.size(); ++i) {
            entries += after.sections[i].entries.size();
            for (const IniEntry& entry : after.sections[i].entries) {
                if (entry.value == "a new value" && entry.key == row.name && after.sections[i].title() == title) ++found;
                for (const IniEntry& old : before.sections[i].entries) same += old.key == entry.key && old.value == entry.value ? 1 : 0;
            }
        }
        CHECK(found == 1);
        CHECK(same == entries - 1);
    }
}

TEST_CASE("ini edit: another title, and what has changed") {
    IniEdit edit("[a]\nk = 1\n [ site  x ] \nn = 1\n");
    edit.rename("site x", "site y.example");
    edit.rename("site none", "site z");
    edit.set("site y.example", "n", "2");
    edit.set("site y.example", "m", "3");
    edit.set("a", "k", "4");
    edit.set("a", "k", "1");
    CHECK(edit.text() == "[a]\nk = 1\n [site y.example] \nn = 2\nm = 3\n");
    const auto changes = edit.changes();
    REQUIRE(changes.size() == 3);
    CHECK(changes[0].line == 3);
    CHECK(changes[0].was == " [ site  x ] ");
    CHECK(changes[0].now == " [site y.example] ");
    CHECK(changes[1].line == 4);
    CHECK(changes[2].line == 5);
    CHECK(!changes[2].was);
    CHECK(edit.has_section("site y.example"));
    CHECK(!edit.has_section("site x"));
}
