#include "firmware/config/notify_values.h"

#include <algorithm>

#include "firmware/config/authority.h"
#include "firmware/config/takers.h"
#include "firmware/config/values.h"
#include "server/base/ip_text.h"
#include "server/base/text.h"

namespace postern::config {

namespace {

constexpr std::size_t kMostAddresses = 20;   // of one message: a mailing list is a better place for more
constexpr std::size_t kLongestUser = 256;    // RFC 4616 leaves it open; this is a mailbox's longest
constexpr std::size_t kLongestPassword = 1024;
constexpr std::size_t kLongestHook = 4096;
constexpr long long kLongestHookTime = 3600;  // acme's thread waits for it
constexpr std::string_view kStars = "********";

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

// Loopback, RFC 1918, link-local; ::1, RFC 4193, link-local.
bool is_private_ip(std::string_view host) {
    const std::string bytes = ip_to_bytes(host).value_or("");
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    if (bytes.size() == 4)
        return at(0) == 127 || at(0) == 10 || (at(0) == 172 && at(1) / 16 == 1) || (at(0) == 192 && at(1) == 168) ||
               (at(0) == 169 && at(1) == 254);
    if (bytes.size() == 16) return bytes == std::string(15, '\0') + '\1' || at(0) / 2 == 0x7e || (at(0) == 0xfe && at(1) / 64 == 2);
    return false;
}

Result<std::string> percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const auto byte = i + 2 < text.size() ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
        if (!byte) return Error::admin(quoted(text) + " has a '%' without two hexadecimal digits behind it");
        out += *byte;
        i += 2;
    }
    const bool plain = std::none_of(out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
    if (!plain || out.size() > kLongestUser) return Error::admin("the user " + quoted(printable(out, 60)) + " is not valid");
    return out;
}

}  // namespace

bool is_loopback_host(std::string_view host) {
    if (host == "localhost" || has_suffix(host, ".localhost")) return true;
    const std::string bytes = ip_to_bytes(host).value_or("");
    return (bytes.size() == 4 && bytes[0] == 127) || bytes == std::string(15, '\0') + '\1';
}

Result<std::string> parse_webhook_url(std::string_view text) {
    const bool secure = equal_no_case(text.substr(0, 8), "https://");
    if (!secure && !equal_no_case(text.substr(0, 7), "http://")) return not_valid(text);
    const std::string_view rest = text.substr(secure ? 8 : 7);
    const std::string_view where = rest.substr(0, rest.find_first_of("/?#"));
    std::string target(rest.substr(where.size()));
    if (where.find_first_of("@\\") != where.npos) return Error::admin("a webhook's URL takes no user and no password before its host");
    for (const char c : target)
        if (c <= ' ' || c > '~' || std::string_view("#\\\"<>^`{|}").find(c) != std::string_view::npos)
            return Error::admin("the URL holds " + quoted(printable({&c, 1})) + ", which belongs in no path");
    TRY(const Authority authority, parse_authority(where));
    if (secure && authority.is_ip)
        return Error::admin("the name in the webhook's certificate must be checked; write its host name, not its IP address");
    if (!secure && !is_private_ip(authority.host) && !is_loopback_host(authority.host))
        return Error::admin("http:// sends in clear text what everybody on the way can read; write https://, or the IP address "
                            "of a machine in your own network");
    if (!has_prefix(target, "/")) target = "/" + target;
    return std::string(secure ? "https://" : "http://") + lower(where) + target;
}

Result<MailServer> parse_mail_server(std::string_view text) {
    MailServer server;
    server.implicit_tls = equal_no_case(text.substr(0, 8), "smtps://");
    if (!server.implicit_tls && !equal_no_case(text.substr(0, 7), "smtp://")) return not_valid(text);
    std::string_view rest = text.substr(server.implicit_tls ? 8 : 7);
    if (has_suffix(rest, "/")) rest.remove_suffix(1);
    const auto at = rest.rfind('@');
    const std::string_view user = rest.substr(0, at == rest.npos ? 0 : at);
    if (at != rest.npos && user.empty()) return not_valid(text);
    if (at != rest.npos) rest.remove_prefix(at + 1);
    if (user.find(':') != user.npos) return Error::admin("the password does not belong in the URL; write smtp_password");
    if (rest.find('/') != rest.npos) return Error::admin(quoted(text) + " has a path, which mail does not");
    TRY(server.user, percent_decoded(user));
    TRY(const Authority authority, parse_authority(rest));
    server.host = authority.host;
    server.port = authority.port != 0 ? authority.port : server.implicit_tls ? 465 : 587;
    const bool plain = is_loopback_host(server.host) && !server.implicit_tls && server.user.empty();
    if (authority.is_ip && !plain)
        return Error::admin("the name in the mail server's certificate must be checked; write its host name, not its IP address");
    return server;
}

Result<void> take_webhook(std::string& into, std::string_view value) {
    TRY(into, parse_webhook_url(value));
    return {};
}

Result<void> take_mail_to(std::vector<std::string>& into, std::string_view value) {
    TRY(into, parse_list(value));
    for (std::string& item : into) {
        TRY(item, parse_email(item));
    }
    if (into.size() > kMostAddresses) return Error::admin("more than " + std::to_string(kMostAddresses) + " addresses");
    return {};
}

Result<void> take_smtp(std::string& into, std::string_view value) {
    TRY_VOID(parse_mail_server(value));
    into = value;
    return {};
}

Result<void> take_events(std::vector<std::string>& into, std::string_view value) {
    TRY(into, parse_list(value));
    for (const std::string& item : into)
        if (item != "failure" && item != "expiry" && item != "renewed") return not_valid(item, {"failure", "expiry", "renewed"});
    return {};
}

Result<void> take_password(std::shared_ptr<const Secret>& into, std::string_view value) {
    if (value == kStars) return Error::admin("these stars stand for a password that 'check --print' does not show");
    if (value.size() > kLongestPassword) return Error::admin("the password is longer than " + std::to_string(kLongestPassword) + " bytes");
    into = std::make_shared<const Secret>(std::string(value));
    return {};
}

std::string show_password(const std::shared_ptr<const Secret>& password) { return password ? std::string(kStars) : ""; }

Result<std::shared_ptr<const Secret>> read_password(FileSystem& files, const std::string& path) {
    TRY(std::string text, files.read(path, kLongestPassword + 2));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    const bool one_line = std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; });
    if (text.empty()) return Error::admin(path + " is empty; it must hold the password, on one line");
    if (!one_line) return Error::admin(path + " holds more than one line; it must hold the password alone");
    return std::shared_ptr<const Secret>(std::make_shared<const Secret>(std::move(text)));
}

Result<void> take_password_file(std::string& into, std::string_view value, const Draft& draft) {
    const std::string path = full_path(value, draft);
    auto password = read_password(*draft.files, path);
    if (!password.ok()) return std::move(password).error().at("cannot be used");
    into = path;
    draft.notify->password = std::move(*password);
    return {};
}

Result<void> take_hook(std::string& into, std::string_view value) {
    if (value.size() > kLongestHook) return Error::admin("the command is longer than " + std::to_string(kLongestHook) + " bytes; put it into a script");
    into = value;
    return {};
}

Result<void> take_hook_time(long long& into, std::string_view value) {
    TRY(into, parse_duration(value));
    if (into < 1) return Error::admin(quoted(value) + " is too short");
    if (into > kLongestHookTime) return Error::admin(quoted(value) + " is too long: no certificate is renewed meanwhile");
    return {};
}

std::string show_hook_time(long long seconds) { return print_duration(seconds); }

}  // namespace postern::config
