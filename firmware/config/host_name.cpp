#include "firmware/config/host_name.h"

#include <algorithm>

#include "server/base/text.h"
#include "server/net/address.h"

namespace postern::config {

namespace {

constexpr std::size_t kLongestName = 253;   // RFC 1035 section 2.3.4, as text
constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kLongestFolder = 200;  // of the 255 bytes of a file name, with room for ".NAME+rsa.tmp"

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

Result<void> check_label(std::string_view label, std::string_view name) {
    if (label.empty()) return Error::admin(quoted(name) + " has an empty label (a dot too many)");
    if (label.size() > kLongestLabel)
        return Error::admin(quoted(name) + " has a label of " + std::to_string(label.size()) + " characters (at most 63)");
    if (label.front() == '-' || label.back() == '-')
        return Error::admin(quoted(name) + " has a label that begins or ends with a hyphen");
    for (const char c : label) {
        if (!is_alpha(c) && !is_digit(c) && c != '-')
            return Error::admin(quoted(name) + " holds '" + c + "', which no host name may");
    }
    return {};
}

// What people write in place of a name, each told apart.
Result<void> check_no_url(std::string_view text) {
    if (text.find("://") != text.npos)
        return Error::admin(quoted(text) + " is a URL; write the host name alone");
    if (text.find('/') != text.npos) return Error::admin(quoted(text) + " holds a path; write the host name alone");
    if (!text.empty() && text.front() == '[')
        return Error::admin(quoted(text) + " has brackets; write an IPv6 address without them");
    const auto colon = text.find(':');
    if (colon != text.npos && parse_decimal(text.substr(colon + 1)))
        return Error::admin(quoted(text) + " has a port; ports stand in [server] http and https");
    if (text.find_first_of(" \t") != text.npos)
        return Error::admin(quoted(text) + " holds a space; names are separated by commas");
    return {};
}

}  // namespace

Result<void> check_host_name(std::string_view name) {
    if (name.empty()) return Error::admin("the host name is empty");
    if (!is_ascii(name))
        return Error::admin(quoted(name) + " is no ASCII; write it in punycode, as xn--bcher-kva.example for bücher.example");
    if (name.back() == '.') return Error::admin(quoted(name) + " ends with a dot; leave it out");
    if (name.size() > kLongestName)
        return Error::admin("a host name of " + std::to_string(name.size()) + " characters (at most 253)");
    if (name.find_first_of(" \t") != name.npos) return Error::admin(quoted(name) + " holds a space, which no host name may");
    const auto labels = split(name, '.');
    for (const std::string_view label : labels) TRY_VOID(check_label(label, name));
    if (all_digits(labels.back())) return Error::admin(quoted(name) + " is no IP address and no host name");
    return {};
}

Result<std::string> parse_site_name(std::string_view text) {
    if (net::is_ip_literal(text)) return net::canonical_ip(text);
    TRY_VOID(check_no_url(text));
    if (is_wildcard(text)) {
        if (text.find('.', 2) == text.npos)
            return Error::admin(quoted(text) + " would stand for every name of a top level domain");
        TRY_VOID(check_host_name(text.substr(2)));
        return lower(text);
    }
    if (text.find('*') != text.npos)
        return Error::admin(quoted(text) + " has '*' in the wrong place; it stands for the whole first label, as *.example.org");
    TRY_VOID(check_host_name(text));
    return lower(text);
}

Result<std::string> folder_of(std::string_view site_name) {
    if (site_name == "." || site_name == "..") return Error::admin(quoted(site_name) + " cannot name a folder");
    std::string folder;
    for (const char c : site_name) {
        if (!is_alpha(c) && !is_digit(c) && std::string_view("._-:*").find(c) == std::string_view::npos)
            return Error::admin("the name " + quoted(site_name) + " becomes a folder and must be made of letters, digits "
                                "and . - _ : *; host names of other kinds go into names =");
        if (c == '*') folder += "_wildcard";
        else folder += c == ':' ? '-' : to_lower(c);
    }
    if (folder.front() == '.') return Error::admin("the name " + quoted(site_name) + " begins with a dot, which hides its folder");
    if (folder.size() > kLongestFolder)
        return Error::admin("the name is " + std::to_string(folder.size()) + " bytes long (at most 200; names = takes longer ones)");
    return folder;
}

bool is_wildcard(std::string_view name) { return has_prefix(name, "*."); }

}  // namespace postern::config
