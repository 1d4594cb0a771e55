// The INI file as sections and entries with their lines, before any key has a meaning. ini.cpp is the one file that uses
// inih; keys, types and defaults are none of its business.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firmware/config/fault.h"

namespace postern::config {

struct IniEntry {
    int line = 0;
    std::string key;
    std::string value;  // trimmed; valid UTF-8 without control characters
};

struct IniSection {
    int line = 0;      // 0 and an empty kind: entries that stand before the first section
    std::string kind;  // "site" of [site example.org]
    std::string name;  // "example.org"; empty: none
    std::vector<IniEntry> entries;

    std::string title() const { return name.empty() ? kind : kind + " " + name; }
};

// Kind and name in a header such as "[site example.org]", without a line and entries. `header` begins with '['; what is
// wrong with it is told by read_ini.
IniSection section_of_header(std::string_view header);

struct IniFile {
    std::vector<IniSection> sections;  // in the order of the file; a section that stands twice is one here, and a fault
    std::vector<Fault> faults;         // of every line that cannot be read, in the order of the file
};

// Reads all of `text` (UTF-8, LF or CRLF, a byte order mark at the start is skipped). Never stops at a fault. `file` is
// named in the faults.
IniFile read_ini(std::string_view text, const std::string& file);

}  // namespace postern::config
