#include "firmware/config/content_values.h"

#include <algorithm>
#include <array>

#include "firmware/config/bindings.h"
#include "firmware/config/served_folder.h"
#include "server/base/text.h"
#include "server/http/chars.h"
#include "server/http/uri.h"
#include "server/site/path_text.h"

namespace postern::config {

namespace {

constexpr std::size_t kLongestEnding = 32;    // of a file's name; real ones have five letters
constexpr std::size_t kMostHeaderBytes = 4096;  // in every answer of a site: browsers take 8 kB and more, small clients less
constexpr std::size_t kMostHeaders = 32;  // HTTP/2 answers have 64 fields at most

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

bool all_of(std::string_view text, bool (*good)(char)) { return std::all_of(text.begin(), text.end(), good); }
bool is_visible(char c) { return c > ' ' && c <= '~'; }
bool is_printable(char c) { return c >= ' ' && c <= '~'; }
using http::is_token;

// A path as requests have it, decoded.
Result<std::string> take_path(std::string_view text) {
    if (!has_prefix(text, "/")) return Error::admin(quoted(text) + " does not begin with '/'");
    std::string room(text.size(), '\0');
    http::DecodedPath path;
    if (!http::decode_path(text, room, path) || path.encoded_slash || path.above_root) return not_valid(text);
    return std::string(path.path);
}

// "/old", or "/old/*" for all that lies below it.
Result<void> take_from(site::MovedRule& rule, std::string_view text) {
    const std::size_t star = text.find('*');
    rule.below = star != text.npos;
    if (rule.below && (star + 1 != text.size() || star == 0 || text[star - 1] != '/'))
        return Error::admin(quoted(text) + ": a * stands at the end, after a '/'");
    TRY(rule.from, take_path(text.substr(0, star)));
    return {};
}

Result<void> take_to(site::MovedRule& rule, std::string_view text) {
    const bool path = text.front() == '/' && !has_prefix(text, "//");
    const bool url = (has_prefix(text, "https://") || has_prefix(text, "http://")) && text.find("://") + 3 < text.size();
    if (!path && !url) return Error::admin(quoted(text) + " is neither a path nor a URL with https:// or http://");
    if (!all_of(text, is_visible)) return not_valid(text);
    const std::size_t star = text.find('*');
    if (star != text.npos && (star + 1 != text.size() || !rule.below))
        return Error::admin(quoted(text) + ": a * stands at the end, and only where the old path has one");
    if (url && star != text.npos && text.find_first_of("/?#", text.find("://") + 3) > star)
        return Error::admin(quoted(text) + ": a * stands behind the host's '/'");
    const std::string target = path ? std::string(text.substr(0, star)) : "";
    const bool loops = path && (rule.below ? has_prefix(target, rule.from) : target == rule.from);
    if (loops) return Error::admin("the redirect leads to itself");
    rule.to = text;
    return {};
}

struct Reserved {
    std::string_view name, why;
};

constexpr std::string_view kOurs = "is written by the server itself";
constexpr std::string_view kOfConnection = "belongs to the connection, not to the answer";
constexpr auto kReserved = std::to_array<Reserved>({
    {"accept-ranges", kOurs}, {"allow", kOurs}, {"content-length", kOurs}, {"content-range", kOurs}, {"date", kOurs},
    {"etag", kOurs}, {"last-modified", kOurs}, {"www-authenticate", kOurs},
    {"connection", kOfConnection}, {"keep-alive", kOfConnection}, {"proxy-connection", kOfConnection}, {"te", kOfConnection},
    {"trailer", kOfConnection}, {"transfer-encoding", kOfConnection}, {"upgrade", kOfConnection},
    {"cache-control", "has a key of its own; write cache_control"},
    {"content-encoding", "comes with what is compressed"},
    {"content-type", "goes by the file's name; write mime"},
    {"location", "goes with a redirect; write redirect"},
    {"strict-transport-security", "has a key of its own; write hsts"},
    {"x-content-type-options", "is in every answer already"},
});

// One line for each rule.
template <typename Rule, typename Show>
std::string lines(const std::vector<Rule>& rules, Show show) {
    std::string text;
    for (const Rule& rule : rules) text += (text.empty() ? "" : "\n") + show(rule);
    return text;
}

}  // namespace

std::string_view next_word(std::string_view& text) {
    text = trim(text);
    const std::string_view word = text.substr(0, std::min(text.find_first_of(" \t"), text.size()));
    text = trim(text.substr(word.size()));
    return word;
}

Result<std::string> take_prefix(std::string_view text) {
    if (text.find('*') != text.npos) return Error::admin(quoted(text) + ": all below the prefix is meant, without a *");
    TRY(std::string prefix, take_path(text));
    while (has_suffix(prefix, "/")) prefix.pop_back();
    return prefix;
}

Result<void> take_moved(std::vector<site::MovedRule>& into, std::string_view value) {
    std::string_view rest = value;
    const std::string_view from = next_word(rest), to = next_word(rest), code = next_word(rest);
    if (to.empty() || !rest.empty()) return not_valid(value);
    site::MovedRule rule;
    TRY_VOID(take_from(rule, from));
    TRY_VOID(take_to(rule, to));
    constexpr std::array<std::uint16_t, 5> kCodes = {301, 302, 303, 307, 308};
    const auto number = code.empty() ? std::uint64_t{302} : parse_decimal(code).value_or(0);
    if (std::find(kCodes.begin(), kCodes.end(), number) == kCodes.end()) return Error::admin(quoted(code) + " is no status of a redirect");
    rule.status = static_cast<std::uint16_t>(number);
    const bool twice = std::any_of(into.begin(), into.end(), [&](const auto& one) { return one.from == rule.from && one.below == rule.below; });
    if (twice) return Error::admin(quoted(from) + " is redirected by an earlier line");
    into.push_back(std::move(rule));
    return {};
}

std::string show_moved(const std::vector<site::MovedRule>& rules) {
    return lines(rules, [](const site::MovedRule& rule) {
        return site::encode_path(rule.from) + (rule.below ? "* " : " ") + rule.to + " " + std::to_string(rule.status);
    });
}

Result<void> take_alias(std::vector<AliasRule>& into, std::string_view value, const Draft& draft) {
    std::string_view rest = value;
    const std::string_view prefix = next_word(rest);
    if (rest.empty()) return not_valid(value);
    AliasRule rule;
    TRY(rule.prefix, take_prefix(prefix));
    if (rule.prefix.empty()) return Error::admin("'/' is what root shows");
    TRY_VOID(take_root(rule.folder, rest, draft));
    if (draft.server != nullptr) {
        const std::string trouble = why_not_served(rule.folder, draft.server->state);
        if (!trouble.empty()) return Error::admin(trouble);
    }
    const bool twice = std::any_of(into.begin(), into.end(), [&](const AliasRule& one) { return one.prefix == rule.prefix; });
    if (twice) return Error::admin(quoted(prefix) + " has a folder by an earlier line");
    into.push_back(std::move(rule));
    return {};
}

std::string show_aliases(const std::vector<AliasRule>& rules) {
    return lines(rules, [](const AliasRule& rule) { return site::encode_path(rule.prefix) + " " + rule.folder; });
}

Result<void> take_header(std::vector<site::OwnField>& into, std::string_view value) {
    const std::size_t colon = value.find(':');
    if (colon == value.npos) return not_valid(value);
    site::OwnField field{std::string(value.substr(0, colon)), std::string(trim(value.substr(colon + 1)))};
    if (!is_token(field.name)) return Error::admin(quoted(field.name) + " is no name of a header");
    if (field.value.empty() || !all_of(field.value, is_printable)) return not_valid(field.value);
    for (const Reserved& one : kReserved) {
        if (equal_no_case(field.name, one.name)) return Error::admin(field.name + " " + std::string(one.why));
    }
    if (into.size() >= kMostHeaders) return Error::admin("the site has more than 32 headers");
    std::size_t bytes = field.name.size() + field.value.size();
    for (const site::OwnField& one : into) bytes += one.name.size() + one.value.size();
    if (bytes > kMostHeaderBytes) return Error::admin("the headers of the site are longer than 4 kB");
    into.push_back(std::move(field));
    return {};
}

std::string show_headers(const std::vector<site::OwnField>& fields) {
    return lines(fields, [](const site::OwnField& field) { return field.name + ": " + field.value; });
}

Result<void> take_mime(std::vector<site::MimeRule>& into, std::string_view value) {
    std::string_view type = value;
    const std::string_view ending = next_word(type);
    const bool good = ending.size() > 1 && ending.size() <= kLongestEnding && ending.front() == '.' && all_of(ending, is_visible) &&
                      ending.find('/') == ending.npos;
    if (!good) return Error::admin(quoted(ending) + " is no ending of a file's name, such as .ext");
    const std::string_view essence = trim(type.substr(0, type.find(';')));
    const std::size_t slash = essence.find('/');
    if (slash == essence.npos || !is_token(essence.substr(0, slash)) || !is_token(essence.substr(slash + 1)) || !all_of(type, is_printable))
        return Error::admin(quoted(type) + " is no media type");
    const bool twice = std::any_of(into.begin(), into.end(), [&](const auto& one) { return equal_no_case(one.ending, ending); });
    if (twice) return Error::admin(quoted(ending) + " has a type by an earlier line");
    into.push_back({std::string(ending), std::string(type)});
    return {};
}

std::string show_mime(const std::vector<site::MimeRule>& rules) {
    return lines(rules, [](const site::MimeRule& rule) { return rule.ending + " " + rule.type; });
}

Result<void> take_size(int& into, std::string_view value) {
    constexpr std::uint64_t kMost = 1u << 30;
    const std::uint64_t unit = has_suffix(value, "k") ? 1024 : has_suffix(value, "m") ? 1024 * 1024 : 1;
    const auto count = parse_decimal(value.substr(0, value.size() - (unit > 1 ? 1 : 0)));
    if (!count) return not_valid(value);
    if (*count > kMost / unit) return Error::admin(quoted(value) + " is too large");
    into = static_cast<int>(*count * unit);
    return {};
}

std::string show_size(int bytes) {
    if (bytes > 0 && bytes % (1024 * 1024) == 0) return std::to_string(bytes / (1024 * 1024)) + "m";
    if (bytes > 0 && bytes % 1024 == 0) return std::to_string(bytes / 1024) + "k";
    return std::to_string(bytes);
}

Result<void> take_limit(int& into, std::string_view value) {
    if (value == "off") {
        into = 0;
        return {};
    }
    TRY_VOID(take_size(into, value));
    if (into == 0) return Error::admin("'" + std::string(value) + "' is too little; no limit is written off");
    return {};
}

std::string show_limit(int bytes) { return bytes == 0 ? "off" : show_size(bytes); }

Result<void> take_types(std::vector<std::string>& into, std::string_view value) {
    TRY(const auto items, parse_list(value));
    for (const std::string& item : items) {
        const std::size_t slash = item.find('/');
        const bool suffix = has_prefix(item, "*+") && is_token(item.substr(2)) && slash == item.npos;
        if (!suffix && (slash == item.npos || !is_token(item.substr(0, slash)) || !is_token(item.substr(slash + 1)))) return not_valid(item);
    }
    into = items;
    return {};
}

// Dotfiles below the root are nobody's business, and nothing above it is.
Result<void> take_error_page(std::string& into, std::string_view value) {
    std::string path = (value.front() == '/' ? "" : "/") + std::string(value);
    if (path.find("/.") != path.npos || path.find("//") != path.npos || path.back() == '/') return not_valid(value);
    into = std::move(path);
    return {};
}

// Directives are tokens, with a value or without.
Result<void> take_cache_control(std::string& into, std::string_view value) {
    for (const std::string_view directive : split(value, ',')) {
        if (!is_token(directive.substr(0, directive.find('='))) || !all_of(directive, is_printable)) return not_valid(value);
    }
    into = value;
    return {};
}

}  // namespace postern::config
