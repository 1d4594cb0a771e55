// Fields of a reply that mean something to ACME: Retry-After (RFC 9110 section 10.2.3) and Link (RFC 8288).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "acme/protocol/transport.h"
#include "server/base/clock.h"

namespace postern::acme {

// Not before so long from now, and not before that date when the CA gave one (whole seconds: the date is the finer of the
// two and never early).
struct RetryAfter {
    Seconds wait{0};
    std::optional<WallTime> until;
};

// Nothing when the field is missing or neither a number nor a date. Numbers beyond a year count as a year; a date in the
// past is a wait of nothing.
std::optional<RetryAfter> retry_after(const HttpReply& reply, WallTime now);

// RFC 9110 section 5.6.7: the three forms of an HTTP date.
std::optional<WallTime> parse_http_date(std::string_view text);

// The target of the first link with this relation, or empty.
std::string link_target(const HttpReply& reply, std::string_view relation);
std::vector<std::string> link_targets(const HttpReply& reply, std::string_view relation);  // all of them, in order

}  // namespace postern::acme
