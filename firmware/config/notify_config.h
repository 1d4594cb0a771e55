// The sections [notify] and [hooks] as typed values: part of Config, and all that the notifier and the hooks are handed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/base/secret.h"

namespace postern::config {

struct HooksSection {
    std::string pre, post, deploy;           // for sh -c; empty: none
    long long timeout = 300;                 // seconds

    bool operator==(const HooksSection&) const = default;
};

// smtp://USER@HOST:PORT of [notify].
struct MailServer {
    std::string host;                        // a name, or a loopback address; lower case
    int port = 0;
    std::string user;                        // empty: no AUTH
    bool implicit_tls = false;               // smtps://
};

struct NotifySection {
    std::string webhook;                     // a URL, checked
    std::vector<std::string> mail_to;        // addresses
    std::string mail_from;
    std::string smtp;                        // as written
    std::optional<MailServer> server;        // what that says
    std::shared_ptr<const Secret> smtp_password;  // as written
    std::string smtp_password_file;
    std::shared_ptr<const Secret> password;       // from either; null: none
    std::string ca_file;                     // empty: the system's trust anchors
    std::vector<std::string> on;             // of "failure", "expiry", "renewed"

    bool is_configured() const { return !webhook.empty() || !mail_to.empty(); }
};

}  // namespace postern::config
