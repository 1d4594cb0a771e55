#include "server/proxy/forward_path.h"

#include <algorithm>

namespace postern::proxy {

namespace {

bool is_escape(std::string_view text, std::size_t at, char high, char low) {
    return at + 2 < text.size() && text[at] == '%' && text[at + 1] == high && (text[at + 2] | 0x20) == low;
}

// "." as sent or escaped: its size, or 0.
std::size_t dot_at(std::string_view text, std::size_t at) {
    if (at < text.size() && text[at] == '.') return 1;
    return is_escape(text, at, '2', 'e') ? 3 : 0;
}

// How many dots `segment` is, if it is nothing else.
int dots(std::string_view segment) {
    int count = 0;
    std::size_t at = 0;
    while (at < segment.size()) {
        const std::size_t size = dot_at(segment, at);
        if (size == 0 || count == 2) return 0;
        at += size;
        ++count;
    }
    return count;
}

// How many dots stand before a ';', as sent or escaped, or make up all of it.
int dots_before_parameters(std::string_view name) {
    for (std::size_t at = 0; at < name.size(); ++at)
        if (name[at] == ';' || is_escape(name, at, '3', 'b')) return dots(name.substr(0, at));
    return dots(name);
}

// Whether a server that decodes first, or one that leaves out what stands behind a ';' (as Tomcat), or one that does both, would
// find a dot segment in it. One that is plainly a dot segment hides nothing, and never comes here.
bool hides_dots(std::string_view segment) {
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= segment.size(); ++at) {
        const bool slash = at < segment.size() && (is_escape(segment, at, '2', 'f') || is_escape(segment, at, '5', 'c'));
        if (!slash && at < segment.size()) continue;
        if (dots_before_parameters(segment.substr(begin, at - begin)) > 0) return true;
        begin = at + 3;
    }
    return false;
}

bool is_target_text(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f && c != '#' && c != '\\'; });
}

}  // namespace

std::optional<std::string> settled_path(std::string_view raw) {
    if (raw.empty() || raw.front() != '/' || !is_target_text(raw)) return std::nullopt;
    std::string out;
    out.reserve(raw.size());
    bool folder = false;
    for (std::size_t at = 1; at <= raw.size();) {
        const std::size_t end = std::min(raw.find('/', at), raw.size());
        const std::string_view segment = raw.substr(at, end - at);
        at = end + 1;
        const int count = dots(segment);
        folder = count > 0 || segment.empty();
        if (segment.empty() || count == 1) continue;
        if (count == 2) {
            out.resize(out.empty() ? 0 : out.rfind('/'));
            continue;
        }
        if (hides_dots(segment)) return std::nullopt;
        (out += '/') += segment;
    }
    if (folder || out.empty()) out += '/';
    return out;
}

std::string rebased_path(std::string_view settled, std::string_view prefix, const std::optional<std::string>& base) {
    if (!base) return std::string(settled);
    // As many segments as the prefix has: their text may be escaped otherwise.
    for (auto left = std::count(prefix.begin(), prefix.end(), '/'); left > 0; --left)
        settled = settled.substr(std::min(settled.find('/', 1), settled.size()));
    std::string path = *base + std::string(settled);
    return path.empty() ? "/" : path;
}

}  // namespace postern::proxy
