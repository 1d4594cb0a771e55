// Values of [notify] from text to type, strictly: where messages go, by which server. Used by the bindings of its keys;
// an error says what is wrong.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firmware/config/config_keys.h"
#include "server/base/result.h"

namespace postern::config {

// https://HOST[:PORT]/…, the host a name; http:// as well, where it does not leave the house: localhost, or an IP address
// of this machine or of a private network (RFC 1918, 4193).
Result<std::string> parse_webhook_url(std::string_view text);

// smtp://[USER@]HOST[:PORT] (587) or smtps://[USER@]HOST[:PORT] (465). USER is percent-decoded, and may itself hold an '@'.
// An IP address only of this machine, and without TLS: the name in the certificate must be checked.
Result<MailServer> parse_mail_server(std::string_view text);

bool is_loopback_host(std::string_view host);

Result<void> take_webhook(std::string& into, std::string_view value);
Result<void> take_mail_to(std::vector<std::string>& into, std::string_view value);
Result<void> take_smtp(std::string& into, std::string_view value);
Result<void> take_events(std::vector<std::string>& into, std::string_view value);
Result<void> take_password(std::shared_ptr<const Secret>& into, std::string_view value);
std::string show_password(const std::shared_ptr<const Secret>& password);  // stars
Result<void> take_password_file(std::string& into, std::string_view value, const Draft& draft);
Result<void> take_hook(std::string& into, std::string_view value);
Result<void> take_hook_time(long long& into, std::string_view value);
std::string show_hook_time(long long seconds);

// What such a file holds: one line.
Result<std::shared_ptr<const Secret>> read_password(FileSystem& files, const std::string& path);

}  // namespace postern::config
