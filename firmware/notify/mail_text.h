// A message as the text of a mail (RFC 5322, MIME by RFC 2045 and 2047). Pure; used by the mail way.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firmware/notify/message.h"
#include "server/base/result.h"

namespace postern::notify {

// CR LF at each line's end, no line over 998 bytes; what is not ASCII as encoded words and base64. kBug when an address, the
// subject or the id holds CR, LF or NUL: a header of somebody else's would follow.
Result<std::string> mail_text(const Message& message, const std::string& from, const std::vector<std::string>& to);

std::string mail_date(WallTime time);  // "Sat, 21 Nov 2026 08:46:58 +0000"
std::string encoded_words(std::string_view utf8);  // "=?utf-8?B?…?=", folded; each of at most 75 characters

}  // namespace postern::notify
