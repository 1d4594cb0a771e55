#include "firmware/config/redact.h"

#include <algorithm>

#include "server/base/text.h"

namespace postern::config {

namespace {

constexpr std::string_view kWords[] = {"password", "passphrase", "token", "secret", "hmac", "hash", "credential", "authorization", "bearer"};
constexpr std::string_view kStars = "***";

bool speaks_of_secrets(std::string_view text) {
    const std::string small = lower(text);
    return std::any_of(std::begin(kWords), std::end(kWords), [&](std::string_view word) { return small.find(word) != small.npos; });
}

// A command or a header may hold one too, and says so then.
bool is_secret(std::string_view key, std::string_view value) {
    return !has_suffix(lower(key), "_file") && (speaks_of_secrets(key) || speaks_of_secrets(value));
}

// Where the path of the first URL in `value` begins, npos without one. Of user:password@host nothing is host.
std::size_t path_of_url(std::string_view value) {
    const auto scheme = value.find("://");
    if (scheme == value.npos) return value.npos;
    const auto host = scheme + 3, end = value.find_first_of("/ \t\r\"", host);
    const auto user = value.substr(0, end).rfind('@');
    if (user != value.npos && user >= host) return host;
    return end != value.npos && value[end] == '/' && end + 1 < value.size() ? end + 1 : value.npos;
}

// What of the line after its '=' stays, and whether stars follow.
std::string without_secret(std::string_view key, std::string_view value, std::string_view end) {
    if (is_secret(key, value)) return " " + std::string(kStars) + std::string(end);
    // sites redirect and proxy to URLs, CAs are URLs: only what is told of by its path to nobody else is hidden
    const bool is_webhook = lower(key).find("webhook") != std::string::npos || value.find('@') != value.npos;
    const auto path = is_webhook ? path_of_url(value) : value.npos;
    return std::string(value.substr(0, path)) + (path == value.npos ? "" : std::string(kStars)) + std::string(end);
}

}  // namespace

std::string redacted(std::string_view ini) {
    std::string out;
    out.reserve(ini.size());
    while (!ini.empty()) {
        const auto feed = ini.find('\n');
        const std::string_view whole = ini.substr(0, feed == ini.npos ? ini.size() : feed + 1);
        ini.remove_prefix(whole.size());
        const auto bare = whole.find_last_not_of("\r\n");
        const std::string_view line = whole.substr(0, bare == whole.npos ? 0 : bare + 1), end = whole.substr(line.size());
        const auto equals = line.find('=');
        if (equals == line.npos) {
            out += whole;
            continue;
        }
        const std::string_view name = trim(line.substr(0, equals));
        out += line.substr(0, equals + 1);
        out += without_secret(name.substr(std::min(name.find_first_not_of("#; \t"), name.size())), line.substr(equals + 1), end);
    }
    return out;
}

}  // namespace postern::config
