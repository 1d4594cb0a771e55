// The way of a webhook: each message as JSON, by POST, to the URL of the configuration. HTTPS goes through acme's transport;
// plain HTTP, to a machine of the same house, is said by ourselves.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "acme/protocol/transport.h"
#include "firmware/notify/message.h"

namespace postern::notify {

// `ca_file`: as in [notify]. A test may bring a transport of its own.
std::unique_ptr<Way> make_webhook(std::string url, std::string ca_file, std::unique_ptr<acme::Transport> transport = nullptr);

std::string webhook_json(const Message& message);

}  // namespace postern::notify
