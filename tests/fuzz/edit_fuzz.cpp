// Any text of a configuration, and a change to it: every line but the one that is changed stays byte for byte, the change
// can be read back, and nothing else is read otherwise than before. The input: section, key and value on a line each, the
// text behind them.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/config/ini.h"
#include "firmware/config/ini_edit.h"
#include "server/base/text.h"

using namespace postern;
using namespace postern::config;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

std::string take_line(std::string_view& rest) {
    const auto end = rest.find('\n');
    std::string line(rest.substr(0, end));
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    return line;
}

bool is_text(std::string_view text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f) return false;
    return !text.empty();
}

// As the callers of set() have them: titles and keys of our own tables, values that were judged before.
bool is_title(std::string_view title) {
    const auto blank = title.find(' ');
    const auto name = blank == title.npos ? "x" : title.substr(blank + 1);
    return is_text(title.substr(0, blank)) && is_text(name) && title.find_first_of("[]") == title.npos;
}
bool is_key(std::string_view key) { return is_text(key) && key.find_first_of("=:[];#") == key.npos; }
bool is_value(std::string_view value) { return is_text(value) && value.find_first_of(";#\"") == value.npos; }

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines.push_back(text.substr(0, end == text.npos ? text.size() : end + 1));
        text.remove_prefix(lines.back().size());
    }
    return lines;
}

std::string_view without_end(std::string_view line) {
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    return line;
}

// The lines of before stand in the text of after, in their order, but for those that `changes` names; the last of before may
// have been given an end.
void check_lines(std::string_view before, std::string_view after, const std::vector<IniChange>& changes) {
    const auto old = lines_of(before), now = lines_of(after);
    std::size_t at = 0, change = 0;
    for (std::size_t i = 0; i < now.size(); ++i) {
        const bool changed = change < changes.size() && changes[change].line == static_cast<int>(i) + 1;
        if (changed && !changes[change].was) {
            require(has_suffix(without_end(now[i]), changes[change++].now));
            continue;
        }
        require(at < old.size());
        if (changed) {
            require(has_suffix(without_end(old[at]), without_end(*changes[change].was)));
            ++change;
        } else {
            const bool same = old[at] == now[i];
            require(same || (at + 1 == old.size() && without_end(old[at]) == without_end(now[i])));
        }
        ++at;
    }
    require(at == old.size());
    require(change == changes.size());
}

const IniSection* find(const IniFile& file, std::string_view title) {
    for (const IniSection& section : file.sections)
        if (section.title() == title) return &section;
    return nullptr;
}

// What is read, as lines of text, but for the key that was changed.
std::string all_but(const IniFile& file, std::string_view title, std::string_view key) {
    std::string all;
    for (const IniSection& section : file.sections) {
        if (section.title() == title && section.entries.empty()) continue;
        bool said = section.title() == title;
        for (const IniEntry& entry : section.entries) {
            if (section.title() == title && entry.key == key) continue;
            all += section.title() + "\n" + entry.key + "\n" + entry.value + "\n";
            said = true;
        }
        if (!said) all += section.title() + "\n";
    }
    return all;
}

std::size_t count(const IniFile& file, std::string_view title, std::string_view key) {
    std::size_t count = 0;
    if (const IniSection* section = find(file, title))
        for (const IniEntry& entry : section->entries) count += entry.key == key;
    return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string title = take_line(text), key = take_line(text), value = take_line(text);
    require(IniEdit(text).text() == text);
    require(IniEdit(text).changes().empty());
    if (!is_title(title) || !is_key(key) || !is_value(value)) return 0;

    IniEdit edit(text);
    edit.set(title, key, value);
    const std::string after = edit.text();
    check_lines(text, after, edit.changes());
    IniEdit again(after);
    again.set(title, key, value);
    require(again.text() == after);

    const IniFile old = read_ini(text, {});
    if (!old.faults.empty() || count(old, title, key) > 1) return 0;
    const IniFile now = read_ini(after, {});
    require(now.faults.empty());
    require(all_but(old, title, key) == all_but(now, title, key));
    const IniSection* section = find(now, title);
    require(section != nullptr && count(now, title, key) == 1);
    for (const IniEntry& entry : section->entries)
        if (entry.key == key) require(entry.value == value);
    return 0;
}
