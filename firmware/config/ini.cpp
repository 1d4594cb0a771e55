#include "firmware/config/ini.h"

#include <ini.h>

#include "server/base/limits.h"
#include "server/base/text.h"
#include "server/base/utf8.h"

namespace postern::config {

namespace {

// A file that is no INI at all (a picture, a certificate) would give a fault for each of its lines.
constexpr std::size_t kMostLineFaults = 100;

// C0 without tab, DEL, and C1 as UTF-8 writes it: a terminal that shows a fault would obey them.
std::size_t find_control(std::string_view line) {
    for (std::size_t i = 0; i < line.size(); ++i) {
        const auto c = static_cast<unsigned char>(line[i]);
        if ((c < 0x20 && c != '\t') || c == 0x7f) return i;
        if (c == 0xc2 && i + 1 < line.size() && static_cast<unsigned char>(line[i + 1]) < 0xa0) return i;
    }
    return std::string_view::npos;
}

// What makes a line unreadable; empty: nothing does.
std::string trouble_of(std::string_view line) {
    if (line.size() > limits::kConfigLine)
        return "the line is " + std::to_string(line.size()) + " bytes long; allowed: at most " +
               std::to_string(limits::kConfigLine);
    if (const auto at = line.find('\0'); at != line.npos)
        return "a NUL byte at column " + std::to_string(at + 1) + "; allowed: text in UTF-8";
    if (const auto at = find_invalid_utf8(line); at != line.npos)
        return "byte " + printable(line.substr(at, 1)) + " at column " + std::to_string(at + 1) +
               " is no UTF-8; save the file as UTF-8";
    if (const auto at = find_control(line); at != line.npos)
        return "control character " + printable(line.substr(at, 1)) + " at column " + std::to_string(at + 1) +
               "; allowed: text and tabs";
    return {};
}

// The start of what was written, for a fault; never half a character.
std::string excerpt(std::string_view content) {
    constexpr std::size_t kShown = 60;
    if (content.size() <= kShown) return std::string(content);
    std::size_t end = kShown;
    while (end > 0 && (static_cast<unsigned char>(content[end]) & 0xc0) == 0x80) --end;
    return std::string(content.substr(0, end)) + "…";
}

struct Pair {
    std::string key, value;
    bool found = false;
};

int take_pair(void* into, const char*, const char* name, const char* value, int) {
    if (name == nullptr) return 1;  // a new section
    *static_cast<Pair*>(into) = {name, value, true};
    return 1;
}

class Reader {
public:
    Reader(const std::string& file, IniFile& into) : file_(file), into_(into) {}

    void take(std::string_view line) {
        ++line_;
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (const std::string trouble = trouble_of(line); !trouble.empty()) return fault({}, {}, trouble);
        const std::string_view content = trim(line);
        if (content.empty()) return;
        if (line.front() == ' ' || line.front() == '\t') {
            fault({}, {}, "the line is indented; begin it at the left edge (a value cannot go on in the next line)");
            if (content.find('=') == content.npos) return;  // one fault says it all
        }
        if (content.front() == ';' || content.front() == '#') return;
        if (content.front() == '[') return take_section(content);
        take_entry(content);
    }

private:
    void fault(std::string section, std::string key, std::string text) {
        if (faults_ == kMostLineFaults) text = "more lines cannot be read; is this an INI file?";
        if (faults_++ > kMostLineFaults) return;
        into_.faults.push_back({file_, line_, std::move(section), std::move(key), std::move(text)});
    }

    // Not by inih, which would cut the name at 49 characters: a host name may have 253.
    void take_section(std::string_view content) {
        const auto end = content.find(']');
        if (end == content.npos) {
            fault({}, {}, "']' is missing at the end of the section's name; write [server] or [site example.org]");
        } else if (end + 1 != content.size()) {
            fault({}, {}, "text after ']'; a comment goes on a line of its own");
        }
        IniSection section = section_of_header(content);
        current_ = kLost;
        if (section.kind.empty()) return fault({}, {}, "the section has no name; write [server] or [site example.org]");
        open_section(std::move(section));
    }

    // A second [server] goes on with the first one, so that a key in both is told as well.
    void open_section(IniSection opened) {
        for (std::size_t i = 0; i < into_.sections.size(); ++i) {
            const IniSection& section = into_.sections[i];
            if (section.kind != opened.kind || section.name != opened.name) continue;
            fault(section.title(), {}, "the section stands twice, first in line " + std::to_string(section.line) +
                                           "; put its keys together");
            current_ = i;
            return;
        }
        current_ = into_.sections.size();
        opened.line = line_;
        into_.sections.push_back(std::move(opened));
    }

    void take_entry(std::string_view content) {
        const std::string title = current_ < into_.sections.size() ? into_.sections[current_].title() : "";
        const auto equals = content.find('=');
        if (equals == content.npos)
            return fault(title, {}, "'" + excerpt(content) +
                                        "' has no '='; write key = value, or begin a comment with ; or #");
        if (equals == 0) return fault(title, {}, "a key is missing before '='; write key = value");
        // inih takes "key: value" too; our values hold colons, so that would hide typing errors.
        if (content.substr(0, equals).find(':') != content.npos)
            return fault(title, {}, "':' before '='; write key = value");
        Pair pair;
        ini_parse_string_length(content.data(), content.size(), take_pair, &pair);
        if (!pair.found) return fault(title, {}, "the line cannot be read; write key = value");
        store({line_, std::move(pair.key), std::move(pair.value)});
    }

    void store(IniEntry entry) {
        if (current_ == kLost) return;  // below a section whose name could not be read: that was told
        if (into_.sections.empty()) into_.sections.push_back({});
        into_.sections[current_].entries.push_back(std::move(entry));
    }

    static constexpr std::size_t kLost = static_cast<std::size_t>(-1);
    const std::string& file_;
    IniFile& into_;
    int line_ = 0;
    std::size_t current_ = 0;
    std::size_t faults_ = 0;
};

}  // namespace

IniSection section_of_header(std::string_view header) {
    const std::string_view text = trim(header.substr(1, header.find(']') - 1));
    const auto space = text.find_first_of(" \t");
    IniSection section;
    section.kind = text.substr(0, space);
    if (space != text.npos) section.name = trim(text.substr(space));
    return section;
}

IniFile read_ini(std::string_view text, const std::string& file) {
    IniFile out;
    if (has_prefix(text, "\xff\xfe") || has_prefix(text, "\xfe\xff")) {
        out.faults.push_back({file, 1, {}, {}, "the file is UTF-16; save it as UTF-8"});
        return out;
    }
    if (has_prefix(text, "\xef\xbb\xbf")) text.remove_prefix(3);
    Reader reader(file, out);
    while (!text.empty()) {
        const auto end = text.find('\n');
        reader.take(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    return out;
}

}  // namespace postern::config
