// Changes to the text of an INI that leave every other byte as it is: comments, line ends, a missing one at the end, a byte
// order mark. Knows lines, sections and keys, and no meaning of any. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

struct IniChange {
    int line = 0;                    // 1-based, of the new text
    std::optional<std::string> was;  // without its end; nothing: the line is new
    std::string now;
};

class IniEdit {
public:
    explicit IniEdit(std::string_view text);

    // Puts KEY = VALUE into [TITLE], the first one of that title: in place of the value in force; else in place of a line of
    // that section which is commented out as "#KEY = ..." (a mark and nothing else before the key, as the sample has it); else
    // on a line of its own below the section's last entry. A section that is missing is added at the end. `value` is one line.
    void set(std::string_view title, std::string_view key, std::string_view value);
    // Another title for a section; nothing happens where there is none.
    void rename(std::string_view title, std::string_view fresh);

    bool has_section(std::string_view title) const { return header_of(title).has_value(); }
    std::string text() const;
    std::vector<IniChange> changes() const;  // in the order of the text; lines that say what they said before are none

private:
    struct Line {
        std::string content, end;        // end: "\n", "\r\n"; "" or "\r" of a last line without one
        std::optional<std::string> was;  // of one that was changed
        bool fresh = false;
    };
    struct Span {
        std::size_t header, end;  // lines: the section is [header, end)
    };

    std::optional<std::size_t> header_of(std::string_view title) const;
    Span add_section(std::string_view title);
    Span span_of(std::size_t header) const;
    void change(Line& line, std::string content);
    void add_after(std::size_t at, std::string content);

    std::string mark_;   // byte order mark
    std::string usual_;  // end of line
    std::vector<Line> lines_;
};

}  // namespace postern::config
