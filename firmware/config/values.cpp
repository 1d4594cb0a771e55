#include "firmware/config/values.h"

#include <algorithm>

#include "firmware/config/host_name.h"
#include "server/base/text.h"

namespace postern::config {

namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

bool is_port(std::string_view text) {
    const auto port = parse_decimal(text);
    return port && *port <= 65535;
}

// Seconds of a unit; 0: no unit.
long long seconds_of(char unit) {
    switch (unit) {
        case 's': return 1;
        case 'm': return 60;
        case 'h': return 3600;
        case 'd': return 86400;
        default: return 0;
    }
}

Result<acme::RenewAt> parse_fraction(std::string_view text) {
    const auto parts = split(text, '/');
    const auto above = parse_decimal(parts[0]);
    const auto below = parse_decimal(parts.size() == 2 ? parts[1] : "");
    if (!above || !below || *below > 1000) return not_valid(text);
    if (*above == 0 || *above >= *below)
        return Error::admin(quoted(text) + " is no part of a lifetime (it must lie between 0 and 1)");
    acme::RenewAt at;
    at.fraction = static_cast<double>(*above) / static_cast<double>(*below);
    return at;
}

// HOST or HOST:PORT of a URL.
Result<void> check_authority(std::string_view authority) {
    const auto colon = authority.rfind(':');
    const bool has_port = colon != authority.npos && authority.find(']', colon) == authority.npos;
    const std::string_view host = authority.substr(0, has_port ? colon : authority.npos);
    if (has_port && (!is_port(authority.substr(colon + 1)) || authority.substr(colon + 1) == "0"))
        return Error::admin("the port of " + quoted(authority) + " is not valid");
    if (authority.find('[') != authority.npos || net::is_ip_literal(host))
        return Error::admin("a CA cannot be asked by IP address, because the name in its certificate must be checked; "
                            "write its host name");
    return check_host_name(host);
}

}  // namespace

Error not_valid(std::string_view text) { return Error::admin(quoted(text) + " is not valid"); }

Error not_valid(std::string_view text, const std::vector<std::string_view>& words) {
    const std::string_view near = nearest(text, words);
    if (near.empty()) return not_valid(text);
    return Error::admin(quoted(text) + " is not valid; did you mean " + std::string(near) + "?");
}

Error comes_later(std::string_view what) {
    return Error::admin(std::string(what) + " is known, but not in this version yet");
}

Result<bool> parse_yes_no(std::string_view text) {
    if (text == "yes") return true;
    if (text == "no") return false;
    return not_valid(text);
}

Result<int> parse_number(std::string_view text, int least, int most) {
    const auto number = parse_decimal(text);
    if (!number) return not_valid(text);
    if (*number < static_cast<unsigned>(least)) return Error::admin(quoted(text) + " is too small");
    if (*number > static_cast<unsigned>(most)) return Error::admin(quoted(text) + " is too large");
    return static_cast<int>(*number);
}

std::string print_duration(long long seconds) {
    return seconds % 60 == 0 ? std::to_string(seconds / 60) + "m" : std::to_string(seconds) + "s";
}

Result<long long> parse_duration(std::string_view text) {
    constexpr std::uint64_t kLongest = 100ull * 366 * 86400;
    if (text.empty()) return not_valid(text);
    const auto unit = static_cast<std::uint64_t>(seconds_of(text.back()));
    const auto count = parse_decimal(text.substr(0, text.size() - 1));
    if (unit == 0 || !count) return not_valid(text);
    if (*count > kLongest / unit) return Error::admin(quoted(text) + " is too long");
    return static_cast<long long>(*count * unit);
}

Result<acme::RenewAt> parse_renew_at(std::string_view text) {
    if (text.find('/') != text.npos) return parse_fraction(text);
    TRY(const long long seconds, parse_duration(text));
    if (seconds < 3600) return Error::admin(quoted(text) + " is too short to renew in time (at least 1h)");
    acme::RenewAt at;
    at.seconds = seconds;
    return at;
}

Result<std::vector<std::string>> parse_list(std::string_view text) {
    std::vector<std::string> items;
    for (const std::string_view item : split(text, ',')) {
        if (item.empty()) return Error::admin("an item of the list is empty (items are separated by one comma)");
        if (std::find(items.begin(), items.end(), item) != items.end())
            return Error::admin(quoted(item) + " stands twice in the list");
        items.emplace_back(item);
    }
    return items;
}

Result<net::Address> parse_address(std::string_view text) {
    if (auto address = net::Address::parse(text); address.ok()) return address;
    const std::string_view port = text.substr(text.rfind(':') + 1);  // npos + 1 == 0: the whole
    const bool digits = !port.empty() && std::all_of(port.begin(), port.end(), [](char c) { return is_digit(c); });
    if (digits && !is_port(port)) return Error::admin(quoted(text) + ": there is no port " + std::string(port) + ", the last one is 65535");
    if (!is_port(port)) return not_valid(text);
    const std::string any = "write 127.0.0.1:" + std::string(port) + " for this machine alone, [::]:" + std::string(port) +
                            " for every address";
    if (port == text || text == ":" + std::string(port)) return Error::admin(quoted(text) + " has no address; " + any);
    return Error::admin(quoted(text) + " is no IP address and port; " + any);
}

Result<std::string> parse_email(std::string_view text) {
    const auto at = text.rfind('@');
    const std::string_view local = text.substr(0, at == text.npos ? 0 : at);
    if (local.empty() || local.size() > 64) return not_valid(text);
    for (const char c : local) {
        const bool mark = std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
        if (!is_alpha(c) && !is_digit(c) && !mark) return not_valid(text);
    }
    if (local.front() == '.' || local.back() == '.' || local.find("..") != local.npos) return not_valid(text);
    TRY_VOID(check_host_name(text.substr(at + 1)));
    return std::string(text);
}

Result<std::string> parse_ca_url(std::string_view text) {
    constexpr std::string_view kScheme = "https://";
    if (equal_no_case(text.substr(0, 7), "http://"))
        return Error::admin("a CA is asked by https:// only, never http://");
    if (!equal_no_case(text.substr(0, kScheme.size()), kScheme)) return not_valid(text);
    const std::string_view rest = text.substr(kScheme.size());
    const auto slash = rest.find('/');
    const std::string_view authority = rest.substr(0, slash);
    const std::string_view path = slash == rest.npos ? "/" : rest.substr(slash);
    if (authority.find_first_of("@?#\\ \t") != authority.npos) return not_valid(text);
    for (const char c : path) {
        if (c <= ' ' || c > '~' || c == '#' || c == '\\') return not_valid(text);
    }
    TRY_VOID(check_authority(authority));
    return std::string(kScheme) + lower(authority) + std::string(path);
}

std::string print_yes_no(bool value) { return value ? "yes" : "no"; }

std::string print_addresses(const std::vector<net::Address>& addresses) {
    if (addresses.empty()) return "off";
    std::vector<std::string> texts;
    texts.reserve(addresses.size());
    for (const net::Address& address : addresses) texts.push_back(address.text());
    return join(texts, ", ");
}

}  // namespace postern::config
