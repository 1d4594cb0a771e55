#include "acme/dns/caa_value.h"

#include <algorithm>

#include "server/base/text.h"

namespace postern::acme::dns {

namespace {

bool is_alnum(char c) { return is_alpha(c) || is_digit(c); }

// label = (ALPHA / DIGIT) *( *("-") (ALPHA / DIGIT))
bool is_label(std::string_view text) {
    return !text.empty() && is_alnum(text.front()) && is_alnum(text.back()) &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '-'; });
}

bool is_domain(std::string_view text) {
    const auto labels = split(text, '.');
    return std::all_of(labels.begin(), labels.end(), is_label);
}

// %x21-3A / %x3C-7E
bool is_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~' && c != ';'; });
}

}  // namespace

std::optional<std::string> IssueValue::parameter(std::string_view tag, bool& twice) const {
    std::optional<std::string> found;
    for (const auto& [name, value] : parameters) {
        if (name != tag) continue;
        if (found) twice = true;
        found = value;
    }
    return found;
}

std::optional<IssueValue> parse_issue_value(std::string_view value) {
    IssueValue parsed;
    const auto semicolon = value.find(';');
    const std::string_view issuer = trim(value.substr(0, semicolon));
    if (!issuer.empty() && !is_domain(issuer)) return std::nullopt;
    parsed.issuer = lower(issuer);
    if (semicolon == value.npos) return parsed;
    const std::string_view rest = trim(value.substr(semicolon + 1));
    if (rest.empty()) return parsed;
    for (const std::string_view part : split(rest, ';')) {
        const auto equals = part.find('=');
        if (equals == part.npos) return std::nullopt;
        const std::string_view tag = trim(part.substr(0, equals)), text = trim(part.substr(equals + 1));
        if (!is_label(tag) || !is_value(text)) return std::nullopt;
        parsed.parameters.emplace_back(lower(tag), text);
    }
    return parsed;
}

}  // namespace postern::acme::dns
