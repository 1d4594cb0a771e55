// Domain names between text and the wire (RFC 1035 sections 3.1 and 4.1.4). For acme/dns/message; knows no message.
#pragma once

#include <string>
#include <string_view>

#include "server/base/result.h"

namespace postern::acme::dns {

// Text is lower case, without a dot at its end; the root is "". A byte that is no letter, digit, '-', '_' or '*' is
// written \DDD, so that a dot inside a label is none between two, and nothing reaches a terminal.

// Lower case, the last dot taken off.
std::string canonical_name(std::string_view text);

// Without compression. kAdmin for an empty label, a label over 63 bytes, a name over 255 on the wire, other characters.
Result<std::string> encode_name(std::string_view text);

// The name at `at` of `message`; `at` is moved behind it. kRefuse when it runs out of the message, is too long, or has a
// pointer that does not lead strictly backwards: so no name can loop.
Result<std::string> decode_name(std::string_view message, std::size_t& at);

}  // namespace postern::acme::dns
