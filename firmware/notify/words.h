// The words of a message: a subject with host, certificate and event, and a text that says what is wrong and what can be
// done. Pure; used by events and by `postern notify --test`.
#pragma once

#include <string>

#include "firmware/notify/message.h"

namespace postern::notify {

// `since`: the failure or expiry was told first.
Message message_about(const acme::CertStatus& status, const std::string& event, bool over, WallTime since, WallTime now,
                      const std::string& host);
Message test_message(WallTime now, const std::string& host);

// The machine's own name as it may stand in EHLO and in a subject: letters, digits, '-' and '.'; else "localhost".
std::string host_name();

}  // namespace postern::notify
