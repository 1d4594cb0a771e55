// GET /api/v1/history: {"step_s","requests","handshakes","connections","errors"}, each a list of whole steps, the oldest first.
// errors: handshakes that failed, and answers of status 500 and above.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "firmware/metrics/history.h"

namespace postern::admin {

// Which span a query asks for: "span=hour", also without a word, or "span=day". Nothing: neither.
std::optional<metrics::Span> read_span(std::string_view query);
std::string history_json(const metrics::Series& series);

}  // namespace postern::admin
