// The way of mail: each message to all of mail_to, by the server of the configuration.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "firmware/config/notify_config.h"
#include "firmware/notify/smtp_client.h"

namespace postern::notify {

// `settings.server` is set. `line` makes a connection; null: a real one.
using MakeLine = std::function<std::unique_ptr<MailLine>()>;
std::unique_ptr<Way> make_mail_way(const config::NotifySection& settings, std::string own_name, MakeLine line = nullptr);

// All ways that are configured.
std::vector<std::unique_ptr<Way>> make_ways(const config::NotifySection& settings);

}  // namespace postern::notify
