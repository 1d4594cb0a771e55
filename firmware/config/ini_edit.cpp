#include "firmware/config/ini_edit.h"

#include <algorithm>
#include <utility>

#include "firmware/config/ini.h"
#include "server/base/text.h"

namespace postern::config {

namespace {

constexpr std::string_view kMark = "\xef\xbb\xbf";

// As ini.cpp takes it: a CR at the very end is no part of a value either.
std::string_view end_of(std::string_view line) {
    for (const std::string_view end : {"\r\n", "\n", "\r"})
        if (has_suffix(line, end)) return end;
    return {};
}

bool is_mark(char c) { return c == '#' || c == ';'; }

// "site example.org" of "[ site   example.org ]"; nothing: no header.
std::optional<std::string> title_in(std::string_view content) {
    content = trim(content);
    if (content.empty() || content.front() != '[') return std::nullopt;
    return section_of_header(content).title();
}

// "# [ca NAME]": what follows below it belongs to a section that is not in force.
bool is_header_in_comment(std::string_view content) {
    content = trim(content);
    if (content.empty() || !is_mark(content.front())) return false;
    const auto text = content.find_first_not_of("#; \t");
    return text != content.npos && content[text] == '[' && content.back() == ']';
}

// The key before '=', empty in a comment and where there is none.
std::string_view key_in(std::string_view content) {
    const std::string_view text = trim(content);
    const auto equals = text.find('=');
    return text.empty() || is_mark(text.front()) || equals == text.npos ? std::string_view() : trim(text.substr(0, equals));
}

std::string_view key_in_comment(std::string_view content) {
    if (content.size() < 2 || !is_mark(content.front()) || content[1] == ' ' || content[1] == '\t') return {};
    return key_in(content.substr(1));
}

// The line up to its value, as its writer set it.
std::string with_value(std::string_view content, std::string_view value) {
    const auto equals = content.find('=');
    const auto begin = content.find_first_not_of(" \t", equals + 1);
    std::string head(content.substr(0, begin == content.npos ? content.size() : begin));
    if (head.back() == '=' && equals > 0 && content[equals - 1] == ' ') head += ' ';
    return head.append(value);
}

}  // namespace

IniEdit::IniEdit(std::string_view text) {
    if (has_prefix(text, kMark)) mark_ = kMark;
    text.remove_prefix(mark_.size());
    while (!text.empty()) {
        const auto feed = text.find('\n');
        const std::string_view whole = text.substr(0, feed == text.npos ? text.size() : feed + 1);
        text.remove_prefix(whole.size());
        const std::string_view end = end_of(whole);
        lines_.push_back({std::string(whole.substr(0, whole.size() - end.size())), std::string(end), std::nullopt, false});
        if (usual_.empty() && has_suffix(end, "\n")) usual_ = end;
    }
    if (usual_.empty()) usual_ = "\n";
}

std::optional<std::size_t> IniEdit::header_of(std::string_view title) const {
    for (std::size_t i = 0; i < lines_.size(); ++i)
        if (const auto found = title_in(lines_[i].content); found && *found == title) return i;
    return std::nullopt;
}

IniEdit::Span IniEdit::span_of(std::size_t header) const {
    std::size_t end = header + 1;
    while (end < lines_.size() && !title_in(lines_[end].content)) ++end;
    return {header, end};
}

void IniEdit::change(Line& line, std::string content) {
    if (line.content == content) return;
    if (!line.fresh && !line.was) line.was = line.content;
    line.content = std::move(content);
}

// Whether the text ends with a line end stays as it was.
void IniEdit::add_after(std::size_t at, std::string content) {
    std::string end = lines_[at].end;
    if (!has_suffix(end, "\n")) lines_[at].end = usual_;
    lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(at) + 1, {std::move(content), std::move(end), std::nullopt, true});
}

IniEdit::Span IniEdit::add_section(std::string_view title) {
    const std::string header = "[" + std::string(title) + "]";
    if (lines_.empty()) {
        lines_.push_back({header, usual_, std::nullopt, true});
        return {0, 1};
    }
    if (!trim(lines_.back().content).empty()) add_after(lines_.size() - 1, "");
    add_after(lines_.size() - 1, header);
    return {lines_.size() - 1, lines_.size()};
}

void IniEdit::set(std::string_view title, std::string_view key, std::string_view value) {
    const auto header = header_of(title);
    const Span span = header ? span_of(*header) : add_section(title);
    std::size_t last = span.header;
    std::optional<std::size_t> sample;
    bool in_force = true;
    for (std::size_t i = span.header + 1; i < span.end; ++i) {
        const std::string_view content = lines_[i].content;
        if (key_in(content) == key) {
            const std::string_view old = trim(content.substr(content.find('=') + 1));
            return old == value ? void() : change(lines_[i], with_value(content, value));
        }
        if (!key_in(content).empty()) last = i;
        if (is_header_in_comment(content)) in_force = false;
        if (!sample && in_force && key_in_comment(content) == key) sample = i;
    }
    if (sample) return change(lines_[*sample], with_value(std::string_view(lines_[*sample].content).substr(1), value));
    add_after(last, std::string(key).append(" = ").append(value));
}

void IniEdit::rename(std::string_view title, std::string_view fresh) {
    const auto header = header_of(title);
    if (!header || title == fresh) return;
    const std::string old = lines_[*header].content;
    const auto close = old.find(']');
    change(lines_[*header], old.substr(0, old.find('[') + 1) + std::string(fresh) + (close == old.npos ? "]" : old.substr(close)));
}

std::string IniEdit::text() const {
    std::string out = mark_;
    for (const Line& line : lines_) out.append(line.content).append(line.end);
    return out;
}

std::vector<IniChange> IniEdit::changes() const {
    std::vector<IniChange> all;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        const Line& line = lines_[i];
        if (line.was ? *line.was != line.content : line.fresh) all.push_back({static_cast<int>(i) + 1, line.was, line.content});
    }
    return all;
}

}  // namespace postern::config
